"""What is wrong with one round or one answer costs those alone, whoever clicks beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.config.logs import LineFormatter
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.errors import Refused, StorageError
from pulse_bot.ports import Address, Outcome, Pressed
from pulse_bot.storage.models import RoundRow
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import (
    RecordedAnswers,
    Submission,
    record_answers,
)
from tests.made_up import (
    CLOSES,
    at,
    elsewhere,
    installation,
    opened_elsewhere,
    opened_round,
    people,
    recording,
)
from tests.storage.test_envelopes import add_trigger
from tests.usecases.scene import Talk, envelopes_in

pytestmark = pytest.mark.both_databases


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Keys in a folder: they can be damaged there."""
    make_key_folder(tmp_path / "keys")
    one = installation(database_url, keys=DirectoryKeyStore(tmp_path / "keys"))
    yield one
    one.database.close()


def answer(address: Address, round_id: int, value: str = "4") -> Submission:
    return Submission(address, round_id, {AnswerTarget(round_id, 0, "answer"): value})


def damage_key(made: Installation, round_id: int) -> None:
    assert isinstance(made.keys, DirectoryKeyStore)
    (made.keys.folder / f"round-{round_id}.key").write_bytes(b"short")


def damage_item(made: Installation, round_id: int) -> None:
    """As a newer version would have written it."""
    with made.database.write() as session:
        row = session.get_one(RoundRow, round_id)
        row.items = [{**item, "kind": "from-the-future"} for item in row.items]


def damage_public_key(made: Installation, round_id: int) -> None:
    with made.database.write() as session:
        session.get_one(RoundRow, round_id).public_key = b"short"


def set_column(made: Installation, statement: str) -> None:
    with made.database.connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def all_connections_held(made: Installation) -> Iterator[None]:
    """Other work of the process has every connection, and nobody who wants one waits for long."""
    pool = made.database.engine.pool
    assert isinstance(pool, sa.QueuePool)
    pool._timeout = 0.01
    held = [made.database.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    try:
        with pytest.raises(sa.exc.TimeoutError):
            made.database.engine.connect()
        yield
    finally:
        for connection in held:
            connection.close()


async def record_all(
    made: Installation, group: Sequence[Submission]
) -> list[RecordedAnswers | BaseException]:
    """What group commit makes of answers that come at one moment."""
    async with recording(made) as record:
        return await asyncio.gather(*(record(one) for one in group), return_exceptions=True)


@pytest.mark.parametrize("damage", [damage_key, damage_item, damage_public_key])
async def test_a_damaged_round_costs_its_own_answers_alone(
    made: Installation, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    everybody = people(made)
    asked, other = opened_round(made), opened_elsewhere(made)
    assert callable(damage)
    damage(made, other)

    *recorded, refused = record_answers(
        made, [*(answer(one, asked.id) for one in everybody), answer(elsewhere(), other)]
    )

    assert all(isinstance(one, RecordedAnswers) for one in recorded)
    assert envelopes_in(made) == len(everybody)
    assert isinstance(refused, Refused)
    assert str(refused).startswith("Nothing was recorded: something in this round")
    [line] = [LineFormatter().format(record) for record in caplog.records]
    assert f"round={other}" in line
    if damage is damage_key:
        assert "error=" in line
        assert " at " in line
    else:
        assert "A round is not as it was frozen." in line
    assert elsewhere().user not in line


async def test_a_time_zone_that_no_longer_exists_loses_no_answer(talk: Talk) -> None:
    people(talk.made)
    other = opened_elsewhere(talk.made)
    set_column(talk.made, "UPDATE member SET time_zone = 'Europe/Atlantis'")

    press = Pressed(elsewhere(), AnswerTarget(other, 0, "answer").action_for("4"))
    reply = await talk.handle(press)

    assert reply.outcome is Outcome.DONE
    assert reply.notice.endswith("until Friday 16 January at 16:00 UTC.")


async def test_a_calendar_that_cannot_be_read_refuses_its_own_late_answers_alone(
    made: Installation,
) -> None:
    [somebody, *_] = people(made)
    asked, other = opened_round(made), opened_elsewhere(made)
    set_column(made, "UPDATE partnership SET time_zone = 'Europe/Atlantis' WHERE id = 1")
    at(made, CLOSES)

    late, recorded = record_answers(made, [answer(somebody, asked.id), answer(elsewhere(), other)])

    assert isinstance(late, Refused)
    assert isinstance(recorded, RecordedAnswers)


async def test_the_answer_that_fails_its_transaction_fails_alone(made: Installation) -> None:
    """Whatever the reason: here the database will not have the rows of one round."""
    everybody = people(made)
    asked, other = opened_round(made), opened_elsewhere(made)
    if made.database.is_sqlite:
        body = f"SELECT RAISE(ABORT, 'no') WHERE NEW.round_id = {other};"
    else:
        body = f"IF NEW.round_id = {other} THEN RAISE 'no'; END IF; RETURN NEW;"
    add_trigger(made, body)
    group = [answer(one, asked.id) for one in everybody]
    try:
        *recorded, failed = await record_all(made, [*group, answer(elsewhere(), other)])
    finally:
        for drop in ("DROP TRIGGER told", "DROP TRIGGER told ON envelope"):
            if made.database.is_sqlite == ("ON" not in drop.split()):
                set_column(made, drop)
        if not made.database.is_sqlite:
            set_column(made, "DROP FUNCTION told()")

    assert all(isinstance(one, RecordedAnswers) for one in recorded)
    assert isinstance(failed, Exception)
    assert envelopes_in(made) == len(everybody)


@pytest.mark.parametrize("user", ["nul\x00", "half a pair \ud800"])
async def test_an_address_that_no_database_holds_fails_alone(made: Installation, user: str) -> None:
    everybody = people(made)
    asked = opened_round(made)
    group = [*everybody, Address("fake", "", user)]

    *recorded, failed = await record_all(made, [answer(one, asked.id) for one in group])

    assert all(isinstance(one, RecordedAnswers) for one in recorded)
    assert isinstance(failed, Exception)
    assert user not in str(failed)


async def test_other_work_never_makes_a_click_wait_for_a_connection(made: Installation) -> None:
    """Every connection of the process's other work is out, and none comes back."""
    [somebody, late, *_] = people(made)
    asked = opened_round(made)
    with all_connections_held(made):
        [recorded] = record_answers(made, [answer(somebody, asked.id)])
        assert isinstance(recorded, RecordedAnswers)
        at(made, CLOSES)
        [refused] = record_answers(made, [answer(late, asked.id)])
        assert "This round closed on Friday" in str(refused)


@pytest.mark.parametrize("remembered", [True, False])
async def test_a_click_after_a_close_waits_no_more_than_one_before(
    made: Installation, remembered: bool
) -> None:
    """That a key is gone has to be proven, by way of other work's connections: nobody asks."""
    proven = ProvenKeys(made.database, made.keys, made.installation_key)
    proven.prove()
    made = replace(made, keys=proven)
    [somebody, late, *_] = people(made)
    asked = opened_round(made)
    record_answers(made, [answer(somebody, asked.id)])
    at(made, CLOSES)
    close_round(made, asked.id)
    if not remembered:
        made.frozen_rounds.clear()

    with all_connections_held(made):
        [refused] = record_answers(made, [answer(late, asked.id)])

    assert "This round closed on Friday" in str(refused)
    # The control: whoever asks the key store waits.
    with all_connections_held(made), pytest.raises(StorageError):
        made.keys.load(asked.id)


async def test_a_server_that_was_restarted_costs_no_click(made: Installation) -> None:
    if made.database.is_sqlite:
        pytest.skip("SQLite has no server.")
    [somebody, *_] = people(made)
    asked = opened_round(made)
    record_answers(made, [answer(somebody, asked.id, "1")])
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    set_column(made, ended)

    [recorded] = record_answers(made, [answer(somebody, asked.id)])

    assert isinstance(recorded, RecordedAnswers)
    assert envelopes_in(made) == 1


async def test_no_key_and_no_ended_round_is_remembered(made: Installation) -> None:
    """Whoever closes a round, here or in another process, need not know who took answers to it."""
    [somebody, *_] = people(made)
    asked = opened_round(made)
    record_answers(made, [answer(somebody, asked.id)])
    assert set(made.frozen_rounds) == {asked.id}
    keys = made.keys.load(asked.id)
    assert keys is not None
    remembered = repr([vars(one) for one in made.frozen_rounds.values()])
    assert repr(keys.tag_key) not in remembered
    made.keys.destroy(asked.id)
    [refused] = record_answers(made, [answer(somebody, asked.id, "5")])
    assert "key of this round is gone" in str(refused)

    other = opened_elsewhere(made)
    at(made, CLOSES)
    record_answers(made, [answer(elsewhere(), other)])
    assert set(made.frozen_rounds) == {other}
