"""Slack's refusals as `AdapterError`, each a sentence for people, in one place.

What Slack says is never quoted: it can hold an id or a token.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import Final

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError, SlackClientError

from pulse_bot.errors import AdapterError

log = logging.getLogger(__name__)

BOT_REFUSED: Final = (
    "Slack does not take the bot's token any more: it was revoked or mistyped. Copy it again from "
    "your app's page OAuth & Permissions, set PULSE_BOT_SLACK__BOT_TOKEN to it, and start "
    "pulse-bot again."
)
APP_REFUSED: Final = (
    "Slack does not take the app-level token. Make a new one with the scope connections:write on "
    "your app's page Basic Information, set PULSE_BOT_SLACK__APP_TOKEN to it, and start pulse-bot "
    "again."
)
NOT_INSTALLED: Final = (
    "pulse-bot is not installed in that Slack workspace. Somebody there has to add it again."
)
RENEWAL_REFUSED: Final = (
    "Slack does not renew a workspace's token. Compare PULSE_BOT_SLACK__CLIENT_ID and "
    "PULSE_BOT_SLACK__CLIENT_SECRET with your app's page Basic Information; where they are right, "
    "somebody in that workspace has to add pulse-bot again."
)

CUT_OFF: Final = (ClientError, SlackClientError, OSError, ValueError)
"""What a call may end with when Slack or the way there is down, or says what cannot be read."""

_GONE: Final = {
    "user_not_found": "Nobody has this address in Slack.",
    "users_not_found": "Nobody has this address in Slack.",
    "channel_not_found": "Slack knows no such person or channel, or pulse-bot may not write there.",
    "user_disabled": "This person's account in Slack is switched off.",
    "cannot_dm_bot": "This is a bot's address in Slack, not a person's.",
    "is_archived": "This channel was archived.",
    "not_in_channel": "pulse-bot is not in this channel. Somebody there has to invite it.",
    "channel_is_archived": "This channel was archived.",
}
_OPERATORS: Final = {
    "invalid_auth": BOT_REFUSED,
    "not_authed": BOT_REFUSED,
    "account_inactive": BOT_REFUSED,
    "token_revoked": BOT_REFUSED,
    "token_expired": BOT_REFUSED,
    "not_allowed_token_type": BOT_REFUSED,
    "missing_scope": (
        "Slack does not allow pulse-bot something that it needs. Bring your app up to "
        "adapters/slack/manifest.yaml, and install it in the workspace again."
    ),
    "messages_tab_disabled": (
        "Slack does not let pulse-bot write to people. Switch on the Messages Tab on your app's "
        "page App Home."
    ),
    "team_access_not_granted": (
        "Slack does not let pulse-bot into this workspace. Ask an administrator to approve the app."
    ),
}
_REFUSED: Final = {
    "restricted_action": "Only some people may write in this channel. Ask one of them to allow it.",
    "message_not_found": "That message does not exist any more.",
    "cant_update_message": "That message cannot be changed.",
    "edit_window_closed": "That message is too old to be changed.",
}
_TOO_FAST: Final = ("ratelimited", "rate_limited")
_EXPIRED: Final = (
    "expired_trigger_id",
    "exchanged_trigger_id",
    "invalid_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
)
_STANDARD_PAUSE: Final = 30.0
"""Seconds, where Slack asks for a pause and does not say how long."""
_LONGEST_PAUSE: Final = 3600.0


class OperatorError(AdapterError):
    """What only the operator can mend; until then trying again is in vain, but nobody is gone."""


class ScopeMissing(OperatorError):
    """The workspace has not allowed the app this."""


class TriggerExpired(AdapterError):
    """The three seconds in which Slack lets a window be opened after a click are over."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Everything that goes wrong inside becomes an `AdapterError`."""
    try:
        yield
    except AdapterError:
        raise
    except SlackApiError as error:
        raise adapter_error(error) from None
    except (ClientConnectorError, ConnectionTimeoutError):
        raise AdapterError("Slack could not be reached.", permanent=False) from None
    except Exception as error:
        # A timeout, a cut connection, an answer that cannot be read: the request was on its way.
        if not isinstance(error, CUT_OFF):
            log.exception("A call of Slack failed.")
        raise AdapterError(
            "Slack did not answer in time.", permanent=False, uncertain=True
        ) from None


@contextmanager
def before_posting() -> Iterator[None]:
    """What goes wrong inside does so before anything can have arrived."""
    try:
        yield
    except AdapterError as error:
        error.uncertain = False
        raise


def upload_error(status: int, retry_after: str | None) -> AdapterError:
    """A refusal of the place where Slack takes what is in a file."""
    if status == 429:
        return AdapterError(
            "Slack asks for a pause before the next file.",
            permanent=False,
            retry_after=_read_pause(retry_after),
        )
    return AdapterError("Slack did not take the file.", permanent=False)


def adapter_error(error: SlackApiError) -> AdapterError:
    """One of Slack's refusals in our words."""
    code, status = error_code(error), getattr(error.response, "status_code", 0)
    if code in _TOO_FAST or status == 429:
        return AdapterError(
            "Slack asks for a pause before the next message.",
            permanent=False,
            retry_after=_pause_seconds(error),
        )
    if code in _OPERATORS:
        kind = ScopeMissing if code == "missing_scope" else OperatorError
        return kind(_OPERATORS[code], permanent=False)
    if code in _EXPIRED:
        return TriggerExpired("Slack waited too long to open the form.", permanent=True)
    if code in _GONE:
        return AdapterError(_GONE[code], permanent=True, gone=True)
    if not code or status >= 500 or code in ("internal_error", "fatal_error", "request_timeout"):
        # "Some aspect of the operation may have succeeded", Slack says of these.
        return AdapterError("Slack had trouble of its own.", permanent=False, uncertain=True)
    return AdapterError(_REFUSED.get(code, "Slack refused this message."), permanent=True)


def error_code(error: SlackApiError) -> str:
    """Slack's short name of what went wrong; empty where the answer was none of its own."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _pause_seconds(error: SlackApiError) -> float:
    headers = {key.lower(): value for key, value in dict(error.response.headers).items()}
    return _read_pause(headers.get("retry-after"))


def _read_pause(header: str | None) -> float:
    """Seconds, and none where nobody could wait for them."""
    try:
        seconds = float(header or _STANDARD_PAUSE)
    except ValueError:
        return _STANDARD_PAUSE
    return min(max(1.0, seconds), _LONGEST_PAUSE) if isfinite(seconds) else _STANDARD_PAUSE
