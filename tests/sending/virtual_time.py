"""An event loop whose clock jumps instead of waiting, so that minutes of sending take no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")

# The clock never stands still, or a sleep below its resolution would never end.
_LEAST = 1e-6


class _Jumping(selectors.SelectSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Nothing is left to wait for: the test would hang.")
        self._jump(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """`late` is asked after each sleep by how much it overslept, as a busy machine does."""

    def __init__(self, late: Callable[[], float] = lambda: 0.0) -> None:
        self._virtual = 0.0
        self._late = late
        super().__init__(_Jumping(self._advance))

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._virtual

    def _advance(self, seconds: float) -> None:
        self._virtual += max(seconds, _LEAST) + (self._late() if seconds > 0 else 0.0)


def run(coroutine: Coroutine[object, object, T], late: Callable[[], float] = lambda: 0.0) -> T:
    """`asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(late)) as runner:
        return runner.run(coroutine)
