"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """A `Clock` whose time is set by the test. Always aware, always in UTC."""

    def __init__(self, now: datetime) -> None:
        self._now = _in_utc(now)

    def now(self) -> datetime:
        """The time last set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to a time, forwards or backwards."""
        self._now = _in_utc(now)

    def advance(self, step: timedelta) -> None:
        """Move on by a step."""
        self._now += step


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A clock needs an aware time. Pass datetime(..., tzinfo=UTC).")
    return moment.astimezone(UTC)
