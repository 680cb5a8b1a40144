"""Workshops: what is planned and what was asked, the same for everybody.

Whoever may prepare workshops finds the drafts there, too, and a button for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import LEAST_ANSWER_TIME, format_full_date
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.ports import Address, Button, Card, CardKind, Reply
from pulse_bot.storage import seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.workshops import cards as workshop_cards

PAST_SHOWN: Final = 5
_NOTHING: Final = (
    "No workshop is planned. Facilitators and leads prepare one with “/pulse seed”, and everybody "
    "is told here and in the group's chat."
)


def show_workshops(installation: Installation, address: Address) -> Reply:
    """The workshops that are planned or were asked: the same for everybody."""
    now = installation.clock.now()
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        may_seed = is_allowed(member.role, Permission.SEED)
        workshop_rows = select_workshops(session, partnership.id, drafts=may_seed)
        lines = tuple(
            f"{format_full_date(row.workshop_on)}: {row.title}. "
            f"{describe_progress(session, partnership, row, now)}"
            for row in workshop_rows
        )
    buttons = tuple(_workshop_buttons(workshop_rows)) if may_seed else ()
    card = Card(CardKind.NOTICE, f"Workshops of {partnership.name}", lines or (_NOTHING,), buttons)
    return Reply(cards=(card,))


def select_workshops(session: Session, partnership_id: int, *, drafts: bool) -> list[SeedingRow]:
    """What is listed: the newest of those that were asked, then what comes, then drafts."""
    past = seedings.list_seedings(session, partnership_id, [SeedingState.ASKED])
    planned = seedings.list_seedings(session, partnership_id, [SeedingState.PLANNED])
    begun = seedings.list_seedings(session, partnership_id, [SeedingState.DRAFT] * drafts)
    return [*past[-PAST_SHOWN:], *planned, *begun]


def describe_progress(
    session: Session, partnership: PartnershipRow, row: SeedingRow, now: datetime
) -> str:
    """How far a workshop is, in words."""
    match row.state:
        case SeedingState.DRAFT:
            return "This is a draft, and nobody is asked before somebody plans it."
        case SeedingState.CANCELLED:
            return "It was cancelled."
        case SeedingState.PLANNED:
            return _describe_planned(row, now, partnership)
        case SeedingState.ASKED:
            round_row = session.get(RoundRow, row.round_id) if row.round_id else None
            return _describe_asked(round_row, partnership)


def _describe_asked(round_row: RoundRow | None, partnership: PartnershipRow) -> str:
    if round_row is None or round_row.state is RoundStatus.LOST:
        return "The key of its round was lost, and its answers were destroyed unread."
    if round_row.state is RoundStatus.OPEN:
        closes = format_moment(round_row.closes_at, parse_zone(partnership.time_zone))
        return f"Its questions are open until {closes}."
    if round_row.held:
        return "Its questions have closed. The pack is opened together, in the room."
    return "Its questions have closed. “/pulse pack” shows what came of them."


def _describe_planned(row: SeedingRow, now: datetime, partnership: PartnershipRow) -> str:
    if row.opens_at is None or row.closes_at is None or now > row.closes_at - LEAST_ANSWER_TIME:
        return "Its questions could not be asked in time. Use them as prompts in the room instead."
    come = format_moment(row.opens_at, parse_zone(partnership.time_zone))
    return f"Questions come on {come}." if now < row.opens_at else "Its questions come soon."


def _workshop_buttons(workshop_rows: Sequence[SeedingRow]) -> Iterator[tuple[Button, ...]]:
    for row in workshop_rows:
        day = f"{row.workshop_on.day}/{row.workshop_on.month}"
        yield (
            Button(
                f"{row.title[:30]}, {day}",
                workshop_cards.button_action(workshop_cards.DraftAct.OPEN, row.id),
            ),
        )
    yield (Button("Prepare a workshop", question_cards.SEED),)
