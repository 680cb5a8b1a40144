"""The Telegram adapter on the loopback server: what the contract and the trouble tests stand on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import pytest
from pydantic import SecretStr

from pulse_bot.ports import Address, Card, Event, File, Handle, Picture, Reply, Sendable
from pulse_bot.testing import Script, SendFault, Stage, running
from pulse_bot_telegram import pacing
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.settings import TelegramSettings
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.hosting import PUBLIC, LoopbackHost
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.server import TelegramServer

Listen = Literal["polling", "webhook", "elsewhere"]


@dataclass
class Working:
    """A `handle` that knows how many events it is working on."""

    handle: Handle
    now: int = 0

    async def __call__(self, event: Event) -> Reply:
        self.now += 1
        try:
            return await self.handle(event)
        finally:
            self.now -= 1


def adapter_for(server: TelegramServer, listen: Listen = "polling") -> TelegramAdapter:
    """The adapter, with settings that lead to the loopback server."""
    return TelegramAdapter(
        TelegramSettings(
            token=SecretStr(server.world.token),
            listen=listen,
            base_url=server.base_url,
            base_file_url=server.base_url.replace("/bot", "/file/bot"),
        )
    )


@asynccontextmanager
async def listening(
    server: TelegramServer, handle: Handle, listen: Listen = "polling", *, paced: bool = False
) -> AsyncIterator[tuple[TelegramAdapter, asyncio.Task[None]]]:
    """The adapter runs, and Telegram knows how to tell it of people.

    Unless it is `paced`, it writes to one chat as fast as it can, which saves seconds a test.
    """
    adapter, working = adapter_for(server, listen), Working(handle)
    async with AsyncExitStack() as stack:
        if not paced:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(pacing, "A_SECOND_IN_A_CHAT", 1000.0)
            patch.setattr(pacing, "A_SECOND_IN_A_GROUP", 1000.0)
        if listen == "webhook":
            host = LoopbackHost()
            adapter.serve_on(host)
            server.updates.hosts[PUBLIC] = await stack.enter_async_context(host.serving())
        server.updates.heard = False
        server.busy = lambda: working.now > 0 or not adapter.turns.is_idle
        task = await stack.enter_async_context(running(adapter, working))
        await until(lambda: server.updates.heard or task.done())
        yield adapter, task
        server.busy = lambda: False


@asynccontextmanager
async def telegram_stage(script: Script, listen: Listen) -> AsyncIterator[Stage]:
    """A stage for the contract. Whatever a test does, nothing may be violated in it."""
    async with TelegramServer() as server:
        async with listening(server, script, listen) as (adapter, task):
            yield Stage(
                adapter,
                task,
                new_person=lambda: TelegramPerson(server),
                nowhere=Address("telegram", "", "6999999999"),
                can_write=True,
                new_group=lambda: TelegramGroup(server),
                refuse_files=server.world.refuse_files,
                plant=lambda fault, kind: plant(server, fault, kind),
                foreign_loggers=("aiohttp", "uvicorn"),
            )
        assert server.violations == [], server.violations


METHODS: dict[type[Sendable], str] = {
    Card: "sendMessage",
    Picture: "sendPhoto",
    File: "sendDocument",
}


def plant(server: TelegramServer, fault: SendFault, kind: type[Sendable]) -> None:
    """Let the next send of a kind fail so."""
    trouble, methods = server.trouble, (METHODS[kind],)
    match fault:
        case SendFault.PASSING:
            trouble.broken(503, methods=methods)
        case SendFault.PAUSE:
            trouble.flood(1, methods=methods)
        case SendFault.ARRIVED:
            trouble.lose(methods=methods)
        case SendFault.LOST:
            trouble.drop(methods=methods)
        case SendFault.PERMANENT:
            trouble.refuse(400, "Bad Request: not enough rights to send it", methods=methods)
        case SendFault.GONE:
            trouble.refuse(403, "Forbidden: bot was blocked by the user", methods=methods)


@dataclass
class Scene:
    """An adapter that runs, the core that is played, and somebody who has started the bot."""

    server: TelegramServer
    adapter: TelegramAdapter
    task: asyncio.Task[None]
    script: Script
    core: Working
    """What is handed the events: another may be put in the script's place."""
    ada: TelegramPerson


@asynccontextmanager
async def scene(listen: Listen = "polling", *, paced: bool = False) -> AsyncIterator[Scene]:
    """For tests of trouble. Whatever they do, nothing may be violated in it."""
    script = Script()
    core = Working(script)
    async with TelegramServer() as server:
        async with listening(server, core, listen, paced=paced) as (adapter, task):
            yield Scene(server, adapter, task, script, core, TelegramPerson(server))
        assert server.violations == [], server.violations


async def seen_by(person: TelegramPerson, words: str) -> None:
    """Wait until words are on a person's screen."""
    await until(lambda: any(words in one.text for one in person.chat.messages.values()))


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not come true in time."
        await asyncio.sleep(0.005)
