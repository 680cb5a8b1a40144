"""A real worker process: `python worker.py URL EXECUTOR [long]`. Stops at SIGTERM.

It notes its ticks and steps in a table that all workers share. With `long` it also takes on the
job number -1, whose step takes a minute unless it was begun before.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime

import sqlalchemy as sa

from pulse_bot.engine import Engine, Pace
from pulse_bot.ports import Job

PACE = Pace(tick=0.5, poll=0.05, beat=0.3, dead_after=2.0)

journal = sa.Table(
    "journal",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("executor", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


def main() -> None:
    """Work until told to stop."""
    url, executor, *more = sys.argv[1:]
    database, clock = sa.create_engine(url), RealClock()

    def note(what: str, number: int) -> None:
        row = {"executor": executor, "what": what, "number": number, "at": time.time()}
        with database.begin() as connection:
            connection.execute(sa.insert(journal).values(row))

    def begun(number: int) -> bool:
        mine = (journal.c.what == "step") & (journal.c.number == number)
        with database.begin() as connection:
            return bool(connection.scalar(sa.select(sa.func.count()).where(mine)))

    def long(number: int) -> bool:
        again = begun(number)
        note("step", number)
        if not again:
            time.sleep(60)
        return False

    def short(number: int) -> bool:
        note("step", number)
        return False

    def tick(now: datetime) -> list[Job]:
        number = int(1000 * now.timestamp())
        note("tick", number)
        long = [Job("long", (-1,), "long", "north")] if more else []
        return [*long, Job("short", (number,), f"short-{number}", str(number % 3))]

    engine = Engine(
        url, {"long": long, "short": short}, tick, clock, executor_id=executor, pace=PACE
    )
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    engine.start()
    note("started", os.getpid())
    asked.wait(100)
    engine.stop()


if __name__ == "__main__":
    main()
