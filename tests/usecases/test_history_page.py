"""Everything that was released, on one page: for the members of that partnership alone."""

from __future__ import annotations

import sys

import pytest

from pulse_bot.ports import Address, Outcome
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    create_partnership,
)
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import answer_all, at, opened_round, people
from tests.usecases.scene import Talk

STRANGER = Address("fake", "", "stranger")
NEIGHBOUR = Address("fake", "", "neighbour")


async def two_rounds(talk: Talk) -> list[Address]:
    """Everybody answers twice."""
    everybody = people(talk.made)
    for week in range(2):
        asked = opened_round(talk.made, week)
        await answer_all(talk.made, asked, everybody)
        at(talk.made, asked.closes_at)
        close_round(talk.made, asked.id)
    return everybody


async def test_members_see_all_digests_on_one_page_and_the_same_one(talk: Talk) -> None:
    everybody = await two_rounds(talk)
    pages = {(await talk.look(one, "history")).page for one in everybody[:3]}
    (page,) = pages
    digests = (await talk.look(everybody[0], "group")).cards
    assert (await talk.look(everybody[0], "history")).cards == digests
    assert len(digests) == 2
    for card in digests:
        for words in (card.title, *card.text):
            assert words in page


async def test_who_is_not_a_member_sees_nothing(talk: Talk) -> None:
    await two_rounds(talk)
    reply = await talk.look(STRANGER, "history")
    assert (reply.outcome, reply.page, reply.cards) == (Outcome.UNKNOWN, "", ())


async def test_members_of_another_partnership_see_their_own(talk: Talk) -> None:
    await two_rounds(talk)
    create_partnership(talk.made, NewPartnership("Other Valley"))
    add_member(talk.made, "Other Valley", NewMember("N", "School"), NEIGHBOUR)
    page = (await talk.look(NEIGHBOUR, "history")).page
    assert "Other Valley" in page
    assert "No round has closed yet." in page
    assert "Round 1" not in page


async def test_without_jinja2_there_are_cards(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = await two_rounds(talk)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    reply = await talk.look(everybody[0], "history")
    assert (reply.page, len(reply.cards)) == ("", 2)
