"""A real process that fans out: `python fan_out_worker.py FOLDER DATABASE_URL ENGINE_URL`.

The whole app with its ledger of invitations; the platform is a file with one line a send, which
outlives the process as a chat does. Ends by itself when no invitation waits.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from pulse_bot.app import App, assemble_installation
from pulse_bot.crypto.key_stores import DirectoryKeyStore
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.engine import Pace
from pulse_bot.ports import Address, Handle, Limits, Members, Sendable
from pulse_bot.storage.models import OutboxRow
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation

OPENS = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)


class FilePlatform:
    """A platform that takes each send, and is never undone."""

    name = "file"
    limits = Limits(text=1000, sends_a_second=1500.0, burst=100)
    # So slow that the test has a second to kill it in, and thirty sends are in flight.

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._path = path

    async def run(self, handle: Handle) -> None:
        """Nobody answers."""

    async def send(self, address: Address, shown: Sendable) -> Address:
        """One line, then the time that a platform takes to say so."""
        os.write(self._file, f"{address.user}\n".encode())
        await asyncio.sleep(0.02)
        return address

    async def members(self, group: Address) -> Members:
        """Nobody."""
        return Members()


def open_app(folder: Path, database_url: str) -> Installation:
    """The installation in a folder, on the afternoon on which its round opened."""
    keys = DirectoryKeyStore(folder / "keys")
    return assemble_installation(database_url, keys, bytes(32), FixedClock(OPENS))


def waiting(made: Installation) -> int:
    """How many invitations are not sent."""
    query = select(func.count()).where(OutboxRow.kind == OutgoingKind.CARD)
    query = query.where(OutboxRow.state != OutgoingState.SENT)
    with made.database.read() as session:
        return session.scalar(query) or 0


async def main() -> None:
    """Fan out, until everyone is in the ledger."""
    folder, database_url, engine_url = Path(sys.argv[1]), *sys.argv[2:]
    made = open_app(folder, database_url)
    platform = FilePlatform(folder / "sends")
    app = App(made, {platform.name: platform}, engine_url, pace=Pace(tick=None, poll=0.1))
    await app.start()
    await asyncio.to_thread(app.engine.tick_now)
    while await asyncio.to_thread(waiting, made):  # noqa: ASYNC110 - the ledger tells nobody
        await asyncio.sleep(0.1)
    await app.stop()
    made.database.close()


if __name__ == "__main__":
    asyncio.run(main())
