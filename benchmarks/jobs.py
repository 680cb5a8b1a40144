"""The job engine alone, on SQLite: `python -m benchmarks.jobs`.

How many jobs that do nothing it takes on and works off in a second, over many partitions, beside
the least that durable work takes: a row written, and its end. And how many statements it costs to
have nothing to do: those of pulse-bot for a tick and its heartbeats, beside a tick by a schedule of
DBOS's, and those of DBOS, which looks into its queues once a second: with nothing to do, and while
jobs wait in many partitions for a worker that runs as many as it may.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from benchmarks._running import bounded, scaled
from pulse_bot.engine import Engine, Pace
from pulse_bot.ports import Job

JOBS: Final = scaled(500, least=20)
PARTITIONS: Final = scaled(50, least=5)
ROUNDS: Final = scaled(3)
TICKS: Final = scaled(3)
WAITING: Final = scaled(1000, least=30)
"""Partitions, each with a job that waits."""
SECONDS: Final = float(scaled(6, least=2))
"""A tick, in the idle part: a tenth of the usual minute, and so are the others."""
SCHEDULED: Final = 8
"""Statements that a tick took as a schedule of DBOS 3.4, which also keeps three rows of each."""


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


def busy(folder: Path) -> float:
    """Jobs a second, from taking on the first to the end of the last: the median of some rounds."""
    left, done = [JOBS], threading.Event()
    lock = threading.Lock()

    def handle(_number: int) -> bool:
        with lock:
            left[0] -= 1
            if not left[0]:
                done.set()
        return False

    pace = Pace(tick=None, poll=0.05)
    engine = Engine(
        f"sqlite:///{folder / 'busy.db'}", {"job": handle}, lambda _now: [], RealClock(), pace=pace
    )
    engine.start()
    rates = []
    for number in range(ROUNDS):
        left[0] = JOBS
        done.clear()
        began = time.perf_counter()
        for job in range(JOBS):
            engine.enqueue(Job("job", (job,), f"{number}-{job}", str(job % PARTITIONS)))
        done.wait()
        rates.append(JOBS / (time.perf_counter() - began))
    engine.stop()
    return statistics.median(rates)


def bare(folder: Path) -> float:
    """Rows a second that are written and ended, each with a commit of its own."""
    with sqlite3.connect(folder / "bare.db", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE job (key INTEGER PRIMARY KEY, done INTEGER)")
        began = time.perf_counter()
        for number in range(JOBS):
            connection.execute("INSERT INTO job VALUES (?, 0)", (number,))
            connection.execute("UPDATE job SET done = 1 WHERE key = ?", (number,))
        seconds = time.perf_counter() - began
    connection.close()
    return JOBS / seconds


def idle(folder: Path) -> tuple[float, float]:
    """Statements a tick when nothing is due: ours, and those of DBOS."""
    counts = Counter[str]()

    def count(*_: object) -> None:
        counts["ours" if threading.current_thread().name.startswith("engine") else "dbos"] += 1

    pace = Pace(tick=SECONDS, poll=1.0, beat=SECONDS / 3)
    engine = Engine(f"sqlite:///{folder / 'idle.db'}", {}, lambda _now: [], RealClock(), pace=pace)
    engine.start()
    time.sleep(2.0)  # what the first second does, no other does
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    time.sleep(TICKS * SECONDS)
    sa.event.remove(sa.Engine, "before_cursor_execute", count)
    engine.stop()
    return counts["ours"] / TICKS, counts["dbos"] / (TICKS * SECONDS)


def waiting(folder: Path) -> float:
    """Statements a second while a job waits in each of many partitions, and no worker is free."""
    gate, counts = threading.Event(), Counter[str]()

    def count(*_: object) -> None:
        counts["dbos"] += not threading.current_thread().name.startswith("engine")

    def handle(_number: int) -> bool:
        gate.wait()
        return False

    engine = Engine(
        f"sqlite:///{folder / 'waiting.db'}",
        {"job": handle},
        lambda _now: [],
        RealClock(),
        pace=Pace(tick=None),
    )
    engine.start()
    for number in range(WAITING):
        engine.enqueue(Job("job", (number,), f"{number}", f"{number}"))
    time.sleep(4.0)  # until it runs as many as it may
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    time.sleep(SECONDS)
    sa.event.remove(sa.Engine, "before_cursor_execute", count)
    gate.set()
    engine.stop()
    return counts["dbos"] / SECONDS


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, bounded(300):
        rate, least = busy(Path(folder)), bare(Path(folder))
        ours, dbos = idle(Path(folder))
        crowded = waiting(Path(folder))
    print(f"{JOBS} jobs in {PARTITIONS} partitions: {rate:,.0f}/s, bare rows {least:,.0f}/s")
    print(
        f"Nothing to do: {ours:.0f} statements of ours a tick with its heartbeats (a schedule of "
        f"DBOS: {SCHEDULED}); {dbos:.0f} of DBOS a second, and {crowded:.0f} while {WAITING:,} "
        "partitions wait"
    )


if __name__ == "__main__":
    main()
