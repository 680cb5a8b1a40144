"""Fixtures of the tests of stories: these are many and short.

They run on SQLite. On PostgreSQL as well run those that are marked `both_databases`: races, the
closing, and so many more that each statement of the use cases is sent to it by some test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from pulse_bot.sending import jobs
from pulse_bot.sending.courier import Courier, RetryPolicy
from pulse_bot.usecases.context import Installation
from tests.engine.databases import PostgresCopies
from tests.made_up import recording, set_up_file
from tests.usecases.scene import Talk


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that is away is asked again at once: how long is waited is the delivery's own."""
    monkeypatch.setattr(jobs, "Courier", partial(Courier, RetryPolicy(pauses=(0.01, 0.01))))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which databases a test runs on."""
    if "database_url" not in metafunc.fixturenames:
        return
    twin = [pytest.param("postgres", marks=pytest.mark.postgres)]
    both = metafunc.definition.get_closest_marker("both_databases") is not None
    metafunc.parametrize("database_url", ["sqlite", *(twin if both else [])], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the kind given above, with every table and no row."""
    if request.param == "sqlite":
        file = tmp_path / "pulse-bot.db"
        file.write_bytes(set_up_file())
        yield f"sqlite:///{file}"
    else:
        copies: PostgresCopies = request.getfixturevalue("postgres_copies")
        with copies.copy() as url:
            yield url


@pytest.fixture
async def talk(made: Installation) -> AsyncIterator[Talk]:
    """What adapters are given, on a database of either kind."""
    async with recording(made) as record:
        yield Talk(made, record)
