"""The release policy for each kind of item: how coarsely one question of one round is said.

Found by one study (release policy, What was measured): every sum, every count and every total of up
to two colluders was enumerated. Whether anything is said at all is
decided in `release`, from counts and membership alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from pulse_bot.domain.asking.items import Item, Kind
from pulse_bot.domain.release.grid import Cell, Scale, cell
from pulse_bot.domain.release.results import Choices, Journey, Lean, Level, Often, OutOfTen, Said
from pulse_bot.domain.release.tallies import ANSWER, Moments, Tally

FIVE: Final = Scale(
    1,
    5,
    ((40, Fraction(1, 10)), (20, Fraction(1, 5)), (10, Fraction(2, 5)), (7, Fraction(1, 2))),
)
TEN: Final = Scale(0, 10, ((20, Fraction(1, 2)), (10, Fraction(1)), (7, Fraction(3, 2))))
YES: Final = Scale(0, 2, ((7, Fraction(1, 2)),))
"""No, partly and yes as 0, 1 and 2."""

LEANS: Final = {2: Lean.YES, 1: Lean.MORE_YES, 0: Lean.BETWEEN, -1: Lean.MORE_NO, -2: Lean.NO}

CHOICE_ANSWERS: Final = 10
"""The fewest answers from which choices stand out."""
OFTEN_SHARE: Final = Fraction(3, 10)
MOST_ANSWERS: Final = 20
"""From so many on a choice can be taken "by most"."""
SOFT: Final = 3
"""How many values a border can have. It is drawn anew for each choice of each round: with a border
that readers know, a joiner whose choice lifts a count over it is found out."""

Draw = Callable[[int], int]
"""A whole number from 0 up to, and without, its argument, that nobody can foresee."""


def said(item: Item, tally: Tally, draw: Draw) -> Said | None:
    """What may be said of a question that passed the two keys; None where too few answered it.

    Raises ValueError for words, which have a rule of their own.
    """
    match item.kind:
        case Kind.AGREE | Kind.FREQUENCY:
            return level(tally.moments[ANSWER])
        case Kind.SCALE:
            found = _mean(tally.moments[ANSWER], TEN)
            return OutOfTen(*found.printed) if found else None
        case Kind.JOURNEY:
            now, later = level(tally.moments["now"]), level(tally.moments["later"])
            return Journey(now, later) if now and later else None
        case Kind.YES_NO:
            yes, partly = tally.counts.get("yes", 0), tally.counts.get("partly", 0)
            found = _mean(Moments(tally.n, 2 * yes + partly), YES)
            return LEANS[found.place] if found else None
        case Kind.CHOOSE:
            return choices(item, tally, draw)
        case Kind.WORDS:
            raise ValueError("Words are shown under the rule for comments.")


def level(answers: Moments) -> Level | None:
    """The level of answers from 1 to 5 of one week; None where too few answered."""
    found = _mean(answers, FIVE)
    return Level(*found.printed) if found else None


def choices(item: Item, tally: Tally, draw: Draw) -> Choices | None:
    """Which choices stand out, over soft borders; none where too many do, because then none does.

    With one choice a person at most two stand out, with several at most three: more would leave
    too few answers free (release policy, Choices). None where too few answered.
    """
    if tally.n < CHOICE_ANSWERS:
        return None
    taken = [_often(tally.counts.get(one.key, 0), tally.n, draw) for one in item.choices]
    most = 2 if item.most == 1 else 3
    if sum(often is not Often.UNSAID for often in taken) > most:
        taken = [Often.UNSAID] * len(taken)
    labels = (one.label for one in item.choices)
    return Choices(tuple(zip(labels, taken, strict=True)))


def _often(count: int, n: int, draw: Draw) -> Often:
    # Drawn whatever the count: how often something is drawn must not depend on answers.
    often, most = -(-n * OFTEN_SHARE // 1) + draw(SOFT), n // 2 + 1 + draw(SOFT)
    if n >= MOST_ANSWERS and count >= most:
        return Often.MOST
    return Often.OFTEN if count >= often else Often.UNSAID


def _mean(answers: Moments, scale: Scale) -> Cell | None:
    step = scale.step(answers.n)
    return cell(answers.n, answers.total, scale, step, scale.free) if step else None
