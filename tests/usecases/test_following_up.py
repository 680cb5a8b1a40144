"""A commitment comes back as a question when it is due, until it is kept or dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.release.digest import CommitmentNews, DigestFacts
from pulse_bot.domain.release.results import Lean, Silence
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import (
    answer_all,
    opened_round,
)
from tests.usecases.commitment_scene import FACILITATOR, LESSONS, Valley, valley_of
from tests.usecases.scene import Talk, words

QUESTION = (
    "\N{LEFT SINGLE QUOTATION MARK}We visit one another's lessons.\N{RIGHT SINGLE QUOTATION MARK} "
    "Have we done what we said we would do?"
)
DONE, HELPED, HINDERED = (
    f"commitments-{one}/1" for one in ("done", "helped-in-words", "hindered-in-words")
)


@pytest.fixture
async def valley(talk: Talk) -> Valley:
    return valley_of(talk)


def about(asked: Round) -> list[str]:
    return [item.id for item in asked.items if item.bank == "commitments"]


def news(facts: DigestFacts) -> list[tuple[int, CommitmentNews]]:
    return [(one.number, one.news) for one in facts.commitments]


@pytest.mark.both_databases
async def test_until_it_is_kept(valley: Valley) -> None:
    """Written down on Monday 5 January for two weeks later; rounds are on Wednesdays."""
    await valley.write_down()

    asked, said = await valley.week(0)
    assert (about(asked), news(said)) == ([], [(1, CommitmentNews.MADE)])
    asked, said = await valley.week(1)
    assert (about(asked), news(said)) == ([], [(1, CommitmentNews.DUE)])

    asked, said = await valley.week(2, done="partly")
    assert about(asked)[0] == DONE
    assert next(one.text for one in asked.items if one.id == DONE) == QUESTION
    assert news(said) == [(1, CommitmentNews.ON_ITS_WAY)]
    assert said.commitments_kept == (0, 1)

    for number in (3, 4, 5):
        asked, said = await valley.week(number)
        assert (about(asked), news(said)) == ([], [])

    asked, said = await valley.week(6, done="yes")
    assert about(asked)[0] == DONE
    assert news(said) == [(1, CommitmentNews.KEPT)]
    assert said.commitments_kept == (1, 1)
    assert f"1. {LESSONS} Kept." in await valley.listed()

    for number in (7, 8, 9, 10):
        asked, said = await valley.week(number)
        assert (about(asked), news(said)) == ([], [])


async def test_it_is_asked_beside_the_weekly_questions(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")

    asked = opened_round(valley.talk.made)

    assert [item.id for item in asked.items][:3] == ["trust-1", "honesty-1", "accountability-1"]
    assert about(asked) == [DONE, HELPED, HINDERED]
    assert [item.kind for item in asked.items[3:]] == [
        ItemKind.YES_NO,
        ItemKind.WORDS,
        ItemKind.WORDS,
    ]
    assert all("one another's lessons" in item.text for item in asked.items[3:])


async def test_one_commitment_a_round_the_one_that_is_due_longest(valley: Valley) -> None:
    await valley.write_down(due="2026-01-07")
    await valley.write_down("We share our reading plans.", due="2026-01-06")

    assert [about((await valley.week(number))[0])[:1] for number in range(6)] == [
        ["commitments-done/2"],
        ["commitments-done/1"],
        [],
        [],
        ["commitments-done/2"],
        ["commitments-done/1"],
    ]


async def test_after_three_times_the_group_says_what_is_to_become_of_it(valley: Valley) -> None:
    """Each answer to the same question that is released tells a little more of who gave it."""
    await valley.write_down(due="2026-01-05")
    await valley.write_down("We meet on the last day.", due="2026-04-22")

    asked = {number: about((await valley.week(number))[0])[:1] for number in range(16)}

    assert {number: ids for number, ids in asked.items() if ids} == {
        0: [DONE],
        4: [DONE],
        8: [DONE],
        12: ["commitments-what-now/1"],
        # The other, which is due now, does not wait behind it.
        15: ["commitments-done/2"],
    }
    assert f"1. {LESSONS} By" in await valley.listed()


async def test_a_small_group_is_asked_until_it_ends(talk: Talk) -> None:
    """Nothing of its answers is ever released."""
    valley = valley_of(talk, members=7)
    await valley.write_down(due="2026-01-05")

    asked = [bool(about((await valley.week(number))[0])) for number in range(20)]
    assert asked == [True, False, False, False] * 5


@pytest.mark.both_databases
async def test_a_small_group_calls_it_kept_by_hand(talk: Talk) -> None:
    valley = valley_of(talk, members=7)
    await valley.write_down(due="2026-01-05")

    asked, said = await valley.week(0, done="yes")
    assert about(asked) == [DONE]
    [says] = [one.result for one in said.questions if one.item == DONE]
    assert says is Silence.SMALL_GROUP
    assert news(said) == [(1, CommitmentNews.UNHEARD)]

    reply = await valley.press("commitment:kept:1", FACILITATOR)
    assert "Commitment 1 is kept" in words([reply])
    assert "Open 1 again" in words([reply])
    _, said = await valley.week(1)
    assert news(said) == [(1, CommitmentNews.KEPT)]
    asked, said = await valley.week(2)
    assert (about(asked), news(said)) == ([], [])


async def test_whoever_is_not_heard_is_asked_again(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")
    few = replace(valley, addresses=valley.addresses[:4])

    asked, said = await few.week(0, done="yes")
    assert about(asked)
    assert news(said) == [(1, CommitmentNews.UNHEARD)]
    assert f"1. {LESSONS} By" in await valley.listed()
    later = [about((await few.week(number))[0])[:1] for number in range(1, 5)]
    assert later == [[], [], [], [DONE]]


async def test_what_people_decide_while_it_is_asked_stands(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")
    asked = opened_round(valley.talk.made)
    await answer_all(
        valley.talk.made,
        asked,
        valley.addresses,
        lambda _, position: {ItemKind.YES_NO: "yes", ItemKind.WORDS: "skip"}.get(
            asked.items[position].kind, "4"
        ),
    )
    await valley.press("commitment:dropped:1")
    close_round(valley.talk.made, asked.id)

    assert news(valley.told.facts[-1]) == [(1, CommitmentNews.DROPPED)]
    assert f"1. {LESSONS} Dropped." in await valley.listed()


async def test_what_was_called_kept_by_mistake_is_opened_again(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")
    await valley.week(0, done="yes")

    reply = await valley.press("commitment:open:1")

    assert "Commitment 1 is open again" in words([reply])
    _, said = await valley.week(1)
    assert news(said) == [(1, CommitmentNews.MADE)]
    later = [about((await valley.week(number))[0])[:1] for number in (2, 3, 4)]
    assert later == [[], [], [DONE]]


async def test_in_holidays_it_rests_for_three_rounds_all_the_same(valley: Valley) -> None:
    """Of other questions rounds are counted; four weeks may pass with none of them."""
    await valley.write_down(due="2026-01-05")

    asked = {number: about((await valley.week(number))[0])[:1] for number in (0, 6, 8, 12, 14)}

    assert asked == {0: [DONE], 6: [], 8: [], 12: [], 14: [DONE]}


@pytest.mark.both_databases
@pytest.mark.parametrize(("noes", "same"), [(1, True), (14, False)])
async def test_who_says_no_is_not_seen(valley: Valley, noes: int, same: bool) -> None:
    """Fourteen who say yes, and thirteen, read the same; the control is that fourteen noes do not.

    What becomes of the commitment follows what was released, and nothing else.
    """
    await valley.write_down(due="2026-01-05")
    asked = opened_round(valley.talk.made)
    yes_no = [item.kind for item in asked.items].index(ItemKind.YES_NO)

    def choose(person: int, position: int) -> str:
        if asked.items[position].kind is ItemKind.WORDS:
            return "skip"
        return ("no" if person < noes else "yes") if position == yes_no else "4"

    await answer_all(valley.talk.made, asked, valley.addresses, choose)
    close_round(valley.talk.made, asked.id)

    said = valley.told.facts[-1]
    [lean] = [one.result for one in said.questions if one.item == DONE]
    assert (lean is Lean.MORE_YES) is same
    assert (news(said) == [(1, CommitmentNews.KEPT)]) is same
    assert ("Kept." in await valley.listed()) is same
