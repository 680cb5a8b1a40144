"""When messages were sent, and Telegram's limits on it: reported, or enforced if asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from tests.platforms.telegram.refusals import too_many

A_SECOND = 30
BURST = 2
CHAT_BURST = 3
GROUP_A_MINUTE = 20
TOLERANCE = 0.1
"""Of a message in a chat: how unpunctual the way to Telegram may be."""


@dataclass(frozen=True, slots=True)
class Send:
    """One message that the bot sent."""

    chat: int
    at: float
    """In seconds of the monotonic clock."""


class Rates:
    """Every send, in order."""

    def __init__(self) -> None:
        self.sends: list[Send] = []
        self.enforced = False
        self.now: Callable[[], float] = time.monotonic
        self.refused = 0
        """How often limits were enforced."""

    def check(self, chat: int) -> None:
        """Raises ApiError where limits are enforced and one more is over them."""
        if self.enforced and (wait := self._wait(chat, self.now())):
            self.refused += 1
            raise too_many(wait)

    def record(self, chat: int) -> None:
        """Take down that a message was sent."""
        self.sends.append(Send(chat, self.now()))

    def busiest_second(self) -> int:
        """The most that were sent within any second."""
        return busiest(self.sends, 1.0)

    def _wait(self, chat: int, now: float) -> int:
        if len(_since(self.sends, now - 1.0)) >= A_SECOND + BURST:
            return 1
        own = [one for one in self.sends if one.chat == chat]
        if chat < 0:
            recent = _since(own, now - 60.0)
            full = len(recent) >= GROUP_A_MINUTE
            return ceil(recent[-GROUP_A_MINUTE].at + 60.0 - now) if full else 0
        return 1 if _level(own, now) > CHAT_BURST - 1 + TOLERANCE else 0


def busiest(sends: list[Send], seconds: float) -> int:
    """The most sends that any window of this length holds."""
    most, first = 0, 0
    for last, one in enumerate(sends):
        while one.at - sends[first].at >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def _since(sends: list[Send], moment: float) -> list[Send]:
    return [one for one in sends if one.at > moment]


def _level(sends: list[Send], now: float) -> float:
    """How full a chat's bucket is, which a second empties by one."""
    level, before = 0.0, sends[0].at if sends else now
    for one in sends:
        level = max(0.0, level - (one.at - before)) + 1.0
        before = one.at
    return max(0.0, level - (now - before))
