"""A window that is refused stays open, with what was filled in; what is late is a message."""

from __future__ import annotations

import asyncio

import pytest

from pulse_bot.ports import Card, CardKind, Event, Outcome, Pressed, Reply, Submitted
from pulse_bot.testing.samples import PLANNED, PLANNING, sample_card
from pulse_bot_slack import answering
from tests.platforms.slack.delivery import until
from tests.platforms.slack.stage import Listen, Scene, scene

WHY = "Please say which day it is."


def planned(event: Event, then: Reply) -> Reply:
    """The form to whoever presses, and this to whoever sends it."""
    return Reply(form=PLANNING) if isinstance(event, Pressed) else then


async def opened(one: Scene) -> None:
    """The form is in front of Ada."""
    await one.adapter.send(one.ada.address, sample_card("Prepare"))
    await one.ada.press("Prepare")
    assert await until(lambda: one.ada.modal is not None)


@pytest.mark.parametrize("listen", ["socket", "http"])
async def test_a_refusal_is_said_in_the_window_and_it_can_be_sent_again(listen: Listen) -> None:
    async with scene(listen) as one:
        one.script.answer = lambda event: planned(event, Reply(WHY, outcome=Outcome.REFUSED))
        await opened(one)
        seen = await one.ada.fill(PLANNING, PLANNED)
        assert (seen.outcome, WHY in seen.text) == (Outcome.REFUSED, True)
        assert len(one.ada.direct.messages) == 1, "it is said once"

        one.script.answer = Reply("Planned.")
        await one.ada.send_modal()
        assert await until(lambda: "Planned." in one.ada.seen().text)
        assert one.ada.modal is None
        sent = [dict(event.values) for event in one.script.heard(Submitted)]
        assert sent == [PLANNED, PLANNED], "nothing had to be filled in a second time"


async def test_a_core_that_fails_costs_nobody_what_they_wrote() -> None:
    async with scene() as one:
        one.script.answer = Reply(form=PLANNING)
        await opened(one)
        one.script.error = RuntimeError("the-inner-detail")
        seen = await one.ada.fill(PLANNING, PLANNED)
        assert "Something went wrong on our side" in seen.text
        assert one.ada.modal is not None


async def test_a_refusal_with_something_to_press_is_a_message() -> None:
    async with scene() as one:
        prompts = Card(CardKind.NOTICE, "To talk about instead")
        refusal = Reply(WHY, cards=(prompts,), outcome=Outcome.REFUSED)
        one.script.answer = lambda event: planned(event, refusal)
        await opened(one)
        await one.ada.fill(PLANNING, PLANNED)
        assert await until(lambda: "To talk about instead" in one.ada.seen().text)
        assert one.ada.modal is None


async def test_a_refusal_that_comes_too_late_for_the_window_is_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answering, "SECONDS_TO_RECORD", 0.05)
    may = asyncio.Event()
    async with scene() as one:
        one.script.answer = lambda event: planned(event, Reply(WHY, outcome=Outcome.REFUSED))
        await opened(one)
        heard = one.slack.watched
        assert heard is not None
        inner = heard.handle

        async def slow(event: Event) -> Reply:
            await may.wait()
            return await inner(event)

        heard.handle = slow
        filling = asyncio.create_task(one.ada.fill(PLANNING, PLANNED))
        assert await until(lambda: one.ada.modal is None)
        may.set()
        await filling
        assert await until(lambda: WHY in one.ada.seen().text)
