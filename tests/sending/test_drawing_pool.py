"""The processes that draw: warm, few, replaced alone when they fail, and never left behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from pulse_bot.config.plugins import load_renderer
from pulse_bot.errors import DrawingFailed
from pulse_bot.sending.drawing_pool import DrawingPool, PoolBounds
from pulse_bot.sending.render_process import MOST_CALLS, ProcessRenderer

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")

ODD: Final = (sys.executable, "-m", "tests.sending.odd_renderer")
SECRET: Final = "what-a-member-wrote"
PATIENCE: Final = 60.0
"""Seconds after which what is waited for will never happen."""

PARENT: Final = """
import sys, threading
from pulse_bot.config.plugins import load_renderer
from pulse_bot.sending.drawing_pool import DrawingPool, PoolBounds
from pulse_bot.sending.render_process import ProcessRenderer
pool = DrawingPool((sys.executable, "-m", "tests.sending.odd_renderer"), PoolBounds(1))
print(ProcessRenderer(load_renderer(), pool).page("draw", "", ()), flush=True)
threading.Event().wait()
"""


@contextmanager
def odd_pool(
    processes: int = 1, call_seconds: float = PATIENCE, idle_seconds: float = 600
) -> Iterator[tuple[ProcessRenderer, DrawingPool]]:
    """A pool of processes that draw oddly."""
    pool = DrawingPool(ODD, PoolBounds(processes, call_seconds, idle_seconds))
    renderer = ProcessRenderer(load_renderer(), pool)
    try:
        yield renderer, pool
    finally:
        renderer.close()


def page(renderer: ProcessRenderer, words: str) -> int:
    """The process that made the page of these words."""
    return int(renderer.page(words, "Europe/London", ()))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when something is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "It never came to be."
        time.sleep(0.01)


def is_there(pid: int) -> bool:
    """Whether anything is left of a process, be it a zombie."""
    return Path(f"/proc/{pid}").exists()


def is_running(pid: int) -> bool:
    """Whether a process lives: whose parent has died may have nobody who buries it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_nothing_is_started_before_it_is_needed_and_one_process_draws_all() -> None:
    with odd_pool() as (renderer, pool):
        assert pool.process_ids() == []
        makers = {page(renderer, f"draw {number}") for number in range(5)}
        assert makers == set(pool.process_ids())
        assert len(makers) == 1
    assert not any(map(is_there, makers))


def test_several_threads_never_have_more_processes_than_they_may() -> None:
    with odd_pool(processes=2) as (renderer, pool), ThreadPoolExecutor(8) as threads:
        makers = set(threads.map(lambda number: page(renderer, f"draw {number}"), range(40)))
        assert makers == set(pool.process_ids())
        assert len(makers) <= 2


def test_who_asks_for_the_same_meanwhile_gets_the_same() -> None:
    with odd_pool() as (renderer, _), ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(page, renderer, "end") for _ in range(8)]
        errors = {id(one.exception(PATIENCE)) for one in asked}
        # One that crashes is tried again by the next who asks, and by nobody who waited for it.
        assert len(errors) < 8
        first = page(renderer, "draw")
        os.kill(first, signal.SIGKILL)
        assert page(renderer, "draw") == first


def test_a_crash_is_told_to_its_own_call_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with odd_pool(processes=2) as (renderer, _), ThreadPoolExecutor(4) as threads:
        words = [f"draw {n}" if n % 3 else f"end {SECRET} {n}" for n in range(12)]
        asked = [threads.submit(page, renderer, each) for each in words]
        for number, one in enumerate(asked):
            if number % 3:
                assert one.result(PATIENCE)
            else:
                assert isinstance(one.exception(PATIENCE), DrawingFailed)
    assert "A process that drew ended before its time (3)." in caplog.text
    assert SECRET not in caplog.text


def test_what_nobody_foresaw_is_told_by_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    with odd_pool() as (renderer, _):
        with pytest.raises(DrawingFailed) as failed:
            page(renderer, f"raise {SECRET}")
        assert page(renderer, "draw")
    told = capfd.readouterr().err
    assert "ValueError at sending/odd_renderer.py" in told
    assert SECRET not in told
    assert SECRET not in repr(failed.getrepr(showlocals=False, chain=True))


def test_one_that_takes_too_long_is_killed_and_replaced() -> None:
    with odd_pool() as (renderer, pool):
        hanging = page(renderer, "draw")
        pool._bounds = PoolBounds(1, call_seconds=0.2)
        with pytest.raises(DrawingFailed):
            page(renderer, "hang")
        assert not is_there(hanging)
        pool._bounds = PoolBounds(1)
        assert page(renderer, "draw again") != hanging


def test_one_that_died_while_nobody_needed_it_is_replaced() -> None:
    with odd_pool() as (renderer, _):
        first = page(renderer, "draw")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not is_running(first))
        assert page(renderer, "draw again") != first
        assert not is_there(first)


def test_one_that_nobody_needs_ends_and_leaves_nothing() -> None:
    with odd_pool(idle_seconds=0.05) as (renderer, pool):
        first = page(renderer, "draw")
        wait_until(lambda: not is_there(first))
        assert pool.process_ids() == []
        assert page(renderer, "draw again") != first


def test_one_that_grew_large_is_replaced() -> None:
    with odd_pool() as (renderer, pool):
        large = int(renderer.export("a.csv", "", "", ())["pid"])
        assert pool.process_ids() == []
        assert not is_there(large)
        assert page(renderer, "draw") != large


def test_one_that_drew_many_is_replaced() -> None:
    with odd_pool() as (renderer, _):
        makers = [page(renderer, f"draw {number}") for number in range(MOST_CALLS + 1)]
    assert len(set(makers[:-1])) == 1
    assert makers[-1] != makers[0]


def test_what_a_library_prints_is_not_taken_for_an_answer() -> None:
    with odd_pool() as (renderer, _):
        assert page(renderer, "print") == page(renderer, "draw")


def test_whoever_waits_at_the_end_is_told() -> None:
    with odd_pool() as (renderer, pool), ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(page, renderer, f"hang {number}") for number in range(3)]
        wait_until(lambda: bool(pool.process_ids()))
        renderer.close()
        assert all(isinstance(one.exception(PATIENCE), DrawingFailed) for one in asked)
        with pytest.raises(DrawingFailed):
            page(renderer, "draw")
        assert pool.process_ids() == []


def test_signals_for_all_processes_end_none_that_draws() -> None:
    with odd_pool() as (renderer, _):
        first = page(renderer, "draw")
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(first, number)
        assert page(renderer, "draw again") == first


def test_it_ends_with_its_parent_however_that_ends() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        drawing = int(parent.stdout.readline())
        assert is_running(drawing)
        parent.kill()
    wait_until(lambda: not is_running(drawing))


def test_no_thread_is_left() -> None:
    with odd_pool() as (renderer, _):
        page(renderer, "draw")
    wait_until(lambda: not any(isinstance(t, threading.Timer) for t in threading.enumerate()))
