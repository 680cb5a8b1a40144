"""Turns in Slack: somebody who is too fast, and what becomes of it all at a stop."""

from __future__ import annotations

import asyncio

from pulse_bot.ports import Address
from pulse_bot_slack.turns import MOST_WAITING, Turns

ADA, BOB = Address("slack", "T1", "UADA"), Address("slack", "T1", "UBOB")


async def test_beyond_twenty_of_one_person_is_dropped() -> None:
    turns, may = Turns(), asyncio.Event()
    taken: list[int] = []

    async def answer(number: int) -> None:
        await may.wait()
        taken.append(number)

    for number in range(500):
        turns.take(ADA, answer(number))
    turns.take(BOB, answer(1000))
    may.set()
    await turns.finish()
    assert sorted(taken) == [*range(MOST_WAITING), 1000]
    turns.take(ADA, answer(2000))
    await turns.finish()
    assert taken[-1] == 2000, "and then they are answered as before"
