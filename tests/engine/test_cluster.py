"""Several real worker processes on one PostgreSQL: one tick, one runner, and no job left behind."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.engine.databases import PostgresCopies
from tests.engine.scene import until
from tests.engine.worker import PACE, journal

pytestmark = pytest.mark.postgres
LONG_ENOUGH = 2 + round(PACE.dead_after / (PACE.tick or 1.0))
"""Ticks until a worker that is silent counts as dead, and a few more."""
SCRIPT = str(Path(__file__).with_name("worker.py"))


class Workers:
    """Starts workers on a database, reads what they noted, and ends them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = sa.create_engine(url)
        journal.create(self.database)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *more: str) -> None:
        """Start a worker, and wait until it works."""
        command = [sys.executable, "-W", "error", SCRIPT, self.url, name, *more]
        self.running[name] = subprocess.Popen(command)
        until(lambda: self.running[name].pid in {row.number for row in self.noted("started")})

    def long_steps(self) -> list[sa.Row[tuple[int, str, str, int, float]]]:
        """The steps of the job that takes long."""
        return [row for row in self.noted("step") if row.number == -1]

    def noted(self, what: str) -> list[sa.Row[tuple[int, str, str, int, float]]]:
        """The journal's rows of one kind."""
        with self.database.begin() as connection:
            return list(connection.execute(sa.select(journal).where(journal.c.what == what)))

    def close(self) -> None:
        """End whatever still runs."""
        for worker in self.running.values():
            worker.kill()
            worker.wait()
        self.database.dispose()


@pytest.fixture
def workers(postgres_used: PostgresCopies) -> Iterator[Workers]:
    """No worker yet."""
    with ExitStack() as stack:
        made = Workers(stack.enter_context(postgres_used.copy()))
        stack.callback(made.close)
        yield made


def test_each_tick_and_each_job_comes_once(workers: Workers) -> None:
    workers.start("first")
    workers.start("second")
    until(lambda: len(workers.noted("tick")) >= 12)
    for worker in workers.running.values():
        worker.terminate()
        assert worker.wait(timeout=60) == 0
    with workers.database.begin() as connection:
        claims = sa.text("SELECT claims FROM dbos.pulse_claim WHERE name = 'tick'")
        turns = connection.scalar(claims)
    steps = Counter(row.number for row in workers.noted("step"))
    assert len(workers.noted("tick")) == turns
    assert set(steps.values()) == {1}
    assert len(steps) >= 10
    assert {row.executor for row in workers.noted("step")} == {"first", "second"}


def test_the_work_of_a_killed_worker_is_taken_over(workers: Workers) -> None:
    workers.start("first", "long")
    until(workers.long_steps)
    workers.start("second")
    workers.running["first"].kill()
    # Its step takes a minute, so that nobody else has ended it.
    until(lambda: len(workers.long_steps()) == 2)
    assert workers.long_steps()[-1].executor == "second"


def test_a_worker_that_is_stopped_hands_over_at_once(workers: Workers) -> None:
    """It signs off: nobody waits until it counts as dead. A live one is left alone."""
    workers.start("first", "long")
    until(workers.long_steps)
    workers.start("second")
    # So many ticks are longer than it takes to count as dead.
    ticks = len(workers.noted("tick"))
    until(lambda: len(workers.noted("tick")) >= ticks + LONG_ENOUGH)
    assert len(workers.long_steps()) == 1
    workers.running["first"].terminate()
    until(lambda: len(workers.long_steps()) == 2, 10)


def test_a_killed_worker_that_comes_back_takes_up_its_own_at_once(workers: Workers) -> None:
    workers.start("first", "long")
    until(workers.long_steps)
    workers.running["first"].kill()
    workers.running["first"].wait()
    workers.start("first")
    until(lambda: len(workers.long_steps()) == 2, 5)


def test_a_second_worker_of_the_same_name_does_not_start(workers: Workers) -> None:
    """It would take up the first one's jobs as its own, which that one is in the middle of."""
    workers.start("first", "long")
    until(workers.long_steps)
    command = [sys.executable, "-W", "error", SCRIPT, workers.url, "first"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert "Another worker named first runs with this database" in second.stderr
    assert len(workers.long_steps()) == 1
    workers.start("second")
