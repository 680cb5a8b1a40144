"""An engine with handlers that note what they were asked to do."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pulse_bot.engine import Engine, Pace
from pulse_bot.ports import Job

FAST = Pace(tick=None, poll=0.02, beat=0.2, dead_after=2.0, pause=0.01)


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


def used_engine(folder: Path) -> str:
    """The address of an engine's own database in a folder, which an engine has used before.

    A first start makes tables, and sees its queue a second late: once is enough for all.
    """
    file = folder / "engine.db"
    if not file.exists():
        file.write_bytes(_used_file())
    return f"sqlite:///{file}"


@cache
def _used_file() -> bytes:
    # In a thread of its own: an engine does not start where the event loop of a test runs.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(_use_a_file).result()


def _use_a_file() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "engine.db"
        with Scene(f"sqlite:///{file}").running():
            pass
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()


@dataclass
class Scene:
    """`step` is what every job does: called with its id, it says whether there is more."""

    url: str
    step: Callable[[int], bool] = lambda _job: False
    pace: Pace = FAST
    due: list[Job] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    on_stop: Callable[[], None] = lambda: None
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        """A fresh engine on the same database, as after a restart."""
        self.engine = Engine(
            self.url,
            {"step": self._step},
            lambda _now: list(self.due),
            RealClock(),
            executor_id="first",
            pace=self.pace,
            on_stop=self.on_stop,
        )

    def _step(self, job: int) -> bool:
        self.done.append(job)
        return self.step(job)

    @contextmanager
    def running(self) -> Iterator[Engine]:
        """Started, and stopped at the end."""
        self.engine.start()
        try:
            yield self.engine
        finally:
            self.engine.stop()

    def settled(self) -> bool:
        """No job is waiting or running."""
        return not self.engine.live_keys()


def job(number: int, partition: str = "north", key: str = "") -> Job:
    """A job of the scene."""
    return Job("step", (number,), key or f"job-{number}", partition)


def until(happened: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for it. Fails where it does not happen in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.01)


class Gate:
    """A step that waits in the handler until it is let through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.left = threading.Event()

    def __call__(self, _job: int) -> bool:
        """Wait here, a minute at most."""
        self.reached.set()
        self.open.wait(60)
        self.left.set()
        return False
