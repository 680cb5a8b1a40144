"""Turns in Telegram: somebody who is too fast, and what becomes of it all at a stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from telegram import Update

from pulse_bot.adapter_kit.turns import MOST_WAITING, Turns
from pulse_bot.ports import Pressed, Reply, Submitted
from pulse_bot.testing.samples import TICKS, sample_card
from pulse_bot_telegram.inbox import ONE_MOMENT, Inbox, TakenUpdate
from tests.platforms.telegram.stage import Listen, Scene, scene, until


def update(number: int, user: int = 7) -> Update:
    """Somebody wrote."""
    told = {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1,
            "chat": {"id": user, "type": "private"},
            "from": {"id": user, "is_bot": False, "first_name": "A"},
            "text": "Hello",
        },
    }
    found = Update.de_json(told, None)
    assert found is not None
    return found


class Desk:
    """Takes updates once it may, and remembers them."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.told: list[str] = []
        self.taken: list[int] = []

    def explain_press(self, update: Update) -> str:
        return ""

    async def acknowledge_press(self, update: Update, toast: str) -> None:
        self.told.append(toast)

    async def answer_update(self, update: Update, taken: TakenUpdate) -> None:
        await self.may.wait()
        self.taken.append(update.update_id)
        taken.record()


async def test_beyond_twenty_of_one_person_is_acknowledged_and_dropped() -> None:
    desk = Desk()
    inbox = Inbox(desk, Turns())
    dropped = [inbox.accept(update(number)) for number in range(500)][MOST_WAITING:]
    other = inbox.accept(update(1000, user=8))
    assert all(acknowledgement.is_recorded for acknowledgement in dropped), "they are told"
    await until(lambda: desk.told.count(ONE_MOMENT) == 500 - MOST_WAITING)

    desk.may.set()
    assert await other.wait(60)
    await inbox.finish(lambda: None)
    assert sorted(desk.taken) == [*range(MOST_WAITING), 1000]
    assert await inbox.accept(update(2000)).wait(60)
    assert desk.taken[-1] == 2000, "and then they are answered as before"


# A stop


def acknowledged(on: Scene) -> int:
    """How many presses Telegram does not hand over again."""
    return sum(one.answered for one in on.server.world.queries.values())


@pytest.mark.parametrize("listen", ["polling", "webhook"])
@pytest.mark.parametrize("wrong", ["flood", "hang"])
async def test_what_was_acknowledged_before_a_stop_reaches_the_core(
    listen: Listen, wrong: str
) -> None:
    async with scene(listen) as on:
        await on.adapter.send(on.ada.address, sample_card("One", "Two", "Three"))
        trouble = on.server.trouble
        methods = ("sendMessage",)
        fault = (
            trouble.flood(60, methods=methods, times=None)
            if wrong == "flood"
            else trouble.slow(600, methods=methods, times=None)
        )
        for label in ("One", "Two", "Three"):
            on.ada.press_and_go(label)
        await until(lambda: fault.met > 0 and acknowledged(on) == 3)
        assert len(on.script.events) == 3, "nothing is handled behind a reply that hangs"

        on.task.cancel()
        await asyncio.wait({on.task}, timeout=60)
        assert on.task.cancelled()
        assert on.script.events == [Pressed(on.ada.address, f"act:{n}") for n in range(3)]
        trouble.mend()


async def test_ticks_that_were_not_shown_before_a_stop_count() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, replace(sample_card("Hello"), ticks=TICKS))
        on.script.answer = Reply("Recorded.")
        methods = ("sendMessage", "editMessageReplyMarkup")
        fault = on.server.trouble.slow(600, methods=methods, times=None)
        for label in ("Hello", "☐ A list", TICKS.submit):
            on.ada.press_and_go(label)
        await until(lambda: fault.met > 0 and acknowledged(on) == 3)

        on.task.cancel()
        await asyncio.wait({on.task}, timeout=60)
        assert [dict(one.values) for one in on.script.heard(Submitted)] == [{"q2": ("b",)}]
        on.server.trouble.mend()
