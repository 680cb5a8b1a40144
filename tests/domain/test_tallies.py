"""Tallies: what is counted of a closed round, kind by kind. Expected sums are added up by hand."""

from __future__ import annotations

from collections.abc import Mapping

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
from pulse_bot.domain.release.tallies import MemberAnswers, Moments, Tally, tally_item


def item(kind: ItemKind, *, reverse: bool = False) -> Item:
    """An item of that kind, with three choices where it can have any."""
    letters = tuple(Choice(key, key.upper()) for key in "abc")
    return Item(
        "q", "bank", "Text.", kind, "trust", "Talk?", reverse=reverse, choices=letters, most=2
    )


def given_to(kind: ItemKind, *answers: str, reverse: bool = False) -> Tally:
    """The tally of one-slot answers, each out of an organisation of its own."""
    return tally_item(
        item(kind, reverse=reverse),
        [MemberAnswers(number, {"answer": answer}) for number, answer in enumerate(answers)],
    )


@pytest.mark.parametrize("kind", [ItemKind.AGREE, ItemKind.FREQUENCY])
def test_agreement_and_frequency_add_up(kind: ItemKind) -> None:
    counted = given_to(kind, "1", "2", "3", "4", "5", "5")
    assert counted.moments == {"answer": Moments(n=6, total=20, squares=80, low=2, high=3)}
    assert (counted.n, counted.organisations, counted.counts) == (6, 6, {})


def test_a_scale_has_its_own_ends() -> None:
    counted = given_to(ItemKind.SCALE, "0", "3", "4", "6", "7", "10")
    assert counted.moments == {"answer": Moments(n=6, total=30, squares=210, low=2, high=2)}


def test_yes_no_and_choose_are_counted_by_choice() -> None:
    assert given_to(ItemKind.YES_NO, "yes", "partly", "yes", SKIP).counts == {"yes": 2, "partly": 1}
    chosen = given_to(ItemKind.CHOOSE, "a", "a,c", "b", SKIP)
    assert (chosen.n, chosen.counts, chosen.moments) == (3, {"a": 2, "b": 1, "c": 1}, {})


def test_words_are_counted_and_not_kept() -> None:
    counted = given_to(ItemKind.WORDS, "We meet too late.", SKIP)
    assert (counted.n, counted.counts, counted.moments) == (1, {}, {})
    assert "late" not in repr(counted)


def test_the_gap_of_a_journey_is_taken_inside_each_member() -> None:
    answers: list[Mapping[str, str]] = [
        {"now": "2", "later": "4"},  # +2
        {"now": "4", "later": "3"},  # -1
        {"now": "3", "later": "3"},  # 0
        {"now": "5", "later": SKIP},  # no gap
        {"later": "1"},  # no gap
        {"now": SKIP, "later": SKIP},  # no answer
    ]
    counted = tally_item(
        item(ItemKind.JOURNEY), [MemberAnswers(k, by) for k, by in enumerate(answers)]
    )
    assert counted.n == 5
    assert counted.moments == {
        "now": Moments(n=4, total=14, squares=54, low=1, high=2),
        "later": Moments(n=4, total=11, squares=35, low=1, high=1),
        "gap": Moments(n=3, total=1, squares=5, low=1, high=1),  # low is worse, high is better
    }


def test_a_skip_is_no_answer() -> None:
    """Never a zero, never a middle, and its organisation does not count as heard."""
    counted = given_to(ItemKind.AGREE, "5", SKIP, SKIP)
    assert counted.moments["answer"] == Moments(n=1, total=5, squares=25, low=0, high=1)
    assert (counted.n, counted.organisations) == (1, 1)


@pytest.mark.parametrize("kind", list(ItemKind))
def test_a_comment_alone_is_no_answer(kind: ItemKind) -> None:
    counted = tally_item(item(kind), [MemberAnswers(1, {COMMENT: "Words, to any question."})])
    assert (counted.n, counted.organisations, counted.counts) == (0, 0, {})
    assert all(one == Moments() for one in counted.moments.values())


@pytest.mark.parametrize("kind", list(ItemKind))
def test_nobody_answered(kind: ItemKind) -> None:
    assert tally_item(item(kind), []).n == 0


def test_colleagues_count_as_one_organisation() -> None:
    answers = [
        MemberAnswers(7, {"answer": "4"}),
        MemberAnswers(7, {"answer": "4"}),
        MemberAnswers(8, {"answer": "1"}),
    ]
    assert tally_item(item(ItemKind.AGREE), answers).organisations == 2


@pytest.mark.parametrize(
    ("kind", "mirror"), [(ItemKind.AGREE, 6), (ItemKind.FREQUENCY, 6), (ItemKind.SCALE, 10)]
)
def test_a_reverse_scored_item_is_turned_before_it_is_added_up(kind: ItemKind, mirror: int) -> None:
    straight = given_to(kind, "1", "1", "4").moments["answer"]
    turned = given_to(kind, "1", "1", "4", reverse=True).moments["answer"]
    assert turned.total == 3 * mirror - straight.total
    assert turned.squares == 2 * (mirror - 1) ** 2 + (mirror - 4) ** 2


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Item, list[MemberAnswers], list[MemberAnswers]]:
    """An item of any kind, answers to it, and the same answers in another order."""
    asked = item(draw(st.sampled_from(list(ItemKind))), reverse=draw(st.booleans()))
    keys = [choice.key for choice in list_options(asked)] or ["some words"]
    answer = st.sampled_from([*keys, SKIP])
    one = st.builds(
        MemberAnswers,
        organisation=st.integers(1, 4),
        by_slot=st.dictionaries(st.sampled_from(list_slots(asked)), answer),
    )
    given_answers = draw(st.lists(one, max_size=12))
    return asked, given_answers, draw(st.permutations(given_answers))


@given(drawn=rounds())
def test_the_order_of_the_answers_makes_no_difference(
    drawn: tuple[Item, list[MemberAnswers], list[MemberAnswers]],
) -> None:
    asked, one_order, another_order = drawn
    assert tally_item(asked, one_order) == tally_item(asked, another_order)


@given(drawn=rounds())
def test_moments_are_those_of_some_answers(
    drawn: tuple[Item, list[MemberAnswers], list[MemberAnswers]],
) -> None:
    asked, answers, _ = drawn
    for one in tally_item(asked, answers).moments.values():
        assert one.n <= len(answers)
        assert one.low + one.high <= one.n
        assert one.total**2 <= one.n * one.squares
