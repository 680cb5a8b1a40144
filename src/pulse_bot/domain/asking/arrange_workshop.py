"""Arranging: when a workshop's questions are asked, and how they go with the weekly pulse.

Asked a week before, closed the evening before, and nobody is ever asked more than the weekly limit
in any seven days. Pure: what is planned and what was asked come in, an arrangement or the reason
why there is none comes out. What is asked for a workshop lives in `seeding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pulse_bot.domain.asking.calendar import (
    Calendar,
    format_date,
    format_local_day,
    format_moment,
    next_occurrence,
    to_utc,
)
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.workshop import ArrangementKind

LIMIT_DAYS: Final = 7
"""Days in which the weekly limit counts."""
DAYS_BEFORE: Final = 7
"""Days before a workshop on which its questions go out, where no weekly opening takes them."""
WEEKLY_WINDOW: Final = (9, 3)
"""From and to so many days before a workshop its questions go out with the weekly opening."""
CLOSING_TIME: Final = time(18, 0)
"""The evening before, local."""
DEFAULT_HOUR: Final = time(15, 30)
"""Where no programme has an hour of its own."""
LEAST_ANSWER_TIME: Final = timedelta(hours=24)
"""For answering; with less left, nothing is asked any more."""
FURTHEST_DAYS: Final = 366
"""Days from today to a workshop that is planned now."""
_SATURDAY: Final = 5


class ArrangementError(ValueError):
    """Why questions cannot be asked; `in_room` is where they are left to talk about on the day.

    Only where no other choice of questions or day would help: offered elsewhere, people would give
    up a workshop that could be asked.
    """

    def __init__(self, message: str, *, in_room: bool = False) -> None:
        super().__init__(message)
        self.in_room = in_room


@dataclass(frozen=True, slots=True)
class AskedBatch:
    """So many questions were asked from this moment on, in UTC."""

    at: datetime
    question_count: int


@dataclass(frozen=True, slots=True)
class PlannedSeeding:
    """A seeding that is planned and not asked yet. Times are in UTC."""

    id: int
    opens_at: datetime
    closes_at: datetime
    question_count: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What a partnership asks already: all that an arrangement depends on, beside the clock."""

    calendar: Calendar
    limit: int
    """Questions that a member is asked in any seven days at most."""
    programme: Programme | None = None
    since: datetime | None = None
    """When the programme was set."""
    open_until: datetime | None = None
    """When the round that is open now closes."""
    asked_before: tuple[AskedBatch, ...] = ()
    """By the rounds of the last seven days."""
    planned: tuple[PlannedSeeding, ...] = ()
    """Other workshops'."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When a workshop's questions are asked. Times are in UTC."""

    kind: ArrangementKind
    opens_at: datetime
    closes_at: datetime
    late: bool = False
    """Asked after the day on which it would be by rights."""


def arrange_seeding(
    questions: int, workshop_on: date, situation: Situation, now: datetime
) -> Arrangement:
    """When so many questions are asked for a workshop. Raises ArrangementError.

    With the weekly opening of nine to three days before, where that is still ahead; else alone,
    seven days before or as soon after that as can be.
    """
    zone = situation.calendar.zone
    _check_day(workshop_on, now.astimezone(zone).date())
    _check_number(questions, situation.limit)
    closes_at = to_utc(workshop_on - timedelta(days=1), CLOSING_TIME, zone)
    opening = _weekly_opening(workshop_on, situation, now)
    left = room_left(situation.limit, situation.asked_before, opening, zone) if opening else 0
    if opening is not None and questions <= left:
        merged = questions + weekly_questions(situation.programme) <= left
        kind = ArrangementKind.MERGED if merged else ArrangementKind.INSTEAD
        arrangement = Arrangement(kind, opening, closes_at)
    else:
        arrangement = _arrange_alone(questions, workshop_on, closes_at, situation, now)
    _check_others(arrangement, situation)
    return arrangement


def waiting_openings(
    arrangement: Arrangement, questions: int, situation: Situation, now: datetime
) -> tuple[datetime, ...]:
    """The weekly openings whose questions wait for a week, because those of a workshop are out."""
    plan, calendar = situation.programme, situation.calendar
    if plan is None:
        return ()
    is_merged = arrangement.kind is ArrangementKind.MERGED
    this = PlannedSeeding(0, arrangement.opens_at, arrangement.closes_at, questions)
    with_this = replace(situation, planned=(*situation.planned, this))
    openings = []
    opening = next_occurrence(
        plan.opens, max(now, arrangement.opens_at - timedelta(days=LIMIT_DAYS)), calendar.zone
    )
    while opening <= arrangement.closes_at:
        left = weekly_room(with_this, next_occurrence(plan.closes, opening, calendar.zone), opening)
        wait = arrangement.opens_at <= opening or left < weekly_questions(plan)
        if wait and not (is_merged and opening == arrangement.opens_at):
            openings.append(opening)
        opening = next_occurrence(plan.opens, opening, calendar.zone)
    return tuple(
        moment for moment in openings if not calendar.is_holiday(_local_day(moment, calendar))
    )


def _local_day(moment: datetime, calendar: Calendar) -> date:
    return moment.astimezone(calendar.zone).date()


def room_left(limit: int, batches: Iterable[AskedBatch], at: datetime, zone: ZoneInfo) -> int:
    """How many questions a member may still be asked on the local day of a moment."""
    day = at.astimezone(zone).date()
    days_ago = (
        ((day - batch.at.astimezone(zone).date()).days, batch.question_count) for batch in batches
    )
    return max(0, limit - sum(questions for days, questions in days_ago if 0 <= days < LIMIT_DAYS))


def weekly_room(situation: Situation, closing: datetime, now: datetime) -> int:
    """How many questions a weekly round may ask now that closes then.

    What is planned for workshops in the next days is kept free for them; where the round would
    still be open when theirs opens, it may ask none.
    """
    zone = situation.calendar.zone
    left = room_left(situation.limit, situation.asked_before, now, zone)
    for seeding in situation.planned:
        days = (seeding.opens_at.astimezone(zone).date() - now.astimezone(zone).date()).days
        if now <= seeding.closes_at - LEAST_ANSWER_TIME and days < LIMIT_DAYS:
            left = 0 if closing > seeding.opens_at else left - seeding.question_count
    return max(0, left)


def weekly_questions(programme: Programme | None) -> int:
    """How many questions a weekly round has at most."""
    return min(programme.items_a_round, len(programme.themes)) if programme else 0


def is_day_off(day: date, calendar: Calendar) -> bool:
    """Whether a local day is a weekend's or in a holiday."""
    return day.weekday() >= _SATURDAY or calendar.is_holiday(day)


def format_full_date(day: date) -> str:
    """A day as it is said back to whoever typed it: "Thursday 12 March 2026"."""
    return f"{format_date(day)} {day.year}"


def _check_day(workshop_on: date, today: date) -> None:
    days = (workshop_on - today).days
    if days < 0:
        raise ArrangementError(
            f"{format_full_date(workshop_on)} is over. Choose a day that is still to come."
        )
    if days <= 1:
        when = ("today", "tomorrow")[days]
        raise ArrangementError(
            f"{format_full_date(workshop_on)} is {when}, and questions close the evening before, "
            "so nobody has time to answer.",
            in_room=True,
        )
    if days > FURTHEST_DAYS:
        raise ArrangementError(
            f"{format_full_date(workshop_on)} is more than a year ahead. Choose a day within a "
            "year."
        )


def _check_number(questions: int, limit: int) -> None:
    if not questions:
        raise ArrangementError("There is no question to ask yet. Choose some, or write your own.")
    if questions > limit:
        raise ArrangementError(
            f"These are {questions} questions, and nobody here is asked more than {limit} a week. "
            f"Take out {questions - limit}, or ask a lead to raise the limit in the settings."
        )


def _weekly_opening(workshop_on: date, situation: Situation, now: datetime) -> datetime | None:
    """The weekly opening that takes a workshop's questions; None where none is still ahead."""
    plan, calendar = situation.programme, situation.calendar
    if plan is None:
        return None
    first, last = (workshop_on - timedelta(days=before) for before in WEEKLY_WINDOW)
    midnight = to_utc(first, time.min, calendar.zone)
    opening = next_occurrence(plan.opens, midnight - timedelta(microseconds=1), calendar.zone)
    day = opening.astimezone(calendar.zone).date()
    ahead = opening > max(now, situation.since or now)
    free = opening >= _free_from(situation, opening)
    return opening if ahead and free and day <= last and not calendar.is_holiday(day) else None


def _free_from(situation: Situation, before: datetime) -> datetime:
    """When no round is open any more that opens before a moment, but for those of its week."""
    earlier = timedelta(days=LIMIT_DAYS - 1)
    others = [
        seeding.closes_at for seeding in situation.planned if seeding.opens_at < before - earlier
    ]
    return max([*others, situation.open_until or datetime.min.replace(tzinfo=before.tzinfo)])


def _arrange_alone(
    questions: int, workshop_on: date, closes_at: datetime, situation: Situation, now: datetime
) -> Arrangement:
    calendar, plan = situation.calendar, situation.programme
    rightly = _working_day(workshop_on, plan.opens.at if plan else DEFAULT_HOUR, calendar)
    start = max(now, _free_from(situation, rightly))
    latest = closes_at - LEAST_ANSWER_TIME
    most = 0
    for moment in _possible_moments(rightly, start, latest, calendar):
        left = room_left(situation.limit, situation.asked_before, moment, calendar.zone)
        if questions <= left:
            return Arrangement(ArrangementKind.ALONE, moment, closes_at, late=moment > rightly)
        most = max(most, left)
    if now > latest or start > latest:
        raise ArrangementError(_too_late(start, now, calendar.zone), in_room=True)
    first = calendar.first_allowed(max(rightly, start))
    if first > latest:
        raise ArrangementError(_too_short(first, calendar.zone), in_room=True)
    raise ArrangementError(_too_many(most, situation.limit), in_room=not most)


def _too_late(start: datetime, now: datetime, zone: ZoneInfo) -> str:
    if start == now:
        return "Questions close the evening before, and that leaves less than a day to answer."
    return (
        f"Another round is open until {format_moment(start, zone)}, and after that there is less "
        "than a day left to answer. Choose a later day."
    )


def _too_short(first: datetime, zone: ZoneInfo) -> str:
    return (
        f"Nobody is asked before {format_moment(first, zone)}, because of a weekend, holidays or "
        "the "
        "night. Questions close the evening before the workshop, and that leaves less than a day "
        "to answer. Choose a later day."
    )


def _too_many(most: int, limit: int) -> str:
    reason = (
        f"Nobody here is asked more than {limit} questions in a week, and with what was asked in "
        "the last days"
    )
    if not most:
        return f"{reason} there is no room before that day. Choose a later day."
    fewer = "1 question" if most == 1 else f"{most} questions"
    return f"{reason} there is room for {fewer} before that day. Choose so many, or a later day."


def _working_day(workshop_on: date, at: time, calendar: Calendar) -> datetime:
    """A week before, or on the next day that is no weekend's and in no holiday."""
    days = (workshop_on - timedelta(days=before) for before in range(DAYS_BEFORE, -1, -1))
    day = next(
        (candidate for candidate in days if not is_day_off(candidate, calendar)), workshop_on
    )
    return calendar.first_allowed(to_utc(day, at, calendar.zone))


def _possible_moments(
    rightly: datetime, start: datetime, latest: datetime, calendar: Calendar
) -> Iterator[datetime]:
    """When it can be asked: by rights, then as soon as can be, and on the mornings after that."""
    moment = rightly if rightly >= start else calendar.first_allowed(start)
    while moment <= latest:
        yield moment
        day = moment.astimezone(calendar.zone).date() + timedelta(days=1)
        moment = calendar.first_allowed(to_utc(day, time.min, calendar.zone))


def _check_others(arrangement: Arrangement, situation: Situation) -> None:
    zone = situation.calendar.zone
    day = arrangement.opens_at.astimezone(zone).date()
    for other in situation.planned:
        other_day = other.opens_at.astimezone(zone).date()
        if abs((other_day - day).days) < LIMIT_DAYS:
            raise ArrangementError(
                "Another workshop's questions are asked on "
                f"{format_local_day(other.opens_at, zone)}, in "
                "the same week. Choose a day a week earlier or later, or change that workshop."
            )
