"""A real process that kills itself half-way; `restart` runs it with URL KEYS WHAT WHERE [FILE].

WHAT is open, close, end or post; WHERE is a key of `PLACES`. FILE notes what a chat was sent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from pulse_bot.crypto import key_stores
from pulse_bot.crypto.key_stores import DirectoryKeyStore
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.release.comments import ROUNDS_TO_WAIT
from pulse_bot.ports import Address, Card, Sendable
from pulse_bot.sending.courier import Courier
from pulse_bot.sending.sender import Sender
from pulse_bot.storage import outbox, rounds, waiting_words
from pulse_bot.storage.database import Database
from pulse_bot.testing import FakeAdapter, FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds import clean, close, open_round
from tests.made_up import CLOSES, OPENS, WEEK, at, installation


def die(*_args: object) -> NoReturn:
    """As when the power goes."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("Still alive.")


def before(owner: object, name: str) -> Callable[[], None]:
    """Die instead of calling it."""
    return lambda: setattr(owner, name, die)


def after(owner: Any, name: str, calls: int = 1) -> Callable[[], None]:
    """Die when it has been called so many times."""
    real, left = getattr(owner, name), calls

    def once(*args: Any, **options: Any) -> Any:
        nonlocal left
        result = real(*args, **options)
        left -= 1
        return result if left else die()

    return lambda: setattr(owner, name, once)


def half_shredded() -> None:
    """Die when a key is overwritten, and its file still there."""

    def half(file: Path) -> None:
        file.write_bytes(bytes(file.stat().st_size))
        die()

    setattr(key_stores, "shred_file", half)  # noqa: B010 - the checker knows no such export


def in_the_cleaning() -> None:
    """Die in the middle of VACUUM on SQLite, at its beginning on PostgreSQL."""

    def watch(connection: Any) -> None:
        def traced(statement: str) -> None:
            if statement == "VACUUM":
                connection.set_progress_handler(die, 20)

        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(traced)

    def executes(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("VACUUM"):
            die()

    sa.event.listen(sa.Pool, "checkout", lambda connection, *_rest: watch(connection))
    sa.event.listen(sa.Engine, "before_cursor_execute", executes)


PLACES: dict[str, dict[str, Callable[[], None]]] = {
    "close": {
        "before it begins": before(close, "begin_closing"),
        "after it began": after(close, "begin_closing"),
        "before the words key": before(DirectoryKeyStore, "create_words_key"),
        "after the words key": after(DirectoryKeyStore, "create_words_key"),
        "before it is settled": after(rounds, "erase_members"),
        "after it is settled": after(close, "settle_round"),
        "before the key is destroyed": before(DirectoryKeyStore, "destroy"),
        "in destroying the key": half_shredded,
        "after the key is destroyed": after(DirectoryKeyStore, "destroy"),
        "in the cleaning": in_the_cleaning,
        "after the cleaning": after(Database, "scrub"),
    },
    "end": {
        "before the words go": before(waiting_words, "age_words"),
        "after the words went": after(close, "settle_round"),
        "before their key is destroyed": before(DirectoryKeyStore, "destroy_words_key"),
        "in destroying their key": half_shredded,
        "after their key is destroyed": after(DirectoryKeyStore, "destroy_words_key"),
    },
    "open": {
        "before the key": before(DirectoryKeyStore, "create"),
        "after the key": after(DirectoryKeyStore, "create"),
        "among the invitations": after(open_round, "_invite_member", 7),
        "after it is open": after(open_round, "open_round"),
    },
    "post": {
        "before it is claimed": before(outbox, "claim_entries"),
        "after it is claimed": after(outbox, "claim_entries"),
        "after it is sent": before(outbox, "settle_entries"),
        "after it is noted": after(outbox, "settle_entries"),
    },
}


def main() -> None:
    """Do it, and die on the way."""
    url, keys, what, where, *journal = sys.argv[1:]
    made = installation(url, FixedClock(CLOSES), DirectoryKeyStore(Path(keys)))
    PLACES[what][where]()
    if what == "open":
        at(made, OPENS)
        open_round.open_round(made, OpenRound(1, OPENS, CLOSES))
    elif what == "close":
        close.close_round(made, 1)
        clean.clean_files(made)
    elif what == "end":
        at(made, CLOSES + ROUNDS_TO_WAIT * WEEK)
        close.close_round(made, 1 + ROUNDS_TO_WAIT)
    else:
        at(made, CLOSES + timedelta(minutes=1))
        posts(made, Path(journal[0]))


def posts(made: Installation, journal: Path) -> None:
    """Post as the app does, into a file, on a platform that cannot be asked."""

    class Journal(FakeAdapter):
        async def send(self, address: Address, shown: Sendable) -> Address:
            if isinstance(shown, Card):
                with journal.open("a") as sent:
                    sent.write(shown.title + "\n")
            return address

    async def send() -> None:
        sender = Sender(made, Courier())
        while await sender.send_page(Journal(confirms=False), ""):
            pass
        sender.close()

    asyncio.run(send())


if __name__ == "__main__":
    main()
