"""A process that dies, and what a restart makes of what it left. No engine: the use cases alone."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Card, RoundKeys
from pulse_bot.storage import history, outbox
from pulse_bot.storage.models import RoundRow
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.forked import run_forked
from tests.made_up import installation
from tests.outbox import send_due, tick

WORKER: Final = Path(__file__).with_name("dying_worker.py")


@dataclass
class Ground:
    """A database and a folder of keys that outlive every process."""

    url: str
    keys: Path
    posts: list[str] = field(default_factory=list)
    """Titles of the digests that reached the group's chat."""
    _started: list[Installation] = field(default_factory=list, init=False)

    def started(self, now: datetime) -> Installation:
        """A process that starts: the database is brought up to date and swept."""
        make_key_folder(self.keys)
        made = installation(self.url, FixedClock(now), DirectoryKeyStore(self.keys))
        self._started.append(made)
        sweep_rounds(made)
        return made

    def close(self) -> None:
        """Close what a test that failed half-way left open: another test would be blamed for it."""
        for made in self._started:
            made.database.close()

    def killed(self, *args: str) -> None:
        """Run a process that must kill itself at the place it is told."""
        ran = run_forked(WORKER, self.url, str(self.keys), *args)
        assert ran.returncode == -signal.SIGKILL, f"It was not killed: {ran.stderr}"

    def work_off(self, made: Installation) -> None:
        """Do what is due, tick by tick, until nothing is."""
        for _ in range(4):
            tick(made)
            self.post(made)

    def post(self, made: Installation) -> None:
        """Post digests to every chat that still waits for them; after a crash, once more."""
        with made.database.write() as session:
            outbox.recover_claimed(session, "fake", "")
        sent = send_due(made, OutgoingKind.DIGEST)
        self.posts += [one.card.title for one in sent if isinstance(one.shown, Card)]


def digests(made: Installation, asked: Round) -> list[Digest]:
    """What the group can read."""
    with made.database.read() as session:
        return history.list_digests(session, asked.partnership)


def states(made: Installation) -> list[RoundStatus]:
    """The states of all rounds, oldest first."""
    with made.database.read() as session:
        return list(session.scalars(sa.select(RoundRow.state).order_by(RoundRow.id)))


def count(made: Installation, tables: Sequence[str]) -> dict[str, int]:
    """How many rows some tables have."""
    with made.database.connect() as connection:
        return {
            table: int(connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - no value from outside
            for table in tables
        }


def keys_of(made: Installation, asked: Round) -> RoundKeys:
    """The keys of a round that is not over."""
    keys = made.keys.load(asked.id)
    if keys is None:
        raise AssertionError(f"There is no key of round {asked.id}.")
    return keys
