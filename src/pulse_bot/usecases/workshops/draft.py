"""Drafts and plans of workshops: begun, changed, planned, cancelled, whoever does it.

What is asked and when is decided in `asking.arrange_workshop`; how a draft looks is in `cards`,
what a conversation does with it in `conversation`, the operator's commands in `operator`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import (
    Arrangement,
    ArrangementError,
    arrange_seeding,
    format_full_date,
    waiting_openings,
)
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.days import parse_day
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
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
from pulse_bot.domain.release.lot import SMALLEST_POOL_ROSTER
from pulse_bot.domain.release.series import RULED_KINDS
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.thresholds import compute_thresholds
from pulse_bot.usecases.workshops import reschedule, suggest

MOST_DRAFTS: Final = 10
_DRAFT_LIFETIME: Final = timedelta(days=60)
"""For so long after its day a draft that nobody planned is kept."""
_CHANGEABLE: Final = (SeedingState.DRAFT, SeedingState.PLANNED)


@dataclass(frozen=True, slots=True)
class WorkshopRequest:
    """What somebody wants to be asked for a workshop."""

    workshop_on: date
    title: str
    items: tuple[Item, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class AskingForecast:
    """How the asking for a workshop would go: arranged, or why it cannot be."""

    arrangement: Arrangement | None
    waiting: tuple[datetime, ...] = ()
    """Weekly openings whose questions wait for a week."""
    refusal: str = ""
    limit: int = 0
    in_room: bool = False
    """Whether it is refused for good, and the questions are left to talk about on the day."""


def local_today(installation: Installation, partnership: PartnershipRow) -> date:
    """The day that it is where the partnership is."""
    return installation.clock.now().astimezone(parse_zone(partnership.time_zone)).date()


def parse_workshop_day(installation: Installation, partnership: PartnershipRow, typed: str) -> date:
    """The day of a workshop as it was typed. Raises Refused where it is none, or is over."""
    now = local_today(installation, partnership)
    day = parse_day(typed, now)
    if day is None:
        raise Refused(
            f"“{typed}” is not a day. Write it like 12 March, Thu, or 2027-03-12."
            if typed
            else "Please say on which day the workshop is, such as 12 March."
        )
    if day < now:
        raise Refused(f"{format_full_date(day)} is over. Please write a day that is still to come.")
    return day


def begin_draft(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    request: WorkshopRequest,
    member: int | None,
) -> SeedingRow:
    """A new draft. Raises Refused where there are too many."""
    # The other runner is a facilitator who begins, plans or throws one away.
    partnerships.lock_partnership(session, partnership)
    drafts = seedings.list_seedings(session, partnership.id, [SeedingState.DRAFT])
    for row in drafts:
        if row.workshop_on < local_today(installation, partnership) - _DRAFT_LIFETIME:
            session.delete(row)
    if len(drafts) >= MOST_DRAFTS:
        raise Refused(
            f"{MOST_DRAFTS} workshops are begun and not planned. Throw one of them away first; "
            "“/pulse workshops” shows them."
        )
    row = SeedingRow(
        partnership_id=partnership.id,
        title=request.title,
        workshop_on=request.workshop_on,
        items=seedings.freeze_items(request.items),
        state=SeedingState.DRAFT,
        arranged=ArrangementKind.ALONE,
        together=request.together,
        seeded_by=member,
    )
    session.add(row)
    session.flush()
    return row


def forecast_asking(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> AskingForecast:
    """How the asking of a draft, or of a plan that is changed, would go now."""
    now = installation.clock.now()
    situation = seedings.load_situation(session, partnership, now, except_id=row.id)
    try:
        _check_group_size(session, partnership, seedings.thaw_items(row))
        arrangement = arrange_seeding(len(row.items), row.workshop_on, situation, now)
    except (ArrangementError, Refused) as error:
        # What else is refused is a group that is too small, which no other question changes.
        in_room = not isinstance(error, ArrangementError) or error.in_room
        return AskingForecast(None, refusal=str(error), limit=situation.limit, in_room=in_room)
    return AskingForecast(
        arrangement,
        waiting_openings(arrangement, len(row.items), situation, now),
        limit=situation.limit,
    )


def _check_group_size(session: Session, partnership: PartnershipRow, items: Sequence[Item]) -> None:
    everybody = [member for member, _ in partnerships.list_members(session, partnership.id)]
    active = [member for member in everybody if member.standing is Standing.ACTIVE]
    same = partnerships.map_organisations(session, partnership.id)
    schools = len({same[member.organisation_id] for member in active})
    thresholds = compute_thresholds(session, partnership.id)
    pooled = sum(item.kind in RULED_KINDS for item in items) >= thresholds.block_least_rounds
    least = SMALLEST_POOL_ROSTER if pooled else thresholds.roster
    if len(active) >= least and schools >= thresholds.organisations:
        return
    members = "1 member" if len(active) == 1 else f"{len(active)} members"
    school_count = "1 school" if schools == 1 else f"{schools} schools"
    raise Refused(
        f"With {members} of {school_count} nothing could be shown: a number needs "
        f"{thresholds.roster} who are asked, of {thresholds.organisations} schools. "
        f"{SMALLEST_POOL_ROSTER} are enough for one level of {thresholds.block_least_rounds} "
        "questions or more together, if they ask how much we agree or how often."
    )


def plan_workshop(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    who: Actor,
) -> None:
    """Plan a draft: it is asked as arranged, unless it is cancelled. Raises Refused."""
    # Two plans at one moment would not see one another.
    partnerships.lock_partnership(session, partnership)
    suggest.check_askable(session, installation, partnership.id, seedings.thaw_items(row))
    suggest.check_not_promised(session, partnership.id, seedings.thaw_items(row), row.id)
    arranged = _arrange_asking(session, installation, partnership, row)
    session.flush()
    if not seedings.change_state(session, row.id, SeedingState.DRAFT, SeedingState.PLANNED):
        raise Refused("This workshop is planned already. “/pulse workshops” shows it.")
    planned = WorkshopPlanned(_workshop(row), _asking(partnership, arranged))
    audit_log.record(session, installation, partnership.id, who, planned)


def _arrange_asking(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> tuple[Arrangement, tuple[datetime, ...]]:
    """How it is asked, and the weekly openings whose questions wait. Raises Refused."""
    forecast = forecast_asking(session, installation, partnership, row)
    if forecast.arrangement is None:
        raise Refused(f"{forecast.refusal} Nothing was changed.")
    row.arranged = forecast.arrangement.kind
    row.opens_at = forecast.arrangement.opens_at
    row.closes_at = forecast.arrangement.closes_at
    return forecast.arrangement, forecast.waiting


def change_questions(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    items: Sequence[Item],
    who: Actor,
) -> None:
    """Put other questions into a draft or a plan. Raises Refused."""
    _lock_changeable(session, partnership, row)
    suggest.check_askable(session, installation, partnership.id, items)
    suggest.check_not_promised(session, partnership.id, items, row.id)
    row.items = seedings.freeze_items(items)
    if row.state is SeedingState.PLANNED:
        arranged = _arrange_asking(session, installation, partnership, row)
        changed = WorkshopQuestionsChanged(_workshop(row), _asking(partnership, arranged))
        audit_log.record(session, installation, partnership.id, who, changed)


def move_workshop(
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
        raise Refused(
            f"The workshop is on {format_full_date(day)} already, so nothing was changed."
        )
    old_phrase = _workshop(row)
    if row.state is SeedingState.ASKED:
        reschedule.check_new_day(session, partnership, row, day)
        row.workshop_on = day
        moved = WorkshopDayMoved(old_phrase, day)
        audit_log.record(session, installation, partnership.id, who, moved)
        return
    _lock_changeable(session, partnership, row)
    row.workshop_on = day
    if row.state is SeedingState.PLANNED:
        arranged = _arrange_asking(session, installation, partnership, row)
        event = WorkshopMoved(old_phrase, day, _asking(partnership, arranged))
        audit_log.record(session, installation, partnership.id, who, event)


def cancel_workshop(
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
    if not seedings.change_state(session, row.id, SeedingState.PLANNED, SeedingState.CANCELLED):
        session.refresh(row)
        raise Refused(explain_unchangeable(session, partnership, row))
    cancelled = WorkshopCancelled(_workshop(row))
    audit_log.record(session, installation, partnership.id, who, cancelled)


def _lock_changeable(session: Session, partnership: PartnershipRow, row: SeedingRow) -> None:
    """Raise Refused unless it can be changed, and keep it so until this transaction is over."""
    # The other runners are the tick that opens it, and another facilitator.
    partnerships.lock_partnership(session, partnership)
    if row.state not in _CHANGEABLE or not seedings.change_state(
        session, row.id, row.state, row.state
    ):
        session.refresh(row)
        raise Refused(explain_unchangeable(session, partnership, row))


def explain_unchangeable(session: Session, partnership: PartnershipRow, row: SeedingRow) -> str:
    """What is still possible with a workshop whose questions are out, or that was cancelled."""
    if row.state is SeedingState.CANCELLED:
        return "This workshop was cancelled. Prepare a new one with “/pulse seed”."
    round_row = session.get(RoundRow, row.round_id) if row.round_id else None
    if round_row is None or round_row.state is not RoundStatus.OPEN:
        return (
            "Its questions were asked and have closed, so they cannot be changed any more. "
            "“/pulse pack” shows what came of them."
        )
    closes = format_moment(round_row.closes_at, parse_zone(partnership.time_zone))
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
