"""What a test of an adapter stands on: people who read and act, and a core that is scripted.

The protocols here are what an adapter's own test writes for its platform; no platform is named.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import pytest

from pulse_bot.ports import (
    Address,
    Card,
    ChatAdapter,
    Event,
    File,
    Form,
    Handle,
    OpenedHome,
    Outcome,
    Reply,
    Sendable,
)
from pulse_bot.testing.faults import SendFault

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a person can see at one moment, as the person would read it."""

    text: str
    """Everything readable, in reading order, blanks joined (see `plain`)."""
    buttons: tuple[str, ...] = ()
    outcome: Outcome = Outcome.DONE
    """How what was seen last is dressed: as done, as refused, as unknown."""
    files: tuple[File, ...] = ()
    """The documents that are there to keep, as they are once they were fetched."""


def plain(text: str) -> str:
    """Text with every run of blanks and line breaks as one blank, to compare by words."""
    return " ".join(text.split())


class Person(Protocol):
    """A person on a platform. Each act returns once the adapter has answered it."""

    @property
    def address(self) -> Address:
        """Where the adapter knows this person."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be logged: the platform's id of the person, tokens, links."""

    async def look(self) -> Seen:
        """What can be seen now, without doing anything."""

    async def open_home(self) -> Seen:
        """Go to one's own page."""

    async def press(self, label: str, *, times: int = 1) -> Seen:
        """Press a visible button; `times` says how often the platform delivers that one press."""

    async def fill(self, form: Form, values: Mapping[str, tuple[str, ...]]) -> Seen:
        """Fill in the visible form and send it; shows all that was seen on the way, and after.

        `values` by field key; a field that is missing is left empty.
        """

    async def command(self, command: str) -> Seen:
        """Give a command, in the platform's way."""

    async def write(self, text: str) -> Seen:
        """Type a message. Called only where the stage says that people can write."""


class Group(Protocol):
    """A group's chat. Each act returns once the adapter has answered it."""

    @property
    def address(self) -> Address:
        """Where the adapter knows this chat."""

    async def look(self) -> Seen:
        """What everybody in the chat can see now."""

    async def add_bot(self, by: Person) -> Seen:
        """A person brings the adapter's bot into the chat."""

    async def remove_bot(self, by: Person) -> None:
        """A person takes it out again."""

    async def command(self, person: Person, command: str) -> Seen:
        """A person gives a command in the chat; shows what the chat sees then."""

    async def press(self, person: Person, label: str) -> Seen:
        """A person presses a button that is in the chat; shows what they see for themselves."""


class Script:
    """Plays the core: takes every event, keeps it, and answers as the test says."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.home: Reply = Reply()
        self.answer: Reply | Callable[[Event], Reply] = Reply(notice="Recorded.")
        """To every event but OpenedHome."""
        self.error: Exception | None = None
        """Raised instead of an answer, while it is set."""

    async def __call__(self, event: Event) -> Reply:
        self.events.append(event)
        if self.error is not None:
            raise self.error
        if isinstance(event, OpenedHome):
            return self.home
        return self.answer(event) if callable(self.answer) else self.answer

    def heard(self, kind: type[EventT]) -> list[EventT]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]


@dataclass(slots=True)
class Stage:
    """An adapter that runs against a loopback platform, with what a test needs around it."""

    adapter: ChatAdapter
    task: asyncio.Task[None]
    """The running `adapter.run(handle)`."""
    new_person: Callable[[], Person]
    """A person nobody has seen before, each time."""
    nowhere: Address
    """An address that this adapter can never reach."""
    can_write: bool = False
    """Whether a person can type a message to the adapter."""
    new_group: Callable[[], Group] | None = None
    """A group's chat without the bot, each time; None where the platform has no group chats."""
    refuse_files: Callable[[], None] | None = None
    """Lets the platform take no files from now on; None where it cannot refuse them."""
    plant: Callable[[SendFault, type[Sendable]], None] | None = None
    """Lets the next send of a card, a picture or a file fail so; None where nothing is sent, or the
    platform cannot be made to fail."""
    foreign_loggers: tuple[str, ...] = field(default=())
    """Loggers of the test's own client, whose lines are not the adapter's."""


@asynccontextmanager
async def running(adapter: ChatAdapter, handle: Handle) -> AsyncIterator[asyncio.Task[None]]:
    """Run an adapter for the length of a block, and pass on the error that it ended with."""
    task = asyncio.create_task(adapter.run(handle))
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def expect(holds: bool, otherwise: str) -> None:
    """Fail the test, saying what an adapter has to do."""
    if not holds:
        pytest.fail(otherwise, pytrace=True)


@pytest.mark.asyncio
class StagedContract(ABC):
    """A test class that runs an adapter on a stage."""

    @abstractmethod
    def stage(self, script: Script) -> AbstractAsyncContextManager[Stage]:
        """Run the adapter with `script` as its `handle`, against a loopback platform."""

    async def show_card(self, stage: Stage, script: Script, person: Person, card: Card) -> Seen:
        """Bring a card before a person: sent, or on the next visit where none can be sent."""
        if stage.adapter.limits.writes_first:
            await stage.adapter.send(person.address, card)
            return await person.look()
        script.home = Reply(cards=(card,))
        return await person.open_home()
