"""The same question comes at most every fourth round, whoever writes it, and in which marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pulse_bot.domain.asking.items import Wording
from pulse_bot.ports import Outcome
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.chats.programme import set_programme
from tests.made_up import OPENS, PARTNERSHIP, PLAN, POOL, THEMES, WEEK, at, item
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import COURAGE, TUESDAY, Workshop, workshop

OURS = "We laugh together across our schools."
CORE = POOL["trust"][0].text
IN_WELSH = "Mae pawb yn dda yma."


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


def day_after(week: int) -> str:
    """The Tuesday for which the round of this week asks."""
    return str((OPENS + week * WEEK + timedelta(days=6)).date())


async def asked_for(valley: Workshop, own: str, week: int, seeding: int) -> str:
    """Prepare a workshop with one question of one's own; what refused it, empty where nothing."""
    at(valley.made, OPENS + week * WEEK - timedelta(days=1))
    begun = await valley.begin(bank="", own=own, on=day_after(week))
    if begun.outcome is Outcome.REFUSED:
        return begun.notice
    planned = await valley.press("plan", seeding)
    return "" if planned.outcome is Outcome.DONE else planned.notice


def texts(valley: Workshop) -> list[str]:
    return [one.text for one in valley.newest().items]


@pytest.mark.parametrize(
    "again", [OURS, OURS.replace(".", "!"), "we laugh, together, across our schools", f"{OURS}.."]
)
async def test_other_marks_make_no_other_question(valley: Workshop, again: str) -> None:
    assert await asked_for(valley, OURS, 0, 1) == ""
    valley.run(OPENS)
    assert OURS in texts(valley)
    valley.run(valley.newest().closes_at)

    refused = await asked_for(valley, again, 1, 2)

    assert "was asked not long ago" in refused
    assert "free again after 3 more rounds" in refused
    # The control: another sentence is asked at once.
    assert await asked_for(valley, "We laugh apart, each in our own school.", 1, 2) == ""


async def test_after_three_rounds_it_may_be_asked_again(valley: Workshop) -> None:
    await asked_for(valley, OURS, 0, 1)
    for week in range(4):
        valley.run(OPENS + week * WEEK)
        valley.run(valley.newest().closes_at)

    assert await asked_for(valley, OURS, 4, 2) == ""
    valley.run(OPENS + 4 * WEEK)
    assert OURS in texts(valley)


@pytest.mark.parametrize("written", [CORE, CORE.upper(), CORE.rstrip("."), IN_WELSH])
async def test_a_question_of_a_core_is_never_ones_own(talk: Talk, written: str) -> None:
    """Asked for a workshop, it would stand in the series' way, and be asked too often."""
    there = workshop(talk)
    trust = [replace(one, translations=(Wording("cy", IN_WELSH),)) for one in POOL["trust"][:1]]
    pool = {**{theme: POOL[theme] for theme in THEMES}, "trust": [*trust, *POOL["trust"][1:]]}
    there = replace(there, talk=replace(talk, made=replace(there.made, pool=lambda: pool)))

    reply = await there.begin(bank="", own=written)

    assert reply.outcome is Outcome.REFUSED
    assert "the weekly pulse follows over time" in reply.notice
    assert "No workshop is planned" in words([await there.listed()])


async def test_a_core_is_refused_among_other_questions_too(valley: Workshop) -> None:
    await valley.begin()

    reply = await valley.send("other", items=("courage-5",), own=(CORE,))

    assert reply.outcome is Outcome.REFUSED
    assert "the weekly pulse follows over time" in reply.notice


async def test_a_question_of_the_bank_that_is_typed_is_there_once(valley: Workshop) -> None:
    typed = "we say the hard thing when it is number 5!"

    begun = await valley.begin(bank="courage", own=typed)
    twice = await valley.send("other", items=("courage-5",), own=(typed,))

    questions = [line for line in begun.cards[0].text if line[:1].isdecimal()]
    assert len(questions) == 6
    assert len([line for line in questions if "when it is number 5" in line]) == 1
    assert twice.outcome is Outcome.REFUSED
    assert "is there twice" in twice.notice


async def test_what_another_round_asked_since_is_left_out_at_the_opening(
    valley: Workshop,
) -> None:
    """A plan of before there was this rule: it has a question that is asked a week before it."""
    first, second = day_after(1), day_after(2)
    await valley.begin(bank="", own=OURS, on=first)
    await valley.press("plan", 1)
    await valley.begin(bank="", own="We begin when we said that we would.", on=second)
    assert (await valley.press("plan", 2)).outcome is Outcome.DONE
    with valley.made.database.write() as session:
        (laugh,) = session.get_one(SeedingRow, 1).items
        again = {**laugh, "id": "own-0", "text": "We laugh - together - across our schools!"}
        later = session.get_one(SeedingRow, 2)
        later.items = [*later.items, again]
    for week in range(3):
        valley.run(OPENS + week * WEEK)
        if week < 2:
            valley.run(valley.newest().closes_at)

    assert "We begin when we said that we would." in texts(valley)
    assert not [one for one in texts(valley) if "laugh" in one]


async def test_what_has_come_into_a_core_since_is_left_out_at_the_opening(talk: Talk) -> None:
    valley = workshop(talk)
    await valley.begin(bank="", own=f"{OURS}\nWe begin when we said.", on=TUESDAY)
    await valley.press("plan", 1)
    theirs = replace(COURAGE[0], text=OURS)
    pool = {**{theme: POOL[theme] for theme in THEMES}, "courage": [theirs, *COURAGE[1:]]}
    later = replace(valley, talk=replace(talk, made=replace(valley.made, pool=lambda: pool)))
    for week in range(3):
        later.run(OPENS + week * WEEK)
        if week < 2:
            later.run(later.newest().closes_at)

    assert "We begin when we said." in texts(later)
    assert OURS not in texts(later)


@pytest.mark.both_databases
async def test_what_somebody_typed_rests_for_the_weekly_pulse_too(talk: Talk) -> None:
    """A theme without a core asks whichever of its questions rested longest."""
    valley = workshop(talk)
    hope = [item("hope", number, core=False) for number in range(1, 6)]
    made = replace(valley.made, pool=lambda: {"hope": hope})
    valley = replace(valley, talk=replace(talk, made=made))
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=("hope",)))
    assert await asked_for(valley, hope[1].text.upper(), 0, 1) == ""

    asked: list[list[str]] = []
    for week in range(5):
        valley.run(OPENS + week * WEEK)
        asked.append([one.casefold() for one in texts(valley)])
        valley.run(valley.newest().closes_at)

    assert hope[1].text.casefold() in asked[0]
    assert not [week for week in (1, 2, 3) if hope[1].text.casefold() in asked[week]]
    # The control: once it has rested, the theme asks it.
    assert asked[4] == [hope[1].text.casefold()]
