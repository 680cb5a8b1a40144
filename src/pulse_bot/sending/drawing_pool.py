"""Warm processes that draw, and what is written to them: calls in, answers out, as bytes.

What the bytes mean is not known here. A process is started when it is first needed, serves many
calls, and ends when nobody has needed it for a while, when it says that it has grown too large, and
with its parent, however that ends: its standard input is then at its end.
"""

from __future__ import annotations

import logging
import os
import struct
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import BoundedSemaphore, Lock, Timer
from typing import IO, Final
from weakref import finalize

from pulse_bot.errors import DrawingFailed

_log = logging.getLogger(__name__)

_LENGTH: Final = struct.Struct(">Q")
_MORE, _LAST = b"m", b"l"
"""What an answer begins with: whether its process takes more calls."""
_GRACE_SECONDS: Final = 5.0
"""What a process may take to end when its calls have ended."""


@dataclass(frozen=True, slots=True)
class PoolBounds:
    """How many processes there are, and how long each may take and wait, in seconds."""

    processes: int
    call_seconds: float = 120.0
    idle_seconds: float = 180.0


def usual_processes() -> int:
    """One, or two where that leaves room for those who serve."""
    return 2 if len(os.sched_getaffinity(0)) > 2 else 1


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write bytes behind their length. Raises OSError where nobody reads."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next bytes that were written so; None where the stream ends, in their middle too."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    [length] = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def write_answer(stream: IO[bytes], content: bytes, *, is_last: bool) -> None:
    """Write what came of a call, and whether the process ends after it. Raises OSError."""
    write_frame(stream, (_LAST if is_last else _MORE) + content)


class DrawingPool:
    """Hands calls to processes, in the order in which they come. Safe in several threads."""

    def __init__(self, command: Sequence[str], bounds: PoolBounds) -> None:
        """Nothing is started before the first call."""
        self._command = command
        self._bounds = bounds
        self._free = BoundedSemaphore(bounds.processes)
        self._lock = Lock()
        self._idle: list[_DrawingProcess] = []
        self._busy: set[_DrawingProcess] = set()
        self._closed = False

    def call(self, call: bytes) -> bytes:
        """What a process answers. Raises DrawingFailed where it crashes, or takes too long."""
        with self._free:
            process = self._take_process()
            answer = None
            try:
                answer = process.call(call, self._bounds.call_seconds)
            finally:
                self._give_back(process, stays=answer is not None and not answer.is_last)
        if answer is None:
            raise DrawingFailed
        return answer.content

    def close(self) -> None:
        """End all processes. Whatever is being drawn is given up: its caller gets DrawingFailed."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for process in self._busy:
                process.kill()
        for process in idle:
            process.end()

    def process_ids(self) -> list[int]:
        """Of the processes that are there."""
        with self._lock:
            return [process.pid for process in (*self._idle, *self._busy)]

    def _take_process(self) -> _DrawingProcess:
        """The process that drew last, so that those beyond the need grow idle; or a new one."""
        with self._lock:
            if self._closed:
                raise DrawingFailed
            process = self._find_idle() or self._start_process()
            self._busy.add(process)
            return process

    def _find_idle(self) -> _DrawingProcess | None:
        while self._idle:
            process = self._idle.pop()
            if process.wake():
                return process
            process.end()
        return None

    def _start_process(self) -> _DrawingProcess:
        try:
            return _DrawingProcess(self._command)
        except OSError as error:
            raise DrawingFailed from error

    def _give_back(self, process: _DrawingProcess, *, stays: bool) -> None:
        with self._lock:
            self._busy.remove(process)
            if stays and not self._closed:
                self._idle.append(process)
                process.rest(self._bounds.idle_seconds, self._retire)
                return
        process.end()

    def _retire(self, process: _DrawingProcess) -> None:
        with self._lock:
            # A caller may have taken it at this very moment.
            if process not in self._idle:
                return
            self._idle.remove(process)
        process.end()


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    is_last: bool


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


class _DrawingProcess:
    """One process, used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        assert self._process.stdout is not None  # noqa: S101 - and so is this
        self._calls, self._answers = self._process.stdin, self._process.stdout
        self._resting: Timer | None = None
        # Whoever forgets to close a pool leaves no process behind all the same.
        finalize(self, _reap, self._process)

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, call: bytes, seconds: float) -> _Answer | None:
        """What it answers; None where it ends before, and where that takes longer than it may."""
        # It may hang before it has read all as well as after.
        too_late = _start_timer(seconds, self.kill)
        try:
            write_frame(self._calls, call)
            answer = read_frame(self._answers)
        except OSError:
            answer = None
        finally:
            too_late.cancel()
        if answer is None:
            self.kill()
            _log.warning("A process that drew ended before its time (%d).", self._process.wait())
            return None
        return _Answer(answer[1:], is_last=answer[:1] == _LAST)

    def rest(self, seconds: float, on_end: Callable[[_DrawingProcess], None]) -> None:
        """Call `on_end` unless it is woken before."""
        self._resting = _start_timer(seconds, partial(on_end, self))

    def wake(self) -> bool:
        """Whether it still lives."""
        if self._resting is not None:
            self._resting.cancel()
        try:
            self._process.wait(0)
        except subprocess.TimeoutExpired:
            return True
        return False

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """End it, by the end of its calls if it will, and leave nothing of it."""
        if self._resting is not None:
            self._resting.cancel()
        # What was not read of a call cannot be flushed.
        with suppress(OSError):
            self._calls.close()
        self._answers.close()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()


def _start_timer(seconds: float, then: Callable[[], None]) -> Timer:
    timer = Timer(seconds, then)
    timer.daemon = True
    timer.start()
    return timer
