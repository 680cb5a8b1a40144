"""What a county runs on: a database, a Redis that writes nothing, two workers as processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa

from benchmarks._made_up import database_url
from pulse_bot.crypto.key_stores import make_installation_key

TELEGRAM_TOKEN: Final = "12345:" + "a" * 35
TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a processor, of all workers, of what draws for them, and of the database."""

    workers: float
    drawing: float
    database: float

    def since(self, before: Spent) -> Spent:
        """What was spent after `before`."""
        return Spent(
            self.workers - before.workers,
            self.drawing - before.drawing,
            self.database - before.database,
        )

    @property
    def serving(self) -> float:
        """All but the drawing."""
        return self.workers + self.database

    @property
    def all(self) -> float:
        """The drawing, too."""
        return self.serving + self.drawing


@dataclass
class Worker:
    """One `pulse-bot run`, and the most memory that was seen of it, in MiB."""

    name: str
    process: subprocess.Popen[bytes]
    counts: Path
    most_memory: int = 0
    most_with_drawing: int = 0

    def queries(self) -> Counter[str]:
        """Statements so far."""
        return Counter(json.loads(self.counts.read_text(encoding="ascii") or "{}"))

    def spent(self) -> tuple[float, float]:
        """Seconds of a processor so far: its own, and those of processes that draw for it."""
        own, ended = _processor_seconds(self.process.pid)
        living = sum(sum(_processor_seconds(child)) for child in _children(self.process.pid))
        return own, ended + living

    def look_at_memory(self) -> None:
        """Remember what it has now, alone and together with the processes that draw for it."""
        pid = self.process.pid
        own = _resident(pid)
        drawing = sum(_resident(child) for child in _children(pid))
        self.most_memory = max(self.most_memory, own)
        self.most_with_drawing = max(self.most_with_drawing, own + drawing)


@dataclass
class Installed:
    """A folder with keys and a clock, a database, and who works on them."""

    folder: Path
    database: str
    redis: str
    workers: list[Worker] = field(default_factory=list)

    def move_clock(self, moment: datetime) -> float:
        """Set the clock of all workers; returns when, on the monotonic clock, it is that time."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()), encoding="ascii")
        fresh.replace(self._clock)
        return time.monotonic()

    def start_worker(self, name: str, base: str) -> Worker:
        """Begin to run; only the first listens to Telegram, as only one may."""
        here = f"{base}/{name}"
        settings = {
            "DATABASE_URL": self.database,
            "KEY_STORE": self.redis,
            "INSTALLATION_KEY_FILE": str(self.key_file),
            "EXECUTOR_ID": name,
            "TELEGRAM__TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM__BASE_URL": f"{here}/bot",
            "TELEGRAM__BASE_FILE_URL": f"{here}/bot",
            "TELEGRAM__LISTEN": "elsewhere" if self.workers else "polling",
            "SLACK__CLIENT_ID": "1.1",
            "SLACK__CLIENT_SECRET": "county",
            "SLACK__APP_TOKEN": "xapp-county",
            "SLACK__BASE_URL": f"{here}/api/",
            # Where a workspace would install the app; nobody comes.
            "WEB__PORT": "0",
            "WEB__PUBLIC_URL": "https://county.example",
        }
        ours = {name: value for name, value in os.environ.items() if "PULSE_BOT" not in name}
        environment = ours | {f"PULSE_BOT_{name}": value for name, value in settings.items()}
        counts = self.folder / f"{name}.counts"
        counts.write_text("{}", encoding="ascii")
        program = str(Path(__file__).with_name("_county_worker.py"))
        # Without this folder in its path, where our names would hide those of libraries.
        command = [sys.executable, "-P", program, str(self._clock), str(counts), "run"]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log
            )
        self.workers.append(Worker(name, process, counts))
        return self.workers[-1]

    def queries(self) -> Counter[str]:
        """Statements of all workers so far."""
        return sum((worker.queries() for worker in self.workers), Counter())

    def spent(self) -> Spent:
        """What everything has taken so far."""
        workers = [worker.spent() for worker in self.workers]
        server = sa.create_engine(self.database)
        with server.connect() as connection:
            ours = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            sessions = list(connection.execute(sa.text(ours)).scalars())
        server.dispose()
        database = sum(_processor_seconds(session)[0] for session in sessions)
        return Spent(sum(own for own, _ in workers), sum(drew for _, drew in workers), database)

    def warnings(self) -> Counter[str]:
        """What the workers warned of, and how often."""
        text = "".join(file.read_text(errors="replace") for file in self.folder.glob("*.log"))
        lines = [line for line in text.splitlines() if "level=warning" in line or "=error" in line]
        return Counter(line.partition('says="')[2].partition('"')[0][:110] for line in lines)

    def last_words(self) -> str:
        """The ends of the workers' logs."""
        return " ".join(
            file.read_text(errors="replace")[-500:] for file in self.folder.glob("*.log")
        )

    @property
    def key_file(self) -> Path:
        """The installation's key."""
        return self.folder / "installation.key"

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"


@contextmanager
def installed_county() -> Iterator[Installed]:
    """All of it, and nothing left of it afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        database = stack.enter_context(database_url("postgresql", folder))
        redis = stack.enter_context(_running_redis())
        county = Installed(folder, database, redis)
        make_installation_key(county.key_file)
        try:
            yield county
        finally:
            for worker in county.workers:
                worker.process.kill()
                worker.process.wait()


@contextmanager
def _running_redis() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for_port(int(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.kill()


def _wait_for_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("redis-server does not answer.")


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE // 2**20
    except (OSError, IndexError):
        return 0


def _processor_seconds(pid: int) -> tuple[float, float]:
    """Of a process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0, 0.0
    own, user, system = sum(map(int, fields[11:13])), int(fields[13]), int(fields[14])
    return own / TICKS, (user + system) / TICKS


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
