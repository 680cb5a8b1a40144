"""How often the engine does things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things happen, in seconds."""

    tick: float | None = 60.0
    """None switches the tick off: whoever holds the engine calls `tick_now`."""
    poll: float = 1.0
    """How long a job may lie in the queue before a free worker sees it."""
    beat: float = 20.0
    dead_after: float = 180.0
    """A worker that has not been heard of for this long is dead, and its jobs go to others."""
    pause: float = 0.5
    """Before the second of four attempts at a step that raises; it doubles with each. DBOS sleeps
    through a stop, so all together they are no longer than a stop may take."""


EVERY_MINUTE: Final = Pace()
