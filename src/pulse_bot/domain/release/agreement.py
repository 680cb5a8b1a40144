"""Are we of one mind? A word for a block, from how many stand on the smaller side of its questions.

One answer moves this count by one at most, where it would move a standard deviation by the square
of its distance: two members who pool their answers would leave too little of it free in a group of
fewer than a hundred. So sides are counted, question by question, and no spread is said. Where the
word is said at all is decided here too, from counts and from levels that are released (release
policy, Agreement).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pulse_bot.domain.release.results import Agreement, Level
from pulse_bot.domain.release.tallies import ANSWER_PART, Tally

LEAST_ANSWERS: Final = 60
CLOSE_UP_TO: Final = Fraction(1, 6)
"""Close: no more than this share stands on the smaller side, each question by itself."""
CAMPS_FROM: Final = Fraction(1, 4)
"""Two camps: a quarter at least stands on the smaller side, and so on the other one, too."""

_MIDDLE: Final = Fraction(3)
_WORD_REACH: Final = (Fraction(6, 5), Fraction(6, 5))
_CAMPS_REACH: Final = (Fraction(1), Fraction(3, 5))
"""How far from the middle (the level of a round, the level of the block) may be printed. Nearer to
the ends the two sides could hardly be otherwise than a word says, and would tell who is on them."""
_ROUND_REACH: Final = Fraction(1)
"""How far a round's level may lie from the block's, for the same reason."""


def judge_agreement(
    rounds: Sequence[Tally], levels: Sequence[Level], block_level: Level
) -> Agreement | None:
    """The word for the heard rounds of a block whose own levels, and whose level, are printed.

    None where they leave too little free, whatever the answers are.
    """
    answers = sum(tally.n for tally in rounds)
    # Two who pool theirs are known to stand on the smaller side, and one more still can.
    if answers < LEAST_ANSWERS or answers * CLOSE_UP_TO < 2 * len(rounds) + 1:
        return None
    if not _is_within(_WORD_REACH, levels, block_level):
        return None
    smaller = sum(
        min(tally.moments[ANSWER_PART].low, tally.moments[ANSWER_PART].high) for tally in rounds
    )
    if smaller <= answers * CLOSE_UP_TO:
        return Agreement.CLOSE
    camps = smaller >= answers * CAMPS_FROM and _is_within(_CAMPS_REACH, levels, block_level)
    return Agreement.TWO_CAMPS if camps else Agreement.MIXED


def _is_within(
    reach: tuple[Fraction, Fraction], levels: Sequence[Level], block_level: Level
) -> bool:
    of_round, of_block = reach
    middle = Fraction(block_level.value)
    return abs(middle - _MIDDLE) <= of_block and all(
        abs(at - _MIDDLE) <= of_round and abs(at - middle) <= _ROUND_REACH
        for at in (Fraction(level.value) for level in levels)
    )
