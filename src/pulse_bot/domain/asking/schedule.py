"""`due(state, now)`: which rounds open, who is reminded, what closes, what is posted.

Pure, and asked once a minute in the whole cluster. Asking twice is harmless: every action is
carried out by a compare-and-set, and its job has a key that a second worker cannot take again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from pulse_bot.domain.asking.programme import WEEKLY_LIMIT, Programme, last_window
from pulse_bot.domain.asking.rounds import RoundStatus

DAY: Final = timedelta(days=1)
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
    reminders_done: int = 0
    unsent: frozenset[tuple[str, str]] = frozenset()
    """(adapter, workspace) of invitations whose time has come and that are not sent."""
    uncounted: tuple[int, ...] = ()
    """Where the round begins a block: group chats not told yet how many have not joined."""
    seeding: int = 0
    """The seeding whose questions it asks; 0 for the weekly pulse alone."""


@dataclass(frozen=True, slots=True)
class HeldRound:
    """A closed round whose digest waits to be opened together in the room."""

    round: int
    workshop_on: date


@dataclass(frozen=True, slots=True)
class PartnershipSnapshot:
    """What the schedule needs to know of a partnership."""

    id: int
    calendar: Calendar
    programme: Programme | None
    since: datetime | None
    """When the programme was set; openings before it are not made up for."""
    latest: RoundSnapshot | None = None
    unposted: tuple[int, ...] = ()
    """Closed rounds whose digest is not in every group's chat yet."""
    lost_groups: tuple[int, ...] = ()
    """Group chats that pulse-bot was removed from, of which the leads do not know yet."""
    unshown: tuple[int, ...] = ()
    """Group chats in which the card that invites everybody has yet to be shown."""
    unwelcomed: tuple[int, ...] = ()
    """Group chats whose people have yet to get cards of their own."""
    limit: int = WEEKLY_LIMIT
    """Questions that a member is asked in any seven days at most."""
    asked_before: tuple[AskedBatch, ...] = ()
    """By the rounds of the last seven days, those that were lost not counted: what stands in for
    one of them asks the same questions again."""
    seedings: tuple[PlannedSeeding, ...] = ()
    """Planned and not asked yet."""
    held: tuple[HeldRound, ...] = ()
    unhanded: tuple[int, ...] = ()
    """Seedings whose pack is on no way yet to whoever seeded them."""
    unannounced: tuple[int, ...] = ()
    """Group chats that have yet to read what was changed."""


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


@dataclass(frozen=True, slots=True)
class DeliverInvitations:
    """Send the waiting invitations of a round in one workspace."""

    round: int
    adapter: str
    workspace: str


@dataclass(frozen=True, slots=True)
class SendReminders:
    """Remind those who have not answered, for the `which`-th time."""

    round: int
    which: int


@dataclass(frozen=True, slots=True)
class CloseRound:
    """Close a round whose time is over, or whose closing was interrupted."""

    round: int


@dataclass(frozen=True, slots=True)
class PostDigest:
    """Post the digest of a closed round to the group's chats."""

    round: int


@dataclass(frozen=True, slots=True)
class TellLeads:
    """Tell the leads that pulse-bot was removed from a group's chat."""

    group: int


@dataclass(frozen=True, slots=True)
class CountMissing:
    """Tell a group's chat how many in it have not joined, and never who."""

    round: int
    group: int


@dataclass(frozen=True, slots=True)
class ShowWelcome:
    """Show a group's chat the card that invites everybody there."""

    group: int


@dataclass(frozen=True, slots=True)
class SendWelcomes:
    """Send everybody in a group's chat who is no member a card of their own."""

    group: int


@dataclass(frozen=True, slots=True)
class DeliverPack:
    """Hand a workshop's pack to whoever seeded it."""

    seeding: int


@dataclass(frozen=True, slots=True)
class RevealDigest:
    """Open a held digest to everybody: the workshop's day is over."""

    round: int


@dataclass(frozen=True, slots=True)
class AnnounceChanges:
    """Tell a group's chat what was changed."""

    group: int


DueAction = (
    OpenRound
    | DeliverInvitations
    | SendReminders
    | CloseRound
    | PostDigest
    | TellLeads
    | CountMissing
    | ShowWelcome
    | SendWelcomes
    | DeliverPack
    | RevealDigest
    | AnnounceChanges
)


def list_due_actions(state: PartnershipSnapshot, now: datetime) -> tuple[DueAction, ...]:
    """What has to happen now for one partnership, in this order."""
    # What can wait comes last.
    announcements = (AnnounceChanges(group) for group in state.unannounced)
    return (
        *_news_actions(state, now),
        *_welcome_actions(state, now),
        *_next_move(state, now),
        *announcements,
    )


def _news_actions(state: PartnershipSnapshot, now: datetime) -> Iterator[DueAction]:
    yield from (
        RevealDigest(held.round)
        for held in state.held
        if now >= _workshop_end(held, state.calendar)
    )
    yield from (PostDigest(round_id) for round_id in state.unposted)
    yield from (DeliverPack(seeding) for seeding in state.unhanded)
    # At any hour: somebody did it a moment ago, and it can be undone while they are there.
    yield from (TellLeads(group) for group in state.lost_groups)


def _workshop_end(held: HeldRound, calendar: Calendar) -> datetime:
    """When a workshop's day is over, and the quiet hours after it: the digest is posted then."""
    return to_utc(held.workshop_on + DAY, calendar.quiet_until, calendar.zone)


def _welcome_actions(state: PartnershipSnapshot, now: datetime) -> Iterator[DueAction]:
    # At any hour, too: whoever set up the chat waits for it. Its people do not.
    yield from (ShowWelcome(group) for group in state.unshown)
    if not state.calendar.is_quiet(now):
        yield from (SendWelcomes(group) for group in state.unwelcomed)


def _next_move(state: PartnershipSnapshot, now: datetime) -> Iterable[DueAction]:
    latest = state.latest
    if latest is None or latest.state is RoundStatus.CLOSED:
        return _open_next(state, now)
    if latest.state is RoundStatus.LOST:
        return tuple(_replace_lost(state.id, latest, now)) or _open_next(state, now)
    if latest.state is RoundStatus.CLOSING or now >= latest.closes_at:
        return (CloseRound(latest.id),)
    return _while_open(state, latest, now)


def _open_next(state: PartnershipSnapshot, now: datetime) -> tuple[OpenRound, ...]:
    # One at a time, and a workshop first: it has a date, and the weekly questions come next week.
    return tuple(_open_seedings(state, now))[:1] or tuple(_open_weekly(state, now))


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


def _replace_lost(partnership: int, lost: RoundSnapshot, now: datetime) -> Iterator[OpenRound]:
    # Once: where keys vanish again and again, members would be asked every minute.
    if not lost.again and _worth_opening(lost.opens_at, lost.closes_at, now):
        later = max(now, lost.slot + timedelta(seconds=1))
        yield OpenRound(partnership, later, lost.closes_at, again=True, seeding=lost.seeding)


def _worth_opening(opening: datetime, closing: datetime, now: datetime) -> bool:
    """After an outage a round opens late only while half of its time is left."""
    return now <= opening + (closing - opening) / 2


def _while_open(
    state: PartnershipSnapshot, latest: RoundSnapshot, now: datetime
) -> Iterator[DueAction]:
    for adapter, workspace in sorted(latest.unsent):
        yield DeliverInvitations(latest.id, adapter, workspace)
    if not state.calendar.is_quiet(now):
        yield from (CountMissing(latest.id, group) for group in latest.uncounted)
    reminders = _reminder_times(state.programme, latest)
    if latest.reminders_done >= len(reminders):
        return
    passed = sum(at <= now for at in reminders)
    # After an outage only the last of several missed reminders goes out.
    if passed > latest.reminders_done and not state.calendar.is_quiet(now):
        yield SendReminders(latest.id, passed)


def _reminder_times(plan: Programme | None, latest: RoundSnapshot) -> tuple[datetime, ...]:
    """When who has not answered is reminded: for a workshop after a day, and a day before."""
    if not latest.seeding:
        return tuple(latest.opens_at + after for after in plan.reminders) if plan else ()
    first, last = latest.opens_at + DAY, latest.closes_at - DAY
    return (first, last) if last - first >= DAY / 2 else (first,)
