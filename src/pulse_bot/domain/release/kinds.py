"""The release policy for each kind of item: how coarsely one question of one round is said.

Found by one study (release policy, What was measured): every sum, every count and every total of up
to two colluders was enumerated. Whether anything is said at all is
decided in `policy`, from counts and membership alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.release.grid import Cell, Scale, find_cell
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    Level,
    OutOfTen,
    ReleasedValue,
)
from pulse_bot.domain.release.tallies import ANSWER_PART, Moments, Tally

FIVE_POINT_SCALE: Final = Scale(
    1,
    5,
    ((40, Fraction(1, 10)), (20, Fraction(1, 5)), (10, Fraction(2, 5)), (7, Fraction(1, 2))),
)
TEN_POINT_SCALE: Final = Scale(
    0, 10, ((20, Fraction(1, 2)), (10, Fraction(1)), (7, Fraction(3, 2)))
)
YES_NO_SCALE: Final = Scale(0, 2, ((7, Fraction(1, 2)),))
"""No, partly and yes as 0, 1 and 2."""

LEANS: Final = {2: Lean.YES, 1: Lean.MORE_YES, 0: Lean.BETWEEN, -1: Lean.MORE_NO, -2: Lean.NO}

LEAST_CHOICE_ANSWERS: Final = 10
"""The fewest answers from which choices stand out."""
OFTEN_SHARE: Final = Fraction(3, 10)
BY_MOST_FROM: Final = 20
"""From so many on a choice can be taken "by most"."""
BORDER_VALUES: Final = 3
"""How many values a border can have. It is drawn anew for each choice of each round: with a border
that readers know, a joiner whose choice lifts a count over it is found out."""

Draw = Callable[[int], int]
"""A whole number from 0 up to, and without, its argument, that nobody can foresee."""


def release_value(item: Item, tally: Tally, draw: Draw) -> ReleasedValue | None:
    """What may be said of a question that passed the two keys; None where too few answered it.

    Raises ValueError for words, which have a rule of their own.
    """
    match item.kind:
        case ItemKind.AGREE | ItemKind.FREQUENCY:
            return weekly_level(tally.moments[ANSWER_PART])
        case ItemKind.SCALE:
            cell = _mean_cell(tally.moments[ANSWER_PART], TEN_POINT_SCALE)
            return OutOfTen(*cell.printed) if cell else None
        case ItemKind.JOURNEY:
            now, later = weekly_level(tally.moments["now"]), weekly_level(tally.moments["later"])
            return Journey(now, later) if now and later else None
        case ItemKind.YES_NO:
            yes, partly = tally.counts.get("yes", 0), tally.counts.get("partly", 0)
            cell = _mean_cell(Moments(tally.n, 2 * yes + partly), YES_NO_SCALE)
            return LEANS[cell.place] if cell else None
        case ItemKind.CHOOSE:
            return release_choices(item, tally, draw)
        case ItemKind.WORDS:
            raise ValueError("Words are shown under the rule for comments.")


def weekly_level(answers: Moments) -> Level | None:
    """The level of answers from 1 to 5 of one week; None where too few answered."""
    cell = _mean_cell(answers, FIVE_POINT_SCALE)
    return Level(*cell.printed) if cell else None


def release_choices(item: Item, tally: Tally, draw: Draw) -> Choices | None:
    """Which choices stand out, over soft borders; none where too many do, because then none does.

    With one choice a person at most two stand out, with several at most three: more would leave
    too few answers free (release policy, Choices). None where too few answered.
    """
    if tally.n < LEAST_CHOICE_ANSWERS:
        return None
    taken = [
        _choice_frequency(tally.counts.get(choice.key, 0), tally.n, draw) for choice in item.choices
    ]
    most = 2 if item.most == 1 else 3
    if sum(often is not ChoiceFrequency.UNSAID for often in taken) > most:
        taken = [ChoiceFrequency.UNSAID] * len(taken)
    labels = (choice.label for choice in item.choices)
    return Choices(tuple(zip(labels, taken, strict=True)))


def _choice_frequency(count: int, n: int, draw: Draw) -> ChoiceFrequency:
    # Drawn whatever the count: how often something is drawn must not depend on answers.
    often, most = -(-n * OFTEN_SHARE // 1) + draw(BORDER_VALUES), n // 2 + 1 + draw(BORDER_VALUES)
    if n >= BY_MOST_FROM and count >= most:
        return ChoiceFrequency.MOST
    return ChoiceFrequency.OFTEN if count >= often else ChoiceFrequency.UNSAID


def _mean_cell(answers: Moments, scale: Scale) -> Cell | None:
    step = scale.step_for(answers.n)
    return find_cell(answers.n, answers.total, scale, step, scale.free_points) if step else None
