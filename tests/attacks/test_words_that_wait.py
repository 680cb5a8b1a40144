"""Words that wait for a later round: unread by whoever lacks the key store, and gone when they end.

A thief here has the database, raw bytes and all, and the installation's key.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.key_stores import DirectoryKeyStore, MemoryKeyStore, make_key_folder
from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.release.comments import ROUNDS_TO_WAIT
from pulse_bot.errors import KeyStoreError
from pulse_bot.ports import Address
from pulse_bot.storage import history, troubles, waiting_words
from pulse_bot.storage.database import Database
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.attacks.restart import count
from tests.attacks.thief import contents, held, held_by_server
from tests.made_up import (
    CLOSES,
    KEY,
    START,
    WEEK,
    answer_all,
    at,
    found,
    installation,
    opened_round,
    people,
    recording,
)

WAITING = ("waiting_comment",)


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """With its keys in a folder, as a server has them."""
    make_key_folder(tmp_path / "keys")
    keys = DirectoryKeyStore(tmp_path / "keys")
    one = installation(database_url, FixedClock(START), keys)
    yield one
    one.database.close()


async def week_of(made: Installation, week: int, everybody: Sequence[Address], wrote: int) -> str:
    """A round in which all answered and some wrote a comment; what its digest says."""
    asked = opened_round(made, week)
    await answer_all(made, asked, everybody, lambda *_: "4")
    async with recording(made) as take:
        target = AnswerTarget(asked.id, 0, COMMENT)
        for who, address in enumerate(everybody[:wrote]):
            await take(Submission(address, asked.id, {target: f"Heron {week}-{who:02}."}))
    at(made, CLOSES + week * WEEK)
    close_round(made, asked.id)
    with made.database.read() as session:
        digest = history.load_digest(session, 1, asked.number)
    return "\n".join(one.text for one in digest.statements)


def read_with(key: bytes, database: Database) -> list[str]:
    """What a key opens, among all that stands in a database."""
    columns = [column for rows in contents(database).values() for row in rows for column in row]
    opened = []
    for column in columns:
        if isinstance(column, bytes):
            try:
                opened.append(SecretBox(key).decrypt(column).decode(errors="replace"))
            except (CryptoError, ValueError):
                continue
    return [text for text in opened if "Heron" in text]


def sealed_words(made: Installation) -> list[bytes]:
    """A piece of each that waits, by which its bytes are known again."""
    with made.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT sealed FROM waiting_comment").scalars().all()
    return [bytes(row)[at : at + 40] for row in rows for at in (0, 900, 2000)]


def in_files(made: Installation, tmp_path: Path, traces: list[bytes]) -> list[bytes]:
    if made.database.is_sqlite:
        return held(tmp_path / "pulse-bot.db", traces)
    return held_by_server(made.database, traces)


def opened(made: Installation) -> list[str]:
    """What whoever has the key store reads."""
    with made.database.read() as session:
        waiting = waiting_words.open_words(session, 1, made.keys.load_words_key)
    return sorted(waiting.texts)


async def test_the_installation_key_opens_no_word_that_waits(made: Installation) -> None:
    await week_of(made, 0, people(made), 3)
    assert opened(made) == ["Heron 0-00.", "Heron 0-01.", "Heron 0-02."]

    assert read_with(KEY, made.database) == []
    # The control: as it was sealed once.
    with made.database.connect() as connection:
        words = (len(b"Heron 0-00.").to_bytes(2, "big") + b"Heron 0-00.").ljust(2048, b"\0")
        connection.execute(
            sa.text("UPDATE waiting_comment SET sealed = :sealed"),
            {"sealed": SecretBox(KEY).encrypt(words)},
        )
    assert len(read_with(KEY, made.database)) == 3


async def test_after_three_rounds_they_are_gone_from_database_and_key_store(
    made: Installation, tmp_path: Path
) -> None:
    everybody = people(made)
    await week_of(made, 0, everybody, 3)
    traces = sealed_words(made)
    assert len(in_files(made, tmp_path, traces)) > 0.8 * len(traces), "the search sees nothing"
    words_key = made.keys.load_words_key(1)
    assert words_key
    for week in range(1, ROUNDS_TO_WAIT + 1):
        assert len(opened(made)) == 3
        assert made.keys.list_words_keys() == {1}
        assert "Heron" not in await week_of(made, week, everybody, 0)

    assert count(made, WAITING) == {"waiting_comment": 0}
    assert made.keys.list_words_keys() == frozenset()
    assert [file.name for file in (tmp_path / "keys").iterdir()] == []
    if made.database.is_sqlite:
        assert in_files(made, tmp_path, traces) == []
    assert clean_files(made)
    made.database.close()
    assert in_files(made, tmp_path, traces) == []
    # It opened them, and is nowhere any more: of a backup of then nothing is read either.
    assert made.keys.load_words_key(1) is None


async def test_each_waits_for_its_own_three_rounds(made: Installation) -> None:
    everybody = people(made)
    for week, wrote in enumerate((2, 0, 2, 0)):
        await week_of(made, week, everybody, wrote)

    assert opened(made) == ["Heron 2-00.", "Heron 2-01."]
    assert made.keys.list_words_keys() == {3}


async def test_a_round_that_is_lost_is_one_that_they_have_waited(made: Installation) -> None:
    await week_of(made, 0, people(made), 3)
    for week in range(1, ROUNDS_TO_WAIT + 1):
        assert len(opened(made)) == 3
        made.keys.destroy(opened_round(made, week).id)
        sweep_rounds(made)
    assert count(made, WAITING) == {"waiting_comment": 0}
    sweep_rounds(made)
    assert made.keys.list_words_keys() == frozenset()


async def test_once_shown_they_are_gone_from_database_and_key_store(
    made: Installation, tmp_path: Path
) -> None:
    """In the last of the rounds for which they wait."""
    everybody = people(made)
    await week_of(made, 0, everybody, 3)
    traces = sealed_words(made)
    for week in (1, 2):
        await week_of(made, week, everybody, 0)
    said = await week_of(made, 3, everybody, 3)

    # Five of the three that waited and the three that are new.
    assert said.count("Heron 0-") + said.count("Heron 3-") == 5
    assert count(made, WAITING) == {"waiting_comment": 0}
    assert made.keys.list_words_keys() == frozenset()
    assert clean_files(made)
    made.database.close()
    assert in_files(made, tmp_path, traces) == []


async def test_a_key_that_is_gone_takes_its_words_with_it(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    everybody = people(made)
    await week_of(made, 0, everybody, 3)
    made.keys.destroy_words_key(1)
    with caplog.at_level(logging.ERROR):
        said = await week_of(made, 1, everybody, 2)

    assert "what some of us wrote" in said
    assert "Heron" not in said
    assert "destroyed unread" in caplog.text
    assert opened(made) == ["Heron 1-00.", "Heron 1-01."]
    assert made.keys.list_words_keys() == {2}


async def test_a_store_that_does_not_prove_itself_takes_no_word(database_url: str) -> None:
    """That a key is missing is believed of this database's own store alone."""
    made = installation(database_url)
    store = MemoryKeyStore()
    keys = ProvenKeys(made.database, store, KEY)
    keys.prove()
    made = installation(made.database, FixedClock(START), keys)
    everybody = people(made)
    await week_of(made, 0, everybody, 3)
    asked = opened_round(made, 1)
    words_key, marker = store.load_words_key(1), store.read_marker()
    assert marker
    assert words_key
    # Another store comes to stand there: it has the round's key, say, and not that of the words.
    store.destroy_words_key(1)
    store.write_marker(secrets.token_bytes(len(marker) - 1) + marker[-1:])
    at(made, CLOSES + WEEK)
    with pytest.raises(KeyStoreError, match="Nothing was given up"):
        close_round(made, asked.id)
    sweep_rounds(made)
    assert count(made, WAITING) == {"waiting_comment": 3}
    assert found(made, asked.id).state is RoundStatus.CLOSING

    store.write_marker(marker)
    store._words_keys[1] = words_key
    close_round(made, asked.id)
    assert len(opened(made)) == 3
    # The control: of its own store it is believed.
    store.destroy_words_key(1)
    await week_of(made, 2, everybody, 0)
    assert count(made, WAITING) == {"waiting_comment": 0}
    made.database.close()


async def test_one_word_is_never_made_into_many(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a writer to the database, who would have it read as if five had written."""
    everybody = people(made)

    def copy_five_times() -> None:
        with made.database.connect() as connection:
            row = connection.exec_driver_sql(
                "SELECT partnership_id, round_id, waited, sealed FROM waiting_comment"
            ).one()
            for _ in range(5):
                connection.execute(
                    sa.text("INSERT INTO waiting_comment VALUES (:t, :p, :r, :w, :s)"),
                    dict(zip("tprws", (secrets.token_bytes(16), *row), strict=True)),
                )

    await week_of(made, 0, everybody, 1)
    copy_five_times()
    assert "Heron" not in await week_of(made, 1, everybody, 0)
    assert opened(made) == ["Heron 0-00."]
    # The control: were they sealed for no place of their own.
    monkeypatch.setattr(waiting_words, "_name_place", lambda *_: b"")
    with made.database.write() as session:
        session.execute(sa.text("DELETE FROM waiting_comment"))
        key = made.keys.create_words_key(2)
        waiting_words.keep_words(session, 2, 1, ["Heron."], key)
    copy_five_times()
    assert (await week_of(made, 2, everybody, 0)).count("Heron") == 5


async def test_a_words_key_without_words_is_swept_and_no_other(made: Installation) -> None:
    everybody = people(made)
    await week_of(made, 0, everybody, 3)
    await week_of(made, 1, everybody, 0)
    asked = opened_round(made, 2)
    # Of a close that was rolled back, of a round that nobody knows, and of a close on its way.
    for round_id in (2, 404, asked.id):
        made.keys.create_words_key(round_id)
    sweep_rounds(made)

    assert made.keys.list_words_keys() == {1, asked.id}
    at(made, CLOSES + 2 * WEEK)
    close_round(made, asked.id)
    assert made.keys.list_words_keys() == {1}
    assert len(opened(made)) == 3


async def test_a_words_key_that_cannot_be_destroyed_yet_is_destroyed_later(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = people(made)
    for week in range(ROUNDS_TO_WAIT):
        await week_of(made, week, everybody, 0 if week else 3)

    def away(*_: object) -> None:
        raise KeyStoreError("The key store is away.")

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryKeyStore, "destroy_words_key", away)
        await week_of(made, ROUNDS_TO_WAIT, everybody, 0)
    with made.database.read() as session:
        [(row, _)] = troubles.list_troubles(session)
    assert (row.job, row.subject) == ("forget words", 1)
    assert count(made, WAITING) == {"waiting_comment": 0}
    assert made.keys.list_words_keys() == {1}
    sweep_rounds(made)
    assert made.keys.list_words_keys() == frozenset()
    with made.database.read() as session:
        assert troubles.list_troubles(session) == []


async def test_a_words_key_that_stays_keeps_no_rounds_key(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = people(made)
    await week_of(made, 0, everybody, 3)

    def away(*_: object) -> None:
        raise KeyStoreError("The key store is away.")

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryKeyStore, "destroy_words_key", away)
        await week_of(made, 1, everybody, 8)
    assert made.keys.list_rounds() == frozenset()
    sweep_rounds(made)
    assert made.keys.list_words_keys() == frozenset()


async def test_a_store_that_fails_in_the_close_is_waited_for(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word is lost because a disk was full, or a server away, for a while."""
    everybody = people(made)

    def full(*_: object) -> bytes:
        raise KeyStoreError("Make room.")

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryKeyStore, "create_words_key", full)
        with pytest.raises(KeyStoreError, match="Make room"):
            await week_of(made, 0, everybody, 3)
    assert count(made, WAITING) == {"waiting_comment": 0}
    close_round(made, 1)
    assert len(opened(made)) == 3


async def test_a_store_of_before_the_words_is_refused_elsewhere(
    database_url: str, tmp_path: Path
) -> None:
    """A copy that is older than the newest words key comes to stand in another place."""
    make_key_folder(tmp_path / "own")
    keys = ProvenKeys(database := Database(database_url), DirectoryKeyStore(tmp_path / "own"), KEY)
    keys.prove(serving=True)
    made = installation(database, FixedClock(START), keys)
    everybody = people(made)
    shutil.copytree(tmp_path / "own", tmp_path / "copy")
    await week_of(made, 0, everybody, 3)
    keys.close()
    moved = ProvenKeys(database, DirectoryKeyStore(tmp_path / "copy"), KEY)

    with pytest.raises(KeyStoreError, match="What members wrote waits"):
        moved.prove()
    assert not moved.inspect().words_kept
    shutil.copy(tmp_path / "own" / "words-1.key", tmp_path / "copy")
    moved.prove()
    assert moved.inspect().words_kept
    made.database.close()
    database.close()
