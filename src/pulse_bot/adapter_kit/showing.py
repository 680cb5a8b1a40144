"""What is shown to people who wait, and given up when pulse-bot stops.

What they did is handed to the core all the same, behind whatever hung: that was acknowledged, and
the platform does not hand it over again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


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
