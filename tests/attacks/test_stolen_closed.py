"""A stolen database of a closed round: digests and sealed tallies, to the last byte."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import Envelope
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.ports import Address
from pulse_bot.storage import envelopes
from pulse_bot.storage.database import Database
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    create_partnership,
)
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from tests.attacks.thief import contents, held, held_by_server
from tests.engine.databases import PostgresCopies
from tests.made_up import (
    CLOSES,
    KEY,
    OPENS,
    PLAN,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    opened_round,
    people,
    say,
)
from tests.outbox import rows, send_due

COMMENT = "The heron at the weir counted eleven."


async def answered(made: Installation) -> tuple[Round, list[Address], list[bytes]]:
    """A round with answers, and what must not be found of it later."""
    everybody = people(made)
    asked = opened_round(made)
    assert len(send_due(made, OutgoingKind.CARD)) == len(everybody)
    await answer_all(made, asked, everybody)
    assert not await say(made, asked, everybody[0], COMMENT, "comment")
    with made.database.read() as session:
        kept = envelopes.load_envelopes(session, asked.id)
    pieces = [one.ciphertext[at : at + 40] for one in kept for at in (0, 700, 1500, 2080)]
    tags = [one.tag for one in kept]
    return asked, everybody, [*pieces, *tags]


def traces_left(made: Installation, tmp_path: Path, traces: list[bytes]) -> list[bytes]:
    if made.database.is_sqlite:
        return held(tmp_path / "pulse-bot.db", [*traces, COMMENT.encode()])
    return held_by_server(made.database, [*traces, COMMENT.encode()])


async def test_nothing_is_left_of_the_members(made: Installation, tmp_path: Path) -> None:
    asked, _, traces = await answered(made)
    # Long values lie in pages of their own, so that some pieces may be cut in two.
    assert len(traces_left(made, tmp_path, traces)) > 0.9 * len(traces)
    at(made, CLOSES)
    close_round(made, asked.id)
    if made.database.is_sqlite:
        assert traces_left(made, tmp_path, traces) == []
    # PostgreSQL keeps deleted rows until the next night: sealed bytes, to a key that is gone.
    assert COMMENT.encode() not in traces_left(made, tmp_path, traces)
    assert made.keys.list_rounds() == frozenset()
    assert clean_files(made)
    assert traces_left(made, tmp_path, traces) == []
    made.database.close()
    assert traces_left(made, tmp_path, traces) == []


async def test_without_the_cleaning_it_is_found(
    made: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: deleting rows is not enough, and the search sees what is left."""
    asked, _, traces = await answered(made)
    for name in ("scrub", "truncate_log"):
        monkeypatch.setattr(Database, name, lambda _self: None)
    at(made, CLOSES)
    close_round(made, asked.id)
    assert clean_files(made)
    assert len(traces_left(made, tmp_path, traces)) > 0.5 * len(traces)


async def test_what_remains_is_digests_and_sealed_tallies(
    made: Installation, tmp_path: Path
) -> None:
    asked, everybody, _ = await answered(made)
    before = contents(made.database)
    at(made, CLOSES)
    close_round(made, asked.id)
    after = contents(made.database)
    assert {name for name in after if not after[name]} >= {"envelope", "seat", "reminded"}
    assert {row.kind for row in rows(made)} == {OutgoingKind.DIGEST}
    changed = {name for name in after if after[name] != before[name]}
    new = {"tally", "release", "outbox", "waiting_comment", "round", "leftover"}
    assert changed <= {*new, "envelope", "seat", "partnership"}
    written = repr([after[name] for name in sorted(new)])
    for secret in (COMMENT, "moments", "person-", "Member 0", '"n":'):
        assert secret not in written
    assert len({len(row[-1]) for row in after["tally"] if isinstance(row[-1], bytes)}) <= 1
    assert len(everybody) == 14


async def test_the_key_is_gone_and_nothing_else_opens_a_backup(
    database_url: str, tmp_path: Path
) -> None:
    keys = DirectoryKeyStore(tmp_path / "keys")
    make_key_folder(keys.folder)
    made = installation(database_url, FixedClock(START), keys)
    asked, _, _ = await answered(made)
    assert len(list(keys.folder.iterdir())) == 1
    with made.database.read() as session:
        backup = envelopes.load_envelopes(session, asked.id)
    at(made, CLOSES)
    close_round(made, asked.id)
    # The comment waits, under a key that opens nothing else.
    assert [file.name for file in keys.folder.iterdir()] == [f"words-{asked.id}.key"]
    assert keys.load(asked.id) is None
    words_key = keys.load_words_key(asked.id)
    assert words_key
    for one in backup[:3]:
        for key in (KEY, words_key):
            with pytest.raises(CryptoError):
                SecretBox(key).decrypt(one.ciphertext)
    made.database.close()


@pytest.mark.postgres
async def test_the_server_wipes_beside_a_round_that_is_still_open(
    postgres_copies: PostgresCopies,
) -> None:
    """Rows of two rounds share pages, and those of one of them must go."""
    with postgres_copies.copy() as url:
        made = installation(url)
        asked, _, traces = await answered(made)
        other = another_round(made)
        for _ in range(60):
            for round_id in (asked.id, other):
                one = Envelope(round_id, secrets.token_bytes(32), secrets.token_bytes(2128))
                with made.database.connect_clicks() as connection:
                    assert envelopes.write_envelopes(connection, [one]) == [True]
                if round_id == asked.id:
                    traces += [one.tag, one.ciphertext[700:740]]
        at(made, CLOSES)
        close_round(made, asked.id)
        assert clean_files(made)
        assert len(contents(made.database)["envelope"]) == 60
        assert held_by_server(made.database, traces) == []
        made.database.close()


def another_round(made: Installation) -> int:
    """An open round of another partnership."""
    name, address = "Calder Valley", Address("fake", "", "a-person-elsewhere")
    partnership = create_partnership(made, NewPartnership(name))
    add_member(made, name, NewMember("Somebody", "Elsewhere"), address)
    set_programme(made, name, PLAN)
    opened = open_round(made, OpenRound(partnership, OPENS, CLOSES + WEEK))
    assert opened is not None
    return opened
