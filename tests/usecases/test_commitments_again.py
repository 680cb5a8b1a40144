"""A commitment that comes back is the same one: how often it was asked about is never forgotten."""

from __future__ import annotations

import pytest

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.errors import Refused
from pulse_bot.ports import Outcome
from pulse_bot.usecases.commitments.register import add_as_operator
from pulse_bot.usecases.rounds.close import begin_closing, declare_lost, settle_round
from tests.made_up import PARTNERSHIP, START, at, opened_round
from tests.usecases.commitment_scene import LESSONS, Valley, valley_of
from tests.usecases.scene import Talk, words

DONE, WHAT_NOW = "commitments-done/1", "commitments-what-now/1"


@pytest.fixture
async def valley(talk: Talk) -> Valley:
    return valley_of(talk)


def about(asked: Round) -> list[str]:
    return [item.id for item in asked.items if item.bank == "commitments"][:1]


@pytest.mark.parametrize("written_anew", [LESSONS, "we visit one-another's lessons!"])
@pytest.mark.parametrize("state", ["dropped", "kept"])
async def test_one_that_ended_is_opened_again_and_not_written_anew(
    valley: Valley, state: str, written_anew: str
) -> None:
    await valley.write_down()
    await valley.press(f"commitment:{state}:1")

    reply = await valley.write_down(written_anew)

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice == (
        f"That was commitment 1, which was {state}. Open it again instead. Nothing was written "
        "down."
    )
    [card] = reply.cards
    assert card.title == f"Commitment 1 was {state}"
    [[button]] = card.buttons
    assert button.label == "Open 1 again"
    await valley.press(button.action)
    assert f"1. {LESSONS} By" in await valley.listed()
    # The control: another promise is written down.
    assert "Commitment 2 is written down" in words([await valley.write_down("We share our plans.")])


async def test_the_same_in_other_marks_is_there_already(valley: Valley) -> None:
    await valley.write_down()

    reply = await valley.write_down("We visit (one another's) lessons!")

    assert reply.notice == "That is written down already, as commitment 1."


async def test_an_operator_is_told_the_same(valley: Valley) -> None:
    await valley.write_down()
    await valley.press("commitment:dropped:1")

    with pytest.raises(Refused, match="That was commitment 1, which was dropped"):
        add_as_operator(valley.talk.made, PARTNERSHIP, LESSONS, "in 2 weeks")


async def test_opening_it_again_and_again_asks_no_more_often(valley: Valley) -> None:
    """Three times whether it is done, and once what is to become of it, over all its lives."""
    await valley.write_down(due="2026-01-05")
    asked: dict[int, list[str]] = {}
    for week in range(24):
        asked[week] = about((await valley.week(week))[0])
        await valley.press("commitment:dropped:1")
        await valley.write_down(due=str(valley.talk.made.clock.now().date()))
        await valley.press("commitment:open:1")

    assert {week: ids for week, ids in asked.items() if ids} == {
        0: [DONE],
        4: [DONE],
        8: [DONE],
        12: [WHAT_NOW],
    }


async def test_opened_again_it_says_what_comes(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")
    said: dict[int, str] = {}
    for week in range(14):
        await valley.week(week)
        await valley.press("commitment:dropped:1")
        said[week] = words([await valley.press("commitment:open:1")])

    for week in range(14):
        assert ("asked about it again when its day has come" in said[week]) is (week < 8)
        assert ("is asked once more, what is to become of it" in said[week]) is (8 <= week < 12)
        assert ("nobody is asked again" in said[week]) is (week >= 12)


async def test_in_a_small_group_it_is_asked_again_for_ever(talk: Talk) -> None:
    valley = valley_of(talk, members=7)
    await valley.write_down(due="2026-01-05")
    for week in range(14):
        await valley.week(week)
    await valley.press("commitment:dropped:1")

    assert "when its day has come" in words([await valley.press("commitment:open:1")])


@pytest.mark.both_databases
@pytest.mark.parametrize("lost", [True, False])
async def test_the_round_in_a_lost_ones_place_asks_about_it_again(
    valley: Valley, lost: bool
) -> None:
    """The control is a round that was not lost: after it the commitment rests."""
    await valley.write_down(due="2026-01-05")
    made = valley.talk.made
    at(made, START)
    first = opened_round(made)
    begin_closing(made, first.id)
    if lost:
        made.keys.destroy(first.id)
    settle_round(made, first.id)

    second = opened_round(made, 1)

    assert about(first) == [DONE]
    assert about(second) == ([DONE] if lost else [])


async def test_a_lost_round_is_not_counted_among_the_three(valley: Valley) -> None:
    await valley.write_down(due="2026-01-05")
    first = opened_round(valley.talk.made)
    declare_lost(valley.talk.made, first.id)

    asked = [about((await valley.week(week))[0]) for week in range(1, 14)]

    assert [number for number, ids in enumerate(asked, 1) if ids == [DONE]] == [1, 5, 9]
    assert asked[12] == [WHAT_NOW]
