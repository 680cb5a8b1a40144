"""A workshop is drafted, looked at, tried, planned, changed and cancelled in a conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import Address, Card, Commanded, Outcome, Reply, Submitted
from pulse_bot.usecases.chats.programme import add_holiday
from pulse_bot.usecases.members.directory import change_role
from tests.made_up import OPENS, PARTNERSHIP, START, WEEK, at
from tests.usecases.scene import Talk, snapshot, words
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

FREE = [item for item in COURAGE if not item.core]


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


def buttons(reply: Reply) -> dict[str, str]:
    return {one.label: one.action for card in reply.cards for row in card.buttons for one in row}


def in_order(card: Card) -> list[str]:
    """The questions of a draft, in its order."""
    return [item.id for line in card.text for item in COURAGE if item.text in line]


async def test_the_form_asks_four_things_in_turn(valley: Workshop) -> None:
    asked = await valley.talk.handle(Commanded(FACILITATOR, "seed"))

    assert asked.form is not None
    assert [field.key for field in asked.form.fields] == ["on", "bank", "own", "together"]
    about = asked.form.fields[1]
    # None of a theme that has a core alone, whose questions are the weekly pulse's.
    assert [option.value for option in about.options] == ["courage"]
    assert about.longest > 0


async def test_a_draft_shows_the_questions_and_how_they_would_be_asked(valley: Workshop) -> None:
    reply = await valley.begin()

    [card] = reply.cards
    assert card.title == "A workshop for Tuesday 27 January 2026: Courage"
    asked = in_order(card)
    assert len(asked) == len(set(asked)) == 6
    assert not {"courage-0", "courage-1"} & set(asked)
    said = words([reply])
    assert "go out on Wednesday 21 January at 15:30 and close on Monday 26 January at 18:00" in said
    assert "wait a week: both would be more than 6 questions" in said
    assert "The pack comes when they have closed" in said
    # Nobody hears of a draft.
    assert "No workshop is planned" in words([await valley.listed()])
    assert "This is a draft" in words([await valley.listed(LEAD)])


@pytest.mark.parametrize("about", ["courage", "Courage", "suggest six for a workshop on courage"])
async def test_a_bank_or_words_say_what_it_is_about(valley: Workshop, about: str) -> None:
    assert "Courage" in (await valley.begin(bank=about)).cards[0].title


async def test_words_that_no_bank_bears_find_questions(valley: Workshop) -> None:
    reply = await valley.begin(bank="something hard, number 7")

    assert "courage-7" in in_order(reply.cards[0])
    told = await valley.begin(bank="suggest six on elephants")
    assert told.outcome is Outcome.REFUSED
    assert "No question has these words" in told.notice


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Please say on which day the workshop is"),
        ("soonish", "“soonish” is not a day"),
        ("1 January 2026", "Thursday 1 January 2026 is over"),
        ("yesterday", "Sunday 4 January 2026 is over"),
    ],
)
async def test_a_day_that_is_none_or_over_is_refused(valley: Workshop, day: str, said: str) -> None:
    reply = await valley.begin(on=day)

    assert reply.outcome is Outcome.REFUSED
    assert said in reply.notice
    assert "No workshop is planned" in words([await valley.listed(LEAD)])


@pytest.mark.parametrize("values", [{}, {"on": (TUESDAY,)}, {"x": ("y",)}, {"on": ("a", "b")}])
async def test_what_is_left_out_is_asked_for(
    valley: Workshop, values: dict[str, tuple[str, ...]]
) -> None:
    reply = await valley.talk.handle(Submitted(FACILITATOR, "seed", values))

    assert reply.outcome is Outcome.REFUSED
    assert "Please" in reply.notice or "open it again" in reply.notice


@pytest.mark.parametrize("day", ["today", "tomorrow", "Wed"])
async def test_too_soon_gives_the_questions_as_prompts(valley: Workshop, day: str) -> None:
    """On Monday evening less than a day is left before Tuesday at 18:00."""
    at(valley.made, START + timedelta(hours=11))
    reply = await valley.begin(on=day)

    said = words([reply])
    assert "Use these as discussion prompts in the room instead:" in said
    assert sum(item.talk in said for item in FREE) == 6
    assert "Plan it" not in buttons(reply)
    assert (await valley.press("plan")).outcome is Outcome.REFUSED


async def test_with_five_members_the_questions_are_prompts(talk: Talk) -> None:
    few = workshop(talk, members=5)
    reply = await few.begin()

    said = words([reply])
    assert "With 5 members of 5 schools nothing could be shown" in said
    assert "Use these as discussion prompts in the room instead:" in said
    refused = await few.press("plan")
    assert refused.outcome is Outcome.REFUSED
    assert "nothing could be shown" in refused.notice


async def test_a_weekend_or_a_holiday_is_pointed_out(valley: Workshop) -> None:
    assert "is at a weekend" in words([await valley.begin(on="24 January")])
    assert "is a weekend" not in words([await valley.begin()])
    day = START.date().replace(day=27)
    add_holiday(valley.made, PARTNERSHIP, Holiday(day, day), None)
    assert "in the holidays" in words([await valley.begin()])


async def test_more_questions_than_the_limit_are_told(valley: Workshop) -> None:
    await valley.begin()
    many = tuple(item.id for item in FREE[:7])
    reply = await valley.send("other", items=many)

    assert "These are 7 questions, and nobody here is asked more than 6 a week" in words([reply])
    assert "Plan it" not in buttons(reply)


async def test_other_questions_are_ticked_among_twelve(valley: Workshop) -> None:
    await valley.begin()
    asked = await valley.press("other")

    assert asked.form is not None
    ticks = asked.form.fields[0]
    offered = [option.value for option in ticks.options]
    assert len(offered) == 12
    assert not {"courage-0", "courage-1"} & set(offered)
    # One to choose from a list and one that looks ahead are among them.
    assert {"courage-10", "courage-8"} & set(offered)
    reply = await valley.send("other", items=("courage-5", "courage-9"), own=("We begin on time.",))
    assert in_order(reply.cards[0]) == ["courage-5", "courage-9"]
    assert "3. We begin on time." in reply.cards[0].text
    assert "go out together with the weekly questions" in words([reply])

    nothing = await valley.send("other")
    assert nothing.outcome is Outcome.REFUSED
    forged = await valley.send("other", items=("trust-1",))
    assert forged.outcome is Outcome.REFUSED


async def test_a_preview_shows_the_real_cards_and_records_nothing(valley: Workshop) -> None:
    await valley.begin()
    before = snapshot(valley.made)
    shown = await valley.press("see")

    *previews, below = shown.cards
    assert len(previews) >= 6
    assert all(card.progress.startswith("Preview, ") for card in previews)
    assert "Strongly agree" in buttons(shown)
    ((back,),) = below.buttons
    assert back.label == "Back to the workshop"
    assert "Plan it" in buttons(await valley.talk.press(FACILITATOR, back.action))
    for one in set(buttons(shown).values()) - {back.action}:
        told = await valley.talk.press(FACILITATOR, one)
        assert "This is a preview: nothing was recorded" in told.notice
    assert "preview" in (await valley.send("shown", items=("a",))).notice
    assert snapshot(valley.made) == before


async def test_planning_tells_everybody(valley: Workshop) -> None:
    reply = await valley.planned()

    assert reply.outcome is Outcome.DONE
    assert "The group is told" in reply.notice
    assert "Cancel it" in buttons(reply)
    everybody = words([await valley.listed()])
    assert (
        "Tuesday 27 January 2026: Courage. Questions come on Wednesday 21 January at 15:30."
        in everybody
    )
    assert buttons(await valley.listed()) == {}
    log = words([await valley.talk.look(MEMBER, "log")])
    assert "a facilitator planned the workshop “Courage” on Tuesday 27 January 2026" in log
    assert "Member 01" not in log
    # The group's chat is told a little later.
    assert "announcement" in valley.run(START + timedelta(minutes=30))
    again = await valley.press("plan")
    assert "planned already" in again.notice


async def test_a_second_workshop_in_one_week_is_refused(valley: Workshop) -> None:
    await valley.planned()
    second = await valley.begin(on="29 January")

    assert "in the same week" in words([second])
    assert "Plan it" not in buttons(second)
    refused = await valley.press("plan", 2)
    assert refused.outcome is Outcome.REFUSED
    # A week later there is nothing in the way.
    assert "Plan it" in buttons(await valley.send("day", 2, on=("4 February",)))


async def test_two_drafts_for_one_week_are_not_both_planned(valley: Workshop) -> None:
    await valley.begin()
    await valley.begin(on="28 January")
    assert (await valley.press("plan", 1)).outcome is Outcome.DONE
    assert (await valley.press("plan", 2)).outcome is Outcome.REFUSED


@pytest.mark.both_databases
async def test_a_plan_is_moved_changed_and_cancelled_until_it_opens(valley: Workshop) -> None:
    await valley.planned()
    moved = await valley.send("day", on=("3 February",))
    assert "The group is told" in moved.notice
    assert "Wednesday 28 January at 15:30" in words([await valley.listed()])

    changed = await valley.send("other", items=("courage-5",))
    assert in_order(changed.cards[0]) == ["courage-5"]
    too_soon = await valley.send("day", on=("tomorrow",))
    assert too_soon.outcome is Outcome.REFUSED
    assert "Nothing was changed" in too_soon.notice
    assert "Wednesday 28 January at 15:30" in words([await valley.listed()])

    cancelled = await valley.press("cancel")
    assert "Nobody was asked anything" in cancelled.notice
    assert "No workshop is planned" in words([await valley.listed()])
    log = words([await valley.talk.look(MEMBER, "log")])
    assert "moved the workshop “Courage” on Tuesday 27 January 2026 to Tuesday 3 February" in log
    assert "cancelled the workshop “Courage” on Tuesday 3 February 2026" in log
    assert "cancelled" in (await valley.press("plan")).notice + (await valley.press("other")).notice


async def test_a_draft_is_thrown_away_without_a_word(valley: Workshop) -> None:
    await valley.begin()
    before = words([await valley.talk.look(MEMBER, "log")])
    await valley.press("drop")

    assert words([await valley.talk.look(MEMBER, "log")]) == before
    assert (await valley.press("open")).outcome is Outcome.REFUSED


async def test_once_its_questions_are_out_the_day_alone_can_move(valley: Workshop) -> None:
    await valley.planned()
    valley.run(ASKED)

    for verb in ("other", "cancel", "open"):
        said = words([await valley.press(verb)])
        assert "Its questions are out, and people may have answered" in said
        assert "They close on Monday 26 January at 18:00" in said
    assert "so there is no pack by" in (await valley.send("day", on=("26 January",))).notice
    moved = await valley.send("day", on=("3 February",))
    assert "The group is told" in moved.notice
    assert valley.newest().closes_at == CLOSED
    assert "Tuesday 3 February 2026: Courage. Its questions are open until Monday 26" in words(
        [await valley.listed()]
    )
    valley.run(CLOSED)
    assert "/pulse pack" in words([await valley.press("other")])


async def test_who_lost_the_role_changes_nothing_and_it_goes_out_all_the_same(
    valley: Workshop,
) -> None:
    await valley.planned()
    change_role(valley.made, PARTNERSHIP, 2, Role.MEMBER)

    for reply in (
        await valley.press("cancel"),
        await valley.press("plan"),
        await valley.send("day", on=("3 February",)),
        await valley.begin(),
    ):
        assert reply.outcome is Outcome.REFUSED
        assert "a lead or a facilitator" in reply.notice
    # A lead can.
    assert (await valley.send("day", who=LEAD, on=("28 January",))).outcome is Outcome.DONE
    valley.run(ASKED)
    assert [item.bank for item in valley.newest().items] == ["courage"] * 6


async def test_a_member_prepares_nothing(valley: Workshop) -> None:
    await valley.begin()
    for reply in (
        await valley.talk.handle(Commanded(MEMBER, "seed")),
        await valley.begin(MEMBER),
        await valley.press("plan", who=MEMBER),
        await valley.press("see", who=MEMBER),
        await valley.press("try", who=MEMBER),
    ):
        assert reply.outcome is Outcome.REFUSED
        assert "a lead or a facilitator" in reply.notice


@pytest.mark.parametrize(
    "action",
    ["seed:", "seed:plan", "seed:plan:x", "seed:plan:1:2", "seed:eat:1", "seed:plan:99999999999"],
)
async def test_forged_buttons_and_forms_are_refused(valley: Workshop, action: str) -> None:
    await valley.begin()
    assert (await valley.talk.press(FACILITATOR, action)).outcome is Outcome.REFUSED
    sent = await valley.talk.handle(Submitted(FACILITATOR, action, {"on": ("3 March",)}))
    assert sent.outcome is Outcome.REFUSED


async def test_a_question_that_was_just_asked_is_not_offered(valley: Workshop) -> None:
    await valley.planned(on="20 January")
    valley.run(OPENS + WEEK)
    asked = set(valley.asked())
    await valley.begin(on="3 February")
    again = await valley.press("other", 2)

    assert len(asked) == 6
    assert again.form is not None
    assert not asked & {option.value for option in again.form.fields[0].options}


async def test_another_partnerships_workshop_is_out_of_reach(valley: Workshop) -> None:
    await valley.begin()
    stranger = Address("fake", "", "nobody")
    assert (await valley.press("plan", who=stranger)).outcome is Outcome.UNKNOWN
