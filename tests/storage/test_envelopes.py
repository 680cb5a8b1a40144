"""Envelopes in the database: one row a tag, none after closing, whoever else is at work."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from pulse_bot.crypto.sealing import Envelope
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.storage import envelopes, rounds
from pulse_bot.storage.models import EnvelopeRow
from pulse_bot.usecases.context import Installation
from tests.engine.scene import until
from tests.made_up import opened_elsewhere, opened_round, people


@pytest.fixture
def asked(made: Installation) -> Round:
    people(made)
    return opened_round(made)


def tag(number: int) -> bytes:
    return number.to_bytes(32, "big")


def write(made: Installation, batch: list[Envelope]) -> list[bool | None]:
    with made.database.connect_clicks() as connection:
        return envelopes.write_envelopes(connection, batch)


def kept(made: Installation, asked: Round) -> dict[bytes, bytes]:
    with made.database.read() as session:
        found = envelopes.load_envelopes(session, asked.id)
        assert envelopes.load_tags(session, asked.id) == {one.tag for one in found}
    assert len(found) == len({one.tag for one in found})
    return {one.tag: one.ciphertext for one in found}


def test_the_last_of_equal_tags_wins(made: Installation, asked: Round) -> None:
    batch = [Envelope(asked.id, tag(1), b"first"), Envelope(asked.id, tag(2), b"other")]
    assert write(made, [*batch, Envelope(asked.id, tag(1), b"second")]) == [
        True,
        True,
        True,
    ]
    assert kept(made, asked) == {tag(1): b"second", tag(2): b"other"}
    assert write(made, [Envelope(asked.id, tag(1), b"third")]) == [True]
    assert kept(made, asked) == {tag(1): b"third", tag(2): b"other"}


def test_each_envelope_is_told_of_its_own_round(made: Installation, asked: Round) -> None:
    batch = [Envelope(404, tag(1), b"x"), Envelope(asked.id, tag(2), b"y")]
    assert write(made, batch) == [False, True]
    assert kept(made, asked) == {tag(2): b"y"}


@pytest.mark.parametrize("state", [RoundStatus.CLOSING, RoundStatus.LOST])
def test_a_round_that_is_over_takes_nothing(
    made: Installation, asked: Round, state: RoundStatus
) -> None:
    with made.database.write() as session:
        assert rounds.move_round(session, asked.id, state)
    assert write(made, [Envelope(asked.id, tag(1), b"late")]) == [False]
    assert kept(made, asked) == {}


def test_rows_are_stored_in_the_order_of_tags(made: Installation, asked: Round) -> None:
    write(made, [Envelope(asked.id, tag(n), b"x") for n in (5, 3, 9, 1)])
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
            [stored] = write(made, [one])
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


def test_the_closing_waits_for_a_writer_that_is_slow(made: Installation, asked: Round) -> None:
    """The writer has looked at the round and has not stored its envelope yet."""
    closed = threading.Event()

    def closes() -> int:
        with made.database.write() as session:
            rounds.move_round(session, asked.id, RoundStatus.CLOSING)
            seen = len(envelopes.load_envelopes(session, asked.id))
        closed.set()
        return seen

    with ThreadPoolExecutor(2) as pool:
        with inserts_wait(made) as reached:
            stored = pool.submit(write, made, [Envelope(asked.id, tag(1), b"x")])
            until(reached)
            seen = pool.submit(closes)
            assert not closed.wait(0.5), "the round was closed between look and store"
        assert stored.result(60) == [seen.result(60) == 1] == [True]


@contextmanager
def inserts_wait(made: Installation) -> Iterator[Callable[[], bool]]:
    """Whoever stores an envelope waits in the middle of the statement; yields whether one does."""
    if made.database.is_sqlite:
        reached, go_on = threading.Event(), threading.Event()

        def wait_here() -> bool:
            reached.set()
            return go_on.wait(60)

        @sa.event.listens_for(made.database.click_engine, "connect")
        def _teach(connection: sqlite3.Connection, _record: object) -> None:
            connection.create_function("wait_here", 0, wait_here)

        add_trigger(made, "SELECT wait_here();")
        yield reached.is_set
        go_on.set()
        return
    add_trigger(made, "PERFORM pg_advisory_xact_lock(1); RETURN NEW;")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with made.database.connect() as holder, made.database.engine.connect() as looker:
        holder.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        yield lambda: bool(looker.exec_driver_sql(waiting).scalar())


def add_trigger(made: Installation, body: str) -> None:
    """Something that happens before an envelope is stored."""
    before = "CREATE TRIGGER told BEFORE INSERT ON envelope"
    with made.database.connect() as connection:
        if made.database.is_sqlite:
            connection.exec_driver_sql(f"{before} BEGIN {body} END")
        else:
            function = "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS"
            connection.exec_driver_sql(f"{function} $$BEGIN {body} END$$")
            connection.exec_driver_sql(f"{before} FOR EACH ROW EXECUTE FUNCTION told()")


@pytest.mark.postgres
def test_a_round_that_somebody_holds_keeps_no_other_waiting(
    made: Installation, asked: Round
) -> None:
    """A closing that hangs: what it holds is not told to be over, nor waited for."""
    if made.database.is_sqlite:
        pytest.skip("SQLite has one writer for all rounds.")
    other = opened_elsewhere(made)
    batch = [Envelope(asked.id, tag(1), b"x"), Envelope(other, tag(2), b"y")]
    with made.database.write() as session:
        rounds.move_round(session, asked.id, RoundStatus.CLOSING)
        session.flush()
        assert write(made, batch) == [None, True]
        session.rollback()
    assert write(made, batch) == [True, True]


def test_workers_that_write_the_same_tags_do_not_deadlock(made: Installation, asked: Round) -> None:
    def writes(worker: int) -> None:
        numbers = range(20) if worker % 2 else range(19, -1, -1)
        for _ in range(10):
            batch = [Envelope(asked.id, tag(n), bytes([worker])) for n in numbers]
            assert all(write(made, batch))

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(writes, worker) for worker in range(4)]:
            one.result(60)
    # A batch is one transaction, so what is left is one worker's whole batch.
    assert len(set(kept(made, asked).values())) == 1
