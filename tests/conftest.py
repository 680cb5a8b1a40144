"""What every test may rely on: an environment without settings of ours, in a folder of its own."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.engine.databases import EmptyPostgres, PostgresCopies, fresh_postgres
from tests.statements import compile_once

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation


settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
"""On a busy machine an example takes as long as it takes."""

compile_once()


SLOW = (
    "rounds",
    "chaos/test_short.py",
    "benchmarks/test_benchmarks.py",
    "engine/test_chaos.py",
    "attacks/test_keys_beside.py",
    "cli/test_run.py",
    "engine/test_cluster.py",
)
"""Where tests take ten seconds or more each, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones come first and are dealt out: at the end no worker is alone with one.

    Each worker is given one run of the list to begin with, and the last part of another's run when
    its own is done.
    """
    here = Path(__file__).parent
    places = {here / place: number for number, place in enumerate(SLOW)}
    numbers = [
        next((places[path] for path in (item.path, item.path.parent) if path in places), len(SLOW))
        for item in items
    ]
    slow = sorted(
        (n for n, number in enumerate(numbers) if number < len(SLOW)), key=numbers.__getitem__
    )
    quick = iter([item for item, number in zip(items, numbers, strict=True) if number == len(SLOW)])
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        hand = [items[n] for n in slow[worker::workers]]
        share = (len(items) - len(dealt)) // (workers - worker)
        dealt += [*hand, *islice(quick, max(0, share - len(hand)))]
    items[:] = [*dealt, *quick]


def pytest_collection_finish() -> None:
    """What thousands of tests are made of stays: no collection of garbage looks through it again.

    A picture that is drawn collects its own, which would take half a second in this process.
    """
    gc.collect()
    gc.freeze()
    # What a test makes is looked through less often, too: most of it is gone by then.
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders, one a test. To number thousands of them pytest would look through all, each time."""
    top = tmp_path_factory.mktemp("homes")
    return (top / str(number) for number in count())


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, homes: Iterator[Path]) -> Path:
    """No PULSE_BOT_… variable, and a home of its own: nothing here reads or writes a real one."""
    for name in [name for name in os.environ if name.upper().startswith("PULSE_BOT_")]:
        monkeypatch.delenv(name)
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("data", "config", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    monkeypatch.setattr("pulse_bot.config.places.RUN", home / "run")
    return home


@pytest.fixture(autouse=True)
def levels_of_logging() -> Iterator[None]:
    """What a test, or a server that it starts, does to the levels of loggers ends with it."""
    before = {name: one.level for name, one in _loggers()}
    yield
    for name, one in _loggers():
        level = before.get(name, logging.NOTSET)
        # To set a level, even the same one, makes every logger forget what it knows.
        if one.level != level:
            one.setLevel(level)


def _loggers() -> list[tuple[str, logging.Logger]]:
    there = logging.root.manager.loggerDict.items()
    return [
        ("", logging.root),
        *((name, one) for name, one in there if isinstance(one, logging.Logger)),
    ]


@pytest.fixture(scope="session")
def empty_postgres() -> Iterator[EmptyPostgres]:
    """Databases without a table, that go from one test to the next."""
    with closing(EmptyPostgres()) as empty:
        yield empty


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, of either kind, that nothing was ever done with."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'pulse-bot.db'}"
    else:
        empty: EmptyPostgres = request.getfixturevalue("empty_postgres")
        with empty.take() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_copies() -> Iterator[PostgresCopies]:
    """Databases with every table of pulse-bot and no row, that go from one test to the next."""
    from tests.made_up import installation

    with fresh_postgres() as url:
        installation(url).database.close()
        with closing(PostgresCopies(url)) as copies:
            yield copies


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, of either kind, with every table of pulse-bot and no row."""
    from tests.made_up import set_up_file

    if request.param == "sqlite":
        file = tmp_path / "pulse-bot.db"
        file.write_bytes(set_up_file())
        yield f"sqlite:///{file}"
    else:
        copies: PostgresCopies = request.getfixturevalue("postgres_copies")
        with copies.copy() as url:
            yield url


@pytest.fixture
def made(database_url: str) -> Iterator[Installation]:
    """An installation on such a database, with its keys in memory and its clock at rest."""
    from tests.made_up import installation

    one = installation(database_url)
    yield one
    one.database.close()
