"""Asking: open a round with everything frozen, and send its cards until none waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pulse_bot.cards.question_cards import first_card
from pulse_bot.crypto.sealing import public_key
from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.calendar import Calendar, following, spoken
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.preferences import asked_at
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.asking.workshop import Arranged, SeedingState
from pulse_bot.domain.partnership.audit_events import RoundOpened, WorkshopGivenUp
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Card
from pulse_bot.storage import partnerships, rounds, seedings
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.database import Conflict
from pulse_bot.storage.frozen import freeze
from pulse_bot.storage.models import InvitationRow, MemberRow, PartnershipRow, RoundRow, SeatRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, PULSE_BOT, Installation
from pulse_bot.usecases.members.thresholds import must_wait, thresholds_of
from pulse_bot.usecases.rounds.pick_items import NO_PROGRAMME, NothingLeft, pick


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An invitation that is ready to be sent."""

    invitation: int
    address: Address
    card: Card


def open_round(installation: Installation, plan: schedule.Open) -> int | None:
    """Open a round for a slot, and return its id; None where another worker was first.

    Raises Refused where there is nobody or nothing to ask, or where it would be too much.
    """
    try:
        with installation.database.write() as session:
            return _open(session, installation, plan)
    except NothingLeft:
        with installation.database.write() as session:
            _give_up(session, installation, plan)
        raise
    except Conflict:
        # The other runner is a second worker's tick: the slot's unique index let it through first.
        return None


def _open(session: Session, installation: Installation, plan: schedule.Open) -> int | None:
    partnership = session.get(PartnershipRow, plan.partnership)
    newest = rounds.latest(session, plan.partnership)
    if partnership is None or (newest and newest.state in (State.OPEN, State.CLOSING)):
        return None
    if newest is not None and newest.slot >= plan.slot:
        return None
    seeding = _seeding(session, installation, plan, newest)
    if plan.seeding and seeding is None:
        return None
    items = pick(session, installation, partnership, plan, seeding)
    # The other runner may have opened a round meanwhile: then this number is taken.
    number = newest.number + 1 if newest is not None else 1
    members = _roster(session, plan.partnership)
    now = installation.clock.now()
    row = RoundRow(
        partnership_id=plan.partnership,
        number=number,
        slot=plan.slot,
        state=State.OPEN,
        opens_at=now,
        closes_at=_closes_at(plan, seeding),
        public_key=b"",
        roster_size=len(members),
        newcomers=sum(not member.seated for member in members) if number > 1 else 0,
        thresholds=thresholds_of(session, plan.partnership).to_json(),
        items=[freeze(item) for item in items],
        again=plan.again,
    )
    session.add(row)
    session.flush()
    # If this transaction fails, its key is left behind: it opens nothing, and is replaced when the
    # number is used again.
    row.public_key = public_key(installation.keys.create(row.id))
    if seeding is not None:
        _asked_for(seeding, row, items)
    calendar_of = partnerships.calendars(session, partnership)
    for member in members:
        _invite(session, row, member, calendar_of(member))
    return row.id


def _give_up(session: Session, installation: Installation, plan: schedule.Open) -> None:
    """Cancel a workshop that can never be asked, and tell the group, or it would wait for ever."""
    row = session.get(SeedingRow, plan.seeding)
    if row and seedings.turn(session, row.id, SeedingState.PLANNED, SeedingState.CANCELLED):
        given_up = WorkshopGivenUp(row.title)
        audit_log.record(session, installation, plan.partnership, PULSE_BOT, given_up)


def _seeding(
    session: Session, installation: Installation, plan: schedule.Open, newest: RoundRow | None
) -> SeedingRow | None:
    """The seeding that is to be asked; None where it was cancelled or asked meanwhile."""
    row = session.get(SeedingRow, plan.seeding) if plan.seeding else None
    if row is None or row.partnership_id != plan.partnership:
        return None
    lost = newest is not None and newest.state is State.LOST and row.round_id == newest.id
    before = SeedingState.ASKED if plan.again and lost else SeedingState.PLANNED
    # The other runner is a facilitator who changes or cancels it at this moment.
    if not seedings.turn(session, row.id, before, SeedingState.ASKED):
        return None
    session.refresh(row)
    if row.opens_at is None or row.opens_at > installation.clock.now():
        raise Refused("The workshop was put on another day at this very moment.")
    return row


def _closes_at(plan: schedule.Open, seeding: SeedingRow | None) -> datetime:
    """By the workshop, which may have been moved since the tick looked; else as the tick says."""
    moved = seeding.closes_at if seeding is not None and not plan.again else None
    return moved or plan.closes_at


def _asked_for(seeding: SeedingRow, row: RoundRow, items: list[Item]) -> None:
    own = {item.id for item in seedings.items(seeding)}
    weekly = any(item.core for item in items if item.id not in own)
    if seeding.arranged is Arranged.MERGED and not weekly:
        # There was no room any more, or no weekly question left to ask.
        seeding.arranged = Arranged.INSTEAD
    seeding.round_id = row.id


def _roster(session: Session, partnership_id: int) -> list[MemberRow]:
    """Who is asked: newcomers wait for the next block where numbers are at stake."""
    active = [
        member
        for member, _ in partnerships.members(session, partnership_id)
        if member.standing is Standing.ACTIVE
    ]
    if not active:
        raise Refused("There is nobody to ask yet. Add members with: pulse-bot member add")
    settled = [member for member in active if member.seated]
    return settled if must_wait(session, partnership_id, len(settled)) else active


def _invite(session: Session, row: RoundRow, member: MemberRow, calendar: Calendar) -> None:
    member.seated = True
    session.add(
        SeatRow(round_id=row.id, member_id=member.id, organisation_id=member.organisation_id)
    )
    session.add(
        InvitationRow(
            round_id=row.id,
            member_id=member.id,
            adapter=member.adapter,
            workspace=member.workspace,
            user=member.user,
            not_before=asked_at(partnerships.wish(member), row.opens_at, row.closes_at, calendar),
            state=Delivery.WAITING,
        )
    )


def outgoing(
    installation: Installation, round_id: int, adapter: str, workspace: str, most: int
) -> list[Outgoing]:
    """The next cards to send in one workspace; none once the round is no longer open."""
    now = installation.clock.now()
    with installation.database.read() as session:
        asked = rounds.load(session, round_id)
        if asked is None or not asked.takes_answers(now):
            return []
        partnership = session.get_one(PartnershipRow, asked.partnership)
        calendar = partnerships.calendar(session, partnership)
        until = spoken(asked.closes_at, calendar.zone)
        waiting = rounds.waiting_invitations(session, round_id, adapter, workspace, now, most)
        languages = {own or partnership.language for _, _, own in waiting}
        cards = {one: first_card(asked.in_language(one), until) for one in languages}
        return [
            Outgoing(invitation, address, cards[own or partnership.language])
            for invitation, address, own in waiting
        ]


def open_now(installation: Installation, name: str) -> tuple[int, str]:
    """Open a round at an operator's word; returns its number and when it closes. Raises Refused."""
    now = installation.clock.now()
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        newest = rounds.latest(session, partnership.id)
        if newest is not None and newest.state in (State.OPEN, State.CLOSING):
            raise Refused(f"Round {newest.number} is still open. Close it first.")
        planned = partnerships.programme(session, partnership.id)
        if planned is None:
            raise Refused(NO_PROGRAMME)
        calendar = partnerships.calendar(session, partnership)
        closes_at = following(planned[0].closes, now, calendar.zone)
        opened = _open(session, installation, schedule.Open(partnership.id, now, closes_at))
        if opened is None:
            raise Refused("A round began at this very moment. See: pulse-bot round list")
        number = session.get_one(RoundRow, opened).number
        audit_log.record(session, installation, partnership.id, OPERATOR, RoundOpened(number))
        return number, spoken(closes_at, calendar.zone)
