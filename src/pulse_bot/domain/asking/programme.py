"""A programme: the recurring plan of what is asked when, and the rotation of its items.

The core of a theme is asked in fixed order, round and round again, so that every block of six
rounds holds the same six questions and blocks compare as they are (release policy, A block). Items
without such an order are asked least recently asked first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from pulse_bot.domain.asking.calendar import Calendar, WeekTime, last_occurrence, next_occurrence
from pulse_bot.domain.asking.items import Item

ROUNDS_BETWEEN: Final = 4
"""How often the same question comes at most (release policy, The same question again)."""
DAYS_BETWEEN: Final = timedelta(days=27)
"""And how many days lie between, whatever is opened by hand. A day less than four weeks, which an
hour of summer time may take from."""

MOST_ITEMS: Final = 3
WEEKLY_LIMIT: Final = 6
"""Questions that a member is asked in any seven days, where a partnership set no limit itself."""
MOST_REMINDERS: Final = 2
SOONEST_REMINDER: Final = timedelta(minutes=1)
LATEST_REMINDER: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Programme:
    """What a partnership is asked, when, and how it is reminded."""

    themes: tuple[str, ...]
    opens: WeekTime
    closes: WeekTime
    items_a_round: int = MOST_ITEMS
    reminders: tuple[timedelta, ...] = (timedelta(hours=24),)
    """How long after the opening each reminder goes out."""

    def __post_init__(self) -> None:
        """Raise ValueError, with a message for people, for a plan that cannot be."""
        if not self.themes:
            raise ValueError("A programme needs at least one theme, such as trust.")
        if len(set(self.themes)) < len(self.themes):
            raise ValueError("A theme is named twice. Name each theme once.")
        if not 1 <= self.items_a_round <= MOST_ITEMS:
            raise ValueError(f"A round asks one to {MOST_ITEMS} questions.")
        if len(self.reminders) > MOST_REMINDERS:
            raise ValueError(f"A member is reminded at most {MOST_REMINDERS} times.")
        if not all(SOONEST_REMINDER <= after <= LATEST_REMINDER for after in self.reminders):
            raise ValueError("A reminder comes a minute to a week after the opening.")
        if self.opens == self.closes:
            raise ValueError("A round must close at another time than it opens.")

    @classmethod
    def as_stored(
        cls,
        themes: tuple[str, ...],
        opens: WeekTime,
        closes: WeekTime,
        items_a_round: int,
        reminders: tuple[timedelta, ...],
    ) -> Programme:
        """A plan that was accepted once: it is carried out, whatever is refused today."""
        plan = object.__new__(cls)
        values = (themes, opens, closes, items_a_round, reminders)
        for field, value in zip(fields(cls), values, strict=True):
            object.__setattr__(plan, field.name, value)
        return plan

    @property
    def reminder_minutes(self) -> tuple[int, ...]:
        """The same in whole minutes."""
        return tuple(int(after.total_seconds() // 60) for after in self.reminders)


def last_window(plan: Programme, calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    """The last opening at or before `now` by the plan, and the closing that belongs to it."""
    opening = last_occurrence(plan.opens, now, calendar.zone)
    return opening, next_occurrence(plan.closes, opening, calendar.zone)


def next_opening(plan: Programme, calendar: Calendar, after: datetime) -> datetime | None:
    """The first opening after a moment, holidays left out; None where a year has none."""
    for _ in range(53):
        after = next_occurrence(plan.opens, after, calendar.zone)
        if not calendar.is_holiday(after.astimezone(calendar.zone).date()):
            return after
    return None


def next_window(
    plan: Programme, calendar: Calendar, after: datetime
) -> tuple[datetime, datetime] | None:
    """The first opening after a moment with the closing that belongs to it; None as above."""
    opening = next_opening(plan, calendar, after)
    return (opening, next_occurrence(plan.closes, opening, calendar.zone)) if opening else None


def list_next_windows(
    plan: Programme, calendar: Calendar, after: datetime, most: int
) -> tuple[tuple[datetime, datetime], ...]:
    """The openings after a moment with their closings, at most so many; fewer where a year ends."""
    windows: list[tuple[datetime, datetime]] = []
    while len(windows) < most and (window := next_window(plan, calendar, after)):
        windows.append(window)
        after = window[0]
    return tuple(windows)


def choose_items(
    plan: Programme, pool: Mapping[str, Sequence[Item]], past_rounds: Sequence[Sequence[str]]
) -> tuple[Item, ...]:
    """The items of the next round.

    `pool` has the items of each theme in their bank's order; `asked` the item ids of every round so
    far that was not lost, oldest first. Themes take turns, the least recently asked first; one
    whose bank was taken away since is left out.
    """
    last = {item: number for number, items in enumerate(past_rounds) for item in items}
    available = [theme for theme in plan.themes if theme in pool]
    themes = sorted(available, key=lambda theme: _rounds_asking(pool[theme], past_rounds))
    picked = (_next_item(pool[theme], last, len(past_rounds)) for theme in themes)
    return tuple(item for item in picked if item is not None)[: plan.items_a_round]


def count_resting(recent_rounds: Sequence[Sequence[str]]) -> dict[str, int]:
    """Questions that may not be asked yet, and how many rounds must come at least before each may.

    `recent_rounds` has the marks of what the rounds asked that a question rests for, oldest first.
    """
    # The later of two rounds that asked it decides.
    return {
        mark: max(1, ROUNDS_BETWEEN - len(recent_rounds) + number)
        for number, marks in enumerate(recent_rounds)
        for mark in marks
    }


def _rounds_asking(items: Sequence[Item], past_rounds: Sequence[Sequence[str]]) -> list[int]:
    """The rounds that asked a theme, newest first: of two in one round, the earlier turn decides.

    By the newest round alone, one of three themes would be in every round of two questions.
    """
    item_ids = {item.id for item in items}
    return [number for number, ids in enumerate(past_rounds) if not item_ids.isdisjoint(ids)][::-1]


def _next_item(items: Sequence[Item], last: Mapping[str, int], rounds: int) -> Item | None:
    core = [item for item in items if item.core]
    ready = [
        item
        for item in core or items
        if item.id not in last or rounds - last[item.id] >= ROUNDS_BETWEEN
    ]
    # In a core the least recently asked item is the next in its fixed order.
    return min(ready, key=lambda item: last.get(item.id, -1), default=None)
