"""The loopback Telegram breaks on purpose, in the ways that a test asks for."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.client import BareBot
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import until


async def test_what_is_lost_arrived_and_what_is_dropped_did_not(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    for make, arrived in ((server.trouble.drop, 0), (server.trouble.lose, 1)):
        fault = make(methods=("sendMessage",))
        with pytest.raises(httpx.TransportError):
            await bot.question(ada)
        assert (len(ada.chat.messages), fault.met) == (arrived, 1)
    await bot.question(ada)
    assert len(ada.chat.messages) == 2


async def test_a_page_comes_instead_of_an_answer(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    for done in (False, True):
        server.trouble.garble(done=done, methods=("sendMessage",))
        with pytest.raises(ValueError, match="Expecting value"):
            await bot.question(ada)
        assert len(ada.chat.messages) == len(server.world.posted) == int(done)


async def test_a_listener_is_told_of_another(server: TelegramServer, bot: BareBot) -> None:
    server.trouble.conflict()
    assert (await bot.call("getUpdates", allowed_updates=["message"]))["error_code"] == 409
    assert await bot.updates() == []


async def test_a_world_is_gone_on_with(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.question(ada)
    async with TelegramServer(world=server.world) as another:
        assert another.world.chats[ada.user.id].messages == ada.chat.messages


async def test_floods_and_broken_proxies(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    bob = TelegramPerson(server)
    server.trouble.flood(7, chat=ada.user.id)
    body = await bot.call("sendMessage", chat_id=ada.user.id, text="Hello")
    assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 7})
    server.trouble.flood(7, chat=ada.user.id)
    await bot.question(bob)
    server.trouble.mend()
    server.trouble.broken()
    with pytest.raises(ValueError, match="Expecting value"):
        await bot.question(bob)
    await bot.question(ada)


async def test_it_can_be_down_and_come_back_at_the_same_place(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    listening = asyncio.create_task(bot.updates(wait=20))
    await until(lambda: server.updates.heard)
    await server.down()
    with pytest.raises(httpx.TransportError):
        await listening
    with pytest.raises(httpx.ConnectError):
        await bot.result("getMe")
    ada.write_and_go("while it is down")
    await server.up()
    assert [one["message"]["text"] for one in await bot.updates()] == ["while it is down"]


@pytest.fixture
def time_stands(server: TelegramServer) -> list[float]:
    """Limits are enforced, at a time that the test sets."""
    now = [1000.0]
    server.rates.enforced = True
    server.rates.now = lambda: now[0]
    return now


async def sends(bot: BareBot, chat: int) -> int:
    """Send a message; returns for how many seconds Telegram asks one to wait instead."""
    body = await bot.call("sendMessage", chat_id=chat, text="Hello")
    return 0 if body["ok"] else int(body["parameters"]["retry_after"])


async def test_all_chats_take_thirty_and_two_a_second(
    server: TelegramServer, bot: BareBot, time_stands: list[float]
) -> None:
    waits = [await sends(bot, TelegramPerson(server).user.id) for _ in range(34)]
    assert waits == [0] * 32 + [1, 1]
    time_stands[0] += 1.0
    assert await sends(bot, TelegramPerson(server).user.id) == 0
    assert server.rates.busiest_second() == 32
    assert server.rates.refused == 2


async def test_a_chat_takes_one_a_second_after_a_burst(
    bot: BareBot, ada: TelegramPerson, time_stands: list[float]
) -> None:
    assert [await sends(bot, ada.user.id) for _ in range(4)] == [0, 0, 0, 1]
    time_stands[0] += 1.0
    assert [await sends(bot, ada.user.id) for _ in range(2)] == [0, 1]
    time_stands[0] += 10.0
    assert [await sends(bot, ada.user.id) for _ in range(4)] == [0, 0, 0, 1]


async def test_a_group_takes_twenty_a_minute(
    server: TelegramServer, bot: BareBot, time_stands: list[float]
) -> None:
    group = TelegramGroup(server)
    group.chat.bot = "member"
    assert [await sends(bot, group.chat.id) for _ in range(21)] == [0] * 20 + [60]
    time_stands[0] += 60.0
    assert await sends(bot, group.chat.id) == 0


async def test_quiet_waits_for_a_bot_that_takes_its_time(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    async def answer_late() -> None:
        query = await bot.pressed()
        await asyncio.sleep(0.1)
        await bot.result("answerCallbackQuery", callback_query_id=query)
        await asyncio.sleep(0.1)
        await bot.result("sendMessage", chat_id=ada.user.id, text="Recorded.")
        # With this it is confirmed, and not before.
        assert await bot.updates() == []

    await bot.question(ada)
    ada.press_and_go("Agree")
    answering = asyncio.create_task(answer_late())
    seen = await ada.settled()
    assert "Recorded." in seen.text
    await answering
