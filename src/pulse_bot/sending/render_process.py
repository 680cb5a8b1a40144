"""Pages and pictures made in a process of their own, so that the one that serves stays small.

Drawing libraries take more memory than all the rest of pulse-bot, and give little of it back. Words
are made here all the same: they take nothing. `python -m pulse_bot.sending.render_process` is the
other process; it reads one call from its standard input, writes what came of it, and ends.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from pulse_bot.config.logs import hide_payloads
from pulse_bot.config.plugins import load_renderer
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.record import Digest, Statement
from pulse_bot.errors import MissingExtra, PulseBotError, Refused
from pulse_bot.ports import Picture, Renderer

TIMEOUT_SECONDS: Final = 120.0
"""The longest that anything may take to draw."""
CACHE_SIZE: Final = 8
"""Digests never change, so what was made for one reader is shown to the next."""
_KNOWN_ERRORS: Final[Mapping[str, type[PulseBotError]]] = {
    "Refused": Refused,
    "MissingExtra": MissingExtra,
}


class ProcessRenderer:
    """Fulfils the port `Renderer`, with the same results as the renderer that it stands for."""

    def __init__(self, local: Renderer) -> None:
        """`near` says the words; the other process finds its renderer as this one did."""
        self._local = local
        self._lock = Lock()
        self._cache: OrderedDict[bytes, Any] = OrderedDict()

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

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """What was released over time. Raises MissingExtra."""
        drawing = self._call_renderer("picture", tuple(digests))
        return drawing if isinstance(drawing, Picture) else None

    def _call_renderer(self, method: str, *args: object) -> Any:
        call = pickle.dumps((method, args))
        # Two at once would take twice the memory; whoever waits gets what was made meanwhile.
        with self._lock:
            if call not in self._cache:
                self._cache[call] = _call_process(call)
            self._cache.move_to_end(call)
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
            return self._cache[call]


def _call_process(call: bytes) -> Any:
    """What the other process makes of a call; what it raises for people is raised here."""
    command = [sys.executable, "-P", "-m", "pulse_bot.sending.render_process"]
    process = subprocess.run(  # noqa: S603 - our own program
        command, input=call, stdout=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=True
    )
    error, result = pickle.loads(process.stdout)  # noqa: S301 - our own program's
    if error is not None:
        raise _rebuild_error(error, result)
    return result


def _rebuild_error(name: str, message: str) -> PulseBotError:
    error_type = _KNOWN_ERRORS.get(name, PulseBotError)
    rebuilt = error_type.__new__(error_type)
    PulseBotError.__init__(rebuilt, message)
    return rebuilt


def answer_call(call: bytes, make_renderer: Callable[[], Renderer] = load_renderer) -> bytes:
    """What the other process writes: the name of an error or None, and what was made or said."""
    method, args = pickle.loads(call)  # noqa: S301 - our own program's
    try:
        return pickle.dumps((None, getattr(make_renderer(), method)(*args)))
    except PulseBotError as error:
        return pickle.dumps((type(error).__name__, str(error)))


if __name__ == "__main__":
    hide_payloads()
    sys.stdout.buffer.write(answer_call(sys.stdin.buffer.read()))
