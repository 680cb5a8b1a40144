"""In Telegram nothing is confirmed before it is on disk, and nothing is handled twice."""

from __future__ import annotations

import asyncio

import pytest

from pulse_bot.ports import Commanded, Event, Left, Pressed, Reply, Wrote
from pulse_bot.testing.samples import sample_card
from pulse_bot_telegram import inbox, listening, polling
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import Listen, Scene, scene, seen_by, until

BOTH = pytest.mark.parametrize("listen", ["polling", "webhook"])


class Disk:
    """A core whose disk takes its time for some."""

    def __init__(self, one: Scene, *slow: TelegramPerson) -> None:
        self.free = asyncio.Event()
        self.slow = {person.address for person in slow}
        self.asked: list[Event] = []
        self.written: list[Event] = []
        self.failures = 0
        one.script.answer = Reply("Recorded.")
        self.one = one

    async def __call__(self, event: Event) -> Reply:
        self.asked.append(event)
        if event.address in self.slow:
            await self.free.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("The disk is full.")
        self.written.append(event)
        return Reply("Recorded.")


def toasts(on: Scene) -> list[str]:
    """What was said beside pressed buttons, of those that were shown as taken."""
    return [
        one.values.get("text", "") for one in on.server.calls if one.method == "answerCallbackQuery"
    ]


async def pressed(on: Scene) -> Disk:
    """Somebody has pressed a button, and the disk is slow."""
    await on.adapter.send(on.ada.address, sample_card("Agree"))
    disk = Disk(on, on.ada)
    on.core.handle = disk
    on.ada.press_and_go("Agree")
    await until(lambda: len(disk.asked) == 1)
    return disk


async def heard(disk: Disk, person: TelegramPerson, words: str) -> None:
    """Somebody writes, and it is on disk."""
    before = len(disk.written)
    person.write_and_go(words)
    await until(lambda: len(disk.written) > before)
    assert disk.written[-1] == Wrote(person.address, words)


@BOTH
async def test_it_is_confirmed_and_shown_as_taken_once_it_is_on_disk(listen: Listen) -> None:
    async with scene(listen) as on:
        disk = await pressed(on)
        polls = len(on.server.calls)
        if listen == "polling":
            await until(lambda: len(on.server.calls) > polls + 2)
        await asyncio.sleep(0.2)
        assert not on.server.updates.all_taken(), "nothing is on disk yet"
        assert toasts(on) == []
        disk.free.set()
        await until(on.server.updates.all_taken)
        await seen_by(on.ada, "Recorded.")
        assert disk.asked == disk.written == [Pressed(on.ada.address, "act:0")]
        assert toasts(on) == [""]


@BOTH
async def test_what_takes_longer_is_said_to_be_unrecorded(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "SECONDS_TO_RECORD", 0.05)
    async with scene(listen) as on:
        disk = await pressed(on)
        await until(lambda: toasts(on) == [inbox.NOT_YET])
        assert not on.server.updates.all_taken(), "and it comes again, if this process dies"
        disk.free.set()
        await seen_by(on.ada, "Recorded.")
        await until(on.server.updates.all_taken)
        assert toasts(on) == [inbox.NOT_YET]
        assert len(disk.asked) == 1


def test_a_toast_fits() -> None:
    assert all(len(words) <= 200 for words in (inbox.NOT_YET, inbox.ONE_MOMENT))


async def test_one_slow_answer_holds_up_nobody_else() -> None:
    async with scene() as on:
        disk, others = await pressed(on), [TelegramPerson(on.server) for _ in range(3)]
        for person in others * 2:
            await heard(disk, person, "Hello")
        assert not on.server.updates.all_taken()
        assert len(disk.asked) == 7, "each once, though each comes again with every answer"
        disk.free.set()
        await until(on.server.updates.all_taken)


async def test_replies_that_wait_to_be_shown_leave_room_for_what_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where all that an answer holds waited to be shown, nobody else was heard for two seconds."""
    monkeypatch.setattr(polling, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(polling, "MOST_UNSHOWN", 2)
    monkeypatch.setattr(polling, "SECONDS_SHOWN", 3600.0)
    async with scene() as on:
        people = [TelegramPerson(on.server) for _ in range(20)]
        on.server.trouble.slow(3600, methods=("sendMessage",), times=None)
        disk = Disk(on)
        on.core.handle = disk
        for person in people:
            person.write_and_go("Hello")
        await until(lambda: len(disk.written) == len(people))
        assert not on.server.updates.all_taken(), "the newest come again after a crash"


async def test_one_that_hangs_is_confirmed_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "SECONDS_HELD", 0.3)
    async with scene() as on:
        disk = await pressed(on)
        await until(on.server.updates.all_taken)
        assert disk.written == []
        disk.free.set()


async def test_more_than_an_answer_holds_is_heard_behind_one_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "MOST_AT_ONCE", 10)
    async with scene() as on:
        disk, bob = await pressed(on), TelegramPerson(on.server)
        for number in range(25):
            await heard(disk, bob, f"Hello {number}")
        disk.free.set()
        await until(on.server.updates.all_taken)


@BOTH
async def test_what_comes_twice_is_handled_once(listen: Listen) -> None:
    async with scene(listen) as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        disk = Disk(on)
        on.core.handle = disk
        await on.ada.press("Agree", times=3)
        assert disk.asked == [Pressed(on.ada.address, "act:0")]
        on.server.updates.hold()
        on.ada.write_and_go("/leave")
        kind, body, query, _ = on.server.updates._held[0]  # type: ignore[index]  # it is held
        on.server.updates._held = [(kind, body, query, 3)]
        on.server.updates.release()
        await on.server.quiet()
        assert disk.asked[1:] == [Commanded(on.ada.address, "leave")]


@BOTH
async def test_what_failed_and_nobody_was_told_comes_again(listen: Listen) -> None:
    async with scene(listen) as on:
        disk = Disk(on)
        on.core.handle = disk
        disk.failures = 2
        on.ada.block()
        await until(on.server.updates.all_taken)
        assert disk.written == [Left(on.ada.address, on.ada.address)]
        assert len(disk.asked) == 3


async def test_a_call_that_waits_too_long_is_not_told_that_it_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "SECONDS_TO_COMMIT", 0.05)
    async with scene("webhook") as on:
        disk = await pressed(on)
        await until(lambda: on.server.updates.posts.count(503) >= 2)
        disk.free.set()
        await until(on.server.updates.all_taken)
        assert on.server.updates.posts[-1] == 200
        assert len(disk.asked) == 1


async def test_a_stop_confirms_what_is_on_disk() -> None:
    async with scene() as on:
        bob = TelegramPerson(on.server)
        disk = await pressed(on)
        bob.write_and_go("Hello")
        await until(lambda: len(disk.written) == 1)
        on.task.cancel()
        await asyncio.sleep(0.1)
        disk.free.set()
        await asyncio.wait({on.task}, timeout=60)
        assert on.server.updates.all_taken()
        assert len(disk.written) == 2
