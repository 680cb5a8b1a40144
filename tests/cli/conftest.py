"""What tests of commands share: a folder that was set up by `init`, and a shell in it."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pulse_bot.cli import root
from pulse_bot.config import places, plugins
from pulse_bot.config.settings import load_settings
from tests.made_up import set_up_file

NAME = "Colne Valley"


@dataclass(frozen=True)
class Shell:
    """Types commands as an operator does, in one folder."""

    folder: Path

    @property
    def keys(self) -> Path:
        """The folder of the key store."""
        return Path(load_settings().key_store.get_secret_value())

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(root, words)

    def does(self, *words: str) -> str:
        """What a command prints that must succeed."""
        ended = self(*words)
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.does(*words, "--json"))

    def fails(self, *words: str, code: int = 1) -> str:
        """What a command says that must be refused: an error, and nothing else."""
        ended = self(*words)
        assert ended.exit_code == code, ended.output
        assert ended.stdout == ""
        # Anything else would be a mistake of ours, with a traceback.
        assert isinstance(ended.exception, SystemExit), ended.exception
        return ended.stderr


@pytest.fixture(autouse=True)
def packages_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All packages that are installed are looked through once, not by each command of each test."""
    monkeypatch.setattr(
        plugins, "entry_points", lambda group: _find_entries(group, tuple(sys.path))
    )


@cache
def _find_entries(group: str, _path: tuple[str, ...]) -> EntryPoints:
    return entry_points(group=group)


@pytest.fixture
def empty_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A folder with nothing in it. What a command does to logging is undone."""
    monkeypatch.chdir(tmp_path)
    top = logging.getLogger()
    before = (top.handlers[:], top.level)
    yield Shell(tmp_path)
    top.handlers[:], top.level = before


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `init` was run in, to copy, with the database that a first command makes."""
    folder = tmp_path_factory.mktemp("set-up")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for kind in ("config", "state"):
            patch.setenv(f"XDG_{kind.upper()}_HOME", str(folder / kind))
        patch.setattr(places, "RUN", folder / "run")
        Shell(folder).does("init", "--yes", "--data", "data")
    (folder / "data" / "pulse.db").write_bytes(set_up_file())
    return folder


@pytest.fixture(scope="session")
def people_once(set_up_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a partnership in it, to copy."""
    folder = copied(set_up_once, tmp_path_factory.mktemp("people"))
    lines = [f"Member {n:02},School {n % 7}" for n in range(14)]
    (folder / "people.csv").write_text("\n".join(["name,organisation", *lines]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        shell = Shell(folder)
        shell.does("partnership", "create", NAME)
        shell.does("member", "import", NAME, "people.csv")
        shell.does("programme", "set", NAME)
    return folder


def copied(template: Path, folder: Path) -> Path:
    """A folder like the template, whose settings name its own files."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    settings = folder / "pulse-bot.toml"
    settings.write_text(settings.read_text().replace(str(template), str(folder)))
    return folder


@pytest.fixture
def shell(empty_shell: Shell, set_up_once: Path) -> Shell:
    """A folder that `init` was run in."""
    copied(set_up_once, empty_shell.folder)
    return empty_shell


@pytest.fixture
def people(empty_shell: Shell, people_once: Path) -> Shell:
    """A partnership of fourteen members of seven schools, with a programme."""
    copied(people_once, empty_shell.folder)
    return empty_shell
