"""What the first edition of the release policy printed (policy version 1).

Levels of exact sums on a grid that hangs on how many answered, with D points free at each end; the
response in quarters; and a trend word of exact sums and squares, with how small a change could have
shown. The product says none of it any more, but what it said once stays said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final

from pulse_bot.audit.quantiles import student_t_quantile
from pulse_bot.domain.release.first_edition import ResponseBand, SmallestShift, TrendCall
from pulse_bot.domain.release.grid import find_last_place, find_place, write_tenths
from pulse_bot.domain.release.results import End, Printed

LEAST_ROSTER: Final = 10
"""Under it nothing is said of one question of one round."""
FEWEST: Final = 5
LEAST_ANSWERS: Final = 7
LEAST_CHOICE_ANSWERS: Final = 10
BLOCK_LEAST_ROUNDS: Final = 3
BLOCK_LEAST_ANSWERS: Final = 28
FREE_RANGES: Final = Fraction(5, 2)
BLOCK_STEPS: Final = ((40, Fraction(1, 10)), (28, Fraction(1, 5)))
STEPS: Final = {
    (1, 5): (
        (40, Fraction(1, 10)),
        (20, Fraction(1, 5)),
        (10, Fraction(2, 5)),
        (7, Fraction(1, 2)),
    ),
    (0, 10): ((20, Fraction(1, 2)), (10, Fraction(1)), (7, Fraction(3, 2))),
    (0, 2): ((7, Fraction(1, 2)),),
}
"""By the lowest and highest answer: from how many answers on which step, the most first."""

RECENT_ROUNDS: Final = 4
EARLIER_ROUNDS: Final = 12
ROUNDS_NEEDED: Final = 8
GUARD_FROM: Final = 10
GUARD_WINDOW: Final = 52
LEAST_SPREAD: Final = 0.5
FEW_THEMES: Final = 3


def print_level(answers: int, total: int, low: int, high: int) -> Printed | None:
    """The level of one question of one round; None where too few answered."""
    steps = STEPS[low, high]
    step = next((step for least, step in steps if answers >= least), None)
    if step is None:
        return None
    return _print_mean(answers, total, (low, high), step, FREE_RANGES * (high - low))


def print_block_level(heard: int, answers: int, total: int) -> Printed | None:
    """The level of a theme over six rounds, of which so many were heard."""
    if heard < BLOCK_LEAST_ROUNDS or answers < BLOCK_LEAST_ANSWERS:
        return None
    step = next(step for least, step in BLOCK_STEPS if answers >= least)
    return _print_mean(answers, total, (1, 5), step, Fraction(8 * heard + 2))


def _print_mean(
    answers: int, total: int, scale: tuple[int, int], step: Fraction, free: Fraction
) -> Printed | None:
    middle = Fraction(sum(scale), 2)
    ends = find_last_place(answers, scale[1] - middle, step, free)
    if ends < 1:
        return None
    place = find_place(Fraction(total, answers) - middle, step, ends)
    end = End.NONE if abs(place) < ends else End.HIGH if place > 0 else End.LOW
    return Printed(write_tenths(middle + step * place), end, write_tenths(step))


def find_response_band(answered: int, roster: int) -> ResponseBand:
    """How many answered, in quarters."""
    if roster < 5:
        return ResponseBand.UNSAID
    if answered >= roster - 2 or 4 * answered >= 3 * roster:
        return ResponseBand.MOST
    if roster < 8:
        return ResponseBand.NOT_MOST
    return (ResponseBand.UNDER_A_QUARTER, ResponseBand.TO_A_HALF, ResponseBand.TO_THREE_QUARTERS)[
        4 * answered // roster
    ]


@dataclass(frozen=True, slots=True)
class QuestionSums:
    """Of one question of one round what the first edition computed its trend from."""

    item: str
    answers: int
    total: int
    squares: int


@dataclass(frozen=True, slots=True)
class TrendSaid:
    """The word, and beside "no clear change" the smallest change that could have shown."""

    call: TrendCall
    smallest: SmallestShift | None = None


def say_trend(rounds: Sequence[QuestionSums], themes: int) -> TrendSaid:
    """The trend word of a theme after its heard rounds, oldest first, in a group of ten or more."""
    if len(rounds) < ROUNDS_NEEDED:
        return TrendSaid(TrendCall.LEARNING)
    confidence = 0.99 if themes <= FEW_THEMES else 0.995
    fit = _fit_windows(rounds)
    if fit is None:
        return TrendSaid(TrendCall.NO_CLEAR_CHANGE, SmallestShift.MORE)
    shift, error, degrees = fit
    if len(rounds) >= GUARD_FROM:
        error *= sqrt(max(1.0, _measure_scatter(rounds[-GUARD_WINDOW:])))
    smallest = student_t_quantile((1 + confidence) / 2, degrees) * error
    if abs(shift) > smallest:
        return TrendSaid(TrendCall.UP if shift > 0 else TrendCall.DOWN)
    return TrendSaid(TrendCall.NO_CLEAR_CHANGE, _name_shift(smallest))


def _name_shift(smallest: float) -> SmallestShift:
    if smallest > 1:
        return SmallestShift.MORE
    return SmallestShift.HALF_A_POINT if smallest <= 0.5 else SmallestShift.ONE_POINT


def _fit_windows(rounds: Sequence[QuestionSums]) -> tuple[float, float, int] | None:
    """The shift of the last four rounds, its standard error and its degrees of freedom."""
    before = _sum_by_item(rounds[-RECENT_ROUNDS - EARLIER_ROUNDS : -RECENT_ROUNDS])
    recent = _sum_by_item(rounds[-RECENT_ROUNDS:])
    weights = {
        item: sums.answers * before[item].answers / (sums.answers + before[item].answers)
        for item, sums in recent.items()
        if item in before
    }
    if not weights:
        return None
    weight = sum(weights.values())
    gaps = {item: _mean(recent[item]) - _mean(before[item]) for item in weights}
    shift = sum(weights[item] * gaps[item] for item in weights) / weight
    cells = [*before.values(), *recent.values()]
    left = sum(map(_spread, cells))
    left += sum(weights[item] * (gaps[item] - shift) ** 2 for item in weights)
    degrees = sum(sums.answers for sums in cells) - len(before.keys() | recent.keys()) - 1
    variance = max(left / degrees, LEAST_SPREAD**2)
    return shift, sqrt(variance / weight), degrees


def _measure_scatter(rounds: Sequence[QuestionSums]) -> float:
    questions = _sum_by_item(rounds)
    inside = sum(map(_spread, rounds))
    between = sum(map(_spread, questions.values())) - inside
    free_inside = sum(sums.answers - 1 for sums in rounds)
    free_between = len(rounds) - len(questions)
    if not free_between or not free_inside:
        return 1.0
    return between / free_between / max(inside / free_inside, LEAST_SPREAD**2)


def _sum_by_item(rounds: Sequence[QuestionSums]) -> dict[str, QuestionSums]:
    sums: dict[str, QuestionSums] = {}
    for one in rounds:
        so_far = sums.get(one.item, QuestionSums(one.item, 0, 0, 0))
        sums[one.item] = QuestionSums(
            one.item,
            so_far.answers + one.answers,
            so_far.total + one.total,
            so_far.squares + one.squares,
        )
    return sums


def _mean(sums: QuestionSums) -> float:
    return sums.total / sums.answers


def _spread(sums: QuestionSums) -> float:
    """The sum of squared distances from the mean."""
    return (sums.answers * sums.squares - sums.total**2) / sums.answers if sums.answers else 0.0
