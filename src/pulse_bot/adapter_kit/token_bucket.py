"""A token bucket: how many of something any second may hold, whoever waits for it.

Who waits in which order, and for how long at most, is its user's.
"""

from __future__ import annotations

import asyncio
from typing import Final

_SLOWER: Final = 0.9
_SLOWEST: Final = 0.25
_WON_BACK: Final = 0.003
"""A second, with each token: half a minute wins back what one refusal cost, at any rate."""


class TokenBucket:
    """Tokens that drip in at a rate a second, up to a capacity; or nothing, during a pause.

    It lives on one event loop, and tells the time by that loop's clock when it is asked.
    """

    def __init__(self, rate: float, capacity: int) -> None:
        """Full at first. With a capacity of nought it still holds one, or nothing could pass."""
        self._full_rate = self._rate = rate
        self._capacity = float(max(1, capacity))
        self._tokens = self._capacity
        self._filled_at = 0.0
        self._paused_until = 0.0

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long; a longer pause is not shortened."""
        self._paused_until = max(self._paused_until, _now() + seconds)

    def paused_for(self) -> float:
        """The seconds left of a pause."""
        return max(0.0, self._paused_until - _now())

    def slow_down(self) -> None:
        """Drip more slowly, and by and by at the full rate again: others use the same pace.

        As congestion is avoided on a line: a part of the rate is given up at once, and won back
        bit by bit, so that whoever shares it finds room, and little of it is left empty.
        """
        self._rate = max(_SLOWEST * self._full_rate, _SLOWER * self._rate)

    def wait(self) -> float:
        """Seconds until there may be a token; nought when there is one.

        To be asked again after each sleep: times given out in advance would all come due together
        after the loop was held up, and the platform would see one burst.
        """
        now = _now()
        dripped = max(0.0, now - self._filled_at) * self._rate
        self._tokens = min(self._capacity, self._tokens + dripped)
        self._filled_at = now
        missing = 1.0 - self._tokens
        # A sleep that ends a rounding error early is long enough.
        dripping = missing / self._rate if missing > 1e-9 else 0.0
        return max(dripping, self.paused_for())

    def take(self) -> None:
        """Take the token that `wait` found."""
        self._tokens -= 1.0
        self._rate = min(self._full_rate, self._rate + _WON_BACK)

    @property
    def is_full(self) -> bool:
        """Whether it remembers nothing that a new one would not."""
        return self.wait() <= 0 and self._tokens >= self._capacity


def _now() -> float:
    return asyncio.get_running_loop().time()
