"""What every test may rely on: an environment without settings of ours, in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.databases import fresh_postgres

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation


@pytest.fixture(autouse=True)
def no_settings_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """No PULSE_BOT_… variable, and a home of its own: nothing here reads or writes a real one."""
    for name in [name for name in os.environ if name.upper().startswith("PULSE_BOT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    return home


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own, of either kind, for the state of pulse-bot."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'pulse-bot.db'}"
    else:
        with fresh_postgres() as url:
            yield url


@pytest.fixture
def made(database_url: str) -> Iterator[Installation]:
    """An installation on such a database, with its keys in memory and its clock at rest."""
    from tests.made_up import installation

    one = installation(database_url)
    yield one
    one.database.close()
