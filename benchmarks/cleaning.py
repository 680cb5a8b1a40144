"""What a click waits beside a closing and a cleaning: `python -m benchmarks.cleaning`.

Beside many open rounds of 14 members who answered three questions each, so that the table of
envelopes is as large as it gets. The baselines, in the same run: nothing beside the clicks, and
what each close did before, `VACUUM FULL` on PostgreSQL and `VACUUM` on SQLite. Goal: no click waits
longer than half a second for a close or for the nightly pass on PostgreSQL.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Final

import sqlalchemy as sa

from benchmarks._made_up import CLOSES, OPENS, databases, made_up_installation
from benchmarks._running import bounded, scaled
from pulse_bot.crypto.sealing import TAG_BYTES, Envelope
from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.storage import envelopes
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import EnvelopeRow, RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round

ROUNDS: Final = (scaled(1000, 3), scaled(4000, 3))
ENVELOPES: Final = 14 * 3
_CIPHERTEXT_BYTES: Final = 2128
BOUND: Final = 600
GOAL: Final = 0.5


def fill(installation: Installation, count_: int) -> int:
    """So many more open rounds with envelopes; returns the id of a real one, to be closed."""
    opened = open_round(installation, schedule.OpenRound(1, OPENS, CLOSES))
    assert opened is not None
    with installation.database.connect() as connection:
        [real] = connection.execute(sa.select(RoundRow.__table__)).mappings()
        for number in range(2, count_ + 2):
            slot = real["slot"].replace(year=2026 + number)
            copied = {**real, "id": number, "number": number, "slot": slot}
            connection.execute(sa.insert(RoundRow), copied)
            connection.execute(sa.insert(EnvelopeRow), list(made_up(number)))
    return opened


def made_up(number: int) -> Iterator[dict[str, object]]:
    """The envelopes of a round: random bytes, as they are to whoever has no key."""
    for _ in range(ENVELOPES):
        yield {
            "round_id": number,
            "tag": secrets.token_bytes(TAG_BYTES),
            "ciphertext": secrets.token_bytes(_CIPHERTEXT_BYTES),
        }


@contextmanager
def clicking(database: Database, rounds: int, waits: list[float]) -> Iterator[None]:
    """One person after another who answers, each in another round, every few milliseconds."""
    stop = threading.Event()

    def click() -> None:
        for number in count():
            if stop.is_set():
                return
            round_id = 2 + number * 37 % rounds
            tag, sealed = secrets.token_bytes(TAG_BYTES), secrets.token_bytes(_CIPHERTEXT_BYTES)
            began = time.perf_counter()
            with database.connect_clicks() as connection:
                envelope = Envelope(round_id, tag, sealed)
                assert envelopes.write_envelopes(connection, [envelope]) == [True]
            waits.append(time.perf_counter() - began)
            time.sleep(0.005)

    thread = threading.Thread(target=click)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def rewrite(database: Database) -> None:
    """What every close did before."""
    if database.is_sqlite:
        with closing(database.engine.raw_connection()) as raw:
            raw.cursor().execute("VACUUM")
        return
    with database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.exec_driver_sql("VACUUM (FULL) envelope, seat, outbox")


def measure(installation: Installation, rounds: int, name: str, do: Callable[[], object]) -> None:
    waits: list[float] = []
    with clicking(installation.database, rounds, waits):
        time.sleep(0.3)
        began = time.perf_counter()
        do()
        took = time.perf_counter() - began
        time.sleep(0.3)
    waits.sort()
    print(
        f"  {name}: took {took:.2f} s; a click waited {waits[len(waits) // 2] * 1000:.0f} ms in "
        f"the middle, {waits[-1] * 1000:.0f} ms at most"
    )


def measure_database(name: str, rounds: int) -> None:
    with made_up_installation(name, 14) as (installation, clock):
        over = fill(installation, rounds)
        clock.set(CLOSES)
        print(f"{name}: beside {rounds} open rounds (goal on PostgreSQL: under {GOAL} s)")
        measure(installation, rounds, "nothing (baseline)", lambda: time.sleep(0.5))
        measure(installation, rounds, "a close", lambda: close_round(installation, over))
        measure(installation, rounds, "the nightly pass", lambda: clean_files(installation))
        database = installation.database
        measure(installation, rounds, "a rewrite (baseline)", lambda: rewrite(database))
        with database.read() as session:
            states = session.scalars(sa.select(RoundRow.state).distinct()).all()
        assert set(states) == {RoundStatus.OPEN, RoundStatus.CLOSED}


if __name__ == "__main__":
    with bounded(BOUND):
        for database in databases():
            for rounds in ROUNDS:
                measure_database(database, rounds)
