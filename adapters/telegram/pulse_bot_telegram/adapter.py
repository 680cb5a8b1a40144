"""TelegramAdapter: the port, put together. What each part does is said in its own file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from telegram.error import BadRequest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from pulse_bot.adapter_kit.cleaning import clean_events
from pulse_bot.adapter_kit.health import Health
from pulse_bot.adapter_kit.turns import Turns
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Handle, Host, Limits, Members, Sendable
from pulse_bot_telegram.answering import TelegramResponder
from pulse_bot_telegram.commands import CommandMenu
from pulse_bot_telegram.errors import REVOKED
from pulse_bot_telegram.inbox import Inbox
from pulse_bot_telegram.listening import ALLOWED, Webhook, keep_trying, webhook_secret
from pulse_bot_telegram.pacing import A_SECOND, BURST, TelegramRateLimiter
from pulse_bot_telegram.places import ADAPTER, read_address
from pulse_bot_telegram.polling import Polling
from pulse_bot_telegram.sending import Bot, TelegramSender
from pulse_bot_telegram.settings import TelegramSettings
from pulse_bot_telegram.texts import LONGEST

log = logging.getLogger(__name__)

CONNECTIONS: Final = 100
SECONDS_TO_READ: Final = 10.0
"""For an answer of Telegram's."""
SECONDS_TO_FINISH: Final = 2.0
"""When listening has ended: for what is being sent."""

TALKATIVE: Final = ("telegram", "httpx", "aiohttp")
"""Loggers of the libraries: at every level they quote payloads, or addresses with the token."""


class TelegramAdapter:
    """The `ChatAdapter` of Telegram."""

    name = ADAPTER
    limits = Limits(
        text=LONGEST,
        pictures=True,
        files=True,
        sends_a_second=A_SECOND,
        burst=BURST,
    )

    def __init__(self, settings: TelegramSettings) -> None:
        """Nothing is connected before `run`, or before something is sent."""
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._settings = settings
        self._bot: Bot = _build_bot(settings)
        self._sender = TelegramSender(self._bot)
        self._webhook = Webhook(self._bot)
        self._health = Health(log, "Telegram")
        self.turns = Turns()
        """What is being answered."""
        self._url = ""
        self._ended = False
        self._sending = 0
        self._all_sent = asyncio.Event()
        self._revoked = False

    def serve_on(self, host: Host | None) -> None:
        """Let Telegram call a page of ours, where the settings say so. Raises AdapterError."""
        if self._settings.listen != "webhook":
            return
        if host is None:
            raise AdapterError(
                "Telegram has no page to call. Switch the web adapter on (a section [web]), or set "
                'PULSE_BOT_TELEGRAM__LISTEN to "polling".',
                permanent=True,
            )
        self._url = f"{host.mount('/telegram', self._webhook)}/updates"
        if not self._url.startswith("https://"):
            raise AdapterError(
                "Telegram calls pages by HTTPS alone. Set PULSE_BOT_WEB__PUBLIC_URL to the https "
                'address of the proxy in front, or PULSE_BOT_TELEGRAM__LISTEN to "polling".',
                permanent=True,
            )

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled. Raises AdapterError where that can never work."""
        responder = TelegramResponder(self._bot, self._sender, clean_events(handle), self.turns)
        inbox = Inbox(responder, self.turns)
        polling = Polling(self._bot, inbox, self._health)
        self._ended = False
        self._sender.showing.begin()
        offering: asyncio.Task[None] | None = None
        try:
            await keep_trying(self._bot.initialize, self._health)
            if self._settings.listen != "elsewhere":
                offering = asyncio.create_task(_offer_commands(responder.menu))
            await self._listen_forever(inbox, polling)
        except AdapterError as error:
            self._health.begin_trouble(str(error), passes_by=0.0)
            raise
        finally:
            self._health.end_listening()
            if offering is not None:
                offering.cancel()
            await inbox.finish(self._sender.showing.end)
            self._webhook.accept = None
            await polling.confirm()
            await self._close_connections()

    def health(self) -> str:
        """A sentence where people are not heard just now; empty where they are."""
        return self._health.describe()

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Show a card, a picture or a file. Raises AdapterError."""
        with self._track_call():
            return (await self._sender.send(read_address(address), shown)).address

    async def members(self, group: Address) -> Members:
        """How many people are in a group's chat; who they are, Telegram does not tell.

        Raises AdapterError.
        """
        with self._track_call():
            return Members(await self._sender.count_members(read_address(group)))

    async def _listen_forever(self, inbox: Inbox, polling: Polling) -> None:
        if self._settings.listen == "polling":
            await polling.listen()
        elif self._settings.listen == "webhook":
            self._webhook.accept = inbox.accept
            await keep_trying(self._set_webhook, self._health)
        # From here on Telegram calls us, or another process, and no sign of life is to be expected.
        self._health.end_listening()
        await asyncio.Event().wait()

    async def _set_webhook(self) -> None:
        secret = webhook_secret(self._bot.token)
        try:
            await self._bot.set_webhook(self._url, allowed_updates=ALLOWED, secret_token=secret)
        except BadRequest:
            log.warning(
                "Telegram does not accept the address of our page. Look at "
                "PULSE_BOT_WEB__PUBLIC_URL, its name and its certificate; it is tried again."
            )
            raise

    @contextmanager
    def _track_call(self) -> Iterator[None]:
        if self._ended:
            raise AdapterError("pulse-bot is stopping; this is sent later.", permanent=False)
        self._sending += 1
        self._all_sent.clear()
        try:
            yield
        except AdapterError as error:
            if str(error) == REVOKED and not self._revoked:
                # Once: every card of a round would say it again.
                self._revoked = True
                log.error(REVOKED)  # noqa: TRY400 - its cause says nothing more
            raise
        finally:
            self._sending -= 1
            if not self._sending:
                self._all_sent.set()

    async def _close_connections(self) -> None:
        """End the connections once nothing is on its way: nobody would know whether it arrived."""
        self._ended = True
        if self._sending:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_sent.wait(), SECONDS_TO_FINISH)
        await self._bot.shutdown()


def _build_bot(settings: TelegramSettings) -> Bot:
    return ExtBot(
        settings.token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=_request(CONNECTIONS),
        # A connection of its own: asking for updates must not wait behind a fan-out.
        get_updates_request=_request(1),
        rate_limiter=TelegramRateLimiter(),
    )


def _request(connections: int) -> HTTPXRequest:
    """So many connections at most. No request is ever repeated: what was lost may have arrived.

    Over aiohttp: httpx's own pool hands one idle connection to all who wait, who then try again one
    by one. Behind a thousand clicks, Telegram was told of fifty a second (decision 0050).
    """

    def open_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=connections, ssl=httpx.create_ssl_context())
        return aiohttp.ClientSession(connector=connector, trust_env=True)

    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=SECONDS_TO_READ,
        # A click waits behind a burst of others rather than being given up.
        pool_timeout=SECONDS_TO_READ,
        httpx_kwargs={"transport": AiohttpTransport(client=open_session)},
    )


async def _offer_commands(menu: CommandMenu) -> None:
    """Offer the commands. A menu is no reason to stop: whatever is wrong, they can be typed."""
    try:
        await keep_trying(menu.offer_to_all, Health(log, "Telegram"))
    except AdapterError:
        return
