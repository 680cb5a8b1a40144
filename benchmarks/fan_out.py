"""A fan-out of 10,000 with and without the engine: `python -m benchmarks.fan_out`.

Both sides send the same cards through the same adapter, thirty at a time; a send is a real HTTP
request over loopback to a server in another process. One side is a bare semaphore that remembers
nothing; the other is the engine, the courier and a durable ledger. Goal: at least 0.3 of the bare.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from benchmarks._running import bounded, scaled
from pulse_bot.engine import Engine, Pace
from pulse_bot.ports import Address, Card, CardKind, Handle, Job, Limits, Members, Sendable
from pulse_bot.sending.courier import Courier, work_in_slots
from pulse_bot.sending.loop_bridge import LoopBridge
from pulse_bot.storage.group_commit import GroupCommit

MEMBERS: Final = scaled(10_000)
BATCH: Final = 500
IN_FLIGHT: Final = 30
ROUNDS: Final = scaled(3)
BOUND: Final = 300
GOAL: Final = 0.3
CARD: Final = Card(kind=CardKind.QUESTION, title="How was the week?")
ANSWER: Final = b'{"ok":true,"ts":"1700000000.000100"}'

_ledger = sa.Table(
    "ledger",
    sa.MetaData(),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("invitation", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text),
)


async def serve_platform() -> None:
    """The platform: answers every request on a connection, until its parent closes its input."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(ANSWER)}\r\n\r\n".encode()
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(head + ANSWER)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


class HttpPlatform:
    """The smallest client that keeps its connections: a real library would take longer, and so
    flatter the engine."""

    name = "http"
    limits = Limits(text=1000, sends_a_second=1e9, burst=1000)

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def run(self, handle: Handle) -> None:
        """Nobody answers."""

    async def send(self, address: Address, shown: Sendable) -> Address:
        """One request."""
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET /{address.user} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(ANSWER))
        self._idle.append((reader, writer))
        return address

    async def members(self, group: Address) -> Members:
        """Nobody."""
        return Members()

    def close(self) -> None:
        """Close the connections."""
        for _, writer in self._idle:
            writer.close()


def make_address(number: int) -> Address:
    """Where a member is reached."""
    return Address("http", "", str(number))


async def send_bare(platform: HttpPlatform) -> float:
    """The same sends with a semaphore; returns the seconds."""
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def send_one(number: int) -> None:
        async with slots:
            await platform.send(make_address(number), CARD)

    began = time.perf_counter()
    await asyncio.gather(*(send_one(number) for number in range(MEMBERS)))
    return time.perf_counter() - began


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


class DurableFanOut:
    """The engine, the courier and a ledger, in a folder of their own."""

    def __init__(self, platform: HttpPlatform, folder: Path) -> None:
        self._platform = platform
        self._loop = asyncio.get_running_loop()
        self._courier, self._bridge = Courier(), LoopBridge(self._loop)
        self._done = asyncio.Event()
        self._database = sa.create_engine(f"sqlite:///{folder / 'ledger.db'}")
        sa.event.listen(self._database, "connect", _set_durable)
        _ledger.create(self._database)
        self._writer = GroupCommit(self._write_references)
        self.engine = Engine(
            f"sqlite:///{folder / 'engine.db'}",
            {"fan-out": self._run_step},
            lambda _now: [],
            RealClock(),
            pace=Pace(tick=None, poll=0.05),
            on_stop=self._bridge.close,
        )

    async def run_round(self, number: int) -> float:
        """One round; returns the seconds from taking the job on to the last row of the ledger.

        Whom to invite is known beforehand, as it is when a round opens.
        """
        with self._database.begin() as connection:
            rows = [{"round": number, "invitation": invitation} for invitation in range(MEMBERS)]
            connection.execute(sa.insert(_ledger), rows)
        self._done.clear()
        began = time.perf_counter()
        await asyncio.to_thread(self.engine.enqueue, Job("fan-out", (number,), f"{number}", "http"))
        await self._done.wait()
        return time.perf_counter() - began

    def close(self) -> None:
        """Stop, and close the files."""
        self.engine.stop()
        self._writer.close()
        self._database.dispose()

    def _run_step(self, number: int) -> bool:
        unsent = sa.select(_ledger.c.invitation).where(
            _ledger.c.round == number, _ledger.c.state.is_(None)
        )
        with self._database.begin() as connection:
            batch = list(connection.execute(unsent.limit(BATCH)).scalars())
        if batch:
            self._bridge.wait_for(self._deliver_batch(number, batch))
            return True
        self._loop.call_soon_threadsafe(self._done.set)
        return False

    async def _deliver_batch(self, number: int, batch: list[int]) -> None:
        """As the sender does: claimed, sent, settled, the first and the last durably."""
        stopping = asyncio.Event()

        async def send(invitation: int) -> None:
            async def claim() -> bool:
                await self._writer.put(("claimed", number, invitation))
                return True

            receipt = await self._courier.send(
                self._platform, make_address(invitation), CARD, claim, stopping
            )
            assert receipt is not None
            await self._writer.put((receipt.outcome, number, invitation))

        await work_in_slots(batch, self._courier.policy.in_flight, send, stopping)

    def _write_references(self, rows: list[tuple[str, int, int]]) -> list[None]:
        # As the real ledger does it: the ORM and its objects stay out of the way of many rows.
        with self._database.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE ledger SET state = ? WHERE round = ? AND invitation = ?", rows
            )
        return [None] * len(rows)


def _set_durable(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


async def compare_sides(port: int, folder: Path) -> float:
    """Alternate, print both, return the median ratio."""
    platform = HttpPlatform(port)
    durable = DurableFanOut(platform, folder)
    await asyncio.to_thread(durable.engine.start)
    await send_bare(platform)  # opens the connections, for neither side
    ratios = []
    for number in range(ROUNDS):
        without = await send_bare(platform)
        within = await durable.run_round(number)
        ratios.append(without / within)
        print(
            f"  without the engine {MEMBERS / without:7,.0f} sends/s, "
            f"with it {MEMBERS / within:7,.0f} sends/s: {ratios[-1]:.2f}"
        )
    await asyncio.to_thread(durable.close)
    platform.close()
    return statistics.median(ratios)


def main() -> None:
    """Print both sides, and the median of their ratios beside the goal."""
    print(f"Fan-out of {MEMBERS:,}, {IN_FLIGHT} in flight, a send being an HTTP request:")
    server = [sys.executable, "-m", "benchmarks.fan_out", "--serve"]
    with (
        subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert other.stdout is not None
        port = int(other.stdout.readline())
        median = asyncio.run(compare_sides(port, Path(folder)))
    verdict = "met" if median >= GOAL else "MISSED"
    print(f"Median ratio: {median:.2f} (goal: at least {GOAL}; {verdict})")


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve_platform())
    else:
        with bounded(BOUND):
            main()
