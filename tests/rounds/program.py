"""pulse-bot as people run it: real processes in a folder of their own, on a clock that is moved."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.forked import run_forked

MOVED_CLOCK = Path(__file__).with_name("moved_clock.py")


@dataclass
class Program:
    """One installation in `folder`, with settings from the environment."""

    folder: Path
    settings: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.move_to(datetime.now(UTC))

    def move_to(self, moment: datetime) -> None:
        """Set the clock of all processes; from there it goes on as clocks do."""
        ahead = (moment - datetime.now(UTC)).total_seconds()
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(ahead), encoding="ascii")
        # Another process never reads half of it.
        fresh.replace(self._clock)

    def does(self, *words: str) -> str:
        """What a command prints that must succeed."""
        ended = run_forked(
            MOVED_CLOCK, str(self._clock), *words, env=self._environment(), cwd=self.folder
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.does(*words, "--json"))

    def start(self) -> None:
        """Begin to run."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(MOVED_CLOCK), str(self._clock), "run"],
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """As a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=60)

    def stop(self) -> None:
        """As a service manager does; it must end by itself."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(timeout=60) == 0, self.log.read_text()
        finally:
            self.process.kill()

    async def partnership(self, name: str) -> str:
        """Create one with a programme of its own; returns the code that links a chat."""
        created = await asyncio.to_thread(self.does, "partnership", "create", name)
        await asyncio.to_thread(self.does, "programme", "set", name)
        [code] = re.findall(r"/pulse link (g1-[a-z0-9]+)", created)
        return str(code)

    def envelopes(self) -> int:
        """How many sealed answers are kept."""
        [[count]] = self._rows("SELECT count(*) FROM envelope")
        return int(count)

    def asked(self) -> set[str]:
        """Whose question cards are written down as sent, by the platform's ids."""
        return {
            user
            for (user,) in self._rows(
                "SELECT user FROM outbox WHERE kind = 'card' AND state = 'sent'"
            )
        }

    def unsent(self) -> int:
        """How many question cards are not written down as sent."""
        [[count]] = self._rows(
            "SELECT count(*) FROM outbox WHERE kind = 'card' AND state <> 'sent'"
        )
        return int(count)

    def is_in_the_log(self, words: str) -> bool:
        """Whether the running processes have said this."""
        return words in self.log.read_text()

    def _rows(self, query: str) -> list[Any]:
        # For reading alone: whatever a killed process left is for the next one to tidy up.
        database = sqlite3.connect(f"file:{self.folder / 'data' / 'pulse.db'}?mode=ro", uri=True)
        with closing(database):
            return database.execute(query).fetchall()

    @property
    def log(self) -> Path:
        """Everything that the running processes said."""
        return self.folder / "run.log"

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if "PULSE_BOT" not in name}
        return {**ours, **self.settings}
