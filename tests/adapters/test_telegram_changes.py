"""The Telegram adapter across restarts, in groups that move, and where Telegram calls it."""

from __future__ import annotations

import aiohttp
import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Moved, Pressed, Reply, Submitted, Wrote
from pulse_bot.testing import Script
from pulse_bot.testing.samples import FORM, sample_card
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.listening import webhook_secret
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.hosting import PUBLIC
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import Listen, listening, scene, seen_by

LISTENS: tuple[Listen, ...] = ("polling", "webhook")


async def refusal(adapter: TelegramAdapter, address: Address) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await adapter.send(address, sample_card("Agree"))
    return caught.value


# Groups


async def test_a_group_that_moves_during_a_send_is_followed() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server)
        await group.add_bot(on.ada)
        old = group.migrate(on.ada)
        assert (
            await on.adapter.send(old, sample_card("Join", title="Hello")) == group.address != old
        )
        assert "Hello" in (await group.settled()).text
        assert on.script.heard(Moved) == [Moved(old, group.address)]


async def test_topics_are_kept_and_closed_ones_are_told() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server, large=True)
        await group.add_bot(on.ada)
        topic = group.topic("The pulse")
        on.script.answer = Reply("In the topic.", public=True)
        assert "In the topic." in (await topic.command(on.ada, "link g7-abc")).text
        await on.adapter.send(topic.address, sample_card(title="The digest"))
        assert "The digest" in (await topic.look()).text
        topic.close()
        error = await refusal(on.adapter, topic.address)
        assert (error.permanent, error.gone) == (True, False)


async def test_a_topic_that_is_gone_leaves_the_group() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server, large=True)
        await group.add_bot(on.ada)
        topic = group.topic("The pulse")
        del group.chat.topics[topic.thread or 0]
        await on.adapter.send(topic.address, sample_card(title="The digest"))
        assert "The digest" in (await group.look()).text


async def test_a_group_where_the_bot_may_not_write_is_not_gone() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server)
        await group.add_bot(on.ada)
        group.chat.muted = True
        error = await refusal(on.adapter, group.address)
        assert (error.permanent, error.gone) == (True, False)
        group.chat.muted = False
        await group.remove_bot(on.ada)
        error = await refusal(on.adapter, group.address)
        assert (error.permanent, error.gone) == (True, True)


# Webhook


async def test_posts_without_the_secret_are_refused() -> None:
    async with scene("webhook") as on:
        place = on.server.updates.url.replace(PUBLIC, on.server.updates.hosts[PUBLIC])
        body = {"update_id": 1, "message": on.ada.chat.as_json()}
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}):
                async with session.post(place, json=body, headers=headers) as response:
                    assert response.status in (401, 403, 404)
            right = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(on.server.world.token)}
            for content, status in ((b" " * 1_000_001, 413), (b"{", 400), (b"[1]", 400)):
                async with session.post(place, data=content, headers=right) as response:
                    assert response.status == status
        await on.ada.write("hello")
        assert [one.text for one in on.script.heard(Wrote)] == ["hello"]
        assert set(on.server.updates.posts) == {200}


# Restart


def forms(event: object) -> Reply:
    return Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")


async def halfway(server: TelegramServer, script: Script) -> TelegramPerson:
    """Somebody answers the first field, and then pulse-bot stops."""
    async with listening(server, script) as (adapter, _):
        ada = TelegramPerson(server)
        await adapter.send(ada.address, sample_card("Answer"))
        await ada.press("Answer")
        await ada.press("Strongly agree")
        assert "Which of these happened?" in (await ada.look()).text
    return ada


async def test_a_restart_in_the_middle_of_a_form_loses_nothing() -> None:
    script = Script()
    script.answer = forms
    async with TelegramServer() as server:
        ada = await halfway(server, script)
        async with listening(server, script):
            await ada.press("☐ A visit")
            await ada.press("Done")
            await ada.press("Leave empty")
            await ada.write("Nothing else <&>", reply_to=ada.newest)
        assert [dict(one.values) for one in script.heard(Submitted)] == [
            {"q1": ("5",), "q2": ("a",), "q2:comment": ("Nothing else <&>",)}
        ]
        assert server.violations == []


async def test_a_reply_to_a_prompt_counts_after_a_restart() -> None:
    script = Script()
    script.answer = forms
    async with TelegramServer() as server:
        ada = await halfway(server, script)
        async with listening(server, script):
            await ada.press("Leave empty")
        async with listening(server, script):
            await ada.write("A reply", reply_to=ada.newest)
            await ada.press("Leave empty")
        assert [dict(one.values) for one in script.heard(Submitted)] == [
            {"q1": ("5",), "q1:comment": ("A reply",)}
        ]
        assert server.violations == []


@pytest.mark.parametrize("before", LISTENS)
@pytest.mark.parametrize("after", LISTENS)
async def test_what_is_pressed_during_a_restart_is_answered_afterwards(
    before: Listen, after: Listen
) -> None:
    script = Script()
    async with TelegramServer() as server:
        ada = TelegramPerson(server)
        async with listening(server, script, before) as (adapter, _):
            await adapter.send(ada.address, sample_card("Agree"))
        ada.press_and_go("Agree")
        async with listening(server, script, after):
            await seen_by(ada, "Recorded.")
        assert script.events == [Pressed(ada.address, "act:0")]
        assert server.violations == []
