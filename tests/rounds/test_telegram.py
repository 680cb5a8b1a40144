"""A whole round of thirty members in Telegram: `pulse-bot run`, killed twice on the way.

Everything is real but Telegram, which is on loopback and checks each call, and the clock.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulse_bot.testing import plain
from tests.adapters.servers.telegram.groups import TelegramGroup
from tests.adapters.servers.telegram.people import TelegramPerson, find_button
from tests.adapters.servers.telegram.server import TelegramServer
from tests.adapters.servers.telegram.world import Message
from tests.rounds.program import Program

NAME = "Colne Valley"
SCHOOLS = 10
MEMBERS = 30
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
OPENS = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
IN_FLIGHT = 30
CLOCKS = 1
"""Sends that arrive a moment earlier than they were sent apart."""
WORDS = "The heron at the weir counted eleven."

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@asynccontextmanager
async def telegram_and_program(folder: Path) -> AsyncIterator[tuple[TelegramServer, Program]]:
    """Both at work; what Telegram saw must be in order at the end."""
    async with TelegramServer() as telegram:
        settings = {
            "PULSE_BOT_TELEGRAM__TOKEN": telegram.world.token,
            "PULSE_BOT_TELEGRAM__BASE_URL": telegram.base_url,
            "PULSE_BOT_TELEGRAM__BASE_FILE_URL": telegram.base_url,
            "PULSE_BOT_WEB__PORT": "0",
        }
        program = Program(folder, settings)
        program.move_to(TUESDAY)
        await asyncio.to_thread(program.does, "init", "--yes", "--data", "data")
        try:
            yield telegram, program
        finally:
            if program.process is not None:
                program.process.kill()
        assert telegram.violations == []


async def until(holds: Callable[[], bool], what: str, seconds: float = 40.0) -> None:
    """Wait for something to become true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"It never came to this: {what}"
        await asyncio.sleep(0.02)


def said(person: TelegramPerson | TelegramGroup) -> str:
    """What the bot has said in a chat."""
    shown = person.chat.messages.values()
    return plain(" ".join(one.text for one in shown if one.sender.is_bot))


def cards(person: TelegramPerson) -> list[Message]:
    """The question cards in a chat."""
    shown = person.chat.messages.values()
    return [one for one in shown if one.sender.is_bot and _labels(one) & {"Skip"}]


def _labels(message: Message) -> set[str]:
    return {button["text"] for button in message.buttons}


async def press(person: TelegramPerson, label: str, then: str) -> None:
    """Press a button, and wait until the bot has said something new with these words in it."""
    before = said(person).count(then)
    person.press_and_go(label)
    await until(lambda: said(person).count(then) > before, f"{label} → {then}")


async def join(group: TelegramGroup, person: TelegramPerson, school: str) -> None:
    """Press the group's button, say one's school and name, and be in."""
    _, button = find_button(list(group.chat.messages.values()), "Join the pulse")
    person.write_and_go(f"/start {button['url'].partition('start=')[2]}")
    await until(lambda: "Which school are you from?" in said(person), "asked for the school")
    person.write_and_go(school)
    await until(lambda: "What is your name" in said(person), "asked for the name")
    person.press_and_go(person.user.first_name)
    await until(lambda: "Welcome" in said(person), "welcomed")


async def answer(person: TelegramPerson, value: str) -> None:
    """Answer the three questions of a round, each with the same point of its scale."""
    for number in (2, 3):
        await press(person, value, f"{number} of 3")
    await press(person, value, "Recorded.")


async def set_up(
    telegram: TelegramServer, program: Program
) -> tuple[TelegramGroup, list[TelegramPerson]]:
    """A linked chat, and thirty members of ten schools who joined by its button."""
    created = await asyncio.to_thread(program.does, "partnership", "create", NAME)
    [code] = re.findall(r"/link (g1-[a-z0-9]+)", created)
    themes = ("--themes", "trust,honesty,accountability")
    await asyncio.to_thread(program.does, "programme", "set", NAME, *themes)
    program.start()

    group, lead = TelegramGroup(telegram), TelegramPerson(telegram)
    await group.add_bot(lead)
    await until(lambda: "Hello" in said(group), "greeted")
    await group.command(lead, f"link {code}")
    await until(lambda: "Join the pulse" in labels(group), "linked")
    people = [lead, *(TelegramPerson(telegram, started=False) for _ in range(MEMBERS - 1))]
    for one in people[1:]:
        group.enter(one)
    # The first of each school types its name, at the same time as all the others.
    await asyncio.gather(
        *(join(group, one, f"School {n % SCHOOLS}") for n, one in enumerate(people))
    )
    return group, people


def labels(group: TelegramGroup) -> list[str]:
    """The buttons in a group's chat."""
    return [button["text"] for one in group.chat.messages.values() for button in one.buttons]


async def test_a_round_of_thirty_with_two_kills(tmp_path: Path) -> None:
    async with telegram_and_program(tmp_path) as (telegram, program):
        group, people = await set_up(telegram, program)
        members = await asyncio.to_thread(program.json, "member", "list", NAME)
        assert len(members) == MEMBERS

        await everybody_is_asked(program, people)
        early, late = people[:12], people[12:]
        await asyncio.gather(*(answer(one, str(n % 3 + 3)) for n, one in enumerate(early)))
        await nobody_loses_an_answer(program, late[:8])
        await words_are_recorded_and_deleted(early[0])
        await only_who_has_not_answered_is_reminded(program, early, late)
        await asyncio.gather(*(answer(one, str(n % 2 + 4)) for n, one in enumerate(late[:14])))
        await everybody_reads_the_digest(program, group)
        await press(early[3], "4", "This round closed on Friday 6 March at 16:00")
        program.stop()

    assert telegram.rates.busiest_second() <= 32 + CLOCKS
    assert_nothing_is_left(tmp_path, people)


async def everybody_is_asked(program: Program, people: list[TelegramPerson]) -> None:
    """The round opens by itself; pulse-bot is killed while the cards go out."""
    program.move_to(OPENS + timedelta(seconds=2))
    await until(lambda: sum(map(bool, map(cards, people))) >= 12, "the first cards")
    program.kill()
    assert sum(map(bool, map(cards, people))) < MEMBERS, "It was killed too late to show anything."
    program.start()
    await until(lambda: all(map(cards, people)), "everybody has a card")
    assert sum(len(cards(one)) - 1 for one in people) <= IN_FLIGHT


async def nobody_loses_an_answer(program: Program, people: list[TelegramPerson]) -> None:
    """Killed while people answer: whoever has seen no answer yet is answered afterwards."""
    for one in people:
        one.press_and_go("4")
    await until(lambda: any("2 of 3" in said(one) for one in people), "the first is answered")
    program.kill()
    program.start()
    await until(lambda: all("2 of 3" in said(one) for one in people), "all are answered")


async def words_are_recorded_and_deleted(person: TelegramPerson) -> None:
    """What somebody writes is recorded, and goes from the chat."""
    await press(person, "Say more", "Your way of writing")
    typed = person.write_and_go(WORDS)
    await until(lambda: "has been deleted from this chat" in said(person), "deleted")
    assert typed.id not in person.chat.messages


async def only_who_has_not_answered_is_reminded(
    program: Program, early: list[TelegramPerson], late: list[TelegramPerson]
) -> None:
    """A day later: once each, and nobody who has answered everything."""
    before = {one.user.id: len(cards(one)) for one in (*early, *late)}

    def reminded(people: list[TelegramPerson]) -> list[int]:
        return [len(cards(one)) - before[one.user.id] for one in people]

    program.move_to(OPENS + timedelta(hours=24, minutes=1, seconds=2))
    await until(lambda: all(reminded(late)), "reminded")
    assert reminded(late) == [1] * len(late)
    assert reminded(early) == [0] * len(early)


async def everybody_reads_the_digest(program: Program, group: TelegramGroup) -> None:
    """The round closes by itself; the group reads what `digest show` says, and its picture."""
    program.move_to(CLOSES + timedelta(seconds=2))
    await until(lambda: "Round 1 of" in said(group), "the digest")
    await until(lambda: bool(pictures(group)), "the picture")
    [shown] = pictures(group)
    assert "Trust" in shown.content["caption"]
    digest = await asyncio.to_thread(program.json, "digest", "show", NAME)
    statements = [plain(one["text"]) for one in digest["statements"]]
    assert len(statements) >= 6
    assert [one for one in statements if one not in said(group)] == []
    assert any("About " in one for one in statements)


def pictures(group: TelegramGroup) -> list[Message]:
    """The photos in a group's chat."""
    return [one for one in group.chat.messages.values() if "photo" in one.content]


def assert_nothing_is_left(folder: Path, people: list[TelegramPerson]) -> None:
    """No log line names anybody, and no file holds what was written."""
    log = (folder / "run.log").read_text()
    assert [one.user.id for one in people if str(one.user.id) in log] == []
    assert [one.user.id for one in people if one.user.first_name in log] == []
    for file in folder.rglob("*"):
        if file.is_file():
            assert WORDS.encode() not in file.read_bytes(), file.name
