"""One installation: its folder, its clock, its database and keys, and its workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.servers import Disk, Postgres, Redis, free_port
from tests.forked import run_forked

WORKER = Path(__file__).with_name("worker.py")
Rows = list[tuple[Any, ...]]


@dataclass
class Installation:
    """pulse-bot in `folder`: on SQLite with one worker, or on PostgreSQL with two."""

    folder: Path
    database: str
    """ "sqlite" or "postgres"."""
    keys_in: str = "folder"
    """ "folder" or "redis"."""
    settings: dict[str, str] = field(default_factory=dict)
    """Where the platforms are, and the like: of every process."""
    broken: str = ""
    """Mistakes of `worker.BROKEN` that the workers make."""

    def __post_init__(self) -> None:
        self.disk = Disk(self.folder / "disk")
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None
        if self.database == "postgres":
            self.postgres = Postgres(self.disk.folder / "cluster", self.folder / "postgres.log")
        if self.keys_in == "redis":
            self.redis = Redis(self.folder / "redis.log")
        names = ["first"] if self.database == "sqlite" else ["first", "second"]
        self.workers = [Worker(self, name, number) for number, name in enumerate(names)]

    @property
    def data(self) -> Path:
        """Database file, keys, installation key: all that a copy needs, PostgreSQL apart."""
        return self.disk.folder / "data"

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return self.data / "keys"

    def start_servers(self) -> None:
        """PostgreSQL and Redis, where there are."""
        for server in (self.postgres, self.redis):
            if server is not None:
                server.start()

    def close(self) -> None:
        """End all that runs, and give the disk back."""
        for worker in self.workers:
            worker.kill()
        if self.redis is not None:
            self.redis.send(signal.SIGCONT)
            self.redis.end(signal.SIGKILL)
        if self.postgres is not None:
            self.postgres.end(signal.SIGQUIT)
        self.disk.close()

    # The clock

    def move_to(self, moment: datetime) -> None:
        """Set the clock of all processes; from there it goes on as clocks do."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()), encoding="ascii")
        fresh.replace(self.clock)

    def now(self) -> datetime:
        """What the moved clock says."""
        ahead = float(self.clock.read_text(encoding="ascii"))
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + ahead, UTC)

    @property
    def clock(self) -> Path:
        """The file with the seconds by which it is ahead."""
        return self.folder / "clock"

    # Commands

    def does(self, *words: str) -> str:
        """What a command prints that must succeed."""
        ended = self.tries(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def tries(self, *words: str) -> subprocess.CompletedProcess[str]:
        """How a command ends."""
        return run_forked(
            WORKER, str(self.clock), *words, env=self.environment("command", 9), cwd=self.folder
        )

    def do_all(self, commands: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
        """How commands end, one after another in one process, and what each prints."""
        ended = json.loads(self.does("--each", json.dumps(commands)))
        return [(int(code), str(printed)) for code, printed in ended]

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.does(*words, "--json"))

    def command(self, *words: str) -> list[str]:
        """The words of a command."""
        return [sys.executable, str(WORKER), str(self.clock), *words]

    def environment(self, name: str, number: int) -> dict[str, str]:
        """The settings of one process."""
        file = self.data / "pulse.db"
        store = self.redis.url if self.redis else str(self.keys)
        ours = {
            "DATABASE_URL": self.postgres.url if self.postgres else f"sqlite:///{file}",
            "KEY_STORE": store,
            "INSTALLATION_KEY_FILE": str(self.data / "installation.key"),
            "EXECUTOR_ID": name,
            "WEB__PORT": str(free_port()),
        }
        # Of two workers each listens to one platform, and writes to both.
        if len(self.workers) > 1 and number < len(self.workers):
            ours[f"{('TELEGRAM', 'SLACK')[number]}__LISTEN"] = "elsewhere"
        outside = {key: value for key, value in os.environ.items() if "PULSE_BOT" not in key}
        ours |= self.settings
        broken = {} if name == "command" else {"CHAOS_BROKEN": self.broken}
        return outside | broken | {f"PULSE_BOT_{key}": value for key, value in ours.items()}

    # What a thief sees

    def rows(self, query: str) -> Rows:
        """Rows of the database."""
        if self.postgres is not None:
            return [tuple(row) for row in self.postgres.query(query)]
        with closing(sqlite3.connect(f"file:{self.data / 'pulse.db'}?mode=ro", uri=True)) as file:
            return file.execute(query).fetchall()

    def change(self, statement: str) -> None:
        """Damage rows, as no pulse-bot does it."""
        if self.postgres is not None:
            # Whatever stands in the way of the damage is no part of the question.
            self.postgres.query(f"SET session_replication_role = replica; {statement}")
            return
        with closing(sqlite3.connect(self.data / "pulse.db", timeout=30)) as file:
            file.execute("PRAGMA ignore_check_constraints = ON")
            file.execute(statement)
            file.commit()

    def rounds_with_keys(self) -> set[int]:
        """The rounds whose key is in the key store."""
        if self.redis is not None:
            names = [bytes(one).decode() for one in self.redis.client().scan_iter("*:round:*")]
        else:
            names = [path.stem for path in self.keys.glob("round-*.key")]
        # Words that wait have keys beside these, "words-7": they may outlive their round.
        numbers = [name.rpartition("round:")[2].removeprefix("round-") for name in names]
        return {int(number) for number in numbers if number.isdecimal()}

    def said(self) -> str:
        """All that the workers logged."""
        logs = [worker.log for worker in self.workers if worker.log.exists()]
        return "\n".join(log.read_text(errors="replace") for log in logs)


@dataclass
class Worker:
    """One `pulse-bot run`."""

    installation: Installation
    name: str
    number: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it says; not on the small disk."""
        return self.installation.folder / f"{self.name}.log"

    @property
    def runs(self) -> bool:
        """Whether it is alive."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Begin, where it does not run."""
        if self.runs:
            return
        one = self.installation
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                one.command("run"), env=one.environment(self.name, self.number),
                cwd=one.folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """As a power cut does; what it draws with dies of the same."""
        if self.process is not None:
            _end_group(self.process)

    def stop(self) -> None:
        """As a service manager does, with its patience."""
        if self.process is None or not self.runs:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            _end_group(self.process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)


def copied(kept: Path, fresh: Installation, redis_keys: Mapping[bytes, bytes]) -> None:
    """Put what was kept of one installation into a fresh one, and start its servers."""
    shutil.copytree(kept / "data", fresh.data)
    if fresh.postgres is not None:
        Postgres(kept / "cluster", fresh.folder / "unused.log").copy_to(fresh.postgres.folder)
    fresh.start_servers()
    if fresh.redis is not None:
        fresh.redis.restore(dict(redis_keys))
