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
    beat: float = 5.0
    """A worker says that it is alive, in a thread of its own, and looks who else is."""
    dead_after: float = 30.0
    """A worker that another has not heard of for this long is dead, and its jobs go to others: all
    of it within a minute of its death."""
    at_once: int | None = None
    """Jobs that one worker runs at a time; None is what the engine's connections can carry."""
    pause: float = 0.5
    """Before the second of four attempts at a step that raises; it doubles with each. DBOS sleeps
    through a stop, so all together they are no longer than a stop may take."""


EVERY_MINUTE: Final = Pace()
