"""`list_due_openings(state, now)`: which round opens now, for one partnership.

Pure. Asking twice is harmless: every opening is carried out by a compare-and-set. What is due by a
moment of its own, a closing, a reminder, a message, is found by the database instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pulse_bot.domain.asking.arrange_workshop import (
    LEAST_ANSWER_TIME,
    AskedBatch,
    PlannedSeeding,
    Situation,
    room_left,
    weekly_questions,
    weekly_room,
)
from pulse_bot.domain.asking.calendar import Calendar, to_utc
from pulse_bot.domain.asking.programme import (
    WEEKLY_LIMIT,
    Programme,
    last_window,
    next_opening,
)
from pulse_bot.domain.asking.rounds import RoundStatus

DAY: Final = timedelta(days=1)
LONGEST_LOOK: Final = timedelta(hours=1)
"""However far the next opening is, plans are looked at again after so long."""
_SOON: Final = timedelta(minutes=1)
_ON_TIME_LIMIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RoundSnapshot:
    """What the schedule needs to know of a partnership's latest round."""

    id: int
    state: RoundStatus
    slot: datetime
    opens_at: datetime
    closes_at: datetime
    again: bool = False
    """It stands in for a lost one already."""
    seeding: int = 0
    """The seeding whose questions it asks; 0 for the weekly pulse alone."""


@dataclass(frozen=True, slots=True)
class PartnershipSnapshot:
    """What the schedule needs to know of a partnership."""

    id: int
    calendar: Calendar
    programme: Programme | None
    since: datetime | None
    """When the programme was set; openings before it are not made up for."""
    latest: RoundSnapshot | None = None
    limit: int = WEEKLY_LIMIT
    """Questions that a member is asked in any seven days at most."""
    asked_before: tuple[AskedBatch, ...] = ()
    """By the rounds of the last seven days, those that were lost not counted: what stands in for
    one of them asks the same questions again."""
    seedings: tuple[PlannedSeeding, ...] = ()
    """Planned and not asked yet."""


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Open a round for a weekly slot, or for a seeding. `again` where it stands in for a lost one.

    `seeding` is 0 for the weekly pulse alone.
    """

    partnership: int
    slot: datetime
    closes_at: datetime
    again: bool = False
    seeding: int = 0


def find_due_opening(state: PartnershipSnapshot, now: datetime) -> OpenRound | None:
    """The round that is to open now; None where there is none, or one is not over yet."""
    latest = state.latest
    if latest is not None and latest.state in (RoundStatus.OPEN, RoundStatus.CLOSING):
        return None
    return _find_replacement(state, now) or _open_next(state, now)


def find_next_look(state: PartnershipSnapshot, now: datetime) -> datetime:
    """Until when nothing opens, as long as no plan is changed: an hour at most.

    Something may wait for room in the week, or for the morning: then it is looked at every minute.
    """
    if state.latest is not None and state.latest.state in (RoundStatus.OPEN, RoundStatus.CLOSING):
        # Its closing has the next look taken at once.
        return max(now, state.latest.closes_at) + LONGEST_LOOK
    if _may_open_late(state, now):
        return now + _SOON
    openings = [seeding.opens_at for seeding in state.seedings]
    if state.programme is not None:
        openings += filter(None, [next_opening(state.programme, state.calendar, now)])
    return min([at for at in openings if at > now] + [now + LONGEST_LOOK])


def _may_open_late(state: PartnershipSnapshot, now: datetime) -> bool:
    """Whether an opening lies behind that can still be made up for."""
    if any(
        seeding.opens_at <= now <= seeding.closes_at - LEAST_ANSWER_TIME
        for seeding in state.seedings
    ):
        return True
    if _find_replacement(state, now) is not None:
        return True
    if state.programme is None or state.since is None:
        return False
    opening, closing = last_window(state.programme, state.calendar, now)
    taken = state.latest is not None and opening <= _taken_until(state.latest)
    return not taken and opening >= state.since and _worth_opening(opening, closing, now)


def workshop_end(workshop_on: date, calendar: Calendar) -> datetime:
    """When a workshop's day is over, and the quiet hours after it: a held digest is opened then."""
    return to_utc(workshop_on + DAY, calendar.quiet_until, calendar.zone)


def _open_next(state: PartnershipSnapshot, now: datetime) -> OpenRound | None:
    # One at a time, and a workshop first: it has a date, and the weekly questions come next week.
    return next(_open_seedings(state, now), None) or next(_open_weekly(state, now), None)


def _open_seedings(state: PartnershipSnapshot, now: datetime) -> Iterator[OpenRound]:
    for seeding in sorted(state.seedings, key=lambda planned: planned.opens_at):
        if not seeding.opens_at <= now <= seeding.closes_at - LEAST_ANSWER_TIME:
            continue
        fits = seeding.question_count <= room_left(
            state.limit, state.asked_before, now, state.calendar.zone
        )
        if fits and not _is_disturbing(seeding, state.calendar, now):
            first = max(seeding.opens_at, _first_free_slot(state.latest))
            yield OpenRound(state.id, first, seeding.closes_at, seeding=seeding.id)


def _is_disturbing(planned: PlannedSeeding, calendar: Calendar, now: datetime) -> bool:
    # By the programme's word a weekly opening may be in quiet hours; what is late waits.
    if now >= planned.opens_at + _ON_TIME_LIMIT:
        return calendar.is_quiet(now)
    return calendar.is_holiday(now.astimezone(calendar.zone).date())


def _first_free_slot(latest: RoundSnapshot | None) -> datetime:
    """The first slot that can be taken after a round's."""
    return latest.slot + timedelta(seconds=1) if latest else datetime.min.replace(tzinfo=UTC)


def _open_weekly(state: PartnershipSnapshot, now: datetime) -> Iterator[OpenRound]:
    if state.programme is None or state.since is None:
        return
    opening, closing = last_window(state.programme, state.calendar, now)
    taken = state.latest is not None and opening <= _taken_until(state.latest)
    holiday = state.calendar.is_holiday(opening.astimezone(state.calendar.zone).date())
    if taken or holiday or opening < state.since or not _worth_opening(opening, closing, now):
        return
    situation = Situation(
        state.calendar, state.limit, asked_before=state.asked_before, planned=state.seedings
    )
    if weekly_room(situation, closing, now) >= weekly_questions(state.programme):
        yield OpenRound(state.id, opening, closing)


def _taken_until(latest: RoundSnapshot) -> datetime:
    """The last moment whose weekly opening a round took: a workshop's, those while it was open.

    Or a new card would come in the hour of the pack.
    """
    return latest.closes_at if latest.seeding else latest.slot


def _find_replacement(state: PartnershipSnapshot, now: datetime) -> OpenRound | None:
    """The round that stands in for one that was lost."""
    lost = state.latest
    # Once: where keys vanish again and again, members would be asked every minute.
    if lost is None or lost.state is not RoundStatus.LOST or lost.again:
        return None
    if not _worth_opening(lost.opens_at, lost.closes_at, now):
        return None
    later = max(now, lost.slot + timedelta(seconds=1))
    return OpenRound(state.id, later, lost.closes_at, again=True, seeding=lost.seeding)


def _worth_opening(opening: datetime, closing: datetime, now: datetime) -> bool:
    """After an outage a round opens late only while half of its time is left."""
    return now <= opening + (closing - opening) / 2


def reminder_times(
    plan: Programme | None, opens_at: datetime, closes_at: datetime, *, is_workshop: bool
) -> tuple[datetime, ...]:
    """When who has not answered is reminded: for a workshop after a day, and a day before."""
    if not is_workshop:
        return tuple(opens_at + after for after in plan.reminders) if plan else ()
    first, last = opens_at + DAY, closes_at - DAY
    return (first, last) if last - first >= DAY / 2 else (first,)
