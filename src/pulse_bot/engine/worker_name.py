"""A worker's name is its own: two of one name would take up each other's jobs as their own.

On PostgreSQL a session holds a lock for as long as the worker lives, and the server takes it back
when it dies. An SQLite file has one process, which its own lock sees to.
"""

from __future__ import annotations

import contextlib
import zlib
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

_CLASS: Final = 7_311_906
"""Any number that no other program takes for its locks on this server."""
# A machine without power closes no connection: the server asks, and knows within a minute.
_NOTICE_THE_DEAD: Final = sa.text(
    "SELECT set_config('tcp_keepalives_idle', '20', false),"
    " set_config('tcp_keepalives_interval', '10', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)


class WorkerName:
    """The name of one worker, held or not."""

    def __init__(self, db: sa.Engine, name: str) -> None:
        """Nothing is opened before `hold`."""
        self._db = db
        self._lock = sa.select(
            sa.func.pg_try_advisory_lock(_CLASS, zlib.crc32(name.encode()) - 2**31)
        )
        self._session: sa.Connection | None = None

    def hold(self) -> bool:
        """Hold it, or go on holding it; False where another live worker has it."""
        if self._db.dialect.name == "sqlite" or self._is_held():
            return True
        session = self._db.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Not the pool's any more, which would give the lock back with the connection.
        session.detach()
        session.execute(_NOTICE_THE_DEAD)
        if not session.scalar(self._lock):
            session.close()
            return False
        self._session = session
        return True

    def release(self) -> None:
        """Let go of it. Repeating it is harmless."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(SQLAlchemyError):
                session.execute(sa.select(sa.func.pg_advisory_unlock_all()))
            session.close()

    def _is_held(self) -> bool:
        """Whether the session lives; where its server was restarted, the lock is gone with it."""
        if self._session is not None:
            try:
                self._session.execute(sa.select(1))
            except SQLAlchemyError:
                self.release()
        return self._session is not None
