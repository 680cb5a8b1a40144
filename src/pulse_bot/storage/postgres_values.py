"""Moments, days and times of day that PostgreSQL keeps and Python has none of: nothing is read.

"infinity", a year before the first or behind the last, and 24:00 are values to PostgreSQL. Its
driver fails the whole query at one of them, and the rows beside it are other people's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    from psycopg.abc import Buffer, Loader

_TYPES: Final = ("timestamp", "date", "time")


def read_leniently(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Have a connection give None for what Python has no value for."""
    for name, loader in _lenient_loaders().items():
        connection.adapters.register_loader(name, loader)


@cache
def _lenient_loaders() -> dict[str, type[Loader]]:
    from psycopg import adapters, pq

    return {
        name: _make_lenient(adapters.get_loader(adapters.types[name].oid, pq.Format.TEXT))
        for name in _TYPES
    }


def _make_lenient(strict: type[Loader] | None) -> type[Loader]:
    from psycopg import DataError
    from psycopg.adapt import Loader as LoaderBase

    if strict is None:
        raise LookupError("The driver of PostgreSQL does not read this.")
    known: type[Loader] = strict

    class LenientLoader(LoaderBase):
        """The driver's own reading, which raises nothing here."""

        def __init__(self, oid: int, context: Any | None = None) -> None:
            super().__init__(oid, context)
            self._load = known(oid, context).load

        def load(self, data: Buffer) -> Any | None:
            """The value; None where Python has none."""
            try:
                return self._load(data)
            except DataError:
                return None

    return LenientLoader
