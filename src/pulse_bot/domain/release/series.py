"""A theme's series: the rounds that asked an item of its core, and which of them were heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS, Thresholds
from pulse_bot.domain.release.tallies import Tally

RULED_KINDS: Final = frozenset({ItemKind.AGREE, ItemKind.FREQUENCY})
"""Kinds whose rule was studied: others have no trend (release policy, The trend word)."""


def meets_thresholds(tally: Tally, thresholds: Thresholds) -> bool:
    """The two keys (release policy, Two keys): counts and membership alone.

    A refusal that depended on answers would leak them (release policy, Refusals).
    """
    return tally.n >= thresholds.answers and tally.organisations >= thresholds.organisations


@dataclass(frozen=True, slots=True)
class PastRound:
    """What one round of a theme's series left behind, with the bars that were promised for it."""

    tally: Tally
    thresholds: Thresholds
    small_roster: bool = False
    """Its roster was under the bar, so that its digest did not tell whether it was heard."""
    unreadable: bool = False
    """What was kept of it cannot be read any more; its tally is one of no answers."""

    @property
    def meets_thresholds(self) -> bool:
        """Whether anything may be said of it at all."""
        return meets_thresholds(self.tally, self.thresholds)


@dataclass(frozen=True, slots=True)
class Series:
    """A theme's series up to and including the round that closes, in the order of closing.

    A series holds the rounds that asked an item of the core of one bank, one item a round; lost
    rounds and workshop questions are not in it. `rounds` counts them from the first; `past` holds
    the newest of them, the round that closes last: a year of them, or all.
    """

    dimension: str
    rounds: int
    past: tuple[PastRound, ...]
    earlier: bool = False
    """The theme had another bank's core before, whose series is over."""

    @property
    def current_block(self) -> Sequence[PastRound]:
        """Those since the last block ended; never more than a block has."""
        return self.past[-((self.rounds - 1) % BLOCK_ROUNDS) - 1 :]
