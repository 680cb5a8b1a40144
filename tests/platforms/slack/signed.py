"""Signed HTTP: requests to the app's address, as Slack signs them, or as somebody forges them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.platforms.slack.delivery import ACKNOWLEDGE_WITHIN, Ack, Envelope

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent, or to be sent again."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def packed(envelope: Envelope) -> tuple[bytes, str]:
    """The body and its type: events are JSON, everything else is a form."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    form = envelope.payload
    if envelope.kind == "interactive":
        form = {"payload": json.dumps(envelope.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def signed(body: bytes, kind: str, secret: str, at: float) -> Request:
    """A request with Slack's signature of version 0."""
    stamp = str(int(at))
    signature = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return Request(
        body,
        {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature.hexdigest()}",
        },
    )


class SignedHttp:
    """The way by requests to the app's address, which is known once the app listens."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.within = ACKNOWLEDGE_WITHIN
        self.sent: list[Request] = []
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def bring(self, envelope: Envelope, attempt: int, reason: str) -> Ack:
        """Post, and take the answer for the acknowledgement."""
        body, kind = packed(envelope)
        request = signed(body, kind, self._secret, time.time())
        if attempt and envelope.kind == "events_api":
            request.headers["x-slack-retry-num"] = str(attempt)
            request.headers["x-slack-retry-reason"] = reason
        try:
            status, text = await self.post(request)
        except TimeoutError:
            return Ack(failed="http_timeout")
        except aiohttp.ClientError:
            return Ack(failed="connection_failed")
        if status != 200:
            return Ack(failed="http_error")
        return Ack(_answer(text))

    async def post(self, request: Request) -> tuple[int, str]:
        """Send any request as it is; the status and what was said."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.within))
        self.sent.append(request)
        async with self._session.post(
            self.url, data=request.body, headers=request.headers
        ) as answer:
            return answer.status, await answer.text()

    async def close(self) -> None:
        """Send nothing any more."""
        if self._session is not None:
            await self._session.close()


def _answer(text: str) -> Json | None:
    """What was said with the acknowledgement: nothing, JSON, or words."""
    if not text:
        return None
    try:
        answer: Json = json.loads(text)
    except ValueError:
        return {"text": text}
    return answer
