"""The one place where pulse-bot is wired together: settings in, a running installation out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeVar

from pulse_bot.banks.load import load_library
from pulse_bot.delivery import Bridge, Courier, Fate, Receipt
from pulse_bot.domain import schedule
from pulse_bot.domain.items import Item
from pulse_bot.engine import EVERY_MINUTE, Engine, Pace
from pulse_bot.errors import AdapterError, Refused
from pulse_bot.key_stores import load_installation_key, open_key_store
from pulse_bot.plugins import adapter_plugins, renderer
from pulse_bot.ports import (
    ChatAdapter,
    Clock,
    Event,
    Host,
    Hosted,
    Job,
    JobHandler,
    Keeping,
    KeyStore,
    Reply,
)
from pulse_bot.settings import Settings
from pulse_bot.storage import ledger
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.database import Database
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.storage.migrations import upgrade
from pulse_bot.storage.vault import DatabaseVault
from pulse_bot.usecases.answer import Given, Recorded, record
from pulse_bot.usecases.ask import open_round, outgoing
from pulse_bot.usecases.close import close
from pulse_bot.usecases.converse import converse
from pulse_bot.usecases.installation import Installation, Pool
from pulse_bot.usecases.post import next_posting, posted
from pulse_bot.usecases.remind import remind
from pulse_bot.usecases.sweep import sweep
from pulse_bot.usecases.tick import tick

T = TypeVar("T")

_log = logging.getLogger(__name__)

STEP = 500
"""Invitations in one step of a fan-out: what a crash makes the engine look at again."""


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def open_installation(settings: Settings) -> Installation:
    """The installation that the settings describe. Raises PulseBotError for people."""
    return assemble(
        settings.database_url.get_secret_value(),
        open_key_store(settings.key_store.get_secret_value()),
        load_installation_key(settings.installation_key_file),
        WallClock(),
        settings.bank_dirs,
    )


def assemble(
    database_url: str,
    keys: KeyStore,
    installation_key: bytes,
    clock: Clock,
    bank_dirs: Sequence[Path] = (),
) -> Installation:
    """Open a database beside its keys, bring both up to date. Raises PulseBotError for people."""
    keys.check()
    database = Database(database_url)
    upgrade(database)
    return Installation(
        database=database,
        keys=keys,
        clock=clock,
        renderer=renderer(),
        pool=cache(partial(_pool, bank_dirs)),
        installation_key=installation_key,
    )


def _pool(bank_dirs: Sequence[Path]) -> Pool:
    pool: dict[str, list[Item]] = {}
    for bank in load_library(bank_dirs).banks:
        for item in bank.items:
            pool.setdefault(item.dimension, []).append(item)
    return pool


def build_adapters(settings: Settings) -> dict[str, ChatAdapter]:
    """The adapters that are switched on. Raises MissingExtra, and AdapterError."""
    plugins = adapter_plugins()
    built = {name: plugins[name].build(section) for name, section in settings.adapters().items()}
    host = next((one for one in built.values() if isinstance(one, Host)), None)
    for one in built.values():
        if isinstance(one, Hosted):
            one.serve_on(host)
    return built


class App:
    """A running pulse-bot: adapters on one side, the job engine on the other."""

    def __init__(
        self,
        installation: Installation,
        adapters: Mapping[str, ChatAdapter],
        engine_url: str,
        executor_id: str = "local",
        pace: Pace = EVERY_MINUTE,
    ) -> None:
        """Nothing runs before `start`."""
        self.installation = installation
        self._adapters = adapters
        for name, adapter in adapters.items():
            if isinstance(adapter, Keeping):
                key = installation.installation_key
                adapter.keep_in(DatabaseVault(installation.database, key, name))
        self._courier = Courier()
        self._answers = GroupCommit[Given, Recorded](partial(record, installation))
        self._ledger = GroupCommit[ledger.Entry, None](partial(ledger.write, installation.database))
        self._bridge: Bridge | None = None
        self.engine = Engine(
            engine_url,
            self._handlers(),
            self._tick,
            installation.clock,
            executor_id=executor_id,
            pace=pace,
            on_stop=self._interrupt,
        )

    async def handle(self, event: Event) -> Reply:
        """What adapters are given: an event in, a reply out."""
        return await converse(self.installation, self._answers.put, event)

    async def run(self) -> None:
        """Serve until cancelled. Raises AdapterError where an adapter cannot listen."""
        try:
            # Stopped in the middle of a start, it must still be stopped.
            starting = asyncio.create_task(self.start())
            try:
                await asyncio.shield(starting)
            except asyncio.CancelledError:
                await asyncio.wait([starting])
                raise
            async with asyncio.TaskGroup() as listening:
                for adapter in self._adapters.values():
                    listening.create_task(adapter.run(self.handle))
        except* AdapterError as group:
            raise group.exceptions[0] from None
        finally:
            await self.stop()

    async def start(self) -> None:
        """Start the engine; the adapters live on the running loop."""
        self._bridge = Bridge(asyncio.get_running_loop())
        # Not by commands: one with another key store in its settings would give open rounds up.
        await asyncio.to_thread(sweep, self.installation)
        await asyncio.to_thread(self.engine.start)

    async def stop(self) -> None:
        """Stop within a few seconds; nothing that was confirmed is lost."""
        await asyncio.to_thread(self.engine.stop)
        await asyncio.to_thread(self._answers.close)
        await asyncio.to_thread(self._ledger.close)

    def _interrupt(self) -> None:
        if self._bridge is not None:
            self._bridge.close()

    def _tick(self, now: datetime) -> list[Job]:
        return tick(self.installation, now, self.engine.live(), frozenset(self._adapters))

    def _handlers(self) -> dict[str, JobHandler]:
        return {
            "open": self._open,
            "deliver": self._deliver,
            "remind": self._remind,
            "close": self._close,
            "post": self._post,
        }

    def _open(self, partnership: int, slot: str, closes_at: str, again: int) -> bool:
        opening, closing = datetime.fromisoformat(slot), datetime.fromisoformat(closes_at)
        plan = schedule.Open(partnership, opening, closing, bool(again))
        try:
            opened = open_round(self.installation, plan)
        except Refused as refused:
            _log.info("No round was opened. %s", refused, extra={"partnership": partnership})
            return False
        if opened is not None:
            _log.info("A round is open.", extra={"partnership": partnership, "round": opened})
            # Not a minute later: the tick gives out what is due, the new round's cards too.
            self.engine.tick_now()
        return False

    def _deliver(self, round_id: int, adapter: str, workspace: str) -> bool:
        parcels = [
            (one.invitation, one.address, one.card)
            for one in outgoing(self.installation, round_id, adapter, workspace, STEP)
        ]
        listening = self._listening(adapter)
        if listening is None or not parcels:
            return False
        delivered = self._wait(self._courier.deliver(listening, parcels, self._record))
        _log.info("Cards went out.", extra={"round": round_id, "count": delivered.sent})
        # What could not be sent yet waits for a later tick.
        return delivered.not_yet == 0

    async def _record(self, invitation: int, receipt: Receipt) -> None:
        # What is not sent yet is not recorded, so the state is one of the two others.
        await self._ledger.put(ledger.Entry(invitation, _POSTED[receipt.fate], receipt.reference))

    def _remind(self, round_id: int, which: int, adapter: str, workspace: str) -> bool:
        listening = self._listening(adapter)
        if listening is not None:
            reminded = remind(self.installation, round_id, which, adapter, workspace)
            parcels = [(n, address, card) for n, (address, card) in enumerate(reminded)]
            self._wait(self._courier.deliver(listening, parcels, _unrecorded, once=True))
        return False

    def _close(self, round_id: int) -> bool:
        close(self.installation, round_id)
        _log.info("A round is over; its key is destroyed.", extra={"round": round_id})
        self.engine.tick_now()
        return False

    def _post(self, round_id: int) -> bool:
        posting = next_posting(self.installation, round_id, frozenset(self._adapters))
        if posting is None:
            return False
        adapter = self._adapters[posting.address.adapter]
        receipt = self._wait(self._courier.send(adapter, posting.address, posting.card, once=True))
        kept = _POSTED[receipt.fate]
        posted(self.installation, posting, kept, receipt.reference)
        _log.info("A digest's way into a chat: %s.", kept.value, extra={"round": round_id})
        # One that could not be sent yet waits for a later tick.
        return kept is not Delivery.WAITING

    def _listening(self, adapter: str) -> ChatAdapter | None:
        if adapter not in self._adapters:
            _log.warning("Members are waiting on %s, which is not switched on here.", adapter)
        return self._adapters.get(adapter)

    def _wait(self, sending: Coroutine[object, object, T]) -> T:
        if self._bridge is None:
            raise RuntimeError("The app has not been started.")
        return self._bridge.call(sending)


_POSTED: Final = {
    Fate.SENT: Delivery.SENT,
    Fate.FAILED: Delivery.FAILED,
    Fate.NOT_YET: Delivery.WAITING,
    # Handed to the platform; whether it arrived, nobody knows.
    Fate.UNCERTAIN: Delivery.SENDING,
}


async def _unrecorded(_number: int, _receipt: Receipt) -> None:
    """Who was reminded is written down nowhere."""
