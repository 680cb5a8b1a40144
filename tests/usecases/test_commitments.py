"""Commitments are written down, read by everybody, and ended by those who may."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from pulse_bot.ports import Outcome, Submitted
from pulse_bot.storage import commitments, partnerships
from pulse_bot.storage.models import LogEntryRow
from pulse_bot.usecases.commitments.conversation import NEW_COMMITMENT
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from tests.made_up import (
    PARTNERSHIP,
    START,
    at,
)
from tests.usecases.commitment_scene import FACILITATOR, LEAD, LESSONS, MEMBER, Valley, valley_of
from tests.usecases.scene import Talk, words


@pytest.fixture
async def valley(talk: Talk) -> Valley:
    return valley_of(talk)


async def test_everybody_reads_the_same_and_some_have_buttons(valley: Valley) -> None:
    assert "Nothing is written down yet." in await valley.listed()
    await valley.write_down("We meet in July.", due="2026-07-01")
    await valley.write_down()
    await valley.write_down("We share our reading plans.")
    await valley.press("commitment:dropped:3")

    replies = [await valley.talk.look(one, "commitments") for one in (LEAD, FACILITATOR, MEMBER)]

    assert len({card.text for reply in replies for card in reply.cards}) == 1
    assert replies[0].cards[0].text == (
        f"2. {LESSONS} By Monday 19 January 2026.",
        "1. We meet in July. By Wednesday 1 July 2026.",
        "3. We share our reading plans. Dropped.",
    )
    labels = [[one.label for row in reply.cards[0].buttons for one in row] for reply in replies]
    assert labels == [
        ["Write one down", "2 is kept", "Drop 2", "1 is kept", "Drop 1", "Open 3 again"],
        labels[0],
        [],
    ]


@pytest.mark.both_databases
async def test_every_act_is_in_the_log_and_announced_without_a_name(valley: Valley) -> None:
    await valley.write_down()
    await valley.press("commitment:kept:1", FACILITATOR)
    await valley.press("commitment:kept:1", FACILITATOR)
    await valley.press("commitment:open:1")
    await valley.press("commitment:dropped:1")

    lines = [f"{row['who']} {row['what']}" for row in list_log_lines(valley.talk.made, PARTNERSHIP)]
    expected = [
        "a lead dropped commitment 1: “We visit one another's lessons”",
        "a lead opened commitment 1 again: “We visit one another's lessons”",
        "a facilitator called commitment 1 kept: “We visit one another's lessons”",
        (
            "a lead wrote down commitment 1, by Monday 19 January 2026: “We visit one another's "
            "lessons”"
        ),
    ]
    assert lines[:4] == expected
    with valley.talk.made.database.read() as session:
        announced = session.scalars(
            select(LogEntryRow.kind).where(
                LogEntryRow.announce, LogEntryRow.kind.contains("commitment")
            )
        ).all()
    assert len(announced) == 4


@pytest.mark.parametrize(
    ("text", "due", "says"),
    [
        ("Visit one another's lessons.", "in 2 weeks", "Please begin with “We”"),
        ("", "in 2 weeks", "in a few words"),
        (f"We {'visit ' * 30}", "in 2 weeks", "there is room for 140"),
        ("We ask Member to visit us.", "in 2 weeks", "“Member” may be the name"),
        (LESSONS, "soon", "That is not a day."),
        (LESSONS, "", "That is not a day."),
        (LESSONS, "2025-12-31", "That day is over."),
        ("We visit\nother lessons.", "in 2 weeks", "line break"),
    ],
)
async def test_what_cannot_be_is_refused(valley: Valley, text: str, due: str, says: str) -> None:
    reply = await valley.write_down(text, due)

    assert reply.outcome is Outcome.REFUSED
    assert says in reply.notice
    assert "Nothing is written down yet." in await valley.listed()


async def test_words_that_make_it_hard_are_named_and_it_is_kept_all_the_same(
    valley: Valley,
) -> None:
    reply = await valley.write_down("We always visit lessons and share plans.")

    assert "“always” is hard to keep" in words([reply])
    assert "“and” may join two promises" in words([reply])
    assert "1. We always visit lessons and share plans." in await valley.listed()
    assert "One thing to look at" not in words([await valley.write_down()])


async def test_the_same_twice_and_too_many_are_refused(valley: Valley) -> None:
    await valley.write_down()
    reply = await valley.write_down(f"  {LESSONS.lower()} ")
    assert (reply.outcome, "as commitment 1." in reply.notice) == (Outcome.REFUSED, True)

    for number in range(9):
        await valley.write_down(f"We visit {number + 2} lessons.")
    reply = await valley.write_down("We visit one more lesson.")
    assert "10 commitments are open" in reply.notice


async def test_members_read_and_change_nothing(valley: Valley) -> None:
    await valley.write_down()
    forged = Submitted(MEMBER, "commitment", {"text": ("We meet on Mondays.",), "due": ("1 May",)})

    actions = (NEW_COMMITMENT, "commitment:kept:1", "commitment:dropped:1")
    replies = [
        await valley.talk.handle(forged),
        *[await valley.press(one, MEMBER) for one in actions],
    ]

    assert [(reply.outcome, reply.form) for reply in replies] == [(Outcome.REFUSED, None)] * 4
    with valley.talk.made.database.read() as session:
        row = partnerships.find_partnership(session, PARTNERSHIP)
        [one] = commitments.list_commitments(session, row.id)
    assert (one.text, one.state.value) == (LESSONS, "open")


@pytest.mark.parametrize(
    "action",
    [
        "commitment:",
        "commitment:kept",
        "commitment:kept:2",
        "commitment:kept:x",
        "commitment:kept:99999999999999999999",
        "commitment:kept:²",
        "commitment:lost:1",
    ],
)
async def test_buttons_that_were_made_up(valley: Valley, action: str) -> None:
    await valley.write_down()

    reply = await valley.press(action)

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice
    assert "Kept." not in await valley.listed()


@pytest.mark.both_databases
async def test_of_two_who_end_it_at_once_one_does(valley: Valley) -> None:
    await valley.write_down()

    replies = await asyncio.gather(
        valley.press("commitment:kept:1"), valley.press("commitment:dropped:1", FACILITATOR)
    )

    assert sorted(reply.outcome for reply in replies) == [Outcome.DONE, Outcome.REFUSED]
    assert (
        len([one for one in list_log_lines(valley.talk.made, PARTNERSHIP) if "lessons" in str(one)])
        == 2
    )


@pytest.mark.both_databases
async def test_forms_sent_at_once_take_different_numbers(valley: Valley) -> None:
    await asyncio.gather(*(valley.write_down(f"We visit {n} lessons.") for n in range(2, 6)))

    text = (await valley.talk.look(MEMBER, "commitments")).cards[0].text
    assert sorted(line[:2] for line in text) == ["1.", "2.", "3.", "4."]


@pytest.mark.both_databases
async def test_the_days_on_offer_leave_time(valley: Valley) -> None:
    at(valley.talk.made, START + timedelta(days=1))

    form = (await valley.press(NEW_COMMITMENT)).form

    assert form is not None
    [due] = [one for one in form.fields if one.key == "due"]
    assert [(one.value, one.label) for one in due.options] == [
        ("2026-01-20", "In 2 weeks, Tuesday 20 January 2026"),
        ("2026-02-03", "In 4 weeks, Tuesday 3 February 2026"),
        ("2026-02-17", "In 6 weeks, Tuesday 17 February 2026"),
    ]
