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
    LEAST_TIME,
    Asked,
    Planned,
    Situation,
    room,
    weekly_questions,
    weekly_room,
)
from pulse_bot.domain.asking.calendar import Calendar, to_utc
from pulse_bot.domain.asking.programme import WEEKLY_LIMIT, Programme, slot
from pulse_bot.domain.asking.rounds import State

DAY: Final = timedelta(days=1)
_ON_TIME: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RoundState:
    """What the schedule needs to know of a partnership's latest round."""

    id: int
    state: State
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
class Held:
    """A closed round whose digest waits to be opened together in the room."""

    round: int
    workshop_on: date


@dataclass(frozen=True, slots=True)
class PartnershipState:
    """What the schedule needs to know of a partnership."""

    id: int
    calendar: Calendar
    programme: Programme | None
    since: datetime | None
    """When the programme was set; openings before it are not made up for."""
    latest: RoundState | None = None
    unposted: tuple[int, ...] = ()
    """Closed rounds whose digest is not in every group's chat yet."""
    lost: tuple[int, ...] = ()
    """Group chats that pulse-bot was removed from, of which the leads do not know yet."""
    unshown: tuple[int, ...] = ()
    """Group chats in which the card that invites everybody has yet to be shown."""
    unwelcomed: tuple[int, ...] = ()
    """Group chats whose people have yet to get cards of their own."""
    limit: int = WEEKLY_LIMIT
    """Questions that a member is asked in any seven days at most."""
    asked: tuple[Asked, ...] = ()
    """By the rounds of the last seven days, those that were lost not counted: what stands in for
    one of them asks the same questions again."""
    seedings: tuple[Planned, ...] = ()
    """Planned and not asked yet."""
    held: tuple[Held, ...] = ()
    unhanded: tuple[int, ...] = ()
    """Seedings whose pack is on no way yet to whoever seeded them."""
    unannounced: tuple[int, ...] = ()
    """Group chats that have yet to read what was changed."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a round for a weekly slot, or for a seeding. `again` where it stands in for a lost one.

    `seeding` is 0 for the weekly pulse alone.
    """

    partnership: int
    slot: datetime
    closes_at: datetime
    again: bool = False
    seeding: int = 0


@dataclass(frozen=True, slots=True)
class Deliver:
    """Send the waiting invitations of a round in one workspace."""

    round: int
    adapter: str
    workspace: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind those who have not answered, for the `which`-th time."""

    round: int
    which: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close a round whose time is over, or whose closing was interrupted."""

    round: int


@dataclass(frozen=True, slots=True)
class Post:
    """Post the digest of a closed round to the group's chats."""

    round: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the leads that pulse-bot was removed from a group's chat."""

    group: int


@dataclass(frozen=True, slots=True)
class Count:
    """Tell a group's chat how many in it have not joined, and never who."""

    round: int
    group: int


@dataclass(frozen=True, slots=True)
class Show:
    """Show a group's chat the card that invites everybody there."""

    group: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Send everybody in a group's chat who is no member a card of their own."""

    group: int


@dataclass(frozen=True, slots=True)
class Hand:
    """Hand a workshop's pack to whoever seeded it."""

    seeding: int


@dataclass(frozen=True, slots=True)
class Reveal:
    """Open a held digest to everybody: the workshop's day is over."""

    round: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell a group's chat what was changed."""

    group: int


Action = (
    Open
    | Deliver
    | Remind
    | Close
    | Post
    | Tell
    | Count
    | Show
    | Welcome
    | Hand
    | Reveal
    | Announce
)


def due(state: PartnershipState, now: datetime) -> tuple[Action, ...]:
    """What has to happen now for one partnership, in this order."""
    # What can wait comes last.
    told = (Announce(group) for group in state.unannounced)
    return (*_news(state, now), *_invitations(state, now), *_next_move(state, now), *told)


def _news(state: PartnershipState, now: datetime) -> Iterator[Action]:
    yield from (Reveal(one.round) for one in state.held if now >= _over(one, state.calendar))
    yield from (Post(round_id) for round_id in state.unposted)
    yield from (Hand(seeding) for seeding in state.unhanded)
    # At any hour: somebody did it a moment ago, and it can be undone while they are there.
    yield from (Tell(group) for group in state.lost)


def _over(held: Held, calendar: Calendar) -> datetime:
    """When a workshop's day is over, and the quiet hours after it: the digest is posted then."""
    return to_utc(held.workshop_on + DAY, calendar.quiet_until, calendar.zone)


def _invitations(state: PartnershipState, now: datetime) -> Iterator[Action]:
    # At any hour, too: whoever set up the chat waits for it. Its people do not.
    yield from (Show(group) for group in state.unshown)
    if not state.calendar.is_quiet(now):
        yield from (Welcome(group) for group in state.unwelcomed)


def _next_move(state: PartnershipState, now: datetime) -> Iterable[Action]:
    latest = state.latest
    if latest is None or latest.state is State.CLOSED:
        return _opening(state, now)
    if latest.state is State.LOST:
        return tuple(_replacement(state.id, latest, now)) or _opening(state, now)
    if latest.state is State.CLOSING or now >= latest.closes_at:
        return (Close(latest.id),)
    return _while_open(state, latest, now)


def _opening(state: PartnershipState, now: datetime) -> tuple[Open, ...]:
    # One at a time, and a workshop first: it has a date, and the weekly questions come next week.
    return tuple(_seeded(state, now))[:1] or tuple(_weekly(state, now))


def _seeded(state: PartnershipState, now: datetime) -> Iterator[Open]:
    for one in sorted(state.seedings, key=lambda planned: planned.opens_at):
        if not one.opens_at <= now <= one.closes_at - LEAST_TIME:
            continue
        fits = one.questions <= room(state.limit, state.asked, now, state.calendar.zone)
        if fits and not _disturbs(one, state.calendar, now):
            first = max(one.opens_at, _after(state.latest))
            yield Open(state.id, first, one.closes_at, seeding=one.id)


def _disturbs(planned: Planned, calendar: Calendar, now: datetime) -> bool:
    # By the programme's word a weekly opening may be in quiet hours; what is late waits.
    if now >= planned.opens_at + _ON_TIME:
        return calendar.is_quiet(now)
    return calendar.is_holiday(now.astimezone(calendar.zone).date())


def _after(latest: RoundState | None) -> datetime:
    """The first slot that can be taken after a round's."""
    return latest.slot + timedelta(seconds=1) if latest else datetime.min.replace(tzinfo=UTC)


def _weekly(state: PartnershipState, now: datetime) -> Iterator[Open]:
    if state.programme is None or state.since is None:
        return
    opening, closing = slot(state.programme, state.calendar, now)
    taken = state.latest is not None and opening <= _through(state.latest)
    holiday = state.calendar.is_holiday(opening.astimezone(state.calendar.zone).date())
    if taken or holiday or opening < state.since or not _worth_opening(opening, closing, now):
        return
    here = Situation(state.calendar, state.limit, asked=state.asked, planned=state.seedings)
    if weekly_room(here, closing, now) >= weekly_questions(state.programme):
        yield Open(state.id, opening, closing)


def _through(latest: RoundState) -> datetime:
    """The last moment whose weekly opening a round took: a workshop's, those while it was open.

    Or a new card would come in the hour of the pack.
    """
    return latest.closes_at if latest.seeding else latest.slot


def _replacement(partnership: int, lost: RoundState, now: datetime) -> Iterator[Open]:
    # Once: where keys vanish again and again, members would be asked every minute.
    if not lost.again and _worth_opening(lost.opens_at, lost.closes_at, now):
        later = max(now, lost.slot + timedelta(seconds=1))
        yield Open(partnership, later, lost.closes_at, again=True, seeding=lost.seeding)


def _worth_opening(opening: datetime, closing: datetime, now: datetime) -> bool:
    """After an outage a round opens late only while half of its time is left."""
    return now <= opening + (closing - opening) / 2


def _while_open(state: PartnershipState, latest: RoundState, now: datetime) -> Iterator[Action]:
    for adapter, workspace in sorted(latest.unsent):
        yield Deliver(latest.id, adapter, workspace)
    if not state.calendar.is_quiet(now):
        yield from (Count(latest.id, group) for group in latest.uncounted)
    reminders = _reminders(state.programme, latest)
    if latest.reminders_done >= len(reminders):
        return
    passed = sum(at <= now for at in reminders)
    # After an outage only the last of several missed reminders goes out.
    if passed > latest.reminders_done and not state.calendar.is_quiet(now):
        yield Remind(latest.id, passed)


def _reminders(plan: Programme | None, latest: RoundState) -> tuple[datetime, ...]:
    """When who has not answered is reminded: for a workshop after a day, and a day before."""
    if not latest.seeding:
        return tuple(latest.opens_at + after for after in plan.reminders) if plan else ()
    first, last = latest.opens_at + DAY, latest.closes_at - DAY
    return (first, last) if last - first >= DAY / 2 else (first,)
