"""Every row that is kept about a member, in words, as their page about privacy lists them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import format_date
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import MemberRow, OrganisationRow, OutboxRow, RoundRow, SeatRow
from pulse_bot.storage.workshop_tables import SeedingRow


def list_held_data(session: Session, member: MemberRow) -> list[str]:
    """What is kept, a line each. No line depends on what they answered, or whether."""
    school = session.get_one(OrganisationRow, member.organisation_id).name
    preferred = partnerships.preferred_time(member)
    is_card = OutboxRow.kind == OutgoingKind.CARD
    counts = select(
        func.count().filter(is_card).label("cards"), func.count().filter(~is_card).label("others")
    )
    sent = session.execute(counts.where(OutboxRow.member_id == member.id)).one()
    return [
        f"Your name: {member.name}",
        f"Your school: {school}",
        f"Your role: {member.role}; you are {member.standing}.",
        (
            f"Where you are reached: {member.adapter}, by an address that is kept as your platform "
            "gives it or as a fingerprint of your link."
        ),
        f"Your time zone: {member.time_zone or 'the one of the partnership'}",
        f"When you are asked: {preferred or 'as soon as a round opens'}",
        f"Your language: {member.language or 'the one of the partnership'}",
        f"You are on the list of: {_describe_rounds(session, member)}",
        f"Question cards for you in it, sent or waiting: {sent.cards}",
        f"Other messages for you, sent or waiting: {sent.others}",
        f"Workshops that you prepared: {_describe_workshops(session, member)}",
        (
            "Your answers: sealed and without your name while a round is open, and destroyed when "
            "it closes. Words that too few of us wrote wait, without your name, three rounds at "
            "most. No list says whether you answered."
        ),
    ]


def _describe_rounds(session: Session, member: MemberRow) -> str:
    seats = (
        select(RoundRow.number)
        .join(SeatRow, SeatRow.round_id == RoundRow.id)
        .where(SeatRow.member_id == member.id)
    )
    return ", ".join(f"round {number}" for number in session.scalars(seats)) or "no open round"


def _describe_workshops(session: Session, member: MemberRow) -> str:
    query = (
        select(SeedingRow.title, SeedingRow.workshop_on)
        .where(SeedingRow.seeded_by == member.id)
        .order_by(SeedingRow.workshop_on, SeedingRow.id)
    )
    titles = (
        f"“{title}” on {format_date(day)} {day.year}" for title, day in session.execute(query)
    )
    return ", ".join(titles) or "none"
