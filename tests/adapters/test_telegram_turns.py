"""Turns in Telegram: somebody who is too fast, and what becomes of it all at a stop."""

from __future__ import annotations

import asyncio

from telegram import Update

from pulse_bot_telegram.turns import MOST_WAITING, ONE_MOMENT, Turns


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

    async def acknowledge(self, update: Update, toast: str) -> None:
        self.told.append(toast)

    async def take(self, update: Update) -> None:
        await self.may.wait()
        self.taken.append(update.update_id)


async def test_beyond_twenty_of_one_person_is_acknowledged_and_dropped() -> None:
    desk = Desk()
    turns = Turns(desk.acknowledge, desk.take)
    dropped = [turns.accept(update(number)) for number in range(500)][MOST_WAITING:]
    other = turns.accept(update(1000, user=8))
    await asyncio.wait(dropped)
    assert desk.told.count("") == MOST_WAITING + 1
    assert desk.told.count(ONE_MOMENT) == 500 - MOST_WAITING

    desk.may.set()
    await other
    await turns.finish(5)
    assert sorted(desk.taken) == [*range(MOST_WAITING), 1000]
    await turns.accept(update(2000))
    assert desk.taken[-1] == 2000, "and then they are answered as before"
