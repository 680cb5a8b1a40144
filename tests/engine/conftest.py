"""Fixtures of the engine's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.databases import PostgresCopies, fresh_postgres
from tests.engine.scene import Scene


def _used_once(url: str) -> None:
    """A first start makes tables, and sees its queue a second late: once is enough for all."""
    with Scene(url).running():
        pass


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that an engine has used."""
    file = tmp_path_factory.mktemp("template") / "engine.db"
    _used_once(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_used() -> Iterator[PostgresCopies]:
    """Copies of a database that an engine has used."""
    with fresh_postgres() as url:
        _used_once(url)
        with closing(PostgresCopies(url)) as copies:
            yield copies


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, of either kind, with no job in it."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "engine.db")
        yield f"sqlite:///{tmp_path / 'engine.db'}"
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
        with fresh_postgres() as made:
            yield made
