"""In Slack nothing is acknowledged before it is on disk, and nobody is told what is not so yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from pulse_bot.ports import Event, Joined, OpenedHome, Pressed, Reply, Wrote
from pulse_bot.testing.samples import FORM, sample_card
from pulse_bot_slack import answering
from tests.platforms.slack.acting import bring, commanded, submitted, touched
from tests.platforms.slack.delivery import Ack, Envelope, until
from tests.platforms.slack.payloads import event as told_event
from tests.platforms.slack.stage import Listen, Scene, scene

BOTH = pytest.mark.parametrize("listen", ["socket", "http"])
NOT_YET = "is not recorded yet"


class Disk:
    """A core whose disk takes its time."""

    def __init__(self, one: Scene) -> None:
        self.free = asyncio.Event()
        self.asked = 0
        self.written: list[Event] = []
        self.failures = 0
        self.reply = Reply("Recorded.")
        assert one.slack.watched is not None
        one.slack.watched.handle = self

    async def __call__(self, event: Event) -> Reply:
        self.asked += 1
        await self.free.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("The disk is full.")
        self.written.append(event)
        return self.reply


async def press(one: Scene) -> Ack:
    pressed = touched(one.slack, one.ada.user, one.ada.team, one.ada.find("Agree"))
    return await bring(one.slack, "interactive", pressed)


async def command(one: Scene) -> Ack:
    given = commanded(one.slack, one.ada.user, one.ada.team, one.ada.direct, "/pulse privacy")
    return await bring(one.slack, "slash_commands", given)


async def send(one: Scene) -> Ack:
    modal = one.ada.modal
    assert modal is not None
    return await bring(
        one.slack, "interactive", submitted(one.slack, one.ada.user, one.ada.team, modal)
    )


def wrote(one: Scene, number: int = 1, text: str = "Hello") -> Envelope:
    """A message as Slack tells of it, under a number of its own."""
    inner = {
        "type": "message", "user": one.ada.user.id, "text": text, "ts": f"{number}.0",
        "event_ts": f"{number}.0", "channel": one.ada.direct.id, "channel_type": "im",
    }  # fmt: skip
    told = told_event(inner, 900_000 + number, one.slack.team, one.slack.app, shared=False)
    return Envelope("events_api", told)


async def write(one: Scene) -> Ack:
    return await one.slack.postman.bring(wrote(one))


ACTS = pytest.mark.parametrize("act", [press, command, send, write])
Act = Callable[[Scene], Coroutine[None, None, Ack]]


async def ready(one: Scene) -> Disk:
    """A button and a window are in front of somebody."""
    await one.adapter.send(one.ada.address, sample_card("Open"))
    one.script.answer = Reply(form=FORM)
    await one.ada.press("Open")
    await one.adapter.send(one.ada.address, sample_card("Agree"))
    return Disk(one)


@BOTH
@ACTS
async def test_it_is_acknowledged_once_it_is_on_disk(listen: Listen, act: Act) -> None:
    async with scene(listen) as one:
        disk = await ready(one)
        acting = asyncio.create_task(act(one))
        assert await until(lambda: disk.asked == 1)
        for _ in range(100):  # as many turns of the loop as any acknowledgement would need
            await asyncio.sleep(0.001)
        assert not acting.done(), "nothing is on disk yet"
        disk.free.set()
        assert not (await acting).failed
        assert len(disk.written) == 1
        assert NOT_YET not in one.ada.seen().text


@BOTH
@ACTS
async def test_what_takes_longer_is_acknowledged_and_said_to_be_unrecorded(
    listen: Listen, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "SECONDS_TO_RECORD", 0.05)
    async with scene(listen) as one:
        disk = await ready(one)
        disk.reply = Reply("Recorded.")
        assert not (await act(one)).failed
        assert disk.written == []
        assert await until(lambda: NOT_YET in one.ada.seen().text)
        assert "Recorded." not in one.ada.seen().text
        disk.free.set()
        assert await until(lambda: "Recorded." in one.ada.seen().text)
        text = one.ada.seen().text
        assert text.index(NOT_YET) < text.index("Recorded.")


async def test_a_page_that_is_only_looked_at_is_never_unrecorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answering, "SECONDS_TO_RECORD", 0.05)
    async with scene() as one:
        disk = Disk(one)
        opening = asyncio.create_task(one.ada.open_home())
        assert await until(lambda: disk.asked == 1)
        await asyncio.sleep(0.2)
        disk.free.set()
        await opening
        assert [type(event) for event in disk.written] == [OpenedHome]
        assert NOT_YET not in one.ada.seen().text


@BOTH
async def test_a_repeat_waits_for_the_first_and_is_dropped(listen: Listen) -> None:
    async with scene(listen) as one:
        disk = Disk(one)
        first, repeat = (asyncio.create_task(write(one)) for _ in range(2))
        assert await until(lambda: disk.asked == 1)
        await asyncio.sleep(0.1)
        assert not first.done()
        assert not repeat.done(), "the first may still be lost"
        disk.free.set()
        assert not any(ack.failed for ack in await asyncio.gather(first, repeat))
        assert not (await write(one)).failed
        assert [type(event) for event in disk.written] == [Wrote]


@BOTH
async def test_what_failed_and_nobody_was_told_comes_again(listen: Listen) -> None:
    async with scene(listen) as one:
        here = await one.group()
        disk = Disk(one)
        disk.free.set()
        disk.failures = 2
        if one.slack.sockets is not None:
            one.slack.sockets.within = 0.3  # what is not acknowledged need not be waited for
        await one.ada.join(here.channel)
        assert await until(lambda: len(disk.written) == 1)
        assert [type(event) for event in disk.written] == [Joined]
        assert disk.asked == 3
        one.slack.postman.late.clear()


@BOTH
async def test_what_failed_and_was_told_does_not(listen: Listen) -> None:
    async with scene(listen) as one:
        disk = await ready(one)
        disk.free.set()
        disk.failures = 1
        assert not (await press(one)).failed
        assert await until(lambda: "Something went wrong on our side" in one.ada.seen().text)
        assert (disk.asked, disk.written) == (1, [])


async def test_a_hanging_answer_to_one_holds_up_nobody_else() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        disk = Disk(one)
        hanging = asyncio.create_task(press(one))
        assert await until(lambda: disk.asked == 1)
        free = Disk(one)
        free.free.set()
        other = one.slack.world.add_user(one.slack.team)
        given = commanded(one.slack, other, one.slack.team, one.ada.direct, "/pulse privacy")
        assert not (await bring(one.slack, "slash_commands", given)).failed
        assert not hanging.done()
        disk.free.set()
        await hanging
        assert [type(event) for event in disk.written] == [Pressed]


async def test_a_stop_acknowledges_nothing_that_is_not_on_disk() -> None:
    async with scene("http") as one:
        disk = await ready(one)
        acting = asyncio.create_task(press(one))
        assert await until(lambda: disk.asked == 1)
        one.task.cancel()
        assert (await acting).failed, "they see that it failed, and press again"
        assert disk.written == []
        await asyncio.wait({one.task}, timeout=60)
