"""What a worker makes of what it sees of the others: whose turn it is, and who has fallen silent.

Pure. No clock is trusted for more than one reading: machines differ, jump ahead for a day and come
back. What passes is measured on this process's own monotonic seconds, `at`; and what another worker
did shows in that its row has changed, not in the time that it wrote down.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

_LOOKS: Final = 6
"""Looks at a turn's row while it lasts, so that what others did is known in time."""
_OVERRULED_AFTER: Final = 0.25
_FORCED_AFTER: Final = 1.25
"""Parts of a turn's length that it must have been quiet."""


_LATE: Final = 3.0
"""Seconds by which a look may always be late: a crowded machine is not a database that is away."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as the database has it."""

    number: int
    """Of the last that was taken, by the clock of whoever took it."""
    claims: int
    """How many were taken: it is what is compared and set."""


class TurnWatch:
    """Whether a turn that comes every so many seconds may be taken.

    It is taken when its number is new. A number that lies ahead was read from a clock that had
    jumped, and is overruled; one turn ahead it is only another machine's clock. When nobody has
    taken any for too long, it is taken whatever the clock says: somebody's stands still, or went
    back.
    """

    def __init__(self, every: float) -> None:
        """Nothing is known yet."""
        self._every = every
        self._seen: Turn | None = None
        self._changed_at = self._looked_at = 0.0

    def wants_look(self, number: int, at: float) -> bool:
        """Whether to look at the row: the rest of the time it would say nothing new."""
        long_ago = at - self._looked_at >= self._every / _LOOKS
        return self._seen is None or long_ago or self.is_due(self._seen, number, at)

    def observe(self, turn: Turn, at: float) -> None:
        """Note what the row says now."""
        if self._seen is None or self._seen.claims != turn.claims:
            self._changed_at = at
        self._seen, self._looked_at = turn, at

    def is_due(self, turn: Turn, number: int, at: float) -> bool:
        """Whether the turn with this number may be taken, after what was observed last."""
        quiet = (at - self._changed_at) / self._every
        if number > turn.number:
            return True
        far_ahead = number < turn.number - 1
        return quiet >= (_OVERRULED_AFTER if far_ahead else _FORCED_AFTER)


class SilenceWatch:
    """Who has not been heard of for too long, as this worker saw it itself.

    Time in which it could not look counts for nobody: when the database was away, all were silent.
    """

    def __init__(self, dead_after: float, look_every: float) -> None:
        """`look_every` is how often it looks when all is well, in seconds."""
        self._dead_after, self._look_every = dead_after, look_every
        self._beats: Mapping[str, int] = {}
        self._silent: dict[str, float] = {}
        self._looked_at: float | None = None

    def observe(self, beats: Mapping[str, int], at: float) -> None:
        """Note every worker's beat, a number that changes for as long as it is alive."""
        since = 0.0 if self._looked_at is None else at - self._looked_at
        counted = min(since, 2 * self._look_every)
        self._silent = {
            name: 0.0 if self._beats.get(name) != beat else self._silent.get(name, 0.0) + counted
            for name, beat in beats.items()
        } | {name: silent + counted for name, silent in self._silent.items() if name not in beats}
        self._beats, self._looked_at = beats, at

    def find_dead(self, owners: Collection[str], at: float) -> frozenset[str]:
        """Those of some owners of jobs that are dead: silent for long, or signed off.

        Somebody who has no row may be about to write one again: it is asked for twice.
        """
        if self._looked_at is None or at - self._looked_at > max(2 * self._look_every, _LATE):
            return frozenset()
        for name in owners:
            self._silent.setdefault(name, 0.0)
        return frozenset(
            name
            for name in owners
            if self._silent[name]
            >= (self._dead_after if name in self._beats else 2 * self._look_every)
        )
