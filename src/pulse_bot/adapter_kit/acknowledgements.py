"""Acknowledgements: a platform is told that it need not come again once what it brought is on disk.

Whoever answers an event settles it; whoever tells the platform waits there, and not for ever.
"""

from __future__ import annotations

import asyncio
from typing import Final

SECONDS_TO_RECORD: Final = 2.0
"""After that it is acknowledged all the same where the platform waits no longer, and the person is
told that it is not recorded yet. Recording takes milliseconds."""

NOT_YET: Final = (
    "That takes longer than usual, and is not recorded yet. What comes of it is said here."
)


class Acknowledgement:
    """What became of one event."""

    def __init__(self) -> None:
        """Nobody knows yet. Belongs to the running loop."""
        self._settled: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def record(self) -> None:
        """It is on disk; or whoever did it is told that nothing came of it. Harmless again."""
        if not self._settled.done():
            self._settled.set_result(True)

    def give_up(self) -> None:
        """It is not on disk, and nobody is told: the platform had better bring it again."""
        if not self._settled.done():
            self._settled.set_result(False)

    @property
    def is_recorded(self) -> bool:
        """Whether it is on disk, or told."""
        return self._settled.done() and self._settled.result()

    @property
    def is_settled(self) -> bool:
        """Whether anybody knows."""
        return self._settled.done()

    async def wait(self, seconds: float) -> bool | None:
        """Whether it was recorded; None where that is not known in time."""
        await asyncio.wait([self._settled], timeout=seconds)
        return self._settled.result() if self._settled.done() else None
