"""The engine's database, who is alive in the cluster, whose turn it is, and what recurs.

Two small tables beside those of DBOS: a heartbeat a worker, and the last turns that somebody took.
What they mean is judged in `watching`. No DBOS here, and nothing of a partnership. It is what the
open version of DBOS leaves to others:

- nobody notices that a worker is dead; only its own restart takes up its work;
- its schedules know no clock but the machine's, fire up to six seconds late, and write three rows
  down for each tick, where a turn is one UPDATE;
- its SQLite is not set durable, nor in WAL, and tells whole seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from pulse_bot.engine.watching import Turn
from pulse_bot.engine.worker_name import WorkerName

_log = logging.getLogger(__name__)

SCHEMA: Final = "dbos"
"""The engine's schema on PostgreSQL; on SQLite it has a file instead."""

CONNECTIONS: Final = 20
"""The most that DBOS may have open in a process: for its jobs, and for its own threads."""
_KEPT_OPEN: Final = 10
_PULSE_CONNECTIONS: Final = 3
"""Beside those, for heartbeats and turns: no job may make a worker look dead."""

_TURN_NAMES: Final = ("tick", "reap", "purge")
# Any constant does: it keeps two workers that start together from making the same table.
_SETUP_LOCK: Final = 7_311_905

_tables = sa.MetaData()
_workers = sa.Table(
    "pulse_worker",
    _tables,
    sa.Column("executor", sa.Text, primary_key=True),
    sa.Column("beat_at", sa.BigInteger, nullable=False),
)
# Not "pulse_turn", which older versions made without a count.
_turns = sa.Table(
    "pulse_claim",
    _tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("claims", sa.BigInteger, nullable=False),
)


class Cluster:
    """One worker's view of the others. Every method is one short transaction."""

    def __init__(self, url: str, executor_id: str) -> None:
        """`url` is SQLAlchemy's. Nothing is opened before `prepare`."""
        self.db = _create_engine(sa.make_url(url), CONNECTIONS)
        self._pulse = _create_engine(sa.make_url(url), _PULSE_CONNECTIONS)
        self.own_name = WorkerName(self._pulse, executor_id)
        self._own_row = _workers.c.executor == executor_id
        self._executor_id = executor_id

    def create_tables(self) -> None:
        """Make what is missing. Deleting these tables loses nothing that matters."""
        with self._pulse.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SETUP_LOCK)))
                connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            _tables.create_all(connection)
            existing = set(connection.execute(sa.select(_turns.c.name)).scalars())
            for name in set(_TURN_NAMES) - existing:
                connection.execute(sa.insert(_turns).values(name=name, number=-1, claims=0))

    def record_heartbeat(self) -> dict[str, int]:
        """Say that this worker is alive; returns everybody's last beat.

        A beat is a time to whoever reads the table, and to us a number that changes.
        """
        with self._pulse.begin() as connection:
            beat = sa.update(_workers).where(self._own_row).values(beat_at=self._epoch_seconds())
            if connection.execute(beat).rowcount == 0:
                row = {"executor": self._executor_id, "beat_at": self._epoch_seconds()}
                connection.execute(sa.insert(_workers).values(row))
            rows = connection.execute(sa.select(_workers.c.executor, _workers.c.beat_at))
            return {row.executor: row.beat_at for row in rows}

    def sign_off(self) -> None:
        """Say that this worker stops, so that others need not wait until it counts as dead."""
        with self._pulse.begin() as connection:
            connection.execute(sa.delete(_workers).where(self._own_row))

    def forget_silent(self, seconds: float) -> None:
        """Drop the workers that have been silent for so many seconds."""
        with self._pulse.begin() as connection:
            connection.execute(
                sa.delete(_workers).where(_workers.c.beat_at < self._epoch_seconds(seconds))
            )

    def read_turn(self, name: str) -> Turn:
        """A turn as it was last taken."""
        query = sa.select(_turns.c.number, _turns.c.claims).where(_turns.c.name == name)
        with self._pulse.begin() as connection:
            return Turn(*connection.execute(query).one())

    def claim_turn(self, name: str, seen: Turn, number: int) -> Turn | None:
        """Take a turn that nobody has taken since it was seen; None where somebody has."""
        # Compare-and-set: the other runners are the other workers' ticks.
        claim = sa.update(_turns).where(_turns.c.name == name, _turns.c.claims == seen.claims)
        taken = Turn(number, seen.claims + 1)
        with self._pulse.begin() as connection:
            values = {"number": taken.number, "claims": taken.claims}
            won = connection.execute(claim.values(values)).rowcount == 1
        return taken if won else None

    def close(self) -> None:
        """Give every connection back."""
        self.own_name.release()
        self.db.dispose()
        self._pulse.dispose()

    def _epoch_seconds(self, seconds_ago: float = 0.0) -> sa.ColumnElement[int]:
        """Seconds by the database's clock: those of two machines may differ."""
        if self.db.dialect.name == "sqlite":
            return sa.literal(int(time.time() - seconds_ago), sa.BigInteger)
        epoch = sa.func.extract("epoch", sa.func.clock_timestamp())
        return sa.cast(epoch, sa.BigInteger) - int(seconds_ago)


class RecurringThreads:
    """Work that recurs in threads of its own until `stopping` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        """None yet."""
        self._stopping = stopping
        self._threads: list[threading.Thread] = []

    def run_every(self, seconds: float, work: Callable[[], None]) -> None:
        """Do it again and again. A failure is logged, and over by the next time."""

        def loop() -> None:
            while not self._stopping.wait(seconds):
                run_guarded(work)

        thread = threading.Thread(target=loop, name=f"engine{work.__name__}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def join_all(self, seconds: float) -> None:
        """Wait for each to end, so long at most."""
        for thread in self._threads:
            thread.join(timeout=seconds)
        self._threads.clear()


def run_guarded(work: Callable[[], None]) -> None:
    """Do it; a failure is logged, and nobody else's."""
    try:
        work()
    except Exception:
        _log.exception("The engine's %s failed; it is tried again.", work.__name__.strip("_"))


def _create_engine(url: sa.URL, connections: int) -> sa.Engine:
    kept = min(connections, _KEPT_OPEN)
    pool = {"pool_size": kept, "max_overflow": connections - kept}
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, hide_parameters=True, **pool)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        return engine
    # A frozen worker would otherwise hold its row locks, and with them the reaper, for ever.
    options = {"options": "-c idle_in_transaction_session_timeout=60000"}
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args=options, **pool
    )
    return engine.execution_options(schema_translate_map={None: SCHEMA})


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # DBOS relies on this: two that read before they write would otherwise not see one another.
    connection.isolation_level = "IMMEDIATE"
    for pragma in (
        "busy_timeout = 30000",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # DBOS asks for the time by the first on Python 3.11, in whole seconds, so that jobs of one
    # second would run in any order; and by the second from 3.12 on, which SQLite has since 3.42.
    connection.create_function("strftime", 2, lambda _format, _when: time.time())
    connection.create_function("unixepoch", 1, lambda _modifier: time.time())
