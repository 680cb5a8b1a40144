"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.databases import EmptyPostgres, PostgresCopies, fresh_postgres
from tests.engine.scene import Scene, used_engine


@pytest.fixture(scope="session")
def postgres_used() -> Iterator[PostgresCopies]:
    """Copies of a database that an engine has used."""
    with fresh_postgres() as url:
        with Scene(url).running():
            pass
        with closing(PostgresCopies(url)) as copies:
            yield copies


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, of either kind, with no job in it."""
    if request.param == "sqlite":
        yield used_engine(tmp_path)
    else:
        copies: PostgresCopies = request.getfixturevalue("postgres_used")
        with copies.copy() as made:
            yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that nothing was ever done with."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'engine.db'}"
    else:
        empty: EmptyPostgres = request.getfixturevalue("empty_postgres")
        with empty.take() as made:
            yield made
