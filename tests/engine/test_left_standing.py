"""A job whose end could not be written: nothing runs it, and its worker lives on."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.engine.scene import FAST, Scene, job, until

PACE = replace(FAST, tick=0.2, dead_after=1.5)


class CutOff(BaseException):
    """Ends a job's thread without a word in the database, as a full disk does."""


def test_a_job_that_nothing_runs_is_taken_up_by_its_own_worker(url: str) -> None:
    scene = Scene(url, pace=PACE)

    def step(number: int) -> bool:
        if scene.done == [number]:
            raise CutOff
        return False

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(lambda: scene.done == [1])
        # Nothing behind it in its partition could run, or it would stand for ever.
        engine.enqueue(job(2))
        until(lambda: scene.done == [1, 1, 2])
        until(scene.settled)


def test_a_job_that_takes_long_is_left_alone(url: str) -> None:
    """The control: it is not the time that a job takes that counts."""
    scene, end = Scene(url, pace=PACE), threading.Event()
    scene.step = lambda _job: end.wait(4.0) is None
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(lambda: scene.done == [1])
        end.wait(3.0)
        assert scene.done == [1]
        end.set()
        until(scene.settled)
    assert scene.done == [1]
