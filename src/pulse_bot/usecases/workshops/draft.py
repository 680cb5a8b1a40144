"""Drafts and plans of workshops: begun, changed, planned, cancelled, whoever does it.

What is asked and when is decided in `domain.arranging`; how a draft looks is in `draft_card`, what
a conversation does with it in `seed`, the operator's commands in `cli.seed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import (
    Arrangement,
    CannotBeArranged,
    arrange,
    full,
    waiting,
)
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.days import day_named
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.asking.workshop import Arranged, SeedingState
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import (
    Asking,
    WorkshopCancelled,
    WorkshopDay,
    WorkshopDayMoved,
    WorkshopMoved,
    WorkshopPlanned,
    WorkshopQuestionsChanged,
)
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.workshops import reschedule, suggest

MOST_DRAFTS: Final = 10
_KEPT: Final = timedelta(days=60)
"""For so long after its day a draft that nobody planned is kept."""
_CHANGEABLE: Final = (SeedingState.DRAFT, SeedingState.PLANNED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to be asked for a workshop."""

    workshop_on: date
    title: str
    items: tuple[Item, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Prospect:
    """How the asking for a workshop would go: arranged, or why it cannot be."""

    arrangement: Arrangement | None
    waiting: tuple[datetime, ...] = ()
    """Weekly openings whose questions wait for a week."""
    refusal: str = ""
    limit: int = 0
    in_room: bool = False
    """Whether it is refused for good, and the questions are left to talk about on the day."""


def today(installation: Installation, partnership: PartnershipRow) -> date:
    """The day that it is where the partnership is."""
    return installation.clock.now().astimezone(zone(partnership.time_zone)).date()


def read_day(installation: Installation, partnership: PartnershipRow, typed: str) -> date:
    """The day of a workshop as it was typed. Raises Refused where it is none, or is over."""
    now = today(installation, partnership)
    day = day_named(typed, now)
    if day is None:
        raise Refused(
            f"“{typed}” is not a day. Write it like 12 March, Thu, or 2027-03-12."
            if typed
            else "Please say on which day the workshop is, such as 12 March."
        )
    if day < now:
        raise Refused(f"{full(day)} is over. Please write a day that is still to come.")
    return day


def begin(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    wanted: Wanted,
    member: int | None,
) -> SeedingRow:
    """A new draft. Raises Refused where there are too many."""
    # The other runner is a facilitator who begins, plans or throws one away.
    partnerships.hold(session, partnership)
    drafts = seedings.of_partnership(session, partnership.id, [SeedingState.DRAFT])
    for row in drafts:
        if row.workshop_on < today(installation, partnership) - _KEPT:
            session.delete(row)
    if len(drafts) >= MOST_DRAFTS:
        raise Refused(
            f"{MOST_DRAFTS} workshops are begun and not planned. Throw one of them away first; "
            "“/pulse workshops” shows them."
        )
    row = SeedingRow(
        partnership_id=partnership.id,
        title=wanted.title,
        workshop_on=wanted.workshop_on,
        items=seedings.frozen(wanted.items),
        state=SeedingState.DRAFT,
        arranged=Arranged.ALONE,
        together=wanted.together,
        seeded_by=member,
        handed=Delivery.WAITING,
    )
    session.add(row)
    session.flush()
    return row


def prospect(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> Prospect:
    """How the asking of a draft, or of a plan that is changed, would go now."""
    now = installation.clock.now()
    here = seedings.situation(session, partnership, now, besides=row.id)
    try:
        _check_group(session, partnership)
        found = arrange(len(row.items), row.workshop_on, here, now)
    except (CannotBeArranged, Refused) as error:
        # What else is refused is a group that is too small, which no other question changes.
        in_room = not isinstance(error, CannotBeArranged) or error.in_room
        return Prospect(None, refusal=str(error), limit=here.limit, in_room=in_room)
    return Prospect(found, waiting(found, len(row.items), here, now), limit=here.limit)


def _check_group(session: Session, partnership: PartnershipRow) -> None:
    everybody = [member for member, _ in partnerships.members(session, partnership.id)]
    active = [member for member in everybody if member.standing is Standing.ACTIVE]
    schools = len({member.organisation_id for member in active})
    bars = Thresholds.for_partnership(len({member.organisation_id for member in everybody}))
    if len(active) >= bars.roster and schools >= bars.organisations:
        return
    members = "1 member" if len(active) == 1 else f"{len(active)} members"
    of = "1 school" if schools == 1 else f"{schools} schools"
    raise Refused(
        f"With {members} of {of} nothing could be shown: a number needs {bars.roster} who are "
        f"asked, of {bars.organisations} schools."
    )


def plan(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    who: Actor,
) -> None:
    """Plan a draft: it is asked as arranged, unless it is cancelled. Raises Refused."""
    # Two plans at one moment would not see one another.
    partnerships.hold(session, partnership)
    suggest.check_all(session, installation, partnership.id, seedings.items(row))
    suggest.check_promised(session, partnership.id, seedings.items(row), row.id)
    found = _arranged(session, installation, partnership, row)
    session.flush()
    if not seedings.turn(session, row.id, SeedingState.DRAFT, SeedingState.PLANNED):
        raise Refused("This workshop is planned already. “/pulse workshops” shows it.")
    planned = WorkshopPlanned(_workshop(row), _asking(partnership, found))
    audit_log.record(session, installation, partnership.id, who, planned)


def _arranged(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> tuple[Arrangement, tuple[datetime, ...]]:
    """How it is asked, and the weekly openings whose questions wait. Raises Refused."""
    ahead = prospect(session, installation, partnership, row)
    if ahead.arrangement is None:
        raise Refused(f"{ahead.refusal} Nothing was changed.")
    row.arranged = ahead.arrangement.arranged
    row.opens_at = ahead.arrangement.opens_at
    row.closes_at = ahead.arrangement.closes_at
    return ahead.arrangement, ahead.waiting


def choose(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    items: Sequence[Item],
    who: Actor,
) -> None:
    """Put other questions into a draft or a plan. Raises Refused."""
    _claim(session, partnership, row)
    suggest.check_all(session, installation, partnership.id, items)
    suggest.check_promised(session, partnership.id, items, row.id)
    row.items = seedings.frozen(items)
    if row.state is SeedingState.PLANNED:
        found = _arranged(session, installation, partnership, row)
        changed = WorkshopQuestionsChanged(_workshop(row), _asking(partnership, found))
        audit_log.record(session, installation, partnership.id, who, changed)


def move(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    day: date,
    who: Actor,
) -> None:
    """Put a workshop on another day; of one whose questions are out, the day alone. Raises Refused.

    The round goes on as everybody was told.
    """
    if day == row.workshop_on:
        raise Refused(f"The workshop is on {full(day)} already, so nothing was changed.")
    before = _workshop(row)
    if row.state is SeedingState.ASKED:
        reschedule.check(session, partnership, row, day)
        row.workshop_on = day
        moved = WorkshopDayMoved(before, day)
        audit_log.record(session, installation, partnership.id, who, moved)
        return
    _claim(session, partnership, row)
    row.workshop_on = day
    if row.state is SeedingState.PLANNED:
        found = _arranged(session, installation, partnership, row)
        event = WorkshopMoved(before, day, _asking(partnership, found))
        audit_log.record(session, installation, partnership.id, who, event)


def cancel(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    who: Actor,
) -> None:
    """Throw a draft away, or cancel a plan. Raises Refused where its questions are out."""
    if row.state is SeedingState.DRAFT:
        session.delete(row)
        return
    if not seedings.turn(session, row.id, SeedingState.PLANNED, SeedingState.CANCELLED):
        session.refresh(row)
        raise Refused(out_already(session, partnership, row))
    cancelled = WorkshopCancelled(_workshop(row))
    audit_log.record(session, installation, partnership.id, who, cancelled)


def _claim(session: Session, partnership: PartnershipRow, row: SeedingRow) -> None:
    """Raise Refused unless it can be changed, and keep it so until this transaction is over."""
    # The other runners are the tick that opens it, and another facilitator.
    partnerships.hold(session, partnership)
    if row.state not in _CHANGEABLE or not seedings.turn(session, row.id, row.state, row.state):
        session.refresh(row)
        raise Refused(out_already(session, partnership, row))


def out_already(session: Session, partnership: PartnershipRow, row: SeedingRow) -> str:
    """What is still possible with a workshop whose questions are out, or that was cancelled."""
    if row.state is SeedingState.CANCELLED:
        return "This workshop was cancelled. Prepare a new one with “/pulse seed”."
    asked = session.get(RoundRow, row.round_id) if row.round_id else None
    if asked is None or asked.state is not State.OPEN:
        return (
            "Its questions were asked and have closed, so they cannot be changed any more. "
            "“/pulse pack” shows what came of them."
        )
    closes = spoken(asked.closes_at, zone(partnership.time_zone))
    return (
        "Its questions are out, and people may have answered, so they can be neither changed nor "
        f"taken back. They close on {closes}, as everybody was told, and the pack comes then. You "
        "can still move the day of the workshop itself; if it does not take place, tell the group, "
        "and use the pack when you meet next."
    )


def _workshop(row: SeedingRow) -> WorkshopDay:
    return WorkshopDay(row.title, row.workshop_on)


def _asking(partnership: PartnershipRow, found: tuple[Arrangement, tuple[datetime, ...]]) -> Asking:
    arrangement, waiting = found
    return Asking(arrangement.opens_at, arrangement.closes_at, partnership.time_zone, waiting)
