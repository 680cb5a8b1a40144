"""`due(state, now)`: which rounds open, who is reminded, what closes, what is posted.

Pure, and asked once a minute in the whole cluster. Asking twice is harmless: every action is
carried out by a compare-and-set, and its job has a key that a second worker cannot take again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulse_bot.domain.calendar import Calendar
from pulse_bot.domain.programme import Programme, slot
from pulse_bot.domain.rounds import State


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


@dataclass(frozen=True, slots=True)
class Open:
    """Open a round for a weekly slot. `again` when it stands in for a lost one."""

    partnership: int
    slot: datetime
    closes_at: datetime
    again: bool = False


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


Action = Open | Deliver | Remind | Close | Post | Tell | Count | Show | Welcome


def due(state: PartnershipState, now: datetime) -> tuple[Action, ...]:
    """What has to happen now for one partnership, in this order."""
    posts = (Post(round_id) for round_id in state.unposted)
    # At any hour: somebody did it a moment ago, and it can be undone while they are there.
    told = (Tell(group) for group in state.lost)
    return (*posts, *told, *_invitations(state, now), *_next_move(state, now))


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


def _opening(state: PartnershipState, now: datetime) -> Iterator[Open]:
    if state.programme is None or state.since is None:
        return
    opening, closing = slot(state.programme, state.calendar, now)
    taken = state.latest is not None and opening <= state.latest.slot
    holiday = state.calendar.is_holiday(opening.astimezone(state.calendar.zone).date())
    if not (taken or holiday or opening < state.since) and _worth_opening(opening, closing, now):
        yield Open(state.id, opening, closing)


def _replacement(partnership: int, lost: RoundState, now: datetime) -> Iterator[Open]:
    # Once: where keys vanish again and again, members would be asked every minute.
    if not lost.again and _worth_opening(lost.opens_at, lost.closes_at, now):
        yield Open(partnership, max(now, lost.slot + timedelta(seconds=1)), lost.closes_at, True)


def _worth_opening(opening: datetime, closing: datetime, now: datetime) -> bool:
    """After an outage a round opens late only while half of its time is left."""
    return now <= opening + (closing - opening) / 2


def _while_open(state: PartnershipState, latest: RoundState, now: datetime) -> Iterator[Action]:
    for adapter, workspace in sorted(latest.unsent):
        yield Deliver(latest.id, adapter, workspace)
    if not state.calendar.is_quiet(now):
        yield from (Count(latest.id, group) for group in latest.uncounted)
    plan = state.programme
    if plan is None or latest.reminders_done >= len(plan.reminders):
        return
    passed = sum(latest.opens_at + after <= now for after in plan.reminders)
    # After an outage only the last of several missed reminders goes out.
    if passed > latest.reminders_done and not state.calendar.is_quiet(now):
        yield Remind(latest.id, passed)
