"""What happens in a round, whatever chat its members are in: acts, and what must come of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from pulse_bot.ports import Address
from pulse_bot.testing import plain
from tests.rounds.program import Program

NAME = "Colne Valley"
SCHOOLS = 10
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
OPENS = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
A_WEEK = timedelta(weeks=1)
QUESTIONS = 3
WORDS = "The heron at the weir counted eleven."
"""A comment."""
SOON = timedelta(seconds=2)
"""So long after its hour something is due for certain."""


class Named(Protocol):
    """Somebody."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What names this person on their platform."""


class Chat(Protocol):
    """A chat with the bot in it."""

    def said(self) -> str:
        """What the bot has said there, in the order of its saying."""

    def files(self) -> dict[str, bytes]:
        """The files that the bot has sent there, pictures left out, by their names."""


class Member(Named, Chat, Protocol):
    """Somebody's own chat with the bot, and what they do there."""

    @property
    def address(self) -> Address:
        """As the adapter knows it."""

    def cards(self) -> int:
        """How many question cards there are."""

    def choices(self) -> list[str]:
        """What is written on the buttons of the newest card, its scale first."""

    def press_and_go(self, label: str) -> None:
        """Press the newest button of this label, and do not wait."""

    def shown(self) -> str:
        """The newest card, as it reads."""

    async def choose(self, place: int, words: str) -> None:
        """Answer the newest card: by the choice in this place, with ticks, or in these words."""


Given = Mapping[str, str | tuple[str, ...]]
"""What somebody says in a form, by words of each question: what is typed, the label of a choice,
or several of them. What is not named is left empty."""


class Facilitator(Protocol):
    """Somebody who prepares workshops, wherever that is."""

    def said(self) -> str:
        """What can be read there."""

    async def command(self, word: str, then: str) -> None:
        """Give a command, until these words are seen."""

    async def press(self, label: str, then: str) -> None:
        """Press the newest button of this label, until these words are seen."""

    async def fill(self, given: Given, then: str) -> None:
        """Fill in the form that is open, until these words are seen."""


class Group(Chat, Protocol):
    """The group's chat."""

    def pictures(self) -> list[str]:
        """What stands beside each picture for those who cannot see it."""


@asynccontextmanager
async def installed(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Program]:
    """pulse-bot on the Tuesday before the first round, not running yet."""
    program = Program(folder, settings)
    program.move_to(TUESDAY)
    await asyncio.to_thread(program.does, "init", "--yes", "--data", "data")
    try:
        yield program
    finally:
        if program.process is not None:
            program.process.kill()


async def until(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"It never came to this: {what}"
        await asyncio.sleep(0.03)


async def press(person: Member, label: str, then: str) -> None:
    """Press a button, and wait until the bot has said something new with these words in it."""
    before = person.said().count(then)
    person.press_and_go(label)
    await until(lambda: person.said().count(then) > before, f"{label} → {then}")


async def answer(person: Member, point: int) -> None:
    """Answer the questions of a round, each with the same point of its scale."""
    for number in range(2, QUESTIONS + 1):
        await press(person, person.choices()[point - 1], f"{number} of {QUESTIONS}")
    await press(person, person.choices()[point - 1], "Recorded.")


async def everybody_is_asked(
    program: Program, people: Sequence[Member], mend: Callable[[], None]
) -> None:
    """The round opens by itself; pulse-bot is killed while the cards go out.

    The platform takes some of them, and no more before it is mended.
    """
    program.move_to(OPENS + SOON)
    await until(lambda: sum(one.cards() for one in people) >= 10, "the first cards")
    await until(lambda: bool(program.asked()), "the first is written down")
    program.kill()
    recorded = program.asked()
    assert sum(one.cards() for one in people) < len(people), "It was killed too late."
    mend()
    program.start()
    await until(lambda: all(one.cards() for one in people), "everybody has a card")
    # They answer when nothing more comes of itself: some get a second card, namely those whose
    # first was on its way.
    await until(lambda: not program.unsent(), "all cards are out")
    assert {one.cards() for one in people} <= {1, 2}
    assert {one.cards() for one in people if one.address.user in recorded} == {1}


async def only_who_has_not_answered_is_reminded(
    program: Program, early: Sequence[Member], late: Sequence[Member]
) -> None:
    """A day later: once each, and nobody who has answered everything."""
    before = {one: one.cards() for one in (*early, *late)}

    def reminded(people: Sequence[Member]) -> list[int]:
        return [one.cards() - before[one] for one in people]

    program.move_to(OPENS + timedelta(hours=24, minutes=1) + SOON)
    await until(lambda: all(reminded(late)), "reminded")
    assert reminded(late) == [1] * len(late)
    assert reminded(early) == [0] * len(early)


async def everybody_reads_the_digest(program: Program, group: Group) -> list[str]:
    """The round closes by itself; the group reads what `digest show` says, and its picture."""
    program.move_to(CLOSES + SOON)
    await until(lambda: "Round 1: " in group.said(), "the digest")
    await until(lambda: bool(group.pictures()), "the picture")
    [alternative] = group.pictures()
    assert "Trust" in alternative
    statements = await digest(program)
    assert len(statements) >= 6
    assert " ".join(statements) in group.said()
    assert any("out of 5" in one for one in statements)
    return statements


async def digest(program: Program) -> list[str]:
    """The sentences of the newest digest."""
    told = await asyncio.to_thread(program.json, "digest", "show", NAME)
    return [plain(one["text"]) for one in told["statements"]]


async def answer_all(person: Member, answers: int, place: int, words: str) -> None:
    """Answer a round of so many cards, of whatever kind they are; the last is under way then."""
    for number in range(answers):
        before = person.shown()
        await person.choose(place, words)
        if number < answers - 1:
            await until(partial(_moved_on, person, before), "the next card")


def _moved_on(person: Member, before: str) -> bool:
    return person.shown() != before


def assert_nothing_is_left(program: Program, people: Sequence[Named]) -> None:
    """No log line names anybody, and no file holds what was written."""
    log = program.log.read_text()
    assert [one for person in people for one in person.secrets if one in log] == []
    for file in program.folder.rglob("*"):
        if file.is_file():
            assert WORDS.encode() not in file.read_bytes(), file.name
