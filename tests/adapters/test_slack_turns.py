"""Turns in Slack: somebody who is too fast, and what becomes of it all at a stop."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from pulse_bot.adapter_kit.turns import MOST_WAITING, Turns
from pulse_bot.ports import Address, Pressed
from pulse_bot.testing.samples import sample_card
from tests.platforms.slack.acting import bring, touched
from tests.platforms.slack.delivery import until
from tests.platforms.slack.stage import Listen, scene
from tests.platforms.slack.trouble import Fault, slow, too_fast

ADA, BOB = Address("slack", "T1", "UADA"), Address("slack", "T1", "UBOB")


async def test_beyond_twenty_of_one_person_is_dropped() -> None:
    turns, may = Turns(), asyncio.Event()
    taken: list[int] = []

    async def answer(number: int) -> None:
        await may.wait()
        taken.append(number)

    for number in range(500):
        turns.take(ADA, partial(answer, number), partial(answer, -1))
    turns.take(BOB, partial(answer, 1000), partial(answer, -1))
    may.set()
    await turns.finish(lambda: None)
    assert sorted(taken) == [-1, *range(MOST_WAITING), 1000], "and that is said once"
    turns.take(ADA, partial(answer, 2000), partial(answer, -1))
    await turns.finish(lambda: None)
    assert taken[-1] == 2000, "and then they are answered as before"


async def test_whoever_is_too_fast_is_told_once() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        one.slack.trouble.on("chat.postMessage", slow(1))
        pressed = touched(one.slack, one.ada.user, one.ada.team, one.ada.find("Agree"))
        for _ in range(MOST_WAITING + 5):
            await bring(one.slack, "interactive", pressed)
        told = "You were faster than we are"
        assert await until(lambda: told in one.ada.seen().text)
        assert len(one.script.heard(Pressed)) == MOST_WAITING
        assert one.ada.seen().text.count(told) == 1


@pytest.mark.parametrize("listen", ["socket", "http"])
@pytest.mark.parametrize("fault", [too_fast(9), slow(600)], ids=["too fast", "slow"])
async def test_what_was_acknowledged_before_a_stop_reaches_the_core(
    listen: Listen, fault: Fault
) -> None:
    async with scene(listen) as one:
        await one.adapter.send(one.ada.address, sample_card("One", "Two", "Three"))
        trouble = one.slack.trouble
        trouble.on("chat.postMessage", *[fault] * 3)
        for label in ("One", "Two", "Three"):
            pressed = touched(one.slack, one.ada.user, one.ada.team, one.ada.find(label))
            await bring(one.slack, "interactive", pressed)  # until it is acknowledged
        assert await until(lambda: trouble.left("chat.postMessage") == 2)
        assert len(one.script.events) == 3, "nothing is handled behind a reply that hangs"

        one.task.cancel()
        await asyncio.wait({one.task}, timeout=60)
        assert one.task.cancelled()
        expected = [Pressed(one.ada.address, f"act:{number}") for number in range(3)]
        assert one.script.events == expected
