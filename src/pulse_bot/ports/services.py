"""The other ports: clocks, the keys of rounds, jobs, and the renderer of digests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.half_term import HalfTermReport
from pulse_bot.domain.release.record import Digest, Statement
from pulse_bot.ports.messages import Picture


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Now, in UTC, aware."""


@dataclass(frozen=True, slots=True)
class RoundKeys:
    """The secrets of one open round: 32 bytes each. Never printed."""

    secret_key: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoreSite:
    """Where a key store is, and what its keys live in."""

    place: str
    """For people, without a password: "/run/pulse-bot/keys on school-server"."""
    medium: str
    """Equal for all who share the very same folder or server, and another for every copy of it."""
    holder: str = ""
    """The machine or address whose memory it is; empty for a store that outlives a restart."""
    life: str = ""
    """Changes exactly when everything that this memory held is gone: at each start of it."""
    age: float = 0.0
    """Seconds since this life began."""


class KeyStore(Protocol):
    """Keeps the keys of open rounds, outside the database and outside every backup.

    Beside them, by the same numbers, the words keys: 32 bytes for what was written in a round that
    is over, and waits to be read with a later one. Every method raises KeyStoreError, with a
    message that says how to mend it.
    """

    def create(self, round_id: int) -> RoundKeys:
        """New random keys for a round, kept durably before this returns."""

    def load(self, round_id: int) -> RoundKeys | None:
        """The keys of a round, or None where there are none. Raises for one that is damaged."""

    def destroy(self, round_id: int) -> None:
        """Make the keys unrecoverable. Repeating it is harmless."""

    def list_rounds(self) -> frozenset[int]:
        """The rounds whose keys exist, damaged ones among them."""

    def create_words_key(self, round_id: int) -> bytes:
        """A new random key for words that begin to wait, kept durably before this returns."""

    def load_words_key(self, round_id: int) -> bytes | None:
        """The key of words that wait, or None where there is none. Raises for a damaged one."""

    def destroy_words_key(self, round_id: int) -> None:
        """Make it unrecoverable. Repeating it is harmless."""

    def list_words_keys(self) -> frozenset[int]:
        """The rounds whose words keys exist, damaged ones among them."""

    def read_marker(self) -> bytes | None:
        """What was written here to know the store again; None where nothing was, or it is gone."""

    def write_marker(self, marker: bytes) -> None:
        """Keep a marker in place of the one before, durably: whole, or not at all."""

    def locate(self) -> StoreSite:
        """Where the store is, and what it lives in, as it is now."""

    def check(self) -> Sequence[str]:
        """Raise unless keys can be kept, and kept safely.

        Returns a warning for each single key that is damaged: the other rounds go on.
        """


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


class Renderer(Protocol):
    """Turns the facts that may be said into the words and pages that say them."""

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """The digest as statements, in reading order. Pure: the same facts give the same words."""

    def text(self, statements: Sequence[Statement]) -> str:
        """A digest as plain text, for a terminal."""

    def page(self, partnership: str, time_zone: str, digests: Sequence[Digest]) -> str:
        """The history as one HTML page that needs nothing else. Raises MissingExtra."""

    def export(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """Everything that was released, as a file of this name, and files that go beside it.

        By name. The name's ending says which kind of file. Raises Refused for one that is not
        known, with those that are, and MissingExtra.
        """

    def pack(self, file: str, pack: Pack) -> Mapping[str, bytes]:
        """A workshop's pack, as files by name. The ending of `file` says which kind.

        ".html" and ".pdf": one file of that name that needs nothing else; ".png": several, numbered
        before the ending, sized for slides. The same pack gives the same bytes. Raises Refused for
        another ending, and MissingExtra.
        """

    def report_message(self, report: HalfTermReport) -> tuple[str, ...]:
        """A half-term's report as one message for a chat, its title first.

        What the digest that ended the half-term has just said is not said again.
        """

    def report_suggestion(self, report: HalfTermReport) -> tuple[str, ...]:
        """What the next workshop may be about, a title first; empty for nothing."""

    def report_text(self, report: HalfTermReport) -> str:
        """A half-term's report at length, as plain text, for a terminal."""

    def report_file(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """The report of the last half-term of these digests, as a file of this name, by name.

        ".pdf": four sheets at most. Nothing where no half-term has ended. Raises Refused for
        another ending, and MissingExtra.
        """

    def year_picture(self, digests: Sequence[Digest]) -> Picture | None:
        """The last six half-terms as a table; None where fewer than two have ended.

        Raises MissingExtra.
        """

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """What was released over time, newest digest first; None where there is nothing to draw.

        Raises MissingExtra.
        """
