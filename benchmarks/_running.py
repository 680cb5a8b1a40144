"""How a benchmark is run: at which size, for how long at most, and with what of ours replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

SCALE: Final = float(os.environ.get("BENCH_SCALE", "1"))
"""Of the full size. The suite runs every benchmark at a hundredth of it: that it ends, and prints
its figure beside its baseline, is a test; what the figure is, is not."""


def scaled(size: int, least: int = 1) -> int:
    """So many at this scale, but never fewer than `least`."""
    return max(least, round(size * SCALE))


@contextmanager
def bounded(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in whatever is under way after so many seconds, at any scale."""

    def end(*_: object) -> None:
        raise TimeoutError(f"The benchmark did not end within {seconds} seconds.")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def replaced(owner: type, name: str, substitute: Callable[..., Any]) -> Iterator[None]:
    """Replace a method of the product's while it is measured.

    Raises RuntimeError where the product never called it: then nothing was left out, and the figure
    is not what it says.
    """
    calls = 0

    def counted(*values: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        return substitute(*values, **named)

    never = f"Nothing called {owner.__name__}.{name}, which this benchmark replaces."
    try:
        with patch.object(owner, name, counted):
            yield
    except TimeoutError as error:
        if not calls:
            raise RuntimeError(never) from error
        raise
    if not calls:
        raise RuntimeError(never)
