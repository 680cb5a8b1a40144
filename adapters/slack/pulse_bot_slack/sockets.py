"""Socket Mode: one connection that is made again whenever it is lost, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.adapter_kit.health import SECONDS_OF_START, Health
from pulse_bot.errors import AdapterError
from pulse_bot_slack.errors import APP_REFUSED, CUT_OFF, error_code
from pulse_bot_slack.quiet import SILENT

log = logging.getLogger(__name__)

LOOK: Final = 0.5
"""Seconds between two looks at the connection; the library alone would take ten to notice."""
LONGEST_PAUSE: Final = 30.0
LONGEST_PAUSE_REFUSED: Final = 120.0
UNREACHABLE: Final = "Slack cannot be reached. It is tried again until it can."
PATIENCE: Final = 15.0
"""Seconds for one attempt: the library would try the same one-time address for ever."""
SECONDS_TO_CLOSE: Final = 2.0
_REFUSED: Final = (
    "invalid_auth",
    "not_authed",
    "not_allowed_token_type",
    "missing_scope",
    "token_revoked",
    "account_inactive",
)


async def listen(
    app: AsyncApp,
    app_token: str,
    client: AsyncWebClient,
    health: Health,
    settle: Callable[[], Awaitable[None]],
) -> None:
    """Listen until cancelled. Raises AdapterError where the token is refused at the start.

    `settle` waits for what can still be acknowledged by the connection that then ends.
    """
    handler = AsyncSocketModeHandler(app, app_token, logger=SILENT, web_client=client)
    try:
        await _keep_connected(handler, health)
    finally:
        await settle()
        await _close_handler(handler)


async def _keep_connected(handler: AsyncSocketModeHandler, health: Health) -> None:
    started, was_connected, pause = time.monotonic(), False, LOOK
    while True:
        is_refused = False
        if not await handler.client.is_connected():
            is_refused = await _connect(handler)
        if await handler.client.is_connected():
            if not was_connected:
                log.info("Connected to Slack.")
            health.end_trouble()
            was_connected, pause = True, LOOK
        elif is_refused:
            # At the start somebody looks on, and mends it. Later nobody does, and it may be a slip.
            if not was_connected and time.monotonic() - started < SECONDS_OF_START:
                raise AdapterError(APP_REFUSED, permanent=True)
            health.begin_trouble(APP_REFUSED, passes_by=0.0)
            pause = min(pause * 2, LONGEST_PAUSE_REFUSED)
        else:
            health.begin_trouble(UNREACHABLE)
            pause = min(pause * 2, LONGEST_PAUSE)
        await asyncio.sleep(pause)


async def _connect(handler: AsyncSocketModeHandler) -> bool:
    """Attempt it once; says whether the token was refused."""
    try:
        async with asyncio.timeout(PATIENCE):
            await handler.client.connect_to_new_endpoint()
    except Exception as error:
        if isinstance(error, SlackApiError) and error_code(error) in _REFUSED:
            return True
        if not isinstance(error, CUT_OFF):
            log.exception("Connecting to Slack failed.")
    return False


async def _close_handler(handler: AsyncSocketModeHandler) -> None:
    client = handler.client
    tasks = (client.message_processor, client.message_receiver, client.current_session_monitor)
    try:
        async with asyncio.timeout(SECONDS_TO_CLOSE):
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt left it untyped
    except TimeoutError:
        await client.aiohttp_client_session.close()
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
