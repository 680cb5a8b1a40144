"""A made-up installation for the benchmarks, on either database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa

from pulse_bot.app import assemble_installation
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import KEY_BYTES
from pulse_bot.domain.asking.calendar import parse_week_time
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.ports import Address
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_members,
    create_partnership,
)

PARTNERSHIP: Final = "Benchmark"
OPENS: Final = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
CLOSES: Final = OPENS + timedelta(hours=48, minutes=30)
SERVER: Final = "postgresql+psycopg://postgres@127.0.0.1:5432"


@contextmanager
def made_up_installation(database: str, members: int) -> Iterator[tuple[Installation, FixedClock]]:
    """An installation on "sqlite" or "postgresql" with a partnership of so many members."""
    clock = FixedClock(OPENS - timedelta(days=1))
    with TemporaryDirectory() as folder, database_url(database, Path(folder)) as url:
        make_key_folder(Path(folder) / "keys")
        keys = DirectoryKeyStore(Path(folder) / "keys")
        installation = assemble_installation(url, keys, secrets.token_bytes(KEY_BYTES), clock)
        create_partnership(installation, NewPartnership(PARTNERSHIP))
        people = ((NewMember(f"M{n}", f"S{n % 9}"), member_address(n)) for n in range(members))
        add_members(installation, PARTNERSHIP, people)
        themes = ("trust", "honesty", "accountability")
        set_programme(
            installation,
            PARTNERSHIP,
            Programme(themes, parse_week_time("Wed 15:30"), parse_week_time("Fri 16:00")),
        )
        clock.set(OPENS)
        try:
            yield installation, clock
        finally:
            installation.database.close()


def member_address(number: int) -> Address:
    """Where a made-up member lives."""
    return Address("fake", "", f"u{number}")


def databases() -> Iterator[str]:
    """Those that are there to be measured; says so where there is no PostgreSQL."""
    yield "sqlite"
    try:
        _server().connect().close()
    except sa.exc.OperationalError:
        print("postgresql: not measured, as there is no server on 127.0.0.1:5432")
    else:
        yield "postgresql"


def _server() -> sa.Engine:
    return sa.create_engine(
        f"{SERVER}/postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )


@contextmanager
def database_url(database: str, folder: Path) -> Iterator[str]:
    """Of a database on "sqlite" or "postgresql" that is new, and gone afterwards."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'pulse.db'}"
        return
    name = f"bench_{secrets.token_hex(6)}"
    server = _server()
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield f"{SERVER}/{name}"
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
