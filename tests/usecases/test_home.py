"""A member's own page: everything on it, and a button for every command."""

from __future__ import annotations

import pytest

from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import Address, Card, CardKind, OpenedHome, Outcome
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.router import BUTTONS, COMMANDS, GROUP_COMMANDS
from tests.made_up import PARTNERSHIP, answer_all, at, opened_round, people
from tests.usecases.scene import Talk, words
from tests.usecases.test_joining import NEW, send

ONE = Address("fake", "", "person-00")


async def page(talk: Talk, address: Address = ONE) -> tuple[Card, ...]:
    reply = await talk.home(address, page=True)
    assert reply.form is None
    return reply.cards


def actions(cards: tuple[Card, ...]) -> list[str]:
    return [one.action for card in cards for row in card.buttons for one in row]


async def test_before_a_round(talk: Talk) -> None:
    people(talk.made)

    cards = await page(talk)

    titles = [card.title for card in cards]
    assert titles == ["Nothing to answer now", "You", "The promise", "There is more"]
    assert "in the time zone Europe/London." in cards[1].text[1]
    assert cards[1].text[2] == "Your language: English."


async def test_in_a_round_it_shows_what_is_asked_and_never_what_was_answered(talk: Talk) -> None:
    people(talk.made)
    asked = opened_round(talk.made)

    question, asked_for, *_ = before = await page(talk)
    assert question.kind is CardKind.QUESTION
    assert question.progress == "1 of 3"
    assert asked_for.title == "What is asked this time"
    assert asked_for.text == tuple(item.text for item in asked.items)
    await talk.choose(asked, ONE, "4")
    await talk.submit(asked, ONE, {"0:comment": "Some words.", "1:answer": "2"})
    assert await page(talk) == before


async def test_after_a_round_it_shows_the_newest_digest(talk: Talk) -> None:
    everybody = people(talk.made)
    for week in range(2):
        asked = opened_round(talk.made, week)
        await answer_all(talk.made, asked, everybody)
        at(talk.made, asked.closes_at)
        if week == 1:
            # Its time is over, and it is being closed.
            assert "What was asked last time" in [card.title for card in await page(talk)]
        close_round(talk.made, asked.id)

    cards = await page(talk)

    assert [card.title for card in cards if card.kind is CardKind.DIGEST] == [
        (await talk.look(ONE, "group")).cards[0].title
    ]
    assert cards[1].title == "What was asked last time"


@pytest.mark.parametrize("role", list(Role))
async def test_every_command_has_a_button(talk: Talk, role: Role) -> None:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 1, role)

    active = actions(await page(talk))
    await talk.look(ONE, "pause")
    paused = actions(await page(talk))

    some = {"seed", "trends", "settings"}
    here = {"pulse", "now", "start"}  # the page itself
    theirs = (
        COMMANDS.keys() - here - GROUP_COMMANDS.keys() - (some if role is Role.MEMBER else set())
    )
    assert {*active, *paused} == theirs | {"help"}
    assert ("pause" in active, "resume" in paused) == (True, True)
    assert len(set(active)) == len(active)
    for action in {*active, *paused}:
        assert action in BUTTONS
        # There is no pack before a workshop, and that is said.
        told = Outcome.REFUSED if action == "pack" else Outcome.DONE
        assert (await talk.press(ONE, action)).outcome is told, action


async def test_who_is_not_asked_is_told_so(talk: Talk) -> None:
    people(talk.made)
    await talk.look(ONE, "pause")

    cards = await page(talk)

    assert cards[1].text[0] == "You paused, so you are asked nothing."


async def test_a_newcomer_is_not_told_of_questions_that_are_not_theirs(talk: Talk) -> None:
    people(talk.made)
    asked = opened_round(talk.made)
    await send(talk)

    assert asked.items[0].text not in words([await talk.home(NEW, page=True)])


async def test_a_stranger_has_none(talk: Talk) -> None:
    people(talk.made)

    reply = await talk.handle(OpenedHome(Address("fake", "", "stranger"), page=True))

    assert reply.outcome is Outcome.UNKNOWN
    assert reply.cards == ()


async def test_the_promise_comes_first_to_who_has_not_seen_it(talk: Talk) -> None:
    people(talk.made)

    reply = await talk.home(ONE, promised=False, page=True)

    assert reply.cards[0].kind is CardKind.PROMISE
