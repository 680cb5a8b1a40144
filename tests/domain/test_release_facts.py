"""The facts of a digest: what comes out of a closed round, and what never does."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    ResponseBand,
    TrendCall,
    TrendFact,
)
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.results import Agreement, Silence
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import MemberAnswers, Tally, tally_item
from tests import printed
from tests.domain.soft_borders import lowest

BARS = Thresholds()
THEMES = ("trust", "honesty", "accountability")
CORES = {
    theme: [
        Item(f"{theme}-{k}", theme, f"{theme} {k}?", ItemKind.AGREE, theme, f"Talk {theme} {k}.")
        for k in range(6)
    ]
    for theme in THEMES
}


def counted(item: Item, values: list[int]) -> Tally:
    """A tally of these answers, out of five organisations."""
    return tally_item(
        item, [MemberAnswers(k % 5, {"answer": str(value)}) for k, value in enumerate(values)]
    )


def past(theme: str, week: int, values: list[int] | None = None) -> PastRound:
    """A round of a theme's series, counted from 0: its core goes round and round."""
    return PastRound(counted(CORES[theme][week % 6], values or [4] * 11), BARS)


def closed(number: int = 12, values: list[int] | None = None) -> ClosedRound:
    """Round `number` of a partnership of fourteen that asks one core item of each theme."""
    items = tuple(CORES[theme][(number - 1) % 6] for theme in THEMES)
    tallies = {item.id: counted(item, values or [4] * 11) for item in items}
    return ClosedRound(
        partnership="Colne Valley Partnership",
        number=number,
        opened_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
        closed_at=datetime(2026, 3, 13, 16, tzinfo=UTC),
        next_opens_at=None,
        time_zone="Europe/London",
        items=items,
        tallies=tallies,
        roster_size=14,
        answered=11,
        newcomers=0,
        thresholds=BARS,
        series=tuple(
            Series(theme, number, tuple(past(theme, week, values) for week in range(number)))
            for theme in THEMES
        ),
    )


def test_each_question_has_its_level_or_its_silence() -> None:
    one = closed()
    few = counted(one.items[1], [4] * 4)
    said = release_facts(
        replace(one, tallies={**one.tallies, one.items[1].id: few}), lowest
    ).questions
    assert [(fact.item, fact.result) for fact in said] == [
        # n = 11, kmax = 3 (44 + 1 = 5n - D); 4.0 is a tie, towards 3
        ("trust-5", printed.level("3.8", step="0.4")),
        ("honesty-5", Silence.TOO_FEW),
        ("accountability-5", printed.level("3.8", step="0.4")),
    ]


def test_a_reverse_scored_question_says_so() -> None:
    one = closed()
    turned = replace(one.items[0], reverse=True)
    said = release_facts(replace(one, items=(turned, *one.items[1:])), lowest).questions
    assert [fact.reverse for fact in said] == [True, False, False]


@pytest.mark.parametrize("number", [1, 5, 7, 11])
def test_no_block_is_said_inside_a_turn_of_the_core(number: int) -> None:
    assert release_facts(closed(number), lowest).blocks == ()


@pytest.mark.parametrize(("number", "block"), [(6, 1), (12, 2), (18, 3)])
def test_a_block_is_said_when_a_turn_of_the_core_ends(number: int, block: int) -> None:
    # 66 answers of 4, D = 50, step 0.1: 66 * 4.25 = 280.5 is too much, 66 * 4.15 = 273.9 fits.
    assert release_facts(closed(number), lowest).blocks == tuple(
        BlockFact(theme, block, printed.level("4.0", step="0.1")) for theme in THEMES
    )


def test_themes_that_were_not_asked_say_nothing() -> None:
    one = closed(6)
    said = release_facts(replace(one, series=one.series[:1]), lowest)
    assert [fact.dimension for fact in said.blocks] == ["trust"]
    assert [fact.dimension for fact in said.trends] == ["trust"]


def test_the_trend_is_learning_up_to_the_seventh_round() -> None:
    assert release_facts(closed(7), lowest).trends == tuple(
        TrendFact(theme, TrendCall.LEARNING, 7, 8) for theme in THEMES
    )
    assert {fact.call for fact in release_facts(closed(8), lowest).trends} == {
        TrendCall.NO_CLEAR_CHANGE
    }


def test_the_response_is_a_band() -> None:
    assert release_facts(closed(), lowest).response is ResponseBand.MOST
    assert release_facts(replace(closed(), answered=6), lowest).response is ResponseBand.TO_A_HALF


@pytest.mark.parametrize(("newcomers", "said"), [(0, False), (1, False), (2, True), (5, True)])
def test_several_newcomers_are_mentioned(newcomers: int, said: bool) -> None:
    assert release_facts(replace(closed(), newcomers=newcomers), lowest).newcomers is said


def test_every_prompt_of_the_core_has_its_turn() -> None:
    """Three turns of six rounds bring up all eighteen prompts once."""
    prompts = {release_facts(closed(number), lowest).talk for number in range(1, 19)}
    assert prompts == {item.talk for core in CORES.values() for item in core}


@given(values=st.lists(st.integers(1, 5), min_size=11, max_size=11), number=st.integers(1, 60))
def test_the_prompt_does_not_depend_on_the_answers(values: list[int], number: int) -> None:
    assert (
        release_facts(closed(number, values), lowest).talk
        == release_facts(closed(number), lowest).talk
    )


TWO_CAMPS = [1, 2] * 3 + [4, 5] * 4
"""Six of fourteen on one side, eight on the other; the mean is about 3.2."""


def test_at_the_end_of_a_block_two_camps_are_said_and_talked_about() -> None:
    said = release_facts(closed(6, TWO_CAMPS), lowest)
    assert {one.agreement for one in said.blocks} == {Agreement.TWO_CAMPS}
    assert (said.talk, said.talk_about) == (CORES["trust"][5].talk, "trust")


def test_between_two_blocks_nothing_is_said_of_camps() -> None:
    for number in (5, 7):
        said = release_facts(closed(number, TWO_CAMPS), lowest)
        assert (said.blocks, said.talk_about) == ((), "")


def test_a_round_without_prompts_has_none() -> None:
    one = closed()
    silent = tuple(replace(item, talk="") for item in one.items)
    assert release_facts(replace(one, items=silent), lowest).talk == ""


FIVE_COMMENTS = ("One.", "Two.", "Three.", "Four.", "Five.")


@pytest.mark.parametrize(
    ("roster", "answered", "comments", "shown"),
    [
        (14, 8, FIVE_COMMENTS, True),
        (14, 7, FIVE_COMMENTS, False),
        (14, 8, FIVE_COMMENTS[:4], False),
        (10, 8, FIVE_COMMENTS, True),
        (9, 9, FIVE_COMMENTS, False),
    ],
)
def test_comments_come_from_eight_who_answered_and_five_comments(
    roster: int, answered: int, comments: tuple[str, ...], shown: bool
) -> None:
    crowd = tuple(Comment(words, first=True) for words in comments)
    one = replace(closed(), roster_size=roster, answered=answered, organisations=4, comments=crowd)
    assert release_facts(one, lowest).comments == (comments if shown else ())


@pytest.mark.parametrize("roster", range(5, 41))
def test_comments_never_tell_that_all_or_all_but_one_answered(roster: int) -> None:
    """What a reader sees beside the top band fits all but two as well as all."""
    crowd = tuple(Comment(words, first=True) for words in FIVE_COMMENTS)
    one = replace(closed(), roster_size=roster, organisations=4, comments=crowd)
    said = {
        release_facts(replace(one, answered=answered), lowest).comments
        for answered in (roster - 2, roster - 1, roster)
    }
    assert len(said) == 1


def leaves(value: object) -> list[object]:
    """Every value in a tree of facts."""
    if is_dataclass(value):
        return [leaf for one in fields(value) for leaf in leaves(getattr(value, one.name))]
    if isinstance(value, tuple):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


def test_numbers_in_facts_are_of_rounds_and_never_of_answers_or_members() -> None:
    """The exact n is nowhere in the facts, and nor are totals or the size of the roster."""
    numbers = [
        leaf for leaf in leaves(release_facts(closed(6), lowest)) if type(leaf) in (int, float)
    ]
    number, block, trend, commitments = 6, [1] * 3, [6, 8] * 3, [0, 0]
    known = [number, *block, *trend, *commitments]
    assert sorted(str(one) for one in numbers) == sorted(map(str, known))


@given(first=st.integers(10, 14), second=st.integers(10, 14))
def test_rounds_of_other_sizes_with_the_same_cells_have_the_same_facts(
    first: int, second: int
) -> None:
    """What a reader sees of 10 to 14 answers of 3 in the top band is one and the same."""

    def seen(n: int) -> DigestFacts:
        return release_facts(
            replace(closed(1, [3] * n), roster_size=14, answered=max(n, 11)), lowest
        )

    assert seen(first) == seen(second)
