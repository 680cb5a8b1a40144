"""The Slack adapter on the loopback Slack: what the contract and the trouble tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from pulse_bot.ports import Address, Card, Handle, Sendable
from pulse_bot.testing import Script, SendFault, Stage, running
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.settings import SlackSettings
from tests.platforms.slack.delivery import until
from tests.platforms.slack.groups import SlackGroup, new_group
from tests.platforms.slack.people import SlackPerson, new_person
from tests.platforms.slack.server import Slack
from tests.platforms.slack.signed import Request
from tests.platforms.slack.trouble import ANSWER_LOST, DROPPED, says, too_fast
from tests.platforms.slack.watched import Watched
from tests.platforms.slack.web import serving
from tests.platforms.telegram.hosting import LoopbackHost

Listen = Literal["socket", "http"]


def adapter_for(slack: Slack, listen: Listen = "socket") -> SlackAdapter:
    """The adapter, with settings that lead to the loopback Slack."""
    return SlackAdapter(
        SlackSettings(
            bot_token=SecretStr(slack.bot_token),
            app_token=SecretStr(slack.app.app_token),
            signing_secret=SecretStr(slack.app.signing_secret),
            listen=listen,
            base_url=slack.base_url,
        )
    )


@asynccontextmanager
async def listening(
    slack: Slack, handle: Handle, listen: Listen = "socket"
) -> AsyncIterator[tuple[SlackAdapter, asyncio.Task[None]]]:
    """The adapter runs, and Slack can tell it of people."""
    adapter = adapter_for(slack, listen)
    _be_patient(slack)
    slack.watched = Watched(handle)
    async with AsyncExitStack() as stack:
        if slack.http is not None:
            host = LoopbackHost()
            adapter.serve_on(host)
            slack.http.url = f"{await stack.enter_async_context(host.serving())}/slack/events"
        task = await stack.enter_async_context(running(adapter, slack.watched))
        await _heard(slack, task)
        yield adapter, task


async def _heard(slack: Slack, task: asyncio.Task[None]) -> None:
    """Wait until the adapter is connected, or refuses what nobody signed."""
    sockets, http = slack.sockets, slack.http
    if sockets is not None:
        assert await until(lambda: bool(sockets.connections) or task.done())
    if http is not None:
        for _ in range(1000):
            if (await http.post(Request(b"")))[0] != 503 or task.done():
                return
        raise AssertionError("The adapter never listened.")


def _be_patient(slack: Slack) -> None:
    """A busy machine is not the adapter's fault: what is not acknowledged by then never was.

    Slack's own three seconds are tried with the server.
    """
    for way in (slack.sockets, slack.http):
        if way is not None:
            way.within = 20.0


@asynccontextmanager
async def slack_stage(script: Script, listen: Listen) -> AsyncIterator[Stage]:
    """A stage for the contract. Whatever a test does, nothing may be violated in it."""
    async with serving(over_http=listen == "http") as slack:
        async with listening(slack, script, listen) as (adapter, task):
            yield Stage(
                adapter,
                task,
                new_person=lambda: new_person(slack),
                nowhere=Address("slack", slack.team.id, "U9NOBODY"),
                can_write=True,
                new_group=lambda: new_group(slack),
                refuse_files=slack.refuse_files,
                plant=lambda fault, kind: plant(slack, fault, kind),
                foreign_loggers=("aiohttp", "uvicorn"),
            )
        slack.assert_clean()
        assert not slack.postman.late, "something was never acknowledged"


FAULTS = {
    SendFault.PASSING: says("team_access_not_granted"),
    SendFault.PAUSE: too_fast(1),
    SendFault.ARRIVED: ANSWER_LOST,
    SendFault.LOST: DROPPED,
    SendFault.PERMANENT: says("restricted_action"),
    SendFault.GONE: says("channel_not_found"),
}


def plant(slack: Slack, fault: SendFault, kind: type[Sendable]) -> None:
    """Let the next send of a kind fail so."""
    method = "chat.postMessage" if kind is Card else "files.completeUploadExternal"
    slack.trouble.on(method, FAULTS[fault])


@dataclass(slots=True)
class Scene:
    """An adapter that runs, the core that is played, and somebody in the workspace."""

    slack: Slack
    adapter: SlackAdapter
    task: asyncio.Task[None]
    script: Script
    ada: SlackPerson

    async def group(self, kind: str = "public") -> SlackGroup:
        """A channel with the bot in it."""
        made = new_group(self.slack, kind)
        await made.add_bot(self.ada)
        return made


@asynccontextmanager
async def scene(listen: Listen = "socket") -> AsyncIterator[Scene]:
    """For tests of trouble. Whatever they do, nothing may be violated in it."""
    script = Script()
    async with serving(over_http=listen == "http") as slack:
        async with listening(slack, script, listen) as (adapter, task):
            yield Scene(slack, adapter, task, script, new_person(slack))
        slack.assert_clean()
        assert not slack.postman.late, "something was never acknowledged"
