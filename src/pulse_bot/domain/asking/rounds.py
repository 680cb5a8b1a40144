"""A round: one asking, frozen when it opens, and the few states that it can be in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.thresholds import POLICY_VERSION, WORDS_ROSTER, Thresholds


class RoundStatus(StrEnum):
    """Where a round is. It only ever moves forward."""

    OPEN = "open"
    CLOSING = "closing"
    """No answer is taken any more; envelopes still exist."""
    CLOSED = "closed"
    """Digest and sealed tallies exist; envelopes and keys do not."""
    LOST = "lost"
    """Its key was gone before it closed: nothing can be read, and members are asked again."""


ALLOWED_MOVES: Final = {
    RoundStatus.OPEN: frozenset({RoundStatus.CLOSING, RoundStatus.LOST}),
    RoundStatus.CLOSING: frozenset({RoundStatus.CLOSED, RoundStatus.LOST}),
    RoundStatus.CLOSED: frozenset[RoundStatus](),
    RoundStatus.LOST: frozenset[RoundStatus](),
}


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it was frozen at its opening. Times are in UTC."""

    id: int
    partnership: int
    number: int
    state: RoundStatus
    opens_at: datetime
    closes_at: datetime
    roster_size: int
    thresholds: Thresholds
    items: tuple[Item, ...]
    newcomers: int = 0
    """Members of the roster who were never asked before."""
    policy_version: int = POLICY_VERSION
    again: bool = False
    """Asked in place of a round that was lost."""

    @property
    def takes_comments(self) -> bool:
        """Whether comments can be read: in a smaller group nearly all would have to write."""
        return self.roster_size >= WORDS_ROSTER

    def in_language(self, language: str) -> Round:
        """The round as a member of this language reads it; what counts stays the same."""
        return replace(self, items=tuple(item.in_language(language) for item in self.items))

    def takes_answers(self, now: datetime) -> bool:
        """Whether an answer given now counts."""
        return self.state is RoundStatus.OPEN and self.opens_at <= now < self.closes_at


@dataclass(frozen=True, slots=True)
class Seat:
    """A member's place on the roster of a round, frozen at its opening."""

    member: int
    organisation: int
