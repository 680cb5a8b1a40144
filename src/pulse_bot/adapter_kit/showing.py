"""What is shown to people who wait, and given up when pulse-bot stops.

What they did is handed to the core all the same, behind whatever hung: that was acknowledged, and
the platform does not hand it over again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from pulse_bot.errors import AdapterError

T = TypeVar("T")

REPLY_PAUSES: Final = (1.0, 5.0, 20.0, 60.0)
"""Seconds before what somebody waits for is shown again. A reply that comes twice does no harm."""


async def show_until_arrived(call: Callable[[], Awaitable[T]]) -> T:
    """Show what somebody waits for, again after each pause, or after the platform's own.

    Raises AdapterError where it never will be taken, or was not by then.
    """
    for pause in REPLY_PAUSES:
        try:
            return await call()
        except AdapterError as error:
            if error.permanent:
                raise
            wait = max(pause, min(error.retry_after, REPLY_PAUSES[-1]))
        await asyncio.sleep(wait)
    return await call()


class Showing:
    """Calls to a platform on which nothing depends but what somebody sees."""

    def __init__(self) -> None:
        """It goes on until `end`."""
        self._under_way: set[asyncio.Timeout] = set()
        self._ended = False

    def begin(self) -> None:
        """Show things from now on, where it was ended before."""
        self._ended = False

    def end(self) -> None:
        """Give up what is being shown, and what would be shown later."""
        self._ended = True
        now = asyncio.get_running_loop().time()
        for call in self._under_way:
            call.reschedule(now)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """What is awaited inside is given up in silence at the end."""
        limit = asyncio.timeout(0 if self._ended else None)
        try:
            async with limit:
                self._under_way.add(limit)
                try:
                    yield
                finally:
                    self._under_way.discard(limit)
        except TimeoutError:
            if not limit.expired():
                raise
