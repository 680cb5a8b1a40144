"""Whether something arrived: asked of Slack's history, also by a process that did not send it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Card, CardKind
from pulse_bot.testing import running
from pulse_bot.testing.samples import sample_card
from tests.platforms.slack.stage import Scene, adapter_for, scene
from tests.platforms.slack.trouble import ANSWER_LOST, DROPPED, Fault, broken, slow

POST = "chat.postMessage"
LONG = Card(CardKind.DIGEST, "Round 5", tuple(f"Comment {n}." for n in range(60)))
"""More than one message holds."""


async def lost(one: Scene, card: Card, fault: Fault = DROPPED) -> datetime:
    """Send a card whose fate nobody knows; returns when."""
    since = datetime.now(UTC)
    one.slack.trouble.on(POST, fault)
    one.slack.trouble.on("conversations.history", broken())
    with pytest.raises(AdapterError) as caught:
        await one.adapter.send(one.ada.address, card)
    assert caught.value.uncertain
    return since


@pytest.mark.parametrize("fault", [DROPPED, ANSWER_LOST])
async def test_a_restarted_process_can_look_up_what_the_last_one_sent(fault: Fault) -> None:
    async with scene() as one:
        since = await lost(one, sample_card("Agree"), fault)
        await one.ada.write("A question of mine")
        restarted, other = adapter_for(one.slack), sample_card("Agree", "Disagree")
        async with running(restarted, one.script):
            found = await restarted.has_arrived(one.ada.address, sample_card("Agree"), since)
            assert found is (fault is ANSWER_LOST)
            assert await restarted.has_arrived(one.ada.address, other, since) is False


async def test_a_copy_by_somebody_else_is_none_of_ours() -> None:
    async with scene() as one:
        since = datetime.now(UTC)
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        for message in one.ada.direct.messages.values():
            message.author = one.ada.user.id
        found = await one.adapter.has_arrived(one.ada.address, sample_card("Agree"), since)
        assert found is False


async def test_a_long_card_has_arrived_once_all_of_it_has() -> None:
    async with scene() as one:
        since = datetime.now(UTC)
        one.slack.trouble.on(POST, slow(0), broken())
        one.slack.trouble.on("conversations.history", broken())
        with pytest.raises(AdapterError):
            await one.adapter.send(one.ada.address, LONG)
        assert await one.adapter.has_arrived(one.ada.address, LONG, since) is False
        await one.adapter.send(one.ada.address, LONG)
        assert await one.adapter.has_arrived(one.ada.address, LONG, since) is True


async def test_it_arrived_long_before_or_far_above_is_told_apart() -> None:
    async with scene() as one:
        one.slack.page_size = 2
        since = datetime.now(UTC)
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        for number in range(5):
            await one.adapter.send(one.ada.address, sample_card(title=f"Later {number}"))
        card = sample_card("Agree")
        assert await one.adapter.has_arrived(one.ada.address, card, since) is True
        later = since + timedelta(seconds=30)
        assert await one.adapter.has_arrived(one.ada.address, card, later) is False


async def test_a_channel_can_be_looked_through_only_where_that_is_allowed() -> None:
    async with scene() as one:
        here, since = await one.group(), datetime.now(UTC)
        await one.adapter.send(here.address, sample_card("Agree"))
        assert await one.adapter.has_arrived(here.address, sample_card("Agree"), since) is None
        one.slack.world.tokens[one.slack.bot_token].scopes |= {"channels:history"}
        await one.adapter.send(here.address, sample_card("Another"))
        assert await one.adapter.has_arrived(here.address, sample_card("Agree"), since) is True


async def test_a_look_that_fails_is_told_and_not_uncertain() -> None:
    async with scene() as one:
        one.slack.trouble.on("conversations.history", broken())
        with pytest.raises(AdapterError) as caught:
            await one.adapter.has_arrived(one.ada.address, sample_card(), datetime.now(UTC))
        assert (caught.value.permanent, caught.value.uncertain) == (False, False)
