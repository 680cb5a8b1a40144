"""FakeAdapter: a chat platform in memory, and the people on it.

It passes the contract that real adapters pass, and refuses what real platforms refuse.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pulse_bot.adapter_kit.attachments import words_alone
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    LONGEST_ACTION,
    Added,
    Address,
    Button,
    Card,
    Clock,
    Commanded,
    Event,
    Form,
    Handle,
    Joined,
    Left,
    Limits,
    Members,
    OpenedHome,
    Outcome,
    Pressed,
    Removed,
    Reply,
    Sendable,
    Submitted,
    Wrote,
)
from pulse_bot.testing.faults import SendFault
from pulse_bot.testing.screen import Screen
from pulse_bot.testing.stage import Person, Seen

log = logging.getLogger(__name__)

FAKE_LIMITS = Limits(text=4000, lists_members=True, pictures=True, files=True)

SORRY = Reply(
    notice="Something went wrong on our side. Nothing was lost; please try again in a minute.",
    outcome=Outcome.REFUSED,
)


@dataclass(frozen=True, slots=True)
class SendRecord:
    """One thing that arrived: where, what, and when by the fake's clock."""

    address: Address
    shown: Sendable
    at: datetime


@dataclass(slots=True)
class _Failure:
    error: AdapterError
    to: Address | None
    left: int | None
    arrives: bool = False


class FakeAdapter:
    """A `ChatAdapter` in memory. A test plays the people with `person()` or `tell()`.

    `sends` holds every card in the order sent, and `arrived` pictures and files too; `errors` what
    the core raised, which people on the fake never see, just as on a real platform. Where
    `confirms` is false, `has_arrived` tells nothing, as on platforms that cannot be asked.
    """

    def __init__(
        self,
        *,
        name: str = "fake",
        limits: Limits = FAKE_LIMITS,
        clock: Clock | None = None,
        confirms: bool = True,
    ) -> None:
        self.name = name
        self.limits = limits
        self.confirms = confirms
        self.sends: list[tuple[Address, Card]] = []
        self.arrived: list[SendRecord] = []
        self._clock = clock
        self.errors: list[Exception] = []
        self._handle: Handle | None = None
        self._screens: dict[Address, Screen] = defaultdict(Screen)
        self._groups: dict[Address, dict[Address, None]] = defaultdict(dict)
        self._failures: list[_Failure] = []

    # The port

    async def run(self, handle: Handle) -> None:
        """Pass events to `handle` until cancelled."""
        self._handle = handle
        try:
            await asyncio.Event().wait()
        finally:
            self._handle = None

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Put something on an address's screen, unless told to fail. Raises AdapterError."""
        self._check_address(address)
        if isinstance(shown, Card):
            _check_card(shown)
        failure = self._next_failure(address)
        if failure is None or failure.arrives:
            self._arrive(address, shown)
        if failure is not None:
            raise failure.error
        return address

    async def has_arrived(self, address: Address, shown: Sendable, since: datetime) -> bool | None:
        """Whether the same arrived after a time; None where this fake does not tell."""
        self._check_address(address)
        if not self.confirms:
            return None
        return any(
            (record.address, record.shown) == (address, shown) and record.at >= since
            for record in self.arrived
        )

    async def members(self, group: Address) -> Members:
        """Who joined the group's chat and has not left it."""
        addresses = tuple(self._groups[group])
        return Members(len(addresses), addresses)

    # For tests

    def address(self, user: str) -> Address:
        """The address of a person or a group on this platform."""
        return Address(self.name, "", user)

    def person(self, user: str) -> FakePerson:
        """A person who reads the screen and presses what is on it."""
        return FakePerson(self, self.address(user))

    def group(self, chat: str) -> FakeGroup:
        """A group's chat, which the bot is not in yet."""
        return FakeGroup(self, self.address(chat))

    def fail(
        self, error: AdapterError, *, to: Address | None = None, times: int | None = None
    ) -> None:
        """Make sends raise `error`: to one address or all, some times or always."""
        self._failures.append(_Failure(error, to, times))

    def plant(self, *faults: SendFault, to: Address | None = None) -> None:
        """Let the next sends, to one address or all, meet these faults, one each."""
        for fault in faults:
            arrives = fault is SendFault.ARRIVED
            self._failures.append(_Failure(fault.error(), to, 1, arrives))

    def recover(self) -> None:
        """Forget every failure that was asked for."""
        self._failures.clear()

    def cards(self, address: Address) -> tuple[Card, ...]:
        """The cards on an address's screen, oldest first."""
        return self._screens[address].cards()

    async def tell(self, event: Event) -> Reply:
        """Deliver one event, as the platform would, and show the person what comes of it."""
        if self._handle is None:
            raise RuntimeError("Nobody listens. Use `async with running(adapter, handle):` first.")
        if isinstance(event, Joined | Added):
            self._groups[event.group][event.address] = None
        if isinstance(event, Left):
            self._groups[event.group].pop(event.address, None)
        try:
            reply = await self._handle(event)
        except Exception as error:  # whatever the core raises, the platform goes on
            self.errors.append(error)
            log.exception("An event was not handled.")
            reply = SORRY
        group = event.group if isinstance(event, Added | Commanded | Joined | Left) else None
        where = group if reply.public and group is not None else event.address
        self._screens[where].last = reply
        return reply

    def seen(self, address: Address) -> Seen:
        """All that can be seen at an address now."""
        return self._screens[address].seen()

    def button(self, address: Address, label: str) -> Button:
        """The newest button with this label. Raises AssertionError if unseen."""
        for button in self._screens[address].buttons():
            if button.label == label:
                return button
        raise AssertionError(f"No button {label!r}; there are {self.seen(address).buttons}.")

    def _arrive(self, address: Address, shown: Sendable) -> None:
        now = self._clock.now() if self._clock else datetime.now(UTC)
        self.arrived.append(SendRecord(address, shown, now))
        if isinstance(shown, Card):
            self.sends.append((address, shown))
        self._screens[address].sent.append(words_alone(shown) if isinstance(shown, Card) else shown)

    def _check_address(self, address: Address) -> None:
        if address.adapter != self.name or not address.user:
            raise AdapterError(f"{self.name} has no such address.", permanent=True)

    def _next_failure(self, address: Address) -> _Failure | None:
        for failure in self._failures:
            if failure.to in (None, address) and failure.left != 0:
                if failure.left is not None:
                    failure.left -= 1
                return failure
        return None


def _check_card(card: Card) -> None:
    for row in card.buttons:
        for button in row:
            too_long = len(button.action.encode()) > LONGEST_ACTION
            if not button.label or too_long or bool(button.action) == bool(button.invitation):
                raise AdapterError(
                    "A button has no label, no action, or too long a one.", permanent=True
                )


@dataclass(frozen=True, slots=True)
class FakePerson:
    """A person on the fake platform, in the terms of `Person`."""

    adapter: FakeAdapter
    address: Address

    @property
    def secrets(self) -> tuple[str, ...]:
        """The one thing that names a person here."""
        return (self.address.user,)

    async def look(self) -> Seen:
        """What is on the screen."""
        return self.adapter.seen(self.address)

    async def open_home(self) -> Seen:
        """Open one's own page."""
        return await self._deliver_event(OpenedHome(self.address))

    async def press(self, label: str, *, times: int = 1) -> Seen:
        """Press the newest button of this label."""
        pressed = Pressed(self.address, self.adapter.button(self.address, label).action)
        for _ in range(times - 1):
            await self.adapter.tell(pressed)
        return await self._deliver_event(pressed)

    async def fill(self, form: Form, values: Mapping[str, tuple[str, ...]]) -> Seen:
        """Send a form; an unknown field or option is the test's mistake."""
        before = await self.look()
        for key, chosen in values.items():
            field_ = next(field_ for field_ in form.fields if field_.key == key)
            unknown = set(chosen) - {option.value for option in field_.options}
            if field_.options and not field_.longest and unknown:
                raise AssertionError(f"The field {key!r} has no option {unknown}.")
        after = await self._deliver_event(Submitted(self.address, form.key, dict(values)))
        return Seen(f"{before.text} {after.text}", after.buttons, after.outcome)

    async def command(self, command: str) -> Seen:
        """Give a command; words after the first are its text."""
        word, _, text = command.partition(" ")
        return await self._deliver_event(Commanded(self.address, word, text))

    async def write(self, text: str) -> Seen:
        """Type a message."""
        return await self._deliver_event(Wrote(self.address, text))

    async def join(self, group: Address, name: str) -> Seen:
        """Come into a group's chat."""
        return await self._deliver_event(Joined(self.address, group, name))

    async def leave(self, group: Address) -> Seen:
        """Go out of a group's chat."""
        return await self._deliver_event(Left(self.address, group))

    async def _deliver_event(self, event: Event) -> Seen:
        await self.adapter.tell(event)
        return self.adapter.seen(self.address)


@dataclass(frozen=True, slots=True)
class FakeGroup:
    """A group's chat on the fake platform, in the terms of `Group`."""

    adapter: FakeAdapter
    address: Address

    async def look(self) -> Seen:
        """What is on the group's screen."""
        return self.adapter.seen(self.address)

    async def add_bot(self, by: Person) -> Seen:
        """The person and the bot are in the chat from now on."""
        await self.adapter.tell(Added(by.address, self.address, "A group"))
        return await self.look()

    async def remove_bot(self, by: Person) -> None:
        """The bot is not in the chat any more."""
        await self.adapter.tell(Removed(by.address, self.address))

    async def command(self, person: Person, command: str) -> Seen:
        """Give a command in the chat; words after the first are its text."""
        word, _, text = command.partition(" ")
        await self.adapter.tell(Commanded(person.address, word, text, self.address))
        return await self.look()

    async def press(self, person: Person, label: str) -> Seen:
        """Press a button in the chat; an invitation leads the person to their own."""
        button = self.adapter.button(self.address, label)
        event: Event = Pressed(person.address, button.action)
        if button.invitation:
            event = Joined(person.address, person.address, "A person", button.invitation)
        await self.adapter.tell(event)
        return await person.look()
