"""The vault: an adapter's secrets are there again, and unreadable in the database."""

from __future__ import annotations

import pytest

from pulse_bot.errors import SealError, StorageError
from pulse_bot.storage.models import SecretRow
from pulse_bot.storage.vault import DatabaseVault
from pulse_bot.usecases.context import Installation

TOKEN = b"xoxb-a-token-that-nobody-reads"


def vault(made: Installation, adapter: str = "chat", key: bytes | None = None) -> DatabaseVault:
    return DatabaseVault(made.database, key or made.installation_key, adapter)


def test_what_is_kept_is_there_again_until_it_is_forgotten(made: Installation) -> None:
    kept = vault(made)
    assert kept.get("team") is None
    kept.put("team", b"first")
    kept.put("team", TOKEN)

    assert kept.get("team") == TOKEN
    assert kept.names() == {"team"}

    kept.forget("team")
    kept.forget("team")
    assert kept.get("team") is None
    assert kept.names() == frozenset()


def test_adapters_do_not_see_one_another(made: Installation) -> None:
    vault(made, "one").put("team", TOKEN)

    assert vault(made, "two").get("team") is None
    assert vault(made, "two").names() == frozenset()
    vault(made, "two").forget("team")
    assert vault(made, "one").get("team") == TOKEN


def test_the_database_holds_no_word_of_it_and_another_key_opens_nothing(
    made: Installation,
) -> None:
    vault(made).put("team", TOKEN)

    with made.database.read() as session:
        row = session.get_one(SecretRow, ("chat", "team"))
        assert TOKEN[5:12] not in row.sealed
    with pytest.raises(SealError, match="another installation key"):
        vault(made, key=bytes(32)).get("team")


def test_secrets_cannot_be_swapped_in_the_database(made: Installation) -> None:
    kept = vault(made)
    kept.put("ours", TOKEN)
    kept.put("theirs", b"another")
    with made.database.write() as session:
        theirs = session.get_one(SecretRow, ("chat", "theirs"))
        session.get_one(SecretRow, ("chat", "ours")).sealed = theirs.sealed

    with pytest.raises(SealError, match="not the one"):
        kept.get("ours")
    assert kept.get("theirs") == b"another"


def test_what_is_too_long_is_refused(made: Installation) -> None:
    with pytest.raises(StorageError, match="too long"):
        vault(made).put("n" * 201, TOKEN)
    with pytest.raises(StorageError, match="too long"):
        vault(made).put("team", bytes(16_001))
