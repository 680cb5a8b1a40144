"""A small app of slack_bolt's own, to try the loopback Slack with before any adapter of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Slack, serving
from tests.platforms.slack.app import App
from tests.platforms.slack.delivery import until

Json = dict[str, Any]

ANYTHING = re.compile("")


class Bot:
    """An app that writes down what it hears, and answers as a test says."""

    def __init__(self, slack: Slack) -> None:
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=slack.app.signing_secret)
        self.heard: list[Json] = []
        self.answer: Callable[[Json], Awaitable[object]] = self.keep_silent
        self.acknowledges: Json = {}
        self.slow = 0
        """How many deliveries are not acknowledged in time."""
        self.app.use(self._wait)
        for listen in (self.app.action, self.app.view, self.app.command):
            listen(ANYTHING)(self._hear)
        self.app.event(ANYTHING)(self._hear)

    async def keep_silent(self, body: Json) -> None:
        """Answer nothing."""

    async def _wait(self, body: Json, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - bolt's name
        self.heard.append(body)
        if self.slow:
            self.slow -= 1
            await asyncio.sleep(1)
        await next()

    async def _hear(self, ack: Any, body: Json) -> None:
        await ack(**self.acknowledges)
        await self.answer(body)

    def kinds(self) -> list[str]:
        """What was heard, in short."""
        return [
            one.get("event", {}).get("type") or one.get("command") or one["type"]
            for one in self.heard
        ]


@asynccontextmanager
async def talking(over_http: bool) -> AsyncIterator[tuple[Slack, Bot]]:
    """A Slack, and an app that listens to it in one of the two ways."""
    async with serving(over_http=over_http, app=App()) as slack:
        bot = Bot(slack)
        slack.patience, slack.postman.way.within = 2.0, 0.4
        async with listening(slack, bot):
            yield slack, bot


@asynccontextmanager
async def listening(slack: Slack, bot: Bot) -> AsyncIterator[None]:
    """The app listens in the way of this Slack."""
    if slack.http is None:
        assert slack.sockets is not None
        handler = AsyncSocketModeHandler(bot.app, slack.app.app_token, ping_interval=0.2)
        await handler.connect_async()  # type: ignore[no-untyped-call] # bolt left it so
        assert await until(lambda: bool(slack.sockets and slack.sockets.connections))
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call] # bolt left it so
        return

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(
            await bot.app.async_dispatch(await to_bolt_request(request))
        )

    pages = web.Application()
    pages.router.add_post("/slack/events", receive)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.http.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()
