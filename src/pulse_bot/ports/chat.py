"""The port of a chat platform: what an adapter is, and what it can do, as data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from pulse_bot.ports.events import Address, Event
from pulse_bot.ports.messages import Reply, Sendable


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can do, as far as the core asks, or the contract holds an adapter to it."""

    text: int
    """Characters in one message; longer text is split by the adapter, never cut."""
    lists_members: bool = False
    pictures: bool = False
    files: bool = False
    """Whether a card may bring a document."""
    writes_first: bool = True
    """Whether it can reach a member who has not come to it. A web page cannot."""
    sends_a_second: float = 30.0
    burst: int = 2
    """Sends above the rate that any one second may hold."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a group's chat, pulse-bot not counted, as far as the platform tells."""

    count: int = 0
    addresses: tuple[Address, ...] = ()
    guests: tuple[Address, ...] = ()
    """Those of `addresses` whom the platform itself calls guests: people with fewer rights there
    than others. Whether they are invited is up to whoever sets up the chat."""


Handle = Callable[[Event], Awaitable[Reply]]


class ChatAdapter(Protocol):
    """One chat platform. Errors cross as `AdapterError` and as nothing else."""

    name: str
    limits: Limits

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled, answering each event within the platform's deadline."""

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Show something to a member or in a group, once. Raises AdapterError.

        A card is shown by its words and buttons alone, whatever picture and file it has: these are
        sent by themselves, where `limits` say that the platform takes them, so that each is tried
        again by itself. (`Reply.cards`, which somebody waits for, are shown whole.) Where one chat
        never takes pictures, what a picture says is shown instead. An error is `uncertain` exactly
        where the request may have arrived.

        Returns where it went: a new address, where a group's chat has moved since.
        """

    async def members(self, group: Address) -> Members:
        """Who is in a group's chat; without addresses where `limits.lists_members` is false.

        Raises AdapterError.
        """


Scope = MutableMapping[str, object]
Asgi = Callable[
    [Scope, Callable[[], Awaitable[Scope]], Callable[[Scope], Awaitable[None]]], Awaitable[None]
]
"""A web application, as the ASGI specification has it."""


@runtime_checkable
class Reporting(Protocol):
    """An adapter that can say how listening goes."""

    name: str

    def health(self) -> str:
        """Empty while people are heard; else a sentence for whoever runs pulse-bot.

        Anybody may read it: it names no person, no workspace and no token. Never raises.
        """


@runtime_checkable
class Watching(Protocol):
    """An adapter that tells whoever runs pulse-bot of the others' health, on a page, say."""

    def watch(self, adapter: Reporting) -> None:
        """Called before `run`, once for each that can say how it is."""


@runtime_checkable
class Host(Protocol):
    """An adapter that serves pages, and lends its server to others."""

    def mount(self, path: str, app: Asgi) -> str:
        """Serve an application under a path, such as "/telegram"; returns its public address."""


@runtime_checkable
class Hosted(Protocol):
    """An adapter that may need a server for what its platform calls."""

    def serve_on(self, host: Host | None) -> None:
        """Called once before `run`. Raises AdapterError where it needs a host and there is none."""


@runtime_checkable
class Confirming(Protocol):
    """An adapter that can look up whether something arrived."""

    async def has_arrived(self, address: Address, shown: Sendable, since: datetime) -> bool | None:
        """Whether the same, sent to an address after `since`, arrived; whole, where it is long.

        None where the platform does not tell. `since` is aware, by this machine's clock; something
        equal that arrived two seconds before it, or earlier, is not taken for it. Raises
        AdapterError where it cannot be asked just now.
        """


class Vault(Protocol):
    """Keeps an adapter's secrets, such as tokens, sealed with the installation's key.

    Methods take their time: call them in a thread. Each raises StorageError, and `get` SealError.
    """

    def get(self, name: str) -> bytes | None:
        """What is kept under a name; None where there is nothing."""

    def put(self, name: str, secret: bytes) -> None:
        """Keep at most 16,000 bytes under a name of at most 200 characters, which is no secret."""

    def forget(self, name: str) -> None:
        """Keep nothing under a name any more. Repeating it is harmless."""

    def names(self) -> frozenset[str]:
        """Every name that something is kept under."""


@runtime_checkable
class Keeping(Protocol):
    """An adapter that has secrets of its own to keep."""

    def keep_in(self, vault: Vault) -> None:
        """Called once before `run`."""
