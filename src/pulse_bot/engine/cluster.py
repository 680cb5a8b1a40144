"""The engine's database, who is alive in the cluster, whose turn it is, and what recurs.

Two small tables beside those of DBOS: a heartbeat a worker, and the number of the last tick that
somebody took. No DBOS here, and nothing of a partnership. It is what the open version of DBOS
leaves to others:

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

_log = logging.getLogger(__name__)

SCHEMA: Final = "dbos"
"""The engine's schema on PostgreSQL; on SQLite it has a file instead."""

_TURN_NAMES: Final = ("tick", "purge")
# Any constant does: it keeps two workers that start together from making the same table.
_SETUP_LOCK: Final = 7_311_905

_tables = sa.MetaData()
_workers = sa.Table(
    "pulse_worker",
    _tables,
    sa.Column("executor", sa.Text, primary_key=True),
    sa.Column("beat_at", sa.BigInteger, nullable=False),
)
_turns = sa.Table(
    "pulse_turn",
    _tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)


class Cluster:
    """One worker's view of the others. Every method is one short transaction."""

    def __init__(self, url: str, executor_id: str) -> None:
        """`url` is SQLAlchemy's. Nothing is opened before `prepare`."""
        self.db = _create_engine(sa.make_url(url))
        self._own_row = _workers.c.executor == executor_id
        self._executor_id = executor_id

    def create_tables(self) -> None:
        """Make what is missing. Deleting these tables loses nothing that matters."""
        with self.db.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SETUP_LOCK)))
                connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            _tables.create_all(connection)
            existing = set(connection.execute(sa.select(_turns.c.name)).scalars())
            for name in set(_TURN_NAMES) - existing:
                connection.execute(sa.insert(_turns).values(name=name, number=-1))

    def record_heartbeat(self) -> None:
        """Say that this worker is alive."""
        with self.db.begin() as connection:
            beat = sa.update(_workers).where(self._own_row).values(beat_at=self._epoch_seconds())
            if connection.execute(beat).rowcount == 0:
                row = {"executor": self._executor_id, "beat_at": self._epoch_seconds()}
                connection.execute(sa.insert(_workers).values(row))

    def sign_off(self) -> None:
        """Say that this worker stops, so that others need not wait until it counts as dead."""
        with self.db.begin() as connection:
            connection.execute(sa.delete(_workers).where(self._own_row))

    def list_alive(self, seconds: float) -> frozenset[str]:
        """The workers that were heard of in the last so many seconds."""
        fresh = sa.select(_workers.c.executor).where(
            _workers.c.beat_at >= self._epoch_seconds(seconds)
        )
        with self.db.begin() as connection:
            return frozenset(connection.execute(fresh).scalars())

    def forget_silent(self, seconds: float) -> None:
        """Drop the workers that have been silent for so many seconds."""
        with self.db.begin() as connection:
            connection.execute(
                sa.delete(_workers).where(_workers.c.beat_at < self._epoch_seconds(seconds))
            )

    def claim_turn(self, turn: str, number: int) -> bool:
        """Whether this worker is the one that takes the turn with this number."""
        # Compare-and-set: the other runners are the other workers' ticks.
        higher = sa.update(_turns).where(_turns.c.name == turn, _turns.c.number < number)
        with self.db.begin() as connection:
            return connection.execute(higher.values(number=number)).rowcount == 1

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


def _create_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, hide_parameters=True)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        return engine
    # A frozen worker would otherwise hold its row locks, and with them the reaper, for ever.
    options = {"options": "-c idle_in_transaction_session_timeout=60000"}
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, connect_args=options
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
