"""What a thief of the database sees: raw bytes, every row of every table, each copy of a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pulse_bot.storage.database import Database

PAGE = 4096
"""Bytes of a page of SQLite's files, and its log's frames are a page with a head of 24."""

Row = tuple[object, ...]
Contents = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Copy:
    """SQLite's files as they were at one moment, with the log."""

    file: Path

    @classmethod
    def of(cls, file: Path, folder: Path) -> Copy:
        """Copy the files as a backup of the disk would, while the database is in use."""
        folder.mkdir()
        for path in file.parent.glob(file.name + "*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder)
        return cls(folder / file.name)

    def pages(self) -> list[bytes]:
        """Every page of the file, and of the log."""
        held = self.file.read_bytes()
        log = self.file.with_name(self.file.name + "-wal")
        frames = log.read_bytes()[32:] if log.exists() else b""
        step = PAGE + 24
        return [held[at : at + PAGE] for at in range(0, len(held), PAGE)] + [
            frames[at + 24 : at + step] for at in range(0, len(frames), step)
        ]

    def contents(self) -> Contents:
        """Every row of every table."""
        database = Database(f"sqlite:///{self.file}")
        found = contents(database)
        database.close()
        return found


def contents(database: Database) -> Contents:
    """Every row of every table as it can be read, with PostgreSQL's own notes beside it."""
    hidden = "" if database.is_sqlite else "xmin::text, ctid::text, "
    with database.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {
            name: sorted(
                connection.execute(sa.text(f'SELECT {hidden}* FROM "{name}"')),  # noqa: S608 - no value from outside
                key=repr,
            )
            for name in names
        }


def beside(pages: Iterable[bytes], near: Sequence[bytes], words: Sequence[bytes]) -> set[bytes]:
    """Which words stand on a page that also holds one of `near`."""
    return {
        word for page in pages if any(one in page for one in near) for word in words if word in page
    }


def held(path: Path, traces: Sequence[bytes]) -> list[bytes]:
    """Which traces a database's files still hold: the file, its log, its free pages."""
    whole = b"".join(one.read_bytes() for one in sorted(path.parent.glob(path.name + "*")))
    return [trace for trace in traces if trace in whole]


def held_by_server(database: Database, traces: Sequence[bytes]) -> list[bytes]:
    """Which traces PostgreSQL's tables still hold: dead rows, values out of line."""
    tables = ("envelope", "seat", "outbox", "waiting_comment", "tally")
    paths = sa.text(
        "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relname = ANY(:names)"
        " OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relname = ANY(:names))"
    )
    read = sa.text("SELECT pg_read_binary_file(:path)")
    with database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.execute(sa.text("CHECKPOINT"))
        found = autocommit.scalars(paths, {"names": list(tables)}).all()
        whole = b"".join(bytes(autocommit.scalar(read, {"path": path}) or b"") for path in found)
    return [trace for trace in traces if trace in whole]
