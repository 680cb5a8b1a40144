"""How updates come: asked for by long polling, or called in by Telegram on a page of ours.

An update counts as taken only once it was answered, or is being answered for a second: after a
crash Telegram hands it over again, and nobody's click is lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Final

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from pulse_bot.adapter_kit.turns import Turns
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Scope
from pulse_bot_telegram.errors import REVOKED, TWO_LISTEN
from pulse_bot_telegram.sending import Bot

log = logging.getLogger(__name__)

ALLOWED: Final = ("message", "callback_query", "my_chat_member")
"""The kinds of updates; left out, Telegram would remember whatever was asked for last."""

LONGEST_WAIT: Final = timedelta(seconds=20)
SECONDS_TO_ANSWER: Final = 1.0
CONFLICTS: Final = 3
CONFLICTS_WITHIN: Final = 30.0
"""So many, in so many seconds: one or two are left by a process that has just ended."""

LONGEST_BODY: Final = 1_000_000
SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"

Accept = Callable[[Update], "asyncio.Task[None]"]
"""Takes an update to be answered in its turn."""


ONE_MOMENT: Final = "One moment, please. You were faster than I am; then tap once more."

Acknowledge = Callable[[Update, str], Coroutine[None, None, None]]
"""Says that an update has come, with a word beside it where that is not empty. May not raise."""
Take = Callable[[Update], Coroutine[None, None, None]]
"""Answers an update. May not raise."""


class Inbox:
    """Updates that have come: that is said at once, though the turn of one may be later."""

    def __init__(self, acknowledge: Acknowledge, take: Take) -> None:
        """Nobody waits."""
        self._acknowledge = acknowledge
        self._take = take
        self._turns = Turns()

    def accept(self, update: Update) -> asyncio.Task[None]:
        """Answer an update after all those of the same person, unless too many of them wait."""
        who = update.effective_user or update.effective_chat
        person = who.id if who else 0
        if self._turns.is_too_fast(person):
            return self._turns.begin(self._acknowledge(update, ONE_MOMENT))
        acknowledged = self._turns.begin(self._acknowledge(update, ""))

        async def answer() -> None:
            await acknowledged
            await self._take(update)

        return self._turns.append(person, answer)

    async def finish(self, stop_showing: Callable[[], None]) -> None:
        """Wait until all is answered, and longer without showing any of it; then give it up."""
        await self._turns.finish(stop_showing)


def retry_pauses() -> Iterator[float]:
    """Seconds between attempts: growing, and never so long that a recovery goes unnoticed."""
    pause = 0.5
    while True:
        yield pause
        pause = min(2 * pause, 15.0)


async def keep_trying(attempt: Callable[[], Awaitable[object]]) -> None:
    """Try until it works. Raises AdapterError where the token is wrong, or refused for good."""
    for pause in retry_pauses():
        try:
            await attempt()
        except InvalidToken as error:
            raise AdapterError(REVOKED, permanent=True) from error
        except TelegramError as error:
            log.warning("Telegram cannot be reached (%s); trying again.", type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return


async def fetch_updates(bot: Bot, accept: Accept) -> None:
    """Ask for updates until cancelled. Raises AdapterError where it cannot go on."""
    # A page that Telegram still calls would keep every update from us; those that wait stay.
    await keep_trying(lambda: bot.delete_webhook(drop_pending_updates=False))
    seen, conflicts, waits = 0, deque[float](maxlen=CONFLICTS), retry_pauses()
    while True:
        try:
            updates = await bot.get_updates(
                offset=seen, timeout=LONGEST_WAIT, allowed_updates=ALLOWED
            )
        except InvalidToken as error:
            raise AdapterError(REVOKED, permanent=True) from error
        except Conflict as error:
            conflicts.append(_loop_time())
            if len(conflicts) == CONFLICTS and _loop_time() - conflicts[0] < CONFLICTS_WITHIN:
                raise AdapterError(TWO_LISTEN, permanent=True) from error
            await asyncio.sleep(1.0)
        except Exception as error:  # whatever it is, people go on clicking
            kind, unforeseen = type(error).__name__, not isinstance(error, TelegramError)
            log.warning("Updates cannot be fetched (%s); trying again.", kind, exc_info=unforeseen)
            await asyncio.sleep(next(waits))
        else:
            waits = retry_pauses()
            if updates:
                await asyncio.wait(
                    [accept(update) for update in updates], timeout=SECONDS_TO_ANSWER
                )
                seen = updates[-1].update_id + 1


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
        try:
            update = Update.de_json(json.loads(body), self._bot)
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("An update could not be read.", exc_info=True)
            return 400
        if self.accept is None:
            return 503
        await asyncio.wait({self.accept(update)}, timeout=SECONDS_TO_ANSWER)
        return 200

    def _is_telegram(self, headers: object) -> bool:
        pairs = headers if isinstance(headers, list | tuple) else ()
        secret = next((value for name, value in pairs if name == SECRET_HEADER), b"")
        return hmac.compare_digest(secret, self._secret)


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
