"""Tallies: what the lot of a question adds up to, kind by kind. Expected sums are added by hand.

Answers stand in the order of the lot, so the first of them are those that count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import (
    COMMENT,
    SKIP,
    Choice,
    Item,
    ItemKind,
    list_options,
    list_slots,
)
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.lot import WEEKLY, find_class
from pulse_bot.domain.release.tallies import (
    Lot,
    MemberAnswers,
    PartTally,
    Tally,
    find_answer_class,
    tally_item,
)

BARS = Thresholds()
ROSTER = 14


def item(kind: ItemKind, *, reverse: bool = False) -> Item:
    """An item of that kind, with three choices where it can have any."""
    letters = tuple(Choice(key, key.upper()) for key in "abc")
    return Item(
        "q", "bank", "Text.", kind, "trust", "Talk?", reverse=reverse, choices=letters, most=2
    )


def tally(
    asked: Item, answers: Sequence[Mapping[str, str]], roster: int = ROSTER, schools: int = 5
) -> Tally:
    """The tally of answers by slot, out of schools that take turns."""
    given_answers = [MemberAnswers(number % schools, one) for number, one in enumerate(answers)]
    return tally_item(asked, given_answers, roster, BARS)


def given_to(kind: ItemKind, *answers: str, reverse: bool = False, roster: int = ROSTER) -> Tally:
    """The tally of answers to one slot, in the order of the lot."""
    return tally(item(kind, reverse=reverse), [{"answer": one} for one in answers], roster)


def part(counted: Tally, name: str = "answer") -> Lot | None:
    """What the lot of a part adds up to."""
    return counted.parts[name].lot


@pytest.mark.parametrize("kind", [ItemKind.AGREE, ItemKind.FREQUENCY])
def test_of_six_to_eight_the_first_five_count(kind: ItemKind) -> None:
    assert part(given_to(kind, *"123455")) == Lot(5, 1 + 2 + 3 + 4 + 5)
    assert part(given_to(kind, *"12345555")) == Lot(5, 15)
    # Of nine the first seven, of twelve the first ten.
    assert part(given_to(kind, *"123455511")) == Lot(7, 25)
    assert part(given_to(kind, *"444444444455")) == Lot(10, 40)


def test_who_comes_first_decides_who_counts() -> None:
    assert part(given_to(ItemKind.AGREE, *"511111")) == Lot(5, 9)
    assert part(given_to(ItemKind.AGREE, *"111115")) == Lot(5, 5)


def test_other_scales_have_their_own_worth() -> None:
    assert part(given_to(ItemKind.SCALE, "0", "3", "4", "6", "10", "10")) == Lot(5, 23)
    answers = ["yes", "partly", "no", "yes", "partly", "yes"]
    assert part(given_to(ItemKind.YES_NO, *answers)) == Lot(5, 2 + 1 + 0 + 2 + 1)


def test_choices_are_counted_among_those_who_were_drawn() -> None:
    chosen = given_to(ItemKind.CHOOSE, "a", "a,c", SKIP, "b", "c", "a", "b", "b")
    assert chosen.answered == 7
    assert chosen.counts == {"a": 3, "b": 1, "c": 2}


def test_words_are_counted_and_not_kept() -> None:
    counted = given_to(ItemKind.WORDS, "We meet too late.", SKIP)
    assert (counted.answered, counted.counts, counted.parts) == (1, {}, {})
    assert "late" not in repr(counted)


def test_each_half_of_a_journey_has_its_own_lot_of_one_order() -> None:
    answers: list[Mapping[str, str]] = [
        {"now": "2", "later": SKIP},
        *[{"now": "3", "later": "4"}] * 5,
        {"now": "5", "later": "5"},
    ]
    counted = tally(item(ItemKind.JOURNEY), answers)
    assert part(counted, "now") == Lot(5, 2 + 4 * 3)
    assert part(counted, "later") == Lot(5, 5 * 4)
    assert counted.answered == 7


@pytest.mark.parametrize("answered", range(6))
def test_too_few_have_no_lot(answered: int) -> None:
    counted = given_to(ItemKind.AGREE, *"4" * answered)
    assert counted.parts.get("answer", PartTally()) == PartTally()


def test_too_few_schools_have_no_lot_whoever_was_drawn() -> None:
    everybody = [{"answer": "4"}] * 12
    assert tally(item(ItemKind.AGREE), everybody, schools=3).parts == {}
    # Four schools answered, and those who were drawn are of one of them.
    answers = [MemberAnswers(1, {"answer": "4"})] * 10
    answers += [MemberAnswers(school, {"answer": "4"}) for school in (2, 3, 4)]
    assert part(tally_item(item(ItemKind.AGREE), answers, ROSTER, BARS)) == Lot(10, 40)


def test_of_a_journey_both_halves_need_their_schools() -> None:
    answers = [{"now": "3", "later": "4" if k % 5 < 3 else SKIP} for k in range(14)]
    assert tally(item(ItemKind.JOURNEY), answers).parts == {}


@pytest.mark.parametrize(("roster", "answered"), [(6, 5), (6, 6), (7, 5), (7, 7)])
def test_in_a_group_of_six_or_seven_four_of_five_count_for_the_block(
    roster: int, answered: int
) -> None:
    counted = given_to(ItemKind.AGREE, *"12345555"[:answered], roster=roster)
    assert counted.parts["answer"] == PartTally(None, Lot(4, 10))
    few = given_to(ItemKind.AGREE, *"1234", roster=roster)
    assert few.parts["answer"] == PartTally()


def test_under_six_members_nothing_counts() -> None:
    assert given_to(ItemKind.AGREE, *"44444", roster=5).parts["answer"] == PartTally()


@pytest.mark.parametrize(
    ("answers", "least"), [(6, None), (8, None), (9, 9), (11, 9), (12, 12), (14, 12)]
)
def test_a_class_that_a_stricter_bar_cuts_is_silent_as_a_whole(
    answers: int, least: int | None
) -> None:
    """Of seven and eight the reader would know that they were two."""
    found = find_answer_class(answers, 14, Thresholds(answers=7))
    assert (found.least if found else None) == least
    assert find_answer_class(answers, 14, Thresholds(roster=15)) is None


@given(answers=st.integers(0, 60), more=st.integers(0, 20))
def test_the_usual_bars_are_those_of_the_classes(answers: int, more: int) -> None:
    roster = answers + more
    found = find_class(answers, roster, WEEKLY)
    assert find_answer_class(answers, roster, BARS) == found


def test_a_skip_is_no_answer() -> None:
    """Never a zero, never a middle; it takes no place in the lot, and brings no school."""
    counted = given_to(ItemKind.AGREE, "5", SKIP, "5", SKIP, "5", "5", "5", "1")
    assert part(counted) == Lot(5, 25)
    assert counted.answered == 6
    assert given_to(ItemKind.AGREE, "5", SKIP, SKIP).organisations == 1


@pytest.mark.parametrize("kind", list(ItemKind))
def test_a_comment_alone_is_no_answer(kind: ItemKind) -> None:
    counted = tally(item(kind), [{COMMENT: "Words, to any question."}])
    assert (counted.answered, counted.organisations, counted.counts) == (0, 0, {})


@pytest.mark.parametrize("kind", list(ItemKind))
def test_nobody_answered(kind: ItemKind) -> None:
    assert tally(item(kind), []).answered == 0


def test_colleagues_count_as_one_organisation() -> None:
    answers = [MemberAnswers(school, {"answer": "4"}) for school in (7, 7, 8)]
    assert tally_item(item(ItemKind.AGREE), answers, ROSTER, BARS).organisations == 2


@pytest.mark.parametrize(
    ("kind", "mirror"), [(ItemKind.AGREE, 6), (ItemKind.FREQUENCY, 6), (ItemKind.SCALE, 10)]
)
def test_a_reverse_scored_item_is_turned_before_it_is_added_up(kind: ItemKind, mirror: int) -> None:
    straight = part(given_to(kind, *"114425"))
    turned = part(given_to(kind, *"114425", reverse=True))
    assert straight == Lot(5, 12)
    assert turned == Lot(5, 5 * mirror - 12)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Item, list[MemberAnswers], list[MemberAnswers]]:
    """An item of any kind, answers to it, and the same answers in another order."""
    asked = item(draw(st.sampled_from(list(ItemKind))), reverse=draw(st.booleans()))
    keys = [choice.key for choice in list_options(asked)] or ["some words"]
    answer = st.sampled_from([*keys, SKIP])
    one = st.builds(
        MemberAnswers,
        organisation=st.integers(1, 6),
        by_slot=st.dictionaries(st.sampled_from(list_slots(asked)), answer),
    )
    given_answers = draw(st.lists(one, max_size=20))
    return asked, given_answers, draw(st.permutations(given_answers))


@given(drawn=rounds())
def test_the_order_decides_which_answers_count_and_nothing_else(
    drawn: tuple[Item, list[MemberAnswers], list[MemberAnswers]],
) -> None:
    asked, *orders = drawn
    one, other = (tally_item(asked, order, 20, BARS) for order in orders)
    assert (one.answered, one.organisations) == (other.answered, other.organisations)
    assert one.parts.keys() == other.parts.keys()
    for name, tallied in one.parts.items():
        assert tallied.answer_class == other.parts[name].answer_class
        sizes = [found.counted if found else 0 for found in (tallied.lot, other.parts[name].lot)]
        assert sizes[0] == sizes[1]
