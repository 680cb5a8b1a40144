"""Asking: open a round with everything frozen, and send its cards until none waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.cards.question_cards import first_card
from pulse_bot.crypto.sealing import derive_public_key
from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.calendar import Calendar, format_moment, next_occurrence
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.preferences import card_time
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.audit_events import RoundAsked, RoundOpened, WorkshopGivenUp
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.errors import Refused
from pulse_bot.ports import Card
from pulse_bot.storage import authenticity, groups, outbox, partnerships, rounds, seedings
from pulse_bot.storage.database import Conflict
from pulse_bot.storage.frozen import freeze_item
from pulse_bot.storage.models import MemberRow, PartnershipRow, RoundRow, SeatRow
from pulse_bot.storage.outbox import OutgoingEntry
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, PULSE_BOT, Installation
from pulse_bot.usecases.frozen_rounds import load_frozen
from pulse_bot.usecases.members.thresholds import BLOCK, compute_thresholds
from pulse_bot.usecases.rounds.changeover import choose_edition
from pulse_bot.usecases.rounds.pick_items import NO_PROGRAMME, NothingToAsk, pick_items


def open_round(installation: Installation, plan: schedule.OpenRound) -> int | None:
    """Open a round for a slot, and return its id; None where another worker was first.

    Raises Refused where there is nobody or nothing to ask, or where it would be too much.
    """
    try:
        with installation.database.write() as session:
            return _create_round(session, installation, plan)
    except NothingToAsk:
        with installation.database.write() as session:
            _cancel_unaskable(session, installation, plan)
        raise
    except Conflict:
        # The other runner is a second worker's tick: the slot's unique index let it through first.
        return None


def _create_round(
    session: Session, installation: Installation, plan: schedule.OpenRound
) -> int | None:
    partnership = session.get(PartnershipRow, plan.partnership)
    newest = rounds.latest_round(session, plan.partnership)
    if partnership is None or (newest is not None and _is_in_the_way(newest, plan)):
        return None
    seeding = _claim_workshop(session, installation, plan, newest)
    if plan.seeding and seeding is None:
        return None
    items = pick_items(session, installation, partnership, plan, seeding)
    # The other runner may have opened a round meanwhile: then this number is taken.
    number = newest.number + 1 if newest is not None else 1
    members = _select_members(session, plan.partnership)
    now, closes_at = installation.clock.now(), _choose_closing(plan, seeding)
    row = RoundRow(
        partnership_id=plan.partnership,
        number=number,
        slot=plan.slot,
        state=RoundStatus.OPEN,
        opens_at=now,
        closes_at=closes_at,
        closes_by=closes_at,
        public_key=b"",
        roster_size=len(members),
        newcomers=sum(not member.seated for member in members) if number > 1 else 0,
        thresholds=compute_thresholds(session, plan.partnership).to_json(),
        items=[freeze_item(item) for item in items],
        again=plan.again,
        policy_version=choose_edition(session, installation, partnership, newest),
    )
    session.add(row)
    session.flush()
    _note_asked(session, installation, row, newest)
    _seat_members(session, installation, row, members)
    if seeding is not None:
        _mark_asked(seeding, row, items)
    _plan_messages(session, partnership, row, members, seeding)
    return row.id


def _note_asked(
    session: Session, installation: Installation, row: RoundRow, newest: RoundRow | None
) -> None:
    """How many are asked is in the log: whoever audits what was published needs it."""
    before = newest.roster_size if newest is not None else row.roster_size
    joined = max(row.newcomers, row.roster_size - before)
    asked = RoundAsked(
        number=row.number,
        roster=row.roster_size,
        joined=joined,
        left=before + joined - row.roster_size,
        policy_version=row.policy_version,
    )
    audit_log.record(session, installation, row.partnership_id, PULSE_BOT, asked)


def _seat_members(
    session: Session, installation: Installation, row: RoundRow, members: list[MemberRow]
) -> None:
    """Make the round's key and its roster; from here on nobody can change either unseen."""
    # If this transaction fails, its key is left behind: it opens nothing, and is replaced when the
    # number is used again.
    keys = installation.keys.create(row.id)
    row.public_key = derive_public_key(keys)
    same = partnerships.map_organisations(session, row.partnership_id)
    seats = [
        SeatRow(round_id=row.id, member_id=member.id, organisation_id=same[member.organisation_id])
        for member in members
    ]
    authenticity.authenticate_round(row, seats, keys)
    session.add_all(seats)
    for member in members:
        member.seated = True


def _plan_messages(
    session: Session,
    partnership: PartnershipRow,
    row: RoundRow,
    members: list[MemberRow],
    seeding: SeedingRow | None,
) -> None:
    """What leaves while a round is open: its cards, its reminders, how many have not joined."""
    calendar_of = partnerships.load_calendars(session, partnership)
    for member in members:
        _invite_member(session, row, member, calendar_of(member))
    _plan_reminders(session, row, members, is_workshop=seeding is not None)
    if seeding is None or seeding.arranged is ArrangementKind.MERGED:
        _plan_counts(session, row)


def _is_in_the_way(newest: RoundRow, plan: schedule.OpenRound) -> bool:
    return newest.state in (RoundStatus.OPEN, RoundStatus.CLOSING) or newest.slot >= plan.slot


def _cancel_unaskable(
    session: Session, installation: Installation, plan: schedule.OpenRound
) -> None:
    """Cancel a workshop that can never be asked, and tell the group, or it would wait for ever."""
    row = session.get(SeedingRow, plan.seeding)
    if row and seedings.change_state(session, row.id, SeedingState.PLANNED, SeedingState.CANCELLED):
        given_up = WorkshopGivenUp(row.title)
        audit_log.record(session, installation, plan.partnership, PULSE_BOT, given_up)


def _claim_workshop(
    session: Session, installation: Installation, plan: schedule.OpenRound, newest: RoundRow | None
) -> SeedingRow | None:
    """The seeding that is to be asked; None where it was cancelled or asked meanwhile."""
    row = session.get(SeedingRow, plan.seeding) if plan.seeding else None
    if row is None or row.partnership_id != plan.partnership:
        return None
    lost = newest is not None and newest.state is RoundStatus.LOST and row.round_id == newest.id
    before = SeedingState.ASKED if plan.again and lost else SeedingState.PLANNED
    # The other runner is a facilitator who changes or cancels it at this moment.
    if not seedings.change_state(session, row.id, before, SeedingState.ASKED):
        return None
    session.refresh(row)
    if row.opens_at is None or row.opens_at > installation.clock.now():
        raise Refused("The workshop was put on another day at this very moment.")
    return row


def _choose_closing(plan: schedule.OpenRound, seeding: SeedingRow | None) -> datetime:
    """By the workshop, which may have been moved since the tick looked; else as the tick says."""
    moved = seeding.closes_at if seeding is not None and not plan.again else None
    return moved or plan.closes_at


def _mark_asked(seeding: SeedingRow, row: RoundRow, items: list[Item]) -> None:
    workshop_ids = {item.id for item in seedings.thaw_items(seeding)}
    weekly = any(item.core for item in items if item.id not in workshop_ids)
    if seeding.arranged is ArrangementKind.MERGED and not weekly:
        # There was no room any more, or no weekly question left to ask.
        seeding.arranged = ArrangementKind.INSTEAD
    seeding.round_id = row.id


def _select_members(session: Session, partnership_id: int) -> list[MemberRow]:
    """Who is asked: all who are in, newcomers at once (release policy, Joining and leaving)."""
    active = [
        member
        for member, _ in partnerships.list_members(session, partnership_id)
        if member.standing is Standing.ACTIVE
    ]
    if not active:
        raise Refused("There is nobody to ask yet. Add members with: pulse-bot member add")
    return active


def _invite_member(session: Session, row: RoundRow, member: MemberRow, calendar: Calendar) -> None:
    due_at = card_time(partnerships.preferred_time(member), row.opens_at, row.closes_at, calendar)
    outbox.add_entry(
        session,
        OutgoingKind.CARD,
        outbox.address_member(member),
        due_at,
        row.closes_at,
        round_id=row.id,
    )


def _plan_reminders(
    session: Session, row: RoundRow, members: list[MemberRow], *, is_workshop: bool
) -> None:
    """One entry a reminder and workspace; whom it reaches is worked out when it is sent."""
    planned = partnerships.load_programme(session, row.partnership_id)
    times = schedule.reminder_times(
        planned[0] if planned else None, row.opens_at, row.closes_at, is_workshop=is_workshop
    )
    workspaces = {(member.adapter, member.workspace): None for member in members}
    for which, at in enumerate(times, 1):
        for adapter, workspace in workspaces:
            to = {
                "partnership_id": row.partnership_id,
                "adapter": adapter,
                "workspace": workspace,
                "user": "",
            }
            outbox.add_entry(
                session,
                OutgoingKind.REMINDER,
                to,
                at,
                row.closes_at,
                round_id=row.id,
                number=which,
            )


def _plan_counts(session: Session, row: RoundRow) -> None:
    """Where a block begins, every chat is told how many in it have not joined."""
    if rounds.count_pulse_rounds(session, row.partnership_id) % BLOCK != 1:
        return
    for group in groups.list_linked(session, row.partnership_id):
        to = outbox.address_group(group)
        outbox.add_entry(
            session, OutgoingKind.COUNT, to, row.opens_at, row.closes_at, round_id=row.id
        )


def prepare_cards(
    session: Session, installation: Installation, entries: Sequence[OutgoingEntry], now: datetime
) -> dict[int, Card]:
    """The question cards of some entries, by the entry; none once a round is no longer open.

    Members whom nothing may be sent now, because they paused, have none. Raises ForgedRound: what
    is shown is what was frozen.
    """
    rounds_open = _load_open_rounds(session, installation, {entry.round for entry in entries}, now)
    query = select(MemberRow.id, MemberRow.language).where(
        MemberRow.id.in_({entry.member for entry in entries}),
        MemberRow.standing == Standing.ACTIVE,
    )
    languages = dict(session.execute(query).all())
    first_cards = cache(_first_card)
    return {
        entry.id: first_cards(open_round_, languages[entry.member])
        for entry in entries
        if entry.member in languages
        and (open_round_ := rounds_open.get(entry.round or 0)) is not None
    }


@dataclass(frozen=True, slots=True, eq=False)
class _OpenRound:
    """A round whose cards go out."""

    round: Round
    until: str
    language: str


def _first_card(asked: _OpenRound, language: str | None) -> Card:
    return first_card(asked.round.in_language(language or asked.language), asked.until)


def _load_open_rounds(
    session: Session,
    installation: Installation,
    round_ids: Collection[int | None],
    now: datetime,
) -> dict[int, _OpenRound]:
    opened = {}
    for round_id in round_ids:
        round_ = load_frozen(session, installation, round_id) if round_id is not None else None
        if round_ is not None and round_.takes_answers(now):
            partnership = session.get_one(PartnershipRow, round_.partnership)
            calendar = partnerships.load_calendar(session, partnership)
            until = format_moment(round_.closes_at, calendar.zone)
            opened[round_.id] = _OpenRound(round_, until, partnership.language)
    return opened


def open_round_now(installation: Installation, name: str) -> tuple[int, str]:
    """Open a round at an operator's word; returns its number and when it closes. Raises Refused."""
    now = installation.clock.now()
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        newest = rounds.latest_round(session, partnership.id)
        if newest is not None and newest.state in (RoundStatus.OPEN, RoundStatus.CLOSING):
            raise Refused(f"Round {newest.number} is still open. Close it first.")
        planned = partnerships.load_programme(session, partnership.id)
        if planned is None:
            raise Refused(NO_PROGRAMME)
        calendar = partnerships.load_calendar(session, partnership)
        closes_at = next_occurrence(planned[0].closes, now, calendar.zone)
        round_id = _create_round(
            session, installation, schedule.OpenRound(partnership.id, now, closes_at)
        )
        if round_id is None:
            raise Refused("A round began at this very moment. See: pulse-bot round list")
        number = session.get_one(RoundRow, round_id).number
        audit_log.record(session, installation, partnership.id, OPERATOR, RoundOpened(number))
        return number, format_moment(closes_at, calendar.zone)
