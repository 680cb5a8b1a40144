"""Telegram's refusals as `AdapterError`, each a sentence for people, in one place.

What Telegram says is never quoted: it can hold a number or a token.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from pulse_bot.errors import AdapterError

# Without it the library warns of every pause that Telegram asks for, at the worst of times.
os.environ.setdefault("PTB_TIMEDELTA", "true")

NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What went wrong before a request was on its way. As aiohttp says it: what is made of that on its
way through httpx calls a connection that broke off one that never was."""
REVOKED: Final = (
    "Telegram does not know this bot's token: it was revoked or mistyped. Ask BotFather for a new "
    "one (/token), set PULSE_BOT_TELEGRAM__TOKEN to it, and start pulse-bot again."
)
TWO_LISTEN: Final = (
    "Another program is listening with this bot's token. Stop it, or set "
    'PULSE_BOT_TELEGRAM__LISTEN to "elsewhere" here; then start pulse-bot again.'
)

_HALFWAY: Final = ("internal server error", "gateway time")
"""Of Telegram's mishaps those that may come after the work was done. The door that is shut, or
leads nowhere just now (503, 502), has let nothing in."""
_TOO_LARGE: Final = ("too large", "too big")
_NOBODY: Final = ("chat not found", "user not found", "peer_id_invalid", "user_id_invalid")
_SILENCED: Final = ("not enough rights", "have no rights", "write_forbidden", "topic_closed")
_NO_MESSAGE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")

_FORBIDDEN: Final = {
    "initiate conversation": "This person has not opened a chat with the bot yet.",
    "blocked": "This person has blocked the bot.",
    "deactivated": "This person's account does not exist any more.",
    "kicked": "The bot was removed from this group.",
    "not a member": "The bot is not in this group any more.",
}


class ChatPaused(TelegramError):
    """One chat is paused for longer than a message can wait; others are not."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Telegram's errors inside become `AdapterError`."""
    try:
        yield
    except TelegramError as error:
        raise adapter_error(error) from error


def adapter_error(error: TelegramError) -> AdapterError:
    """One of Telegram's errors in our words."""
    match error:
        case RetryAfter():
            pause = "Telegram asks for a pause before the next message."
            refusal = AdapterError(pause, permanent=False, retry_after=pause_seconds(error))
        case ChatPaused():
            refusal = AdapterError("Telegram asks for a pause in this chat.", permanent=False)
        case Forbidden():
            refusal = AdapterError(_why_forbidden(error), permanent=True, gone=True)
        case BadRequest():  # before its parent NetworkError, which may pass
            refusal = _bad_request_error(error.message.lower())
        case NetworkError() if error_mentions(error, *_TOO_LARGE):
            refusal = AdapterError("That is too large for Telegram.", permanent=True)
        case InvalidToken():
            refusal = AdapterError(REVOKED, permanent=False)
        case _:
            uncertain = may_have_arrived(error)
            refusal = AdapterError(
                "Telegram could not be reached.", permanent=False, uncertain=uncertain
            )
    return refusal


def may_have_arrived(error: TelegramError) -> bool:
    """Whether an error can hide a success: the request was out, and the answer was lost."""
    if not isinstance(error, NetworkError):
        return type(error) is TelegramError  # what came back could not be read
    if error_mentions(error, *_HALFWAY):
        return True
    causes = list(_list_causes(error))
    never_sent = any(isinstance(cause, NEVER_SENT) for cause in causes)
    return bool(causes) and not never_sent and not isinstance(causes[0], TelegramError)


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    while (cause := error.__cause__) is not None:
        yield cause
        error = cause


def pause_seconds(error: RetryAfter) -> float:
    """The pause that Telegram asks for."""
    pause = error.retry_after
    return float(pause) if isinstance(pause, int | float) else pause.total_seconds()


def error_mentions(error: TelegramError, *words: str) -> bool:
    """Whether Telegram's own words, which have no codes, hold any of these."""
    message = error.message.lower()
    return any(word in message for word in words)


def _why_forbidden(error: Forbidden) -> str:
    message = error.message.lower()
    sentences = (sentence for word, sentence in _FORBIDDEN.items() if word in message)
    return next(sentences, "Telegram does not let the bot write there.")


def _bad_request_error(message: str) -> AdapterError:
    if any(words in message for words in _NOBODY):
        return AdapterError("Nobody has this address in Telegram.", permanent=True, gone=True)
    if any(words in message for words in _SILENCED):
        return AdapterError(
            "The bot may not write in this group. Ask one of its administrators to allow it.",
            permanent=True,
        )
    if any(words in message for words in _NO_MESSAGE):
        return AdapterError("That message does not exist any more.", permanent=True)
    return AdapterError("Telegram refused this message.", permanent=True)
