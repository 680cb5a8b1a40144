"""What tests of commands share: a folder that was set up by `init`, and a shell in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pulse_bot.cli import root

NAME = "Colne Valley"


@dataclass(frozen=True)
class Shell:
    """Types commands as an operator does, in one folder."""

    folder: Path

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


@pytest.fixture
def empty_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A folder with nothing in it. What a command does to logging is undone."""
    monkeypatch.chdir(tmp_path)
    top = logging.getLogger()
    before = (top.handlers[:], top.level)
    yield Shell(tmp_path)
    top.handlers[:], top.level = before


@pytest.fixture
def shell(empty_shell: Shell) -> Shell:
    """A folder that `init` was run in."""
    empty_shell.does("init", "--yes", "--data", "data")
    return empty_shell


@pytest.fixture
def people(shell: Shell) -> Shell:
    """A partnership of fourteen members of seven schools, with a programme."""
    lines = [f"Member {n:02},School {n % 7}" for n in range(14)]
    (shell.folder / "people.csv").write_text("\n".join(["name,organisation", *lines]))
    shell.does("partnership", "create", NAME)
    shell.does("member", "import", NAME, "people.csv")
    shell.does("programme", "set", NAME)
    return shell
