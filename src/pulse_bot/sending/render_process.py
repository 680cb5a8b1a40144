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
from pulse_bot.config.plugins import renderer
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import Digest, DigestFacts, Statement
from pulse_bot.errors import MissingExtra, PulseBotError, Refused
from pulse_bot.ports import Picture, Renderer

SECONDS: Final = 120.0
"""The longest that anything may take to draw."""
REMEMBERED: Final = 8
"""Digests never change, so what was made for one reader is shown to the next."""
_CROSSING: Final[Mapping[str, type[PulseBotError]]] = {
    "Refused": Refused,
    "MissingExtra": MissingExtra,
}


class Apart:
    """Fulfils the port `Renderer`, with the same results as the renderer that it stands for."""

    def __init__(self, near: Renderer) -> None:
        """`near` says the words; the other process finds its renderer as this one did."""
        self._near = near
        self._one_at_a_time = Lock()
        self._made: OrderedDict[bytes, Any] = OrderedDict()

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """The digest as statements."""
        return self._near.statements(facts)

    def text(self, statements: Sequence[Statement]) -> str:
        """A digest as plain text."""
        return self._near.text(statements)

    def page(self, partnership: str, time_zone: str, digests: Sequence[Digest]) -> str:
        """The history as a page. Raises MissingExtra."""
        return str(self._ask("page", partnership, time_zone, tuple(digests)))

    def export(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """Everything that was released, as files. Raises Refused and MissingExtra."""
        return dict(self._ask("export", file, partnership, time_zone, tuple(digests)))

    def pack(self, file: str, pack: Pack) -> Mapping[str, bytes]:
        """A workshop's pack, as files. Raises Refused and MissingExtra."""
        return dict(self._ask("pack", file, pack))

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """What was released over time. Raises MissingExtra."""
        found = self._ask("picture", tuple(digests))
        return found if isinstance(found, Picture) else None

    def _ask(self, method: str, *given: object) -> Any:
        call = pickle.dumps((method, given))
        # Two at once would take twice the memory; whoever waits gets what was made meanwhile.
        with self._one_at_a_time:
            if call not in self._made:
                self._made[call] = _elsewhere(call)
            self._made.move_to_end(call)
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
            return self._made[call]


def _elsewhere(call: bytes) -> Any:
    """What the other process makes of a call; what it raises for people is raised here."""
    command = [sys.executable, "-P", "-m", "pulse_bot.sending.render_process"]
    ran = subprocess.run(command, input=call, stdout=subprocess.PIPE, timeout=SECONDS, check=True)  # noqa: S603 - our own program
    error, made = pickle.loads(ran.stdout)  # noqa: S301 - our own program's
    if error is not None:
        raise _again(error, made)
    return made


def _again(name: str, message: str) -> PulseBotError:
    kind = _CROSSING.get(name, PulseBotError)
    again = kind.__new__(kind)
    PulseBotError.__init__(again, message)
    return again


def answer(call: bytes, made_by: Callable[[], Renderer] = renderer) -> bytes:
    """What the other process writes: the name of an error or None, and what was made or said."""
    method, given = pickle.loads(call)  # noqa: S301 - our own program's
    try:
        return pickle.dumps((None, getattr(made_by(), method)(*given)))
    except PulseBotError as error:
        return pickle.dumps((type(error).__name__, str(error)))


if __name__ == "__main__":
    hide_payloads()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
