"""The speed of sending, in virtual time: how much in all, in a chat, and after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram.error import RetryAfter

from pulse_bot_telegram.errors import ChatPaused
from pulse_bot_telegram.pacing import Lane, TelegramRateLimiter
from tests.platforms.telegram.rates import Send, busiest
from tests.sending import virtual_time


class Platform:
    """Takes calls at once, and notes when; refuses chats that are told to."""

    def __init__(self) -> None:
        self.pacing = TelegramRateLimiter()
        self.sends: list[Send] = []
        self.floods: dict[int, list[int]] = {}
        self.stands_still = 0.0
        """So many seconds nothing arrives; then all of it at once."""

    async def send(
        self, chat: int, lane: Lane = Lane.SENDING, endpoint: str = "sendMessage"
    ) -> float:
        """Send to a chat; when it went out."""
        await self.pacing.process_request(
            self._take, (chat,), {}, endpoint, {"chat_id": chat}, lane
        )
        return asyncio.get_running_loop().time()

    async def _take(self, chat: int) -> bool:
        if self.floods.get(chat):
            raise RetryAfter(self.floods[chat].pop())
        if self.stands_still:
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(self.stands_still - now % self.stands_still)
        self.sends.append(Send(chat, asyncio.get_running_loop().time()))
        return True


def play(scene: Callable[[Platform], Coroutine[Any, Any, None]], late: float = 0.0) -> Platform:
    async def played() -> Platform:
        platform = Platform()
        await scene(platform)
        return platform

    return virtual_time.run(played(), late=lambda: late)


async def in_thirties(platform: Platform, chats: range) -> None:
    """As the core's courier sends: thirty at a time."""
    slots = asyncio.Semaphore(30)

    async def one(chat: int) -> None:
        async with slots:
            await platform.send(chat)

    await asyncio.gather(*(one(chat) for chat in chats))


@pytest.mark.parametrize("late", [0.0, 0.002, 0.02])
def test_a_fan_out_is_as_fast_as_it_may_be_and_no_faster(late: float) -> None:
    async def scene(platform: Platform) -> None:
        await in_thirties(platform, range(1, 601))

    sends = play(scene, late).sends
    assert busiest(sends, 1.0) <= 32
    assert 600 / (sends[-1].at - sends[0].at) >= 0.95 * 30


@pytest.mark.parametrize("still", [0.1, 0.4, 1.5])
def test_what_arrives_together_was_not_too_much_all_the_same(still: float) -> None:
    async def scene(platform: Platform) -> None:
        platform.stands_still = still
        await in_thirties(platform, range(1, 601))

    assert busiest(play(scene).sends, 1.0) <= 32


def test_replies_go_first() -> None:
    async def scene(platform: Platform) -> None:
        fan_out = asyncio.create_task(in_thirties(platform, range(1, 301)))
        await asyncio.sleep(3)
        asked = asyncio.get_running_loop().time()
        assert await platform.send(1001, Lane.REPLY) - asked < 0.1
        await fan_out

    play(scene)


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageReplyMarkup"])
@pytest.mark.parametrize("late", [0.0, 0.002])
def test_people_who_never_stop_clicking_leave_the_fan_out_its_share(
    endpoint: str, late: float
) -> None:
    async def clicking(platform: Platform, chat: int) -> None:
        while True:
            try:
                await platform.send(chat, Lane.REPLY, endpoint)
            except (ChatPaused, RetryAfter):
                await asyncio.sleep(0.01)

    async def scene(platform: Platform) -> None:
        people = [asyncio.create_task(clicking(platform, one)) for one in range(1001, 1101)]
        await asyncio.sleep(20)
        began = asyncio.get_running_loop().time()
        await in_thirties(platform, range(1, 201))
        assert 200 / (asyncio.get_running_loop().time() - began) >= 0.9 * 10
        for one in people:
            one.cancel()
        await asyncio.gather(*people, return_exceptions=True)

    sends = play(scene, late).sends
    assert busiest(sends, 1.0) <= 32
    assert len(sends) / sends[-1].at >= 0.9 * 30, "and nothing is wasted"


def test_ticks_appear_at_once_and_hold_up_nothing() -> None:
    async def scene(platform: Platform) -> None:
        for _ in range(15):
            await platform.send(7, Lane.REPLY, "editMessageReplyMarkup")
        await platform.send(7)

    sends = play(scene).sends
    assert sends[14].at < 0.5
    assert sends[15].at < sends[14].at + 0.1, "a new message does not wait for them"


def test_a_pause_of_a_chat_holds_up_its_ticks_too() -> None:
    async def scene(platform: Platform) -> None:
        platform.floods[7] = [4]
        paused = asyncio.create_task(platform.send(7))
        await asyncio.sleep(0.1)
        assert await platform.send(7, Lane.REPLY, "editMessageReplyMarkup") >= 4.0
        await paused

    play(scene)


def test_one_chat_gets_one_a_second_after_a_burst_and_holds_up_no_other() -> None:
    async def scene(platform: Platform) -> None:
        many = asyncio.gather(*(platform.send(7) for _ in range(8)))
        assert await platform.send(8) < 0.5
        await many

    sends = [one for one in play(scene).sends if one.chat == 7]
    assert busiest(sends, 0.5) == 3
    assert sends[-1].at >= 5.0


def test_a_group_gets_twenty_a_minute() -> None:
    async def scene(platform: Platform) -> None:
        for _ in range(60):
            await platform.send(-100)

    assert busiest(play(scene).sends, 60.0) <= 20


def test_a_pause_holds_up_the_chat_that_it_was_asked_for() -> None:
    async def scene(platform: Platform) -> None:
        platform.floods[7] = [4]
        paused = asyncio.create_task(platform.send(7))
        await asyncio.sleep(0.1)
        assert await platform.send(8) < 0.5
        assert await paused >= 4.0

    play(scene)


def test_a_pause_that_is_too_long_is_told_for_the_chat_alone() -> None:
    async def scene(platform: Platform) -> None:
        platform.floods[7] = [60]
        for _ in range(2):
            with pytest.raises(ChatPaused):
                await platform.send(7)
        assert await platform.send(8) < 0.5

    play(scene)


def test_two_chats_at_once_mean_everything() -> None:
    async def scene(platform: Platform) -> None:
        platform.floods = {7: [60], 8: [60]}
        with pytest.raises(ChatPaused):
            await platform.send(7)
        with pytest.raises(RetryAfter):
            await platform.send(8)
        with pytest.raises(RetryAfter):
            await platform.send(9)

    play(scene)


def test_what_stops_a_waiting_sign_never_waits() -> None:
    async def scene(platform: Platform) -> None:
        await asyncio.gather(*(platform.send(7, endpoint="answerCallbackQuery") for _ in range(90)))
        assert asyncio.get_running_loop().time() < 0.1

    play(scene)
