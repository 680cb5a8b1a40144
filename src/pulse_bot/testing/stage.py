"""What a test of an adapter stands on: people who read and act, and a core that is scripted.

The protocols here are what an adapter's own test writes for its platform; no platform is named.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pulse_bot.ports import Address, ChatAdapter, Event, Form, Handle, OpenedHome, Outcome, Reply

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a person can see at one moment, as the person would read it."""

    text: str
    """Everything readable, in reading order, blanks joined (see `plain`)."""
    buttons: tuple[str, ...] = ()
    outcome: Outcome = Outcome.DONE
    """How what was seen last is dressed: as done, as refused, as unknown."""


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
