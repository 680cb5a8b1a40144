"""How Slack brings things to an app: what is handed over, acknowledged in time, and repeated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

ACKNOWLEDGE_WITHIN = 3.0
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something to bring: "events_api", "interactive" or "slash_commands"."""

    kind: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Ack:
    """How an envelope was taken: the answer, or why there was none."""

    answer: Json | None = None
    failed: str = ""
    """ "http_timeout", "http_error" or "connection_failed"."""
    seconds: float = 0.0


class Way(Protocol):
    """One of the two ways to an app."""

    within: float
    """Seconds for an acknowledgement."""

    async def bring(self, envelope: Envelope, attempt: int, reason: str) -> Ack:
        """Hand over, and wait for the acknowledgement."""

    async def close(self) -> None:
        """Hand over nothing any more."""


class Postman:
    """Brings envelopes one way, and remembers how they were taken."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.acks: list[Ack] = []
        """Of every attempt, in order."""
        self.late: list[Envelope] = []
        """What was not acknowledged in time, as often as it was not."""
        self.lost: list[Envelope] = []
        """What was given up."""
        self.twice = 0
        """How many of the next events are delivered twice, though they were acknowledged."""
        self.under_way = 0

    async def bring(self, envelope: Envelope, *, again: bool = False) -> Ack:
        """Hand over; an event that is not taken is repeated, a click is not."""
        self.under_way += 1
        try:
            ack = await self._attempt(envelope, 1 if again else 0, "")
            if envelope.kind != "events_api":
                if ack.failed:
                    self.lost.append(envelope)
                return ack
            return await self._repeat(envelope, ack)
        finally:
            self.under_way -= 1

    async def _repeat(self, envelope: Envelope, ack: Ack) -> Ack:
        if self.twice:
            self.twice -= 1
            return await self._attempt(envelope, 1, "http_timeout")
        for attempt in range(1, REPEATS + 1):
            if not ack.failed:
                return ack
            ack = await self._attempt(envelope, attempt, ack.failed)
        if ack.failed:
            self.lost.append(envelope)
        return ack

    async def _attempt(self, envelope: Envelope, attempt: int, reason: str) -> Ack:
        began = time.monotonic()
        taken = await self.way.bring(envelope, attempt, reason)
        ack = Ack(taken.answer, taken.failed, time.monotonic() - began)
        self.acks.append(ack)
        if ack.failed == "http_timeout":
            self.late.append(envelope)
        return ack


async def until(holds: Callable[[], bool], within: float = 60.0) -> bool:
    """Wait for a condition; False where it does not come true in time."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.005)
    return True
