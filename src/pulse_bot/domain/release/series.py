"""A theme's series: the rounds that asked an item of its core, and what is kept of the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.tallies import Lot

RULED_KINDS: Final = frozenset({ItemKind.AGREE, ItemKind.FREQUENCY})
"""Kinds whose levels over a block were studied: others have none."""


@dataclass(frozen=True, slots=True)
class PastRound:
    """What one round of a theme's series left behind, until its block ends."""

    lot: Lot | None
    """None where too few answered, of whom nothing is kept."""
    unreadable: bool = False
    """What was kept of it cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Series:
    """A theme's series up to and including the round that closes, in the order of closing.

    A series holds the rounds that asked an item of the core of one bank, one item a round; lost
    rounds and workshop questions are not in it. `rounds` counts them from the first; `block` holds
    those of the block under way of which something is kept, the round that closes last.
    """

    dimension: str
    rounds: int
    block: tuple[PastRound, ...]
    bank: str = ""

    @property
    def block_number(self) -> int:
        """Of the block under way, from 1."""
        return (self.rounds - 1) // BLOCK_ROUNDS + 1

    @property
    def ends_block(self) -> bool:
        """Whether the round that closes is the last of its block."""
        return self.rounds % BLOCK_ROUNDS == 0

    @property
    def lots(self) -> Sequence[Lot]:
        """Those of the rounds of the block that were heard."""
        return [past.lot for past in self.block if past.lot is not None]
