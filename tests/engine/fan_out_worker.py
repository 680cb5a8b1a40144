"""A real process that fans out: `python fan_out_worker.py ENGINE_URL LEDGER_URL SENDS COUNT`.

The platform is a file with one line a send, which outlives the process as a chat does. The ledger
is a table of this script's own. Ends by itself when the ledger is full.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from pulse_bot.delivery import Bridge, Courier, Delivered, Parcel, Receipt
from pulse_bot.engine import Engine, Pace
from pulse_bot.ports import Address, Card, CardKind, Handle, Job, Limits, Sent
from pulse_bot.storage.group_commit import GroupCommit

CARD = Card(kind=CardKind.QUESTION, title="How was the week?")
BATCH = 500

ledger = sa.Table(
    "ledger",
    sa.MetaData(),
    sa.Column("invitation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("fate", sa.Text, nullable=False),
)


class FilePlatform:
    """A platform that takes each send, and is never undone."""

    name = "file"
    limits = Limits(text=1000, buttons_a_row=5, sends_a_second=5000.0, burst=100)

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def run(self, handle: Handle) -> None:
        """Nobody answers."""

    async def send(self, address: Address, card: Card) -> Sent:
        """One line, then the time that a platform takes to say so."""
        os.write(self._file, f"{address.user}\n".encode())
        await asyncio.sleep(0.005)
        return Sent(address, address.user)

    async def edit(self, sent: Sent, card: Card) -> None:
        """Never called here."""

    async def members(self, group: Address) -> list[Address]:
        """Nobody."""
        return []


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


def open_ledger(url: str) -> sa.Engine:
    """The ledger, durable as the real one."""
    database = sa.create_engine(url)
    if database.dialect.name == "sqlite":

        @sa.event.listens_for(database, "connect")
        def durable(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")

    ledger.create(database, checkfirst=True)
    return database


async def main() -> None:
    """Fan out, until everyone is in the ledger."""
    engine_url, ledger_url, sends, count = sys.argv[1:]
    database = open_ledger(ledger_url)
    platform, courier, bridge = (
        FilePlatform(Path(sends)),
        Courier(),
        Bridge(asyncio.get_event_loop()),
    )
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def commit(rows: list[tuple[int, str]]) -> list[None]:
        with database.begin() as connection:
            named = [{"invitation": number, "fate": fate} for number, fate in rows]
            connection.execute(sa.insert(ledger), named)
        return [None] * len(rows)

    writer = GroupCommit(commit)

    async def record(invitation: int, receipt: Receipt) -> None:
        await writer.put((invitation, receipt.fate.value))

    async def deliver(parcels: list[Parcel]) -> Delivered:
        return await courier.deliver(platform, parcels, record)

    def fan_out(members: int) -> bool:
        with database.begin() as connection:
            known = set(connection.execute(sa.select(ledger.c.invitation)).scalars())
        unsent = (number for number in range(members) if number not in known)
        batch = list(islice(unsent, BATCH))
        if not batch:
            loop.call_soon_threadsafe(done.set)
            return False
        bridge.call(deliver([(n, Address("file", "", str(n)), CARD) for n in batch]))
        return True

    engine = Engine(
        engine_url,
        {"fan-out": fan_out},
        lambda _now: [Job("fan-out", (int(count),), "round-1", "file")],
        RealClock(),
        pace=Pace(tick=None, poll=0.1),
        on_stop=bridge.close,
    )
    await asyncio.to_thread(engine.start)
    await asyncio.to_thread(engine.tick_now)
    await done.wait()
    await asyncio.to_thread(engine.stop)
    writer.close()
    database.dispose()


if __name__ == "__main__":
    asyncio.run(main())
