"""The lot: classes, printing with memory, blocks, and the draw. Examples are worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.release.lot import (
    SMALLEST_ROSTER,
    AnswerClass,
    draw_order,
    find_class,
    find_classes,
    print_block,
    print_lot,
)
from pulse_bot.domain.release.results import End, Printed

ROSTERS = range(SMALLEST_ROSTER, 90)
CLASSES = sorted(
    {one for roster in ROSTERS for one in find_classes(roster)},
    key=lambda one: (one.step, one.least),
)


def said(value: str, end: End = End.NONE, step: str = "0.5") -> Printed:
    """A number as it is printed."""
    return Printed(Decimal(value), end, Decimal(step))


def mirrored(text: Printed) -> Printed:
    """The same on a scale that is turned round."""
    turned = {End.HIGH: End.LOW, End.LOW: End.HIGH, End.NONE: End.NONE}
    return Printed(6 - text.value, turned[text.end], text.step)


@pytest.mark.parametrize(
    ("answers", "roster", "least", "counted"),
    [
        (6, 8, 6, 5),
        (8, 8, 6, 5),
        (10, 10, 6, 5),  # from nine on is no class of ten: it would hold nine and ten alone
        (9, 11, 9, 7),
        (11, 11, 9, 7),
        (12, 14, 12, 10),
        (9, 20, 9, 7),
        (20, 20, 18, 16),
        (60, 60, 57, 55),
        (80, 80, 60, 58),
    ],
)
def test_so_many_answers_of_so_many_members(
    answers: int, roster: int, least: int, counted: int
) -> None:
    found = find_class(answers, roster)
    assert found is not None
    assert found.least == least
    assert found.counted == counted


@pytest.mark.parametrize(("answers", "roster"), [(5, 8), (7, 7), (8, 20), (11, 30), (0, 40)])
def test_too_few_have_no_class(answers: int, roster: int) -> None:
    assert find_class(answers, roster) is None


def test_more_answers_than_members_are_refused() -> None:
    with pytest.raises(ValueError, match="some of those"):
        find_class(9, 8)


@pytest.mark.parametrize("roster", ROSTERS)
def test_no_class_tells_two_counts_apart_from_the_rest(roster: int) -> None:
    """Every class, and the silence under the first, holds three counts or more."""
    classes = find_classes(roster)
    borders = [0, *(one.least for one in classes), roster + 1]
    assert all(after - before >= 3 for before, after in pairwise(borders))
    assert roster >= 62 or classes[-1].least in range(roster - 4, roster - 1)
    assert {find_class(n, roster) for n in range(roster - 2, roster + 1)} == {classes[-1]}


@pytest.mark.parametrize("roster", ROSTERS)
def test_a_lot_leaves_somebody_out(roster: int) -> None:
    spares = [one.least - one.counted for one in find_classes(roster)]
    assert min(spares) >= 1
    assert all(spare >= 2 for spare in spares[1:])


@pytest.mark.parametrize("one", CLASSES, ids=str)
def test_every_total_prints_a_text_and_six_points_stay_free(one: AnswerClass) -> None:
    totals = range(one.counted, 5 * one.counted + 1)
    texts = [print_lot(one, total, None) for total in totals]
    values = [text.value for text in texts]
    assert values == sorted(values)
    assert len(set(texts)) == 2 * one.ends + 1 >= 3
    for end, ordered in ((End.HIGH, texts[::-1]), (End.LOW, texts)):
        assert [text.end for text in ordered[:7]] == [end] * 7
    for total, text in zip(totals, texts, strict=True):
        if text.end is End.NONE:
            assert abs(Fraction(total, one.counted) - Fraction(text.value)) <= one.step / 2


def _cases(one: AnswerClass) -> st.SearchStrategy[tuple[AnswerClass, int, Printed | None]]:
    """A class, a total of its lot, and what was printed before: in this class, or in another."""
    last = st.sampled_from(CLASSES).flatmap(
        lambda other: st.integers(other.counted, 5 * other.counted).map(
            lambda total: print_lot(other, total, None)
        )
    )
    return st.tuples(
        st.just(one), st.integers(one.counted, 5 * one.counted), st.one_of(st.none(), last)
    )


CASES = st.sampled_from(CLASSES).flatmap(_cases)


@given(CASES)
def test_what_is_printed_is_mirrored_with_the_scale(
    case: tuple[AnswerClass, int, Printed | None],
) -> None:
    one, total, last = case
    other = print_lot(one, 6 * one.counted - total, last and mirrored(last))
    assert mirrored(print_lot(one, total, last)) == other


@given(CASES)
def test_the_text_exists_in_its_class(case: tuple[AnswerClass, int, Printed | None]) -> None:
    one, total, last = case
    fresh = {print_lot(one, other, None) for other in range(one.counted, 5 * one.counted + 1)}
    assert print_lot(one, total, last) in fresh


@given(CASES)
def test_a_number_moves_exactly_when_the_mean_is_out_of_its_reach(
    case: tuple[AnswerClass, int, Printed | None],
) -> None:
    one, total, _ = case
    mean, fresh = Fraction(total, one.counted), print_lot(one, total, None)
    for before in {print_lot(one, other, None) for other in range(one.counted, 5 * one.counted)}:
        now = print_lot(one, total, before)
        beyond = mean - Fraction(before.value)
        outwards = {End.HIGH: beyond > 0, End.LOW: beyond < 0, End.NONE: False}[before.end]
        if outwards or abs(beyond) <= one.reach:
            assert now == before
        elif abs(fresh.value - before.value) <= 2 * one.step:
            assert now == fresh
        else:
            assert abs(now.value - before.value) == 2 * one.step
            assert (now.value > before.value) == (fresh.value > before.value)


@pytest.mark.parametrize("one", CLASSES, ids=str)
def test_four_points_stay_free_where_a_number_moves_into_an_end(one: AnswerClass) -> None:
    """So a round in which all, or all but one, agree reads like others, whatever stood before."""
    totals = range(one.counted, 5 * one.counted + 1)
    for before in {print_lot(one, total, None) for total in totals}:
        highest = [print_lot(one, total, before) for total in totals[-5:]]
        lowest = [print_lot(one, total, before) for total in totals[:5]]
        assert len(set(highest)) == 1
        assert len(set(lowest)) == 1


def test_a_number_stays_within_its_reach_by_hand() -> None:
    five = find_class(6, 8)
    assert five is not None
    assert print_lot(five, 18, None) == said("3.5")  # 3.6
    assert print_lot(five, 20, said("3.5")) == said("3.5")  # 4.0 is half a point away
    assert print_lot(five, 21, said("3.5")) == said("4.0", End.HIGH)  # 4.2 is more
    assert print_lot(five, 25, said("4.0", End.HIGH)) == said("4.0", End.HIGH)
    assert print_lot(five, 17, said("4.0", End.HIGH)) == said("3.5")  # 3.4
    # Ties go towards the middle, a number of another grid is read on this one.
    assert print_lot(five, 15, said("4.2", End.HIGH, "0.4")) == said("3.0")
    # From 4.0 the way to 2.0 is four cells: two of them at once.
    assert print_lot(five, 10, said("4.0", End.HIGH)) == said("3.0")
    assert print_lot(five, 19, said("4.2", End.HIGH, "0.4")) == said("4.0", End.HIGH)
    ten = find_class(12, 14)
    assert ten is not None
    assert print_lot(ten, 32, None) == said("3.0", step="0.4")  # 3.2 lies between 3.0 and 3.4


@pytest.mark.parametrize("total", [4, 26])
def test_a_total_that_no_lot_has_is_refused(total: int) -> None:
    five = find_class(6, 8)
    assert five is not None
    with pytest.raises(ValueError, match="cannot add up"):
        print_lot(five, total, None)


@pytest.mark.parametrize(
    ("roster", "lots", "expected"),
    [
        (8, [(5, 18)] * 4, said("3.6", step="0.2")),
        (8, [(5, 25)] * 4, said("4.0", End.HIGH, "0.2")),
        (12, [(5, 18), (7, 28), (7, 28), (10, 37)], said("3.8", step="0.2")),  # 111 of 29: 3.83
        (20, [(16, 80)] * 6, said("4.0", End.HIGH, "0.2")),
        (12, [(10, 45)] * 6, said("4.2", End.HIGH, "0.2")),
        (6, [(4, 16)] * 4, said("4.0", End.HIGH)),
        (7, [(4, 13)] * 4, said("3.0")),  # 3.25 lies between 3.0 and 3.5
        (8, [(5, 18)] * 3, None),
        (5, [(4, 16)] * 6, None),
    ],
)
def test_a_block(roster: int, lots: list[tuple[int, int]], expected: Printed | None) -> None:
    assert print_block(lots, roster) == expected


def test_every_order_is_as_likely_as_any_other() -> None:
    """Each way in which the draws can fall gives another order, and none is left out."""

    def order_of(draws: Iterable[int]) -> tuple[str, ...]:
        left = iter(draws)
        return tuple(draw_order("abcd", lambda _: next(left)))

    orders = {order_of(draws) for draws in product(range(4), range(3), range(2))}
    assert orders == set(permutations("abcd"))
