"""The port: what chat adapters, key stores, clocks and renderers are written against.

Protocols and the frozen types they exchange; no behaviour lives here. An adapter needs this module
and `errors` and nothing else of the core: it is handed one async callable, `handle`.
`docs/writing-an-adapter.md` walks through it; `pulse_bot.testing.AdapterContract` checks it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pulse_bot.domain.digest import Digest, DigestFacts, Statement


@dataclass(frozen=True, slots=True)
class Address:
    """Where a member or a group can be reached.

    `adapter` is the adapter's name, `workspace` the platform's tenant (empty where there is none),
    `user` the platform's own id of the person or of the group's chat.
    """

    adapter: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can show and do, as data."""

    text: int
    """Characters in one message; longer text is split by the adapter, never cut."""
    buttons_a_row: int
    action: int = 64
    """Bytes of a button's action."""
    forms_at_once: bool = False
    """All fields of a form on one screen; otherwise one after another."""
    lists_members: bool = False
    pictures: bool = False
    writes_first: bool = True
    """Whether it can reach a member who has not come to it. A web page cannot."""
    sends_a_second: float = 30.0
    burst: int = 2
    """Sends above the rate that any one second may hold."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button. `action` is opaque to the adapter and comes back in `Pressed`."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the text that says the same."""

    png: bytes
    alternative: str


class CardKind(StrEnum):
    """What a card is for, so that an adapter can dress it."""

    QUESTION = "question"
    PROMISE = "promise"
    DIGEST = "digest"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Card:
    """A message with buttons. Text is plain: adapters escape it for their platform."""

    kind: CardKind
    title: str
    text: tuple[str, ...] = ()
    """Paragraphs."""
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows that belong together; an adapter may break a row that is too long for it."""
    ends: tuple[str, str] | None = None
    """What the first and the last button of the first row mean, spelled out."""
    progress: str = ""
    picture: Picture | None = None


class FieldKind(StrEnum):
    """How a field is filled in."""

    ONE = "one"
    SEVERAL = "several"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `longest` bounds typed text, in characters."""

    key: str
    label: str
    kind: FieldKind
    options: tuple[Option, ...] = ()
    hint: str = ""
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """Several fields asked at once (a page, a modal) or one after another (a conversation).

    `key` is opaque and comes back in `Submitted`. No field is ever filled in beforehand.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    text: tuple[str, ...] = ()
    submit: str = "Send"


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform's reference to a message, enough to edit it."""

    address: Address
    reference: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A member pressed a button."""

    address: Address
    action: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """A member typed a message."""

    address: Address
    text: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A member sent a form: the values of each field by its key, missing where left empty."""

    address: Address
    form: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Commanded:
    """A member gave a command: "help", "privacy", "group", …"""

    address: Address
    command: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person came into a group's chat, or took up an invitation to it."""

    address: Address
    group: Address
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """A person left a group's chat, or can no longer be reached."""

    address: Address
    group: Address


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """A member looks at their own page.

    `promised` says that this person has seen the promise card on this device. The adapter remembers
    it there: written down here at the time of a first answer, it would tell who answered when.
    """

    address: Address
    promised: bool = True


Event = Pressed | Wrote | Submitted | Commanded | Joined | Left | OpenedHome


class Outcome(StrEnum):
    """How an event ended, so that an adapter can dress a refusal as one."""

    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed, and `notice` says why and what to do."""
    UNKNOWN = "unknown"
    """Nobody lives at this address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an event: a short notice, cards to show next, a form to fill in."""

    notice: str = ""
    cards: tuple[Card, ...] = ()
    form: Form | None = None
    outcome: Outcome = Outcome.DONE


Handle = Callable[[Event], Awaitable[Reply]]


class ChatAdapter(Protocol):
    """One chat platform. Errors cross as `AdapterError` and as nothing else."""

    name: str
    limits: Limits

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled, answering each event within the platform's deadline."""

    async def send(self, address: Address, card: Card) -> Sent:
        """Show a card to a member or in a group. Raises AdapterError."""

    async def edit(self, sent: Sent, card: Card) -> None:
        """Replace a card that was sent. Raises AdapterError."""

    async def members(self, group: Address) -> list[Address]:
        """Who is in a group's chat; an empty list where `limits.lists_members` is false."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Now, in UTC, aware."""


@dataclass(frozen=True, slots=True)
class RoundKeys:
    """The secrets of one open round: 32 bytes each. Never printed."""

    secret_key: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)


class KeyStore(Protocol):
    """Keeps the keys of open rounds, outside the database and outside every backup.

    Every method raises KeyStoreError, with a message that says how to mend it.
    """

    def create(self, round_id: int) -> RoundKeys:
        """New random keys for a round, kept durably before this returns."""

    def load(self, round_id: int) -> RoundKeys | None:
        """The keys of a round, or None where there are none."""

    def destroy(self, round_id: int) -> None:
        """Make the keys unrecoverable. Repeating it is harmless."""

    def rounds(self) -> frozenset[int]:
        """The rounds whose keys exist."""

    def check(self) -> None:
        """Raise unless keys can be kept, and kept safely."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of durable work, as data: run at least once, by one worker, surviving a crash.

    `key` is its idempotency key: a job whose key was seen before is not enqueued again. Jobs that
    share a `partition` run one at a time in the whole cluster. `args` are plain ids, because the
    engine writes them down.
    """

    name: str
    args: tuple[int | str, ...]
    key: str
    partition: str


JobHandler = Callable[..., bool]
"""Does one step of a job, called with the job's `args` in a worker thread; a step that returns True
has more to do and is followed by another. A step may be repeated after a crash."""


class Jobs(Protocol):
    """The narrow port to the job engine."""

    def enqueue(self, job: Job, *, delay_seconds: float = 0.0) -> None:
        """Take a job on, durably. Repeating it with the same key is harmless."""

    def cancel(self, key: str) -> None:
        """Stop a job at its next step; harmless where there is none."""

    def resume(self, key: str) -> None:
        """Run a cancelled or stranded job again from its last step."""

    def live(self) -> frozenset[str]:
        """The keys of all jobs that are waiting or running."""


class Renderer(Protocol):
    """Turns the facts that may be said into the words and pages that say them."""

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """The digest as statements, in reading order. Pure: the same facts give the same words."""

    def text(self, statements: Sequence[Statement]) -> str:
        """A digest as plain text, for a terminal."""

    def page(self, partnership: str, time_zone: str, digests: Sequence[Digest]) -> str:
        """The history as one HTML page that needs nothing else. Raises MissingExtra."""
