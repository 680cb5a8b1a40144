"""The one place where pulse-bot is wired together: settings in, a running installation out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Final

from pulse_bot.banks.load import load_library
from pulse_bot.config.plugins import adapter_plugins, load_renderer
from pulse_bot.config.settings import Settings
from pulse_bot.crypto.key_stores import load_installation_key, open_key_store
from pulse_bot.crypto.own_memory import forbid_dumps
from pulse_bot.domain.asking.items import Item
from pulse_bot.engine import EVERY_MINUTE, Engine, Pace
from pulse_bot.errors import AdapterError, KeyStoreError, StorageError
from pulse_bot.ports import (
    ChatAdapter,
    Clock,
    Event,
    Host,
    Hosted,
    Job,
    Keeping,
    KeyStore,
    Pressed,
    Reply,
    Reporting,
    Watching,
)
from pulse_bot.sending.jobs import JobHandlers
from pulse_bot.storage.database import Database
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.storage.migrations import upgrade
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.storage.vault import DatabaseVault
from pulse_bot.usecases.context import Installation, Pool
from pulse_bot.usecases.rounds.changed import look_for_changes
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from pulse_bot.usecases.router import route_event
from pulse_bot.usecases.tick import find_due_jobs, find_send_jobs
from pulse_bot.usecases.workshops.pack import opens

_log = logging.getLogger(__name__)

KEYS_SECONDS: Final = 20.0
"""Between two looks whether the key store is still this database's own."""

CLOCK_SLACK: Final = 60.0
"""Seconds by which a clock is set without anybody asking."""
CLOCK_BELIEVED: Final = 600.0
"""Seconds after which a jump of the clock is believed."""
_CLOCK_JUMPED: Final = (
    "If it stays there for ten minutes it is believed; until then time goes on as it went."
)

STARTUP_SECONDS: Final = 30.0
"""After the start of an adapter, for which its failing ends the process."""


def _read_steady() -> float:
    """Seconds that nobody sets, those of a machine that sleeps among them where it counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class WallClock:
    """The real time. A clock that jumps is believed when it has kept to that for a while.

    Until then time goes on as it went: at one wrong reading rounds would end and their keys be
    destroyed, what waits would be no news any more, and plans be looked at in another year.
    """

    def __init__(
        self,
        read_wall: Callable[[], float] = time.time,
        read_steady: Callable[[], float] = _read_steady,
    ) -> None:
        """Believes the first reading: there is no other yet."""
        self._read_wall, self._read_steady = read_wall, read_steady
        self._offset = read_wall() - read_steady()
        self._doubted: tuple[float, float] | None = None
        """Another offset, and since when it was read."""

    def now(self) -> datetime:
        """Now, in UTC."""
        steady = self._read_steady()
        offset = self._read_wall() - steady
        doubted = self._doubted
        if abs(offset - self._offset) <= CLOCK_SLACK:
            self._offset, self._doubted = offset, None
        elif doubted is None or abs(offset - doubted[0]) > CLOCK_SLACK:
            self._doubted = (offset, steady)
            _log.error("The clock jumped by %d seconds. %s", offset - self._offset, _CLOCK_JUMPED)
        elif steady - doubted[1] >= CLOCK_BELIEVED:
            _log.warning("The clock has kept to it, and is believed.")
            self._offset, self._doubted = offset, None
        return datetime.fromtimestamp(steady + self._offset, UTC)


def open_installation(settings: Settings) -> Installation:
    """The installation that the settings describe. Raises PulseBotError for people.

    For whatever opens and closes rounds, and so has answers in its memory for a while.
    """
    forbid_dumps()
    return assemble_installation(
        settings.database_url.get_secret_value(),
        open_key_store(settings.key_store.get_secret_value()),
        load_installation_key(settings.installation_key_file),
        WallClock(),
        settings.bank_dirs,
    )


def open_without_proof(settings: Settings) -> tuple[Installation, ProvenKeys]:
    """The same for what needs no keys, which goes on working where they are wrong or away.

    Its key store still proves itself at each use.
    """
    return _assemble(
        settings.database_url.get_secret_value(),
        open_key_store(settings.key_store.get_secret_value()),
        load_installation_key(settings.installation_key_file),
        WallClock(),
        settings.bank_dirs,
    )


def assemble_installation(
    database_url: str,
    keys: KeyStore,
    installation_key: bytes,
    clock: Clock,
    bank_dirs: Sequence[Path] = (),
) -> Installation:
    """Open a database beside its keys, bring it up to date, and have them prove themselves.

    Raises PulseBotError for people.
    """
    for warning in keys.check():
        _log.warning("One round is in trouble, the others are not. %s", warning)
    installation, proven = _assemble(database_url, keys, installation_key, clock, bank_dirs)
    try:
        proven.prove()
    except BaseException:
        installation.database.close()
        raise
    return installation


def _assemble(
    database_url: str,
    keys: KeyStore,
    installation_key: bytes,
    clock: Clock,
    bank_dirs: Sequence[Path],
) -> tuple[Installation, ProvenKeys]:
    database = Database(database_url)
    upgrade(database)
    proven = ProvenKeys(database, keys, installation_key)
    installation = Installation(
        database=database,
        keys=proven,
        clock=clock,
        renderer=load_renderer(),
        pool=cache(partial(_load_pool, bank_dirs)),
        installation_key=installation_key,
    )
    return installation, proven


def _load_pool(bank_dirs: Sequence[Path]) -> Pool:
    pool: dict[str, list[Item]] = {}
    for bank in load_library(bank_dirs).banks:
        for item in bank.items:
            pool.setdefault(item.dimension, []).append(item)
    return pool


def build_adapters(settings: Settings) -> dict[str, ChatAdapter]:
    """The adapters that are switched on. Raises MissingExtra, and AdapterError."""
    plugins = adapter_plugins()
    built = {
        name: plugins[name].build(section) for name, section in settings.adapter_sections().items()
    }
    host = next((adapter for adapter in built.values() if isinstance(adapter, Host)), None)
    for adapter in built.values():
        if isinstance(adapter, Hosted):
            adapter.serve_on(host)
        for watcher in built.values():
            if isinstance(adapter, Reporting) and isinstance(watcher, Watching):
                watcher.watch(adapter)
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
        self._listening: set[str] = set()
        self._watching: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()
        for name, adapter in adapters.items():
            if isinstance(adapter, Keeping):
                key = installation.installation_key
                adapter.keep_in(DatabaseVault(installation.database, key, name))
        self._answers = GroupCommit[Submission, RecordedAnswers](
            partial(record_answers, installation)
        )
        self._job_handlers = JobHandlers(installation, adapters, self._send_due)
        self.engine = Engine(
            engine_url,
            self._job_handlers.by_name(),
            self._find_due_jobs,
            installation.clock,
            executor_id=executor_id,
            pace=pace,
            on_stop=self._job_handlers.interrupt_sending,
        )

    async def handle(self, event: Event) -> Reply:
        """What adapters are given: an event in, a reply out."""
        reply = await route_event(self.installation, self._answers.put, event)
        if isinstance(event, Pressed) and opens(event.action):
            # In the room everybody waits for the pack, and should not wait for a minute.
            await asyncio.to_thread(self._send_due)
        return reply

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
                for name, adapter in self._adapters.items():
                    listening.create_task(self._run_adapter(name, adapter))
        except* AdapterError as group:
            raise group.exceptions[0] from None
        finally:
            await self.stop()

    async def _run_adapter(self, name: str, adapter: ChatAdapter) -> None:
        started_at = asyncio.get_running_loop().time()
        self._listening.add(name)
        try:
            await adapter.run(self.handle)
        except AdapterError as error:
            self._listening.discard(name)
            is_starting = asyncio.get_running_loop().time() - started_at < STARTUP_SECONDS
            # At a start somebody looks on, and mends it; later one platform must not end the rest.
            if is_starting or not self._listening:
                raise
            _log.error("%s does not listen any more, the others do. %s", name, error)

    async def start(self) -> None:
        """Start the engine; the adapters live on the running loop."""
        self._job_handlers.start(asyncio.get_running_loop())
        keys = self.installation.keys
        if isinstance(keys, ProvenKeys):
            await asyncio.to_thread(keys.prove, serving=True)
            self._stopped.clear()
            self._watching = asyncio.create_task(
                _watch_keys(self.installation, keys, self._stopped)
            )
        await asyncio.to_thread(sweep_rounds, self.installation)
        await asyncio.to_thread(self.engine.start)

    async def stop(self) -> None:
        """Stop within a few seconds; nothing that was confirmed is lost."""
        await asyncio.to_thread(self.engine.stop)
        await asyncio.to_thread(self._answers.close)
        await asyncio.to_thread(self._job_handlers.close)
        self._stopped.set()
        if self._watching is not None:
            await asyncio.wait([self._watching])
        if isinstance(self.installation.keys, ProvenKeys):
            await asyncio.to_thread(self.installation.keys.close)

    def _send_due(self) -> None:
        """Have what is due sent at once, and not with the next tick."""
        now = self.installation.clock.now()
        for job in find_send_jobs(self.installation, now, frozenset(self._adapters)):
            self.engine.enqueue(job)

    def _find_due_jobs(self, now: datetime) -> list[Job]:
        return find_due_jobs(
            self.installation, now, self.engine.live_keys(), frozenset(self._adapters)
        )


async def _watch_keys(installation: Installation, keys: ProvenKeys, stopped: asyncio.Event) -> None:
    """Stay seen by other workers; find out when the key store is not the right one any more.

    And say what this process alone saw of changed rounds, since the tick is often another's.
    """
    said = ""
    while not stopped.is_set():
        # Not cancelled at a stop: a look that goes on in its thread would be seen after it.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), KEYS_SECONDS)
            return
        try:
            await asyncio.to_thread(keys.renew)
            if installation.suspects:
                await asyncio.to_thread(look_for_changes, installation)
            said = ""
        except (KeyStoreError, StorageError) as error:
            if str(error) != said:
                said = str(error)
                _log.error("%s", said)
        except Exception:
            _log.exception("The key store could not be looked at; it is tried again.")
