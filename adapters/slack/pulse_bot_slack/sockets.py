"""Socket Mode: one connection that is made again whenever it is lost, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.errors import AdapterError
from pulse_bot_slack.errors import APP_REFUSED, CUT_OFF, error_code
from pulse_bot_slack.quiet import SILENT

log = logging.getLogger(__name__)

LOOK: Final = 0.5
"""Seconds between two looks at the connection; the library alone would take ten to notice."""
LONGEST_PAUSE: Final = 30.0
PATIENCE: Final = 15.0
"""Seconds for one attempt: the library would try the same one-time address for ever."""
SECONDS_TO_CLOSE: Final = 2.0
_REFUSED: Final = ("invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope")


async def listen(app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
    """Listen until cancelled. Raises AdapterError where the token is refused at the start."""
    handler = AsyncSocketModeHandler(app, app_token, logger=SILENT, web_client=client)
    try:
        await _keep_connected(handler)
    finally:
        await _close_handler(handler)


async def _keep_connected(handler: AsyncSocketModeHandler) -> None:
    was_connected, is_lost, pause = False, False, LOOK
    while True:
        if not await handler.client.is_connected():
            await _connect(handler, ever=was_connected)
        if await handler.client.is_connected():
            if is_lost or not was_connected:
                log.info("Connected to Slack.")
            was_connected, is_lost, pause = True, False, LOOK
        else:
            if not is_lost:
                log.warning("Slack cannot be reached. It is tried again until it can.")
            is_lost, pause = True, min(pause * 2, LONGEST_PAUSE)
        await asyncio.sleep(pause)


async def _connect(handler: AsyncSocketModeHandler, *, ever: bool) -> None:
    """Attempt it once. Raises AdapterError where the token is refused before it `ever` worked."""
    try:
        async with asyncio.timeout(PATIENCE):
            await handler.client.connect_to_new_endpoint()
    except Exception as error:
        if not ever and isinstance(error, SlackApiError) and error_code(error) in _REFUSED:
            raise AdapterError(APP_REFUSED, permanent=True) from None
        if not isinstance(error, CUT_OFF):
            log.exception("Connecting to Slack failed.")


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
