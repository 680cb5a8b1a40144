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
    following,
    spoken,
    spoken_date,
    spoken_day,
    to_utc,
)
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.workshop import Arranged

WEEK: Final = 7
"""Days in which the weekly limit counts."""
BEFORE: Final = 7
"""Days before a workshop on which its questions go out, where no weekly opening takes them."""
WITH_WEEKLY: Final = (9, 3)
"""From and to so many days before a workshop its questions go out with the weekly opening."""
CLOSES_AT: Final = time(18, 0)
"""The evening before, local."""
ASKED_AT: Final = time(15, 30)
"""Where no programme has an hour of its own."""
LEAST_TIME: Final = timedelta(hours=24)
"""For answering; with less left, nothing is asked any more."""
FURTHEST: Final = 366
"""Days from today to a workshop that is planned now."""
_SATURDAY: Final = 5


class CannotBeArranged(ValueError):
    """Why questions cannot be asked; `in_room` is where they are left to talk about on the day.

    Only where no other choice of questions or day would help: offered elsewhere, people would give
    up a workshop that could be asked.
    """

    def __init__(self, message: str, *, in_room: bool = False) -> None:
        super().__init__(message)
        self.in_room = in_room


@dataclass(frozen=True, slots=True)
class Asked:
    """So many questions were asked from this moment on, in UTC."""

    at: datetime
    questions: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A seeding that is planned and not asked yet. Times are in UTC."""

    id: int
    opens_at: datetime
    closes_at: datetime
    questions: int


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
    asked: tuple[Asked, ...] = ()
    """By the rounds of the last seven days."""
    planned: tuple[Planned, ...] = ()
    """Other workshops'."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When a workshop's questions are asked. Times are in UTC."""

    arranged: Arranged
    opens_at: datetime
    closes_at: datetime
    late: bool = False
    """Asked after the day on which it would be by rights."""


def arrange(questions: int, workshop_on: date, situation: Situation, now: datetime) -> Arrangement:
    """When so many questions are asked for a workshop. Raises CannotBeArranged.

    With the weekly opening of nine to three days before, where that is still ahead; else alone,
    seven days before or as soon after that as can be.
    """
    zone = situation.calendar.zone
    _check_day(workshop_on, now.astimezone(zone).date())
    _check_number(questions, situation.limit)
    closes_at = to_utc(workshop_on - timedelta(days=1), CLOSES_AT, zone)
    opening = _weekly_opening(workshop_on, situation, now)
    left = room(situation.limit, situation.asked, opening, zone) if opening else 0
    if opening is not None and questions <= left:
        merged = questions + weekly_questions(situation.programme) <= left
        how = Arranged.MERGED if merged else Arranged.INSTEAD
        found = Arrangement(how, opening, closes_at)
    else:
        found = _alone(questions, workshop_on, closes_at, situation, now)
    _check_others(found, situation)
    return found


def waiting(
    found: Arrangement, questions: int, situation: Situation, now: datetime
) -> tuple[datetime, ...]:
    """The weekly openings whose questions wait for a week, because those of a workshop are out."""
    plan, calendar = situation.programme, situation.calendar
    if plan is None:
        return ()
    its_own = found.arranged is Arranged.MERGED
    this = Planned(0, found.opens_at, found.closes_at, questions)
    beside = replace(situation, planned=(*situation.planned, this))
    openings = []
    opening = following(plan.opens, max(now, found.opens_at - timedelta(days=WEEK)), calendar.zone)
    while opening <= found.closes_at:
        left = weekly_room(beside, following(plan.closes, opening, calendar.zone), opening)
        wait = found.opens_at <= opening or left < weekly_questions(plan)
        if wait and not (its_own and opening == found.opens_at):
            openings.append(opening)
        opening = following(plan.opens, opening, calendar.zone)
    return tuple(one for one in openings if not calendar.is_holiday(_day(one, calendar)))


def _day(moment: datetime, calendar: Calendar) -> date:
    return moment.astimezone(calendar.zone).date()


def room(limit: int, asked: Iterable[Asked], at: datetime, zone: ZoneInfo) -> int:
    """How many questions a member may still be asked on the local day of a moment."""
    day = at.astimezone(zone).date()
    days_ago = (((day - one.at.astimezone(zone).date()).days, one.questions) for one in asked)
    return max(0, limit - sum(questions for days, questions in days_ago if 0 <= days < WEEK))


def weekly_room(situation: Situation, closing: datetime, now: datetime) -> int:
    """How many questions a weekly round may ask now that closes then.

    What is planned for workshops in the next days is kept free for them; where the round would
    still be open when theirs opens, it may ask none.
    """
    zone = situation.calendar.zone
    left = room(situation.limit, situation.asked, now, zone)
    for one in situation.planned:
        days = (one.opens_at.astimezone(zone).date() - now.astimezone(zone).date()).days
        if now <= one.closes_at - LEAST_TIME and days < WEEK:
            left = 0 if closing > one.opens_at else left - one.questions
    return max(0, left)


def weekly_questions(programme: Programme | None) -> int:
    """How many questions a weekly round has at most."""
    return min(programme.items_a_round, len(programme.themes)) if programme else 0


def is_off(day: date, calendar: Calendar) -> bool:
    """Whether a local day is a weekend's or in a holiday."""
    return day.weekday() >= _SATURDAY or calendar.is_holiday(day)


def full(day: date) -> str:
    """A day as it is said back to whoever typed it: "Thursday 12 March 2026"."""
    return f"{spoken_date(day)} {day.year}"


def _check_day(workshop_on: date, today: date) -> None:
    days = (workshop_on - today).days
    if days < 0:
        raise CannotBeArranged(f"{full(workshop_on)} is over. Choose a day that is still to come.")
    if days <= 1:
        when = ("today", "tomorrow")[days]
        raise CannotBeArranged(
            f"{full(workshop_on)} is {when}, and questions close the evening before, so nobody has "
            "time to answer.",
            in_room=True,
        )
    if days > FURTHEST:
        raise CannotBeArranged(
            f"{full(workshop_on)} is more than a year ahead. Choose a day within a year."
        )


def _check_number(questions: int, limit: int) -> None:
    if not questions:
        raise CannotBeArranged("There is no question to ask yet. Choose some, or write your own.")
    if questions > limit:
        raise CannotBeArranged(
            f"These are {questions} questions, and nobody here is asked more than {limit} a week. "
            f"Take out {questions - limit}, or ask a lead to raise the limit in the settings."
        )


def _weekly_opening(workshop_on: date, situation: Situation, now: datetime) -> datetime | None:
    """The weekly opening that takes a workshop's questions; None where none is still ahead."""
    plan, calendar = situation.programme, situation.calendar
    if plan is None:
        return None
    first, last = (workshop_on - timedelta(days=before) for before in WITH_WEEKLY)
    midnight = to_utc(first, time.min, calendar.zone)
    opening = following(plan.opens, midnight - timedelta(microseconds=1), calendar.zone)
    day = opening.astimezone(calendar.zone).date()
    ahead = opening > max(now, situation.since or now)
    free = opening >= _free_from(situation, opening)
    return opening if ahead and free and day <= last and not calendar.is_holiday(day) else None


def _free_from(situation: Situation, before: datetime) -> datetime:
    """When no round is open any more that opens before a moment, but for those of its week."""
    earlier = timedelta(days=WEEK - 1)
    others = [one.closes_at for one in situation.planned if one.opens_at < before - earlier]
    return max([*others, situation.open_until or datetime.min.replace(tzinfo=before.tzinfo)])


def _alone(
    questions: int, workshop_on: date, closes_at: datetime, situation: Situation, now: datetime
) -> Arrangement:
    calendar, plan = situation.calendar, situation.programme
    rightly = _working_day(workshop_on, plan.opens.at if plan else ASKED_AT, calendar)
    start = max(now, _free_from(situation, rightly))
    latest = closes_at - LEAST_TIME
    most = 0
    for moment in _moments(rightly, start, latest, calendar):
        left = room(situation.limit, situation.asked, moment, calendar.zone)
        if questions <= left:
            return Arrangement(Arranged.ALONE, moment, closes_at, late=moment > rightly)
        most = max(most, left)
    if now > latest or start > latest:
        raise CannotBeArranged(_too_late(start, now, calendar.zone), in_room=True)
    first = calendar.first_allowed(max(rightly, start))
    if first > latest:
        raise CannotBeArranged(_too_short(first, calendar.zone), in_room=True)
    raise CannotBeArranged(_too_many(most, situation.limit), in_room=not most)


def _too_late(start: datetime, now: datetime, zone: ZoneInfo) -> str:
    if start == now:
        return "Questions close the evening before, and that leaves less than a day to answer."
    return (
        f"Another round is open until {spoken(start, zone)}, and after that there is less than a "
        "day left to answer. Choose a later day."
    )


def _too_short(first: datetime, zone: ZoneInfo) -> str:
    return (
        f"Nobody is asked before {spoken(first, zone)}, because of a weekend, holidays or the "
        "night. Questions close the evening before the workshop, and that leaves less than a day "
        "to answer. Choose a later day."
    )


def _too_many(most: int, limit: int) -> str:
    asked = (
        f"Nobody here is asked more than {limit} questions in a week, and with what was asked in "
        "the last days"
    )
    if not most:
        return f"{asked} there is no room before that day. Choose a later day."
    fewer = "1 question" if most == 1 else f"{most} questions"
    return f"{asked} there is room for {fewer} before that day. Choose so many, or a later day."


def _working_day(workshop_on: date, at: time, calendar: Calendar) -> datetime:
    """A week before, or on the next day that is no weekend's and in no holiday."""
    days = (workshop_on - timedelta(days=before) for before in range(BEFORE, -1, -1))
    day = next((one for one in days if not is_off(one, calendar)), workshop_on)
    return calendar.first_allowed(to_utc(day, at, calendar.zone))


def _moments(
    rightly: datetime, start: datetime, latest: datetime, calendar: Calendar
) -> Iterator[datetime]:
    """When it can be asked: by rights, then as soon as can be, and on the mornings after that."""
    moment = rightly if rightly >= start else calendar.first_allowed(start)
    while moment <= latest:
        yield moment
        day = moment.astimezone(calendar.zone).date() + timedelta(days=1)
        moment = calendar.first_allowed(to_utc(day, time.min, calendar.zone))


def _check_others(found: Arrangement, situation: Situation) -> None:
    zone = situation.calendar.zone
    day = found.opens_at.astimezone(zone).date()
    for other in situation.planned:
        others = other.opens_at.astimezone(zone).date()
        if abs((others - day).days) < WEEK:
            raise CannotBeArranged(
                f"Another workshop's questions are asked on {spoken_day(other.opens_at, zone)}, in "
                "the same week. Choose a day a week earlier or later, or change that workshop."
            )
