"""The facts of a digest: what comes out of a closed round, and what never does."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.closed_round import ClosedRound, DrawnWords
from pulse_bot.domain.release.digest import BlockFact, DigestFacts, ResponseClass
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import ReleasedQuestion, TalkFact
from pulse_bot.domain.release.results import LevelWord, Silence
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import Lot, MemberAnswers, Tally, tally_item
from tests import printed

BARS = Thresholds()
THEMES = ("trust", "honesty", "accountability")
CORES = {
    theme: [
        Item(f"{theme}-{k}", theme, f"{theme} {k}?", ItemKind.AGREE, theme, f"Talk {theme} {k}.")
        for k in range(6)
    ]
    for theme in THEMES
}


def counted(item: Item, values: list[int], roster: int = 14) -> Tally:
    """A tally of these answers, in the lot's order, out of five organisations."""
    answers = [MemberAnswers(k % 5, {"answer": str(value)}) for k, value in enumerate(values)]
    return tally_item(item, answers, roster, BARS)


def closed(number: int = 12, values: list[int] | None = None, roster: int = 14) -> ClosedRound:
    """Round `number` of a partnership that asks one core item of each theme."""
    items = tuple(CORES[theme][(number - 1) % 6] for theme in THEMES)
    answers = values or [4] * 11
    past = (PastRound(Lot(7, 28)),) * ((number - 1) % 6 + 1)
    return ClosedRound(
        partnership="Colne Valley Partnership",
        number=number,
        opened_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
        closed_at=datetime(2026, 3, 13, 16, tzinfo=UTC),
        next_opens_at=None,
        time_zone="Europe/London",
        items=items,
        tallies={item.id: counted(item, answers, roster) for item in items},
        roster_size=roster,
        answered=len(answers),
        organisations=min(5, len(answers)),
        newcomers=0,
        thresholds=BARS,
        series=tuple(Series(theme, number, past) for theme in THEMES),
    )


def test_each_question_has_its_level_or_its_silence() -> None:
    one = closed()
    few = counted(one.items[1], [4] * 4)
    said = release_facts(replace(one, tallies={**one.tallies, one.items[1].id: few})).questions
    assert [(fact.item, fact.result, fact.least) for fact in said] == [
        # Eleven of fourteen: steps of 0.4 about 3; 4.0 is a tie of 3.8 and 4.2, towards 3.
        ("trust-5", printed.level("3.8", step="0.4"), 9),
        ("honesty-5", Silence.TOO_FEW, None),
        ("accountability-5", printed.level("3.8", step="0.4"), 9),
    ]


def test_a_question_stays_near_what_was_printed_of_it() -> None:
    before = {"trust-5": printed.level("3.4", step="0.4")}
    # Seven of eleven count: 27 of 7 is 3.86, which is 0.46 from 3.4 and nearest to 3.8.
    said = release_facts(replace(closed(values=[4] * 6 + [3] + [1] * 4), before=before))
    assert [fact.result for fact in said.questions] == [
        printed.level("3.4", step="0.4"),
        printed.level("3.8", step="0.4"),
        printed.level("3.8", step="0.4"),
    ]


def test_a_reverse_scored_question_says_so() -> None:
    one = closed()
    turned = replace(one.items[0], reverse=True)
    said = release_facts(replace(one, items=(turned, *one.items[1:]))).questions
    assert [fact.reverse for fact in said] == [True, False, False]


@pytest.mark.parametrize("number", [1, 5, 7, 11])
def test_no_block_is_said_inside_a_turn_of_the_core(number: int) -> None:
    assert release_facts(closed(number)).blocks == ()


@pytest.mark.parametrize(("number", "block"), [(6, 1), (12, 2), (18, 3)])
def test_a_block_is_said_when_a_turn_of_the_core_ends(number: int, block: int) -> None:
    assert release_facts(closed(number)).blocks == tuple(
        BlockFact(theme, block, printed.level("4.0", step="0.2")) for theme in THEMES
    )


def test_a_block_that_the_first_edition_began_is_said_from_four_rounds_on() -> None:
    """Of three it is not even said that they are too few: more were heard."""
    one = closed(6)
    for kept, told in ((3, 0), (4, 1)):
        series = Series("trust", 6, (PastRound(Lot(7, 28)),) * kept)
        assert len(release_facts(replace(one, series=(series,))).blocks) == told


def test_themes_that_were_not_asked_say_nothing() -> None:
    one = closed(6)
    said = release_facts(replace(one, series=one.series[:1]))
    assert [fact.dimension for fact in said.blocks] == ["trust"]


def test_the_response_is_a_class() -> None:
    assert release_facts(closed()).response == ResponseClass(9, 11, are_few=True)
    assert release_facts(replace(closed(), answered=6)).response == ResponseClass(
        6, 8, are_few=True
    )
    assert release_facts(closed(roster=7, values=[4] * 7)).response is None


@pytest.mark.parametrize(("newcomers", "said"), [(0, False), (1, False), (2, True), (5, True)])
def test_several_newcomers_are_mentioned(newcomers: int, said: bool) -> None:
    assert release_facts(replace(closed(), newcomers=newcomers)).newcomers is said


def workshop(roster: int, questions: int, answered: int = 6) -> DigestFacts:
    """What is said of a workshop's questions, all answered with 4."""
    items = tuple(replace(item, core=False) for core in CORES.values() for item in core[:2])[
        :questions
    ]
    tallies = {item.id: counted(item, [4] * answered, roster) for item in items}
    one = replace(closed(roster=roster, values=[4] * answered), items=items, tallies=tallies)
    return release_facts(
        replace(one, series=(), workshop_items=frozenset(item.id for item in items))
    )


def test_in_a_small_group_a_workshops_questions_are_told_together() -> None:
    said = workshop(7, 6)
    assert said.pooled is LevelWord.HIGH
    assert {fact.result for fact in said.questions} == {Silence.SMALL_GROUP}
    assert workshop(7, 4).pooled is LevelWord.HIGH


def test_too_few_questions_or_answers_are_not_told_together() -> None:
    assert workshop(7, 3).pooled is None
    assert workshop(7, 6, answered=4).pooled is None
    # It would come just where five or six answered.
    assert workshop(6, 6).pooled is None
    # A larger group reads each by itself: together they would be said twice.
    assert workshop(8, 6).pooled is None


def test_weekly_questions_are_never_told_together() -> None:
    """They are in the level of their theme's six rounds."""
    assert release_facts(closed(roster=7, values=[4] * 7)).pooled is None


def test_a_year_of_digests_has_a_prompt_each_and_none_twice_in_eight() -> None:
    record: list[PrintedRound] = []
    prompts = []
    for number in range(1, 53):
        said = release_facts(replace(closed(number), printed=tuple(record)))
        questions = map(ReleasedQuestion.of_fact, said.questions)
        record.append(PrintedRound(number, (*questions, TalkFact(said.talk, item=said.talk_item))))
        prompts.append(said.talk)
    assert all(prompts)
    assert all(len(set(prompts[n : n + 8])) == 8 for n in range(45))


def test_the_prompt_is_that_of_what_was_printed_lowest() -> None:
    one = closed()
    tallies = {**one.tallies, one.items[1].id: counted(one.items[1], [2] * 11)}
    said = release_facts(replace(one, tallies=tallies))
    assert (said.talk, said.talk_item) == (one.items[1].talk, one.items[1].id)


def test_a_round_without_prompts_has_none() -> None:
    one = closed()
    silent = tuple(replace(item, talk="") for item in one.items)
    assert release_facts(replace(one, items=silent)).talk == ""


FIVE_COMMENTS = ("One.", "Two.", "Three.", "Four.", "Five.")


def test_what_the_lot_left_of_comments_is_shown_as_it_was_written() -> None:
    drawn = DrawnWords(comments=FIVE_COMMENTS, waiting=("Never said.",))
    said = release_facts(replace(closed(), words=drawn))
    assert said.comments == FIVE_COMMENTS
    assert "Never said." not in leaves(said)


def leaves(value: object) -> list[object]:
    """Every value in a tree of facts."""
    if is_dataclass(value):
        return [leaf for one in fields(value) for leaf in leaves(getattr(value, one.name))]
    if isinstance(value, tuple):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


def test_numbers_in_facts_are_of_rounds_and_classes_and_never_of_answers_or_members() -> None:
    """The exact n is nowhere in the facts, and nor are totals or the size of the roster."""
    found = leaves(release_facts(closed(6)))
    numbers = [
        leaf for leaf in found if isinstance(leaf, int | float) and not isinstance(leaf, bool)
    ]
    number, blocks, classes, commitments = 6, [1] * 3, [9] * 3, [0, 0]
    response, its_run = [9, 11], [1, 1, 1]
    assert sorted(numbers) == sorted([number, *blocks, *response, *its_run, *classes, *commitments])


@given(first=st.integers(9, 11), second=st.integers(9, 11), data=st.data())
def test_rounds_of_one_class_have_the_same_facts(
    first: int, second: int, data: st.DataObject
) -> None:
    """What a reader sees hangs on those who were drawn, whatever the others said."""
    drawn = data.draw(st.lists(st.integers(1, 5), min_size=7, max_size=7))

    def seen(n: int) -> DigestFacts:
        rest = data.draw(st.lists(st.integers(1, 5), min_size=n - 7, max_size=n - 7))
        return release_facts(closed(1, [*drawn, *rest]))

    assert seen(first) == seen(second)


def test_the_control_other_answers_that_are_drawn_are_seen() -> None:
    assert len({str(release_facts(closed(1, [value] * 11))) for value in (1, 3, 5)}) == 3


def test_the_order_of_those_who_were_drawn_makes_no_difference() -> None:
    seen = {
        str(release_facts(closed(1, [*order, *[1] * 6]))) for order in permutations([1, 2, 4, 5, 5])
    }
    assert len(seen) == 1
