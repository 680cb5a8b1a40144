"""What goes wrong on purpose: answers that say no, come late, or never come; and the rates."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one call."""

    status: int = 200
    error: str = ""
    retry_after: int = 0
    seconds: float = 0.0
    """Waited before the answer."""
    dropped: bool = False
    """The connection ends instead of an answer."""
    happens: bool = False
    """Whether the call has its effect all the same."""
    garbled: bool = False
    """The answer is 200, and no JSON."""


def too_fast(seconds: int = 1) -> Fault:
    """Refused with 429."""
    return Fault(429, "ratelimited", retry_after=seconds)


def broken(status: int = 503) -> Fault:
    """Slack's own mishap: a page that is no JSON."""
    return Fault(status)


def says(error: str) -> Fault:
    """Refused with an error of Slack's."""
    return Fault(error=error)


def slow(seconds: float) -> Fault:
    """Done, but late."""
    return Fault(seconds=seconds, happens=True)


DROPPED = Fault(dropped=True)
"""The connection ends before anything was done."""
ANSWER_LOST = Fault(dropped=True, happens=True)
"""Done; and then the connection ends without an answer."""


GARBLED = Fault(garbled=True)
"""Nothing was done, and a page comes that nobody can read."""
ANSWER_GARBLED = Fault(garbled=True, happens=True)
"""Done; and then such a page."""
UPLOAD = "upload"
"""Stands for the address that takes a file's bytes, which is no method."""


class Trouble:
    """The faults that wait for calls, and whether there is a Slack at all."""

    def __init__(self) -> None:
        self.down = False
        self.turned_away = 0
        """Calls that came while there was no Slack."""
        self._waiting: dict[str, list[Fault]] = defaultdict(list)

    def on(self, method: str, *faults: Fault, times: int = 1) -> None:
        """Let the next calls of a method meet these faults, one each, that many times over."""
        self._waiting[method] += faults * times

    def take(self, method: str) -> Fault | None:
        """The fault of this call, if any."""
        waiting = self._waiting[method]
        return waiting.pop(0) if waiting else None

    def left(self, method: str) -> int:
        """How many faults nobody has met yet."""
        return len(self._waiting[method])

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._waiting.clear()
        self.down = False


@dataclass(frozen=True, slots=True)
class Post:
    """One message that was posted: where and when, on the monotonic clock."""

    team: str
    channel: str
    at: float


@dataclass(slots=True)
class Rates:
    """How many posts are let through: in one second of a channel, in one minute of a workspace."""

    channel_burst: int = 3
    team_a_minute: int = 600

    def wait(self, posts: list[Post], team: str, channel: str) -> int:
        """Seconds until one more may come; nought for now."""
        now = time.monotonic()
        here = [one.at for one in posts if one.channel == channel and one.at > now - 1]
        everywhere = [one.at for one in posts if one.team == team and one.at > now - 60]
        if len(here) >= self.channel_burst:
            return 1
        if len(everywhere) >= self.team_a_minute:
            return math.ceil(everywhere[0] + 60 - now) or 1
        return 0


def most_in_a_second(posts: list[Post], channel: str = "") -> int:
    """The most posts that any one second held, in one channel or altogether."""
    times = sorted(one.at for one in posts if channel in ("", one.channel))
    most, first = 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
