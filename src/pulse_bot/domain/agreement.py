"""Are we of one mind? Words for how far answers lie apart, pooled over at least three rounds.

Computed inside, from tallies alone, for answers from 1 to 5. The release policy has no rule for
these words yet, so that no digest says them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from pulse_bot.domain.ranges import squares_about_mean
from pulse_bot.domain.tallies import Tally, sums

LEAST_ROUNDS: Final = 3
_CLOSE_UNDER: Final = 0.7
_FAR_OVER: Final = 1.1
_CAMP: Final = 4
"""A camp is at least one in four."""


class Agreement(StrEnum):
    """How far the answers to the same question lie apart."""

    CLOSE = "close"
    MIXED = "mixed"
    FAR_APART = "far apart"


@dataclass(frozen=True, slots=True)
class Minds:
    """The word, and whether two camps stand against each other."""

    agreement: Agreement
    two_camps: bool


def minds(rounds: Sequence[Tally]) -> Minds | None:
    """What rounds that passed the two keys say together; None of fewer than three of them."""
    if len(rounds) < LEAST_ROUNDS:
        return None
    questions = sums(rounds).values()
    answers = sum(one.n for one in questions)
    spread = sqrt(sum(map(squares_about_mean, questions)) / (answers - len(questions)))
    low = sum(one.low for one in questions)
    high = sum(one.high for one in questions)
    return Minds(_word(spread), _CAMP * low >= answers and _CAMP * high >= answers)


def _word(spread: float) -> Agreement:
    if spread < _CLOSE_UNDER:
        return Agreement.CLOSE
    return Agreement.FAR_APART if spread > _FAR_OVER else Agreement.MIXED
