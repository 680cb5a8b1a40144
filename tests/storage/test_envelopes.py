"""Envelopes in the database: one row a tag, none after closing, whoever else is at work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pulse_bot.crypto.sealing import Envelope
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.storage import envelopes, rounds
from pulse_bot.storage.models import EnvelopeRow
from pulse_bot.usecases.context import Installation
from tests.made_up import opened_round, people


@pytest.fixture
def asked(made: Installation) -> Round:
    people(made)
    return opened_round(made)


def tag(number: int) -> bytes:
    return number.to_bytes(32, "big")


def kept(made: Installation, asked: Round) -> dict[bytes, bytes]:
    with made.database.read() as session:
        found = envelopes.load_envelopes(session, asked.id)
        assert envelopes.load_tags(session, asked.id) == {one.tag for one in found}
    assert len(found) == len({one.tag for one in found})
    return {one.tag: one.ciphertext for one in found}


def test_the_last_of_equal_tags_wins(made: Installation, asked: Round) -> None:
    batch = [Envelope(asked.id, tag(1), b"first"), Envelope(asked.id, tag(2), b"other")]
    assert envelopes.write_envelopes(
        made.database, [*batch, Envelope(asked.id, tag(1), b"second")]
    ) == [
        True,
        True,
        True,
    ]
    assert kept(made, asked) == {tag(1): b"second", tag(2): b"other"}
    assert envelopes.write_envelopes(made.database, [Envelope(asked.id, tag(1), b"third")]) == [
        True
    ]
    assert kept(made, asked) == {tag(1): b"third", tag(2): b"other"}


def test_each_envelope_is_told_of_its_own_round(made: Installation, asked: Round) -> None:
    batch = [Envelope(404, tag(1), b"x"), Envelope(asked.id, tag(2), b"y")]
    assert envelopes.write_envelopes(made.database, batch) == [False, True]
    assert kept(made, asked) == {tag(2): b"y"}


@pytest.mark.parametrize("state", [RoundStatus.CLOSING, RoundStatus.LOST])
def test_a_round_that_is_over_takes_nothing(
    made: Installation, asked: Round, state: RoundStatus
) -> None:
    with made.database.write() as session:
        assert rounds.move_round(session, asked.id, state)
    assert envelopes.write_envelopes(made.database, [Envelope(asked.id, tag(1), b"late")]) == [
        False
    ]
    assert kept(made, asked) == {}


def test_rows_are_stored_in_the_order_of_tags(made: Installation, asked: Round) -> None:
    envelopes.write_envelopes(
        made.database, [Envelope(asked.id, tag(n), b"x") for n in (5, 3, 9, 1)]
    )
    order = {"sqlite": "tag", "postgresql": "ctid"}[made.database.engine.dialect.name]
    with made.database.connect() as connection:
        stored = connection.scalars(sa.text(f"SELECT tag FROM envelope ORDER BY {order}"))  # noqa: S608 - no value from outside
        assert [bytes(one) for one in stored] == [tag(n) for n in (1, 3, 5, 9)]


@pytest.mark.parametrize("attempt", range(5))
def test_writers_that_race_with_the_closing_leave_nothing_behind(
    made: Installation, asked: Round, attempt: int
) -> None:
    """As in a cluster: several workers write while another one closes and empties the round."""
    start = threading.Barrier(4)
    taken = [0, 0, 0]
    emptied = threading.Event()

    def writes(worker: int) -> None:
        start.wait(60)
        for number in range(1000):
            one = Envelope(asked.id, tag(1000 * worker + number), b"x" * 2128)
            [stored] = envelopes.write_envelopes(made.database, [one])
            assert not (stored and emptied.is_set()), "taken after the round was emptied"
            if not stored:
                return
            taken[worker] += 1

    def closes() -> int:
        start.wait(60)
        while sum(taken) < 5 * (attempt + 1):
            pass
        with made.database.write() as session:
            assert rounds.move_round(session, asked.id, RoundStatus.CLOSING)
        with made.database.write() as session:
            assert rounds.move_round(session, asked.id, RoundStatus.CLOSED)
            seen = len(envelopes.load_envelopes(session, asked.id))
            rounds.erase_members(session, asked.id)
        return seen

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(writes, worker) for worker in range(3)]
        seen = pool.submit(closes).result(60)
        emptied.set()
        for one in writers:
            one.result(60)
    assert seen == sum(taken), "an answer was confirmed that the closing did not see"
    with made.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EnvelopeRow)) == 0


def test_the_closing_waits_for_a_writer_that_is_slow(
    made: Installation, asked: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer has looked at the round and has not stored its envelope yet."""
    upsert, looked, closed = envelopes._upsert_statement, threading.Event(), threading.Event()

    def slowly(dialect: str) -> sa.Insert:
        looked.set()
        assert not closed.wait(0.5), "the round was closed between look and store"
        return upsert(dialect)

    def closes() -> int:
        assert looked.wait(60)
        with made.database.write() as session:
            rounds.move_round(session, asked.id, RoundStatus.CLOSING)
            seen = len(envelopes.load_envelopes(session, asked.id))
        closed.set()
        return seen

    monkeypatch.setattr(envelopes, "_upsert_statement", slowly)
    with ThreadPoolExecutor(2) as pool:
        seen = pool.submit(closes)
        stored = envelopes.write_envelopes(made.database, [Envelope(asked.id, tag(1), b"x")])
        assert stored == [seen.result(10) == 1] == [True]


def test_workers_that_write_the_same_tags_do_not_deadlock(made: Installation, asked: Round) -> None:
    def writes(worker: int) -> None:
        numbers = range(20) if worker % 2 else range(19, -1, -1)
        for _ in range(10):
            batch = [Envelope(asked.id, tag(n), bytes([worker])) for n in numbers]
            assert all(envelopes.write_envelopes(made.database, batch))

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(writes, worker) for worker in range(4)]:
            one.result(60)
    # A batch is one transaction, so what is left is one worker's whole batch.
    assert len(set(kept(made, asked).values())) == 1
