"""A round that closes, as the release policy looks at it: in memory only, and shown to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.results import ReleasedValue
from pulse_bot.domain.release.series import Series
from pulse_bot.domain.release.tallies import Tally


@dataclass(frozen=True, slots=True)
class MemberWords:
    """All that one member wrote in a round: comments, and answers in words by item id."""

    comments: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrawnWords:
    """What becomes of all that was written: each text is another writer's of a round.

    What is in none of these is destroyed unread.
    """

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is shown of the items in words that enough wrote to, by item id."""
    comments: tuple[str, ...] = ()
    """What is shown beside them, of this round and of what waited for it."""
    waiting: tuple[str, ...] = ()
    """What begins to wait with this round, where no comments are shown."""


@dataclass(frozen=True, slots=True)
class ClosedRound:
    """All that the release policy needs to know of a round that closes.

    `tallies` by item id, one for each of the frozen `items`; `answered` counts the members of the
    frozen roster with an answer that is no skip to at least one item; `newcomers` those of the
    roster who were never asked before; `series` those of the themes whose core was asked; `before`
    what was printed of each item last, by item id.
    """

    partnership: str
    number: int
    opened_at: datetime
    closed_at: datetime
    next_opens_at: datetime | None
    time_zone: str
    items: tuple[Item, ...]
    tallies: Mapping[str, Tally]
    roster_size: int
    answered: int
    newcomers: int
    thresholds: Thresholds
    series: tuple[Series, ...]
    before: Mapping[str, ReleasedValue] = field(default_factory=dict)
    workshop_items: frozenset[str] = frozenset()
    """The ids of those of its items that a workshop asks."""
    organisations: int = 0
    """How many organisations those who answered belong to."""
    printed: tuple[PrintedRound, ...] | None = None
    """What was printed in the rounds before it, oldest first; None where that is not known."""
    coming: tuple[date, ...] = ()
    """The local days on which the next rounds close, where each asks all themes of the programme;
    none where that is not known."""
    words: DrawnWords = field(default_factory=DrawnWords)
    """What the lot left of all that was written."""
