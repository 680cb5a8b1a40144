"""Workshops: what is planned and what was asked, the same for everybody.

Whoever may prepare workshops finds the drafts there, too, and a button for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import LEAST_TIME, full
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.roles import Act, may
from pulse_bot.ports import Address, Button, Card, CardKind, Reply
from pulse_bot.storage import seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.workshops import cards as workshop_cards

PAST_SHOWN: Final = 5
_NOTHING: Final = (
    "No workshop is planned. Facilitators and leads prepare one with “/pulse seed”, and everybody "
    "is told here and in the group's chat."
)


def listed(installation: Installation, address: Address) -> Reply:
    """The workshops that are planned or were asked: the same for everybody."""
    now = installation.clock.now()
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        seeds = may(member.role, Act.SEED)
        found = shown(session, partnership.id, drafts=seeds)
        lines = tuple(
            f"{full(row.workshop_on)}: {row.title}. {stands(session, partnership, row, now)}"
            for row in found
        )
    buttons = tuple(_buttons(found)) if seeds else ()
    card = Card(CardKind.NOTICE, f"Workshops of {partnership.name}", lines or (_NOTHING,), buttons)
    return Reply(cards=(card,))


def shown(session: Session, partnership_id: int, *, drafts: bool) -> list[SeedingRow]:
    """What is listed: the newest of those that were asked, then what comes, then drafts."""
    asked = seedings.of_partnership(session, partnership_id, [SeedingState.ASKED])
    planned = seedings.of_partnership(session, partnership_id, [SeedingState.PLANNED])
    begun = seedings.of_partnership(session, partnership_id, [SeedingState.DRAFT] * drafts)
    return [*asked[-PAST_SHOWN:], *planned, *begun]


def stands(session: Session, partnership: PartnershipRow, row: SeedingRow, now: datetime) -> str:
    """How far a workshop is, in words."""
    match row.state:
        case SeedingState.DRAFT:
            return "This is a draft, and nobody is asked before somebody plans it."
        case SeedingState.CANCELLED:
            return "It was cancelled."
        case SeedingState.PLANNED:
            return _coming(row, now, partnership)
        case SeedingState.ASKED:
            asked = session.get(RoundRow, row.round_id) if row.round_id else None
            return _asked(asked, partnership)


def _asked(asked: RoundRow | None, partnership: PartnershipRow) -> str:
    if asked is None or asked.state is State.LOST:
        return "The key of its round was lost, and its answers were destroyed unread."
    if asked.state is State.OPEN:
        closes = spoken(asked.closes_at, zone(partnership.time_zone))
        return f"Its questions are open until {closes}."
    if asked.held:
        return "Its questions have closed. The pack is opened together, in the room."
    return "Its questions have closed. “/pulse pack” shows what came of them."


def _coming(row: SeedingRow, now: datetime, partnership: PartnershipRow) -> str:
    if row.opens_at is None or row.closes_at is None or now > row.closes_at - LEAST_TIME:
        return "Its questions could not be asked in time. Use them as prompts in the room instead."
    come = spoken(row.opens_at, zone(partnership.time_zone))
    return f"Questions come on {come}." if now < row.opens_at else "Its questions come soon."


def _buttons(found: Sequence[SeedingRow]) -> Iterator[tuple[Button, ...]]:
    for row in found:
        day = f"{row.workshop_on.day}/{row.workshop_on.month}"
        yield (
            Button(
                f"{row.title[:30]}, {day}",
                workshop_cards.action(workshop_cards.DraftAct.OPEN, row.id),
            ),
        )
    yield (Button("Prepare a workshop", question_cards.SEED),)
