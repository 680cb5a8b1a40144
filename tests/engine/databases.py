"""Databases for tests: each test makes its own and drops it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

SERVER = sa.make_url("postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@contextmanager
def fresh_postgres(template: str = "template1") -> Iterator[str]:
    """The URL of a new database. Skips the test, and says so, where there is no server."""
    server = sa.create_engine(
        SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"pulse_engine_{secrets.token_hex(6)}"
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    except sa.exc.OperationalError:
        server.dispose()
        pytest.skip("No PostgreSQL server on 127.0.0.1:5432.")
    try:
        yield SERVER.set(database=name).render_as_string()
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
