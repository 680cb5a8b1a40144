"""What a conversation about a workshop says: what was found, what is told where, and stale taps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.ports import Address, Outcome, Reply, Submitted
from pulse_bot.storage.models import GroupRow
from pulse_bot.usecases.chats.programme import add_holiday
from pulse_bot.usecases.members.directory import NewMember, add_member
from tests.made_up import OPENS, PARTNERSHIP
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import (
    ASKED,
    CLOSED,
    COURAGE,
    FACILITATOR,
    LEAD,
    MEMBER,
    TUESDAY,
    Workshop,
    workshop,
)

IN_THE_ROOM = "as discussion prompts in the room"


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


def stated(number: int, text: str, pair: str = "") -> Item:
    return Item(
        id=f"feedback-{number}",
        bank="feedback",
        text=text,
        kind=ItemKind.AGREE,
        dimension="feedback",
        talk="What do we see?",
        pair=pair,
    )


def with_bank(valley: Workshop, items: list[Item]) -> Workshop:
    pool = {**valley.made.pool(), "feedback": items}
    return Workshop(replace(valley.talk, made=replace(valley.made, pool=lambda: pool)))


def asked(reply: Reply) -> list[str]:
    """The numbered questions of a draft."""
    return [line[3:] for line in reply.cards[0].text if line[:1].isdecimal()]


async def test_six_are_found_where_one_alone_has_all_of_the_words(valley: Workshop) -> None:
    both = "We give honest feedback."
    one = [f"We are honest about matter {n}." for n in range(4)]
    other = [f"We read feedback of sort {n}." for n in range(4)]
    none = [f"We share a meal of sort {n}." for n in range(4)]
    bank = [stated(n, text) for n, text in enumerate([*none, *other, *one, both])]
    reply = await with_bank(valley, [replace(item, bank="talking") for item in bank]).begin(
        bank="suggest six for a workshop on honest feedback"
    )

    found = asked(reply)
    assert found[0] == both
    assert len(found) == 6
    assert set(found) <= {both, *one, *other}
    assert "could be found" not in reply.notice


async def test_how_we_ask_each_other_is_about_asking_and_fewer_than_six_are_said(
    valley: Workshop,
) -> None:
    bank = [
        stated(0, "We help each other."),
        stated(1, "We call one another."),
        stated(2, "We challenge what we hear."),
    ]
    reply = await with_bank(valley, bank).begin(bank="how we challenge each other")

    assert asked(reply) == ["We challenge what we hear."]
    assert "Only 1 question of the banks could be found for that." in reply.notice


@pytest.mark.parametrize("verb", ["plan", "drop"])
async def test_a_stale_button_says_what_became_of_the_workshop(valley: Workshop, verb: str) -> None:
    await valley.planned()
    again = await valley.press(verb)
    assert again.outcome is Outcome.REFUSED
    assert "planned" in again.notice
    assert TUESDAY in words([await valley.listed()])

    valley.run(ASKED)
    told = await valley.press(verb)
    assert told.outcome is Outcome.REFUSED
    assert "Its questions are out, and people may have answered" in told.notice
    assert "asked not long ago" not in told.notice
    seen = await valley.press("see")
    assert "when the questions open" not in seen.notice
    valley.run(CLOSED)
    assert "/pulse pack" in (await valley.press(verb)).notice


@pytest.mark.parametrize("verb", ["plan", "drop"])
async def test_a_stale_button_of_a_cancelled_workshop_says_so(valley: Workshop, verb: str) -> None:
    await valley.planned()
    await valley.press("cancel")

    told = await valley.press(verb, who=LEAD)
    assert told.outcome is Outcome.REFUSED
    assert "was cancelled" in told.notice


async def test_the_group_is_told_where_there_is_one(valley: Workshop) -> None:
    assert "The group is told" in (await valley.planned()).notice
    with valley.made.database.write() as session:
        session.execute(delete(GroupRow))
    moved = await valley.send("day", on=("3 February",))
    assert "group" not in moved.notice
    assert "Everybody reads it under “/pulse workshops”" in moved.notice
    assert "group" not in (await valley.press("cancel")).notice


async def test_the_log_says_which_weekly_questions_wait(valley: Workshop) -> None:
    await valley.planned()

    log = words([await valley.talk.look(MEMBER, "log")])
    assert "close on Monday 26 January at 18:00; the weekly questions of Wednesday 21" in log


async def test_moving_to_the_same_day_changes_nothing(valley: Workshop) -> None:
    await valley.planned()
    before = words([await valley.talk.look(MEMBER, "log")])

    told = await valley.send("day", on=(TUESDAY,))
    assert told.outcome is Outcome.REFUSED
    assert "is on Tuesday 27 January 2026 already, so nothing was changed" in told.notice
    assert words([await valley.talk.look(MEMBER, "log")]) == before


async def test_the_other_half_of_a_pair_is_named(valley: Workshop) -> None:
    halves = [
        stated(0, "I say what I think.", "think"),
        stated(1, "I think that others say it.", "think"),
    ]
    feedback = with_bank(valley, [*halves, *(stated(n, f"We ask {n}.") for n in range(2, 9))])
    await feedback.begin(bank="feedback")

    told = await feedback.send("other", items=("feedback-0", "feedback-2"))
    assert (
        "“I say what I think.” is asked together with “I think that others say it.”" in told.notice
    )
    both = await feedback.send("other", items=("feedback-0", "feedback-1"))
    assert "asked together" not in both.notice


@pytest.mark.parametrize(
    ("day", "reason", "in_room"),
    [
        ("tomorrow", "nobody has time to answer", True),
        ("1 March 2027", "more than a year ahead", False),
        ("28 January", "in the same week", False),
    ],
)
async def test_prompts_are_offered_where_time_rules_it_out(
    valley: Workshop, day: str, reason: str, *, in_room: bool
) -> None:
    await valley.planned()
    own = "We say it early.\nWe say it kindly."
    values = {"own": (own,), "on": (day,)}
    said = words([await valley.talk.handle(Submitted(FACILITATOR, "seed", values))])

    assert reason in said
    assert (IN_THE_ROOM in said) is in_room
    assert "We say it kindly." in said


async def test_a_holiday_and_a_weekend_are_told_apart(valley: Workshop) -> None:
    add_holiday(valley.made, PARTNERSHIP, Holiday(CLOSED.date(), CLOSED.date()))

    assert "26 January 2026 is in the holidays." in words([await valley.begin(on="26 January")])
    assert "24 January 2026 is at a weekend." in words([await valley.begin(on="24 January")])


async def test_a_word_to_look_at_again_is_named(valley: Workshop) -> None:
    reply = await valley.begin(bank="", own="We plan our visits and write them down.")

    said = words([reply])
    assert "The word is “and”." in said
    assert "items" not in said
    assert COURAGE[2].text not in said


async def test_before_the_first_round_nobody_is_new(valley: Workshop) -> None:
    late = Address("fake", "", "late")
    add_member(valley.made, PARTNERSHIP, NewMember("Late", "School 1"), late)
    assert "You are new here" not in words([await valley.talk.home(late)])

    valley.run(OPENS)
    later = Address("fake", "", "later")
    add_member(valley.made, PARTNERSHIP, NewMember("Later", "School 2"), later)
    assert "You are new here" in words([await valley.talk.home(later)])
