"""Seeding at an operator's word: the same drafts and rules, without a conversation.

What the operator does is written into the log that all members read, as what anybody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import full
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.workshops import (
    cards,
    draft,
    dry_run,
    list_workshops,
    own_questions,
    suggest,
)

Row = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator types. One of `about`, `bank` and `items`, or `own` alone."""

    on: str
    about: str = ""
    bank: str = ""
    items: tuple[str, ...] = ()
    """Ids of questions."""
    own: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class Ordered:
    """What became of it: in words, and for programs."""

    title: str
    """What it is about, and its day in full."""
    seeding: Row
    said: tuple[str, ...]
    questions: tuple[Item, ...]
    warnings: tuple[str, ...]


def order(installation: Installation, name: str, wanted: Order) -> Ordered:
    """Plan a workshop. Raises Refused, with the questions as prompts where they cannot be asked."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        row, beside = _begin(session, installation, partnership, wanted)
        ahead = draft.prospect(session, installation, partnership, row)
        items = seedings.items(row)
        if ahead.arrangement is None:
            prompts = cards.prompts(items) if ahead.in_room else ()
            raise Refused("\n".join((ahead.refusal, *prompts)))
        draft.plan(session, installation, partnership, row, OPERATOR)
        session.refresh(row)
        return _ordered(session, installation, partnership, row, beside)


def _ordered(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    beside: Sequence[str] = (),
) -> Ordered:
    items = seedings.items(row)
    if row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        ahead = draft.prospect(session, installation, partnership, row)
        how = cards.in_words(partnership, row, ahead)
    else:
        how = (list_workshops.stands(session, partnership, row, installation.clock.now()),)
    return Ordered(
        f"{row.title}, {full(row.workshop_on)}",
        _row(session, installation, partnership, row),
        (*beside, *cards.day_notes(session, partnership, row), *how),
        items,
        tuple(str(one) for one in own_questions.warnings(installation, items)),
    )


def rehearse(installation: Installation, name: str, wanted: Order) -> list[dry_run.Run]:
    """What a digest would show and hide, with made-up answers. Nothing is kept. Raises Refused."""
    with installation.database.read() as session:
        partnership = partnerships.by_name(session, name)
        draft.read_day(installation, partnership, wanted.on)
        _, items, _ = _questions(session, installation, partnership, wanted)
        return dry_run.runs(session, installation, partnership, items)


def _begin(
    session: Session, installation: Installation, partnership: PartnershipRow, wanted: Order
) -> tuple[SeedingRow, tuple[str, ...]]:
    day = draft.read_day(installation, partnership, wanted.on)
    title, items, beside = _questions(session, installation, partnership, wanted)
    about = draft.Wanted(day, title, items, wanted.together)
    return draft.begin(session, installation, partnership, about, None), beside


def _questions(
    session: Session, installation: Installation, partnership: PartnershipRow, wanted: Order
) -> tuple[str, tuple[Item, ...], tuple[str, ...]]:
    """The title, the questions, and what is to be said beside them."""
    if sum(map(bool, (wanted.about, wanted.bank, wanted.items))) > 1:
        raise Refused("Say what to ask with one of --about, --bank and --item, and not with more.")
    own = own_questions.read(session, installation, partnership, "\n".join(wanted.own))
    if wanted.items:
        chosen = suggest.by_ids(session, installation, partnership.id, wanted.items)
        along = suggest.brought([one for one in chosen if one.id in wanted.items], chosen)
        return suggest.titled(chosen[0].bank), (*chosen, *own), along
    bank = "-".join(wanted.bank.casefold().split())
    about = bank or wanted.about
    if not about and not own:
        raise Refused("Say what to ask: --about TEXT, --bank BANK, --item ID or --own TEXT.")
    if bank and bank not in suggest.banks(installation):
        raise Refused(
            f"There is no bank “{wanted.bank}” with questions for a workshop. See: pulse-bot bank "
            "list"
        )
    title, items = suggest.questions(session, installation, partnership, about, own)
    return title, items, suggest.few(partnership, about, items)


def rows(installation: Installation, name: str) -> list[Row]:
    """The workshops of a partnership, as its members see them, and the drafts."""
    with installation.database.read() as session:
        partnership = partnerships.by_name(session, name)
        found = list_workshops.shown(session, partnership.id, drafts=True)
        return [_row(session, installation, partnership, row) for row in found]


def _row(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> Row:
    where = zone(partnership.time_zone)
    return {
        "seeding": row.id,
        "workshop_on": row.workshop_on.isoformat(),
        "title": row.title,
        "state": row.state.value,
        "arranged": row.arranged.value if row.opens_at else None,
        "opens": spoken(row.opens_at, where) if row.opens_at else None,
        "closes": spoken(row.closes_at, where) if row.closes_at else None,
        "questions": len(row.items),
        "stands": list_workshops.stands(session, partnership, row, installation.clock.now()),
    }


def move(installation: Installation, name: str, seeding: int, on: str) -> Ordered:
    """Put a workshop on another day. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        row = _found(session, partnership, seeding)
        day = draft.read_day(installation, partnership, on)
        draft.move(session, installation, partnership, row, day, OPERATOR)
        session.flush()
        return _ordered(session, installation, partnership, row)


def cancel(installation: Installation, name: str, seeding: int) -> None:
    """Cancel a workshop that is not asked yet. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        row = _found(session, partnership, seeding)
        draft.cancel(session, installation, partnership, row, OPERATOR)


def _found(session: Session, partnership: PartnershipRow, seeding: int) -> SeedingRow:
    row = seedings.locked(session, partnership, seeding)
    if row is None:
        known = seedings.of_partnership(session, partnership.id, list(SeedingState))
        there = ", ".join(str(one.id) for one in known) or "none yet"
        raise Refused(f"{partnership.name} has no workshop {seeding}. There are: {there}.")
    return row


def texts(items: Sequence[Item]) -> list[Row]:
    """Questions, for programs."""
    return [
        {"id": item.id, "kind": item.kind.value, "text": item.text, "talk": item.talk}
        for item in items
    ]
