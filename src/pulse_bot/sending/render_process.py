"""Pages and pictures made in a process of their own, so that the one that serves stays small.

Drawing libraries take more memory than all the rest of pulse-bot, and give little of it back. Words
are made here all the same: they take nothing. `python -m pulse_bot.sending.render_process` is the
other process: it reads calls from its standard input and writes what came of each, until there are
no more, or it has grown old or large. How such processes are kept is in `drawing_pool`.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final

from pulse_bot.config.logs import hide_payloads
from pulse_bot.config.plugins import load_renderer
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.half_term import HalfTermReport
from pulse_bot.domain.release.record import Digest, Statement
from pulse_bot.errors import MissingExtra, PulseBotError, Refused
from pulse_bot.ports import Picture, Renderer
from pulse_bot.sending.drawing_pool import (
    DrawingPool,
    PoolBounds,
    read_frame,
    usual_processes,
    write_answer,
)

COMMAND: Final = (sys.executable, "-P", "-m", "pulse_bot.sending.render_process")
CACHE_SIZE: Final = 8
"""Digests never change, so what was made for one reader is shown to the next."""
_KNOWN_ERRORS: Final[Mapping[str, type[PulseBotError]]] = {
    "Refused": Refused,
    "MissingExtra": MissingExtra,
}


class ProcessRenderer:
    """Fulfils the port `Renderer`, with the same results as the renderer that it stands for."""

    def __init__(self, local: Renderer, pool: DrawingPool | None = None) -> None:
        """`local` says the words; the other processes find their renderer as this one did."""
        self._local = local
        self._pool = pool or DrawingPool(COMMAND, PoolBounds(usual_processes()))
        self._lock = Lock()
        self._made: OrderedDict[bytes, Future[Any]] = OrderedDict()

    def close(self) -> None:
        """End the other processes. Whoever waits for a drawing gets DrawingFailed."""
        self._pool.close()

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """The digest as statements."""
        return self._local.statements(facts)

    def text(self, statements: Sequence[Statement]) -> str:
        """A digest as plain text."""
        return self._local.text(statements)

    def page(self, partnership: str, time_zone: str, digests: Sequence[Digest]) -> str:
        """The history as a page. Raises MissingExtra."""
        return str(self._call_renderer("page", partnership, time_zone, tuple(digests)))

    def export(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """Everything that was released, as files. Raises Refused and MissingExtra."""
        return dict(self._call_renderer("export", file, partnership, time_zone, tuple(digests)))

    def pack(self, file: str, pack: Pack) -> Mapping[str, bytes]:
        """A workshop's pack, as files. Raises Refused and MissingExtra."""
        return dict(self._call_renderer("pack", file, pack))

    def report_message(self, report: HalfTermReport) -> tuple[str, ...]:
        """A half-term's report as one message."""
        return self._local.report_message(report)

    def report_suggestion(self, report: HalfTermReport) -> tuple[str, ...]:
        """What the next workshop may be about, a title first; empty for nothing."""
        return self._local.report_suggestion(report)

    def report_text(self, report: HalfTermReport) -> str:
        """A half-term's report as plain text."""
        return self._local.report_text(report)

    def report_file(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """A half-term's report, as a file. Raises Refused and MissingExtra."""
        args = (file, partnership, time_zone, tuple(digests))
        return dict(self._call_renderer("report_file", *args))

    def year_picture(self, digests: Sequence[Digest]) -> Picture | None:
        """The last six half-terms as a table. Raises MissingExtra."""
        drawing = self._call_renderer("year_picture", tuple(digests))
        return drawing if isinstance(drawing, Picture) else None

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """What was released over time. Raises MissingExtra."""
        drawing = self._call_renderer("picture", tuple(digests))
        return drawing if isinstance(drawing, Picture) else None

    def _call_renderer(self, method: str, *args: object) -> Any:
        call = pickle.dumps((method, args))
        key = sha256(call).digest()
        with self._lock:
            made = self._made.get(key)
            is_first = made is None
            made = self._made.setdefault(key, Future())
            self._made.move_to_end(key)
            while len(self._made) > CACHE_SIZE:
                self._made.popitem(last=False)
        # Whoever asks for the same meanwhile waits for the first, and gets what that one gets.
        if is_first:
            self._draw_for_all(call, key, made)
        return made.result()

    def _draw_for_all(self, call: bytes, key: bytes, made: Future[Any]) -> None:
        try:
            made.set_result(_read_answer(self._pool.call(call)))
        except BaseException as error:
            # The next who asks tries again.
            with self._lock:
                self._made.pop(key, None)
            made.set_exception(error)
            raise


def _read_answer(answer: bytes) -> Any:
    """What was made; what is raised for people there is raised here."""
    error, result = pickle.loads(answer)  # noqa: S301 - our own program's
    if error is not None:
        raise _rebuild_error(error, result)
    return result


def _rebuild_error(name: str, message: str) -> PulseBotError:
    error_type = _KNOWN_ERRORS.get(name, PulseBotError)
    rebuilt = error_type.__new__(error_type)
    PulseBotError.__init__(rebuilt, message)
    return rebuilt


# --- the other process ----------------------------------------------------------------------------

MOST_CALLS: Final = 500
"""A process is then replaced, whatever a library may have kept."""
MOST_MEMORY: Final = 170
"""MiB after a call, beyond which a process is replaced: exports load more than pictures do."""
CALL_SECONDS: Final = 150
"""More than its parent waits: so long lives a process that hangs when its parent has died."""
NICENESS: Final = 5
"""Those who serve people go first."""


def serve_calls(
    calls: BinaryIO, answers: BinaryIO, make_renderer: Callable[[], Renderer] = load_renderer
) -> None:
    """Answer calls until they end, or this process should be replaced."""
    make_once, loaded = cache(make_renderer), 0
    for number in range(1, MOST_CALLS + 1):
        call = read_frame(calls)
        if call is None:
            return
        signal.alarm(CALL_SECONDS)
        answer = answer_call(call, make_once)
        signal.alarm(0)
        is_last = number == MOST_CALLS or _memory_used() > MOST_MEMORY
        write_answer(answers, answer, is_last=is_last)
        if is_last:
            return
        if len(sys.modules) > loaded:
            # Each drawing collects its garbage; libraries are none, and need not be looked through.
            loaded = len(sys.modules)
            gc.collect()
            gc.freeze()


def answer_call(call: bytes, make_renderer: Callable[[], Renderer] = load_renderer) -> bytes:
    """What the other process writes: the name of an error or None, and what was made or said."""
    method, args = pickle.loads(call)  # noqa: S301 - our own program's
    try:
        return pickle.dumps((None, getattr(make_renderer(), method)(*args)))
    except PulseBotError as error:
        return pickle.dumps((type(error).__name__, str(error)))


def _memory_used() -> int:
    """Of this process, in MiB; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def main(make_renderer: Callable[[], Renderer] = load_renderer) -> None:
    """Be the other process."""
    hide_payloads()
    # Its parent decides when it ends, also where a terminal or a service manager tells both.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    # What a library prints must not get among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve_calls(sys.stdin.buffer, answers, make_renderer)


if __name__ == "__main__":
    main()
