"""The loopback Telegram breaks on purpose, in the ways that a test asks for."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from tests.adapters.servers.telegram import TelegramServer
from tests.adapters.servers.telegram.client import BareBot
from tests.adapters.servers.telegram.groups import TelegramGroup
from tests.adapters.servers.telegram.people import TelegramPerson
from tests.adapters.servers.telegram.stage import until


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


async def test_limits_can_be_enforced(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    server.rates.enforced = True
    codes = [
        (await bot.call("sendMessage", chat_id=ada.user.id, text="Hello")).get("error_code", 200)
        for _ in range(4)
    ]
    assert codes == [200, 200, 200, 429]
    assert server.rates.refused == 1
    others = [TelegramPerson(server).user.id for _ in range(40)]
    sent = [(await bot.call("sendMessage", chat_id=one, text="Hello"))["ok"] for one in others]
    assert sent.count(True) < 40
    assert server.rates.busiest_second() == 32


async def test_a_chat_takes_one_a_second_after_a_burst(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    server.rates.enforced = True
    for _ in range(3):
        await bot.question(ada)
    first = server.rates.sends[0].at
    body = await bot.call("sendMessage", chat_id=ada.user.id, text="Hello")
    assert (body["ok"], body["parameters"]) == (False, {"retry_after": 1})
    await asyncio.sleep(first + 1.05 - time.monotonic())
    await bot.question(ada)
    assert not (await bot.call("sendMessage", chat_id=ada.user.id, text="Hello"))["ok"]


async def test_a_group_takes_twenty_a_minute(server: TelegramServer, bot: BareBot) -> None:
    group = TelegramGroup(server)
    group.chat.bot = "member"
    server.rates.enforced = True
    for _ in range(20):
        await bot.result("sendMessage", chat_id=group.chat.id, text="Hello")
    body = await bot.call("sendMessage", chat_id=group.chat.id, text="Hello")
    assert body["parameters"]["retry_after"] in (59, 60)


async def test_quiet_waits_for_a_bot_that_takes_its_time(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    async def answer_late() -> None:
        query = await bot.pressed()
        assert await bot.updates() == []
        await asyncio.sleep(0.1)
        await bot.result("answerCallbackQuery", callback_query_id=query)
        await bot.result("sendMessage", chat_id=ada.user.id, text="Recorded.")

    await bot.question(ada)
    ada.press_and_go("Agree")
    answering = asyncio.create_task(answer_late())
    seen = await ada.settled()
    assert "Recorded." in seen.text
    await answering
