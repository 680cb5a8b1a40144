"""How updates come: called in by Telegram on a page of ours; and what both ways have in common.

How they are asked for is in `polling`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from telegram import Update
from telegram.error import InvalidToken, TelegramError

from pulse_bot.adapter_kit.acknowledgements import Acknowledgement
from pulse_bot.adapter_kit.health import SECONDS_OF_START, Health
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Scope
from pulse_bot_telegram.errors import REVOKED
from pulse_bot_telegram.sending import Bot

log = logging.getLogger(__name__)

ALLOWED: Final = ("message", "callback_query", "my_chat_member")
"""The kinds of updates; left out, Telegram would remember whatever was asked for last."""

UNREACHABLE: Final = "Telegram cannot be reached. It is tried again until it can."
SECONDS_TO_COMMIT: Final = 10.0
"""For which a call waits. Then Telegram is not told that it was taken, and calls again."""

LONGEST_BODY: Final = 1_000_000
SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"

Accept = Callable[[Update], Acknowledgement]
"""Takes an update to be answered in its turn."""


def retry_pauses() -> Iterator[float]:
    """Seconds between attempts: growing, and never so long that a recovery goes unnoticed."""
    pause = 0.5
    while True:
        yield pause
        pause = min(2 * pause, 15.0)


async def keep_trying(attempt: Callable[[], Awaitable[object]], health: Health) -> None:
    """Try until it works. Raises AdapterError where the token is wrong at the start.

    Later nobody looks on, and what listens to others goes on: it is tried again.
    """
    started = _loop_time()
    for pause in retry_pauses():
        try:
            await attempt()
        except InvalidToken as error:
            if _loop_time() - started < SECONDS_OF_START:
                raise AdapterError(REVOKED, permanent=True) from error
            health.begin_trouble(REVOKED, passes_by=0.0)
        except TelegramError:
            health.begin_trouble(UNREACHABLE)
        else:
            health.end_trouble()
            return
        await asyncio.sleep(pause)


def webhook_secret(token: str) -> str:
    """What Telegram shows to prove that it is Telegram: made from the token, so nothing is set."""
    return hmac.new(token.encode(), b"pulse-bot webhook", hashlib.sha256).hexdigest()


class Webhook:
    """An ASGI application that Telegram calls with updates."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._secret = webhook_secret(bot.token).encode()
        self.accept: Accept | None = None
        """None before and after somebody listens; Telegram then tries again."""

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Scope]],
        send: Callable[[Scope], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        status = await self._handle_request(scope, receive)
        length = (b"content-length", b"0")
        await send({"type": "http.response.start", "status": status, "headers": [length]})
        await send({"type": "http.response.body", "body": b""})

    async def _handle_request(self, scope: Scope, receive: Callable[[], Awaitable[Scope]]) -> int:
        if scope["method"] != "POST":
            return 405
        if not self._is_telegram(scope["headers"]):
            return 403
        body = await _receive_body(receive)
        if body is None:
            return 413
        update = _read_update(body, self._bot)
        if update is None:
            return 400
        if self.accept is None:
            return 503
        is_recorded = await self.accept(update).wait(SECONDS_TO_COMMIT)
        return 200 if is_recorded else 503

    def _is_telegram(self, headers: object) -> bool:
        pairs = headers if isinstance(headers, list | tuple) else ()
        secret = next((value for name, value in pairs if name == SECRET_HEADER), b"")
        return hmac.compare_digest(secret, self._secret)


def _read_update(body: bytes, bot: Bot) -> Update | None:
    """An update; None where it cannot be read, and would not be if it came again."""
    try:
        update = Update.de_json(json.loads(body), bot)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
        log.warning("An update could not be read.", exc_info=True)
        return None
    # The library takes whatever stands in a field for what should.
    number: object = getattr(update, "update_id", None)
    return update if isinstance(number, int) else None


async def _receive_body(receive: Callable[[], Awaitable[Scope]]) -> bytes | None:
    """What was sent; None where it is too long, or where the caller went away."""
    body = b""
    while len(body) <= LONGEST_BODY:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        body += part if isinstance(part, bytes) else b""
        if not message.get("more_body", False):
            return body if len(body) <= LONGEST_BODY else None
    return None


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
