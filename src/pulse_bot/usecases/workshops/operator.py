"""Seeding at an operator's word: the same drafts and rules, without a conversation.

What the operator does is written into the log that all members read, as what anybody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
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

JsonRow = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class WorkshopOrder:
    """What an operator types. One of `about`, `bank` and `items`, or `own` alone."""

    on: str
    about: str = ""
    bank: str = ""
    items: tuple[str, ...] = ()
    """Ids of questions."""
    own: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class WorkshopSummary:
    """What became of it: in words, and for programs."""

    title: str
    """What it is about, and its day in full."""
    seeding: JsonRow
    notes: tuple[str, ...]
    questions: tuple[Item, ...]
    warnings: tuple[str, ...]


def plan_workshop(installation: Installation, name: str, order: WorkshopOrder) -> WorkshopSummary:
    """Plan a workshop. Raises Refused, with the questions as prompts where they cannot be asked."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        row, notes = _begin_ordered(session, installation, partnership, order)
        forecast = draft.forecast_asking(session, installation, partnership, row)
        items = seedings.thaw_items(row)
        if forecast.arrangement is None:
            prompts = cards.list_prompts(items) if forecast.in_room else ()
            raise Refused("\n".join((forecast.refusal, *prompts)))
        draft.plan_workshop(session, installation, partnership, row, OPERATOR)
        session.refresh(row)
        return _summarize_workshop(session, installation, partnership, row, notes)


def _summarize_workshop(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    row: SeedingRow,
    notes: Sequence[str] = (),
) -> WorkshopSummary:
    items = seedings.thaw_items(row)
    if row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        forecast = draft.forecast_asking(session, installation, partnership, row)
        asking_lines = cards.describe_forecast(partnership, row, forecast)
    else:
        asking_lines = (
            list_workshops.describe_progress(session, partnership, row, installation.clock.now()),
        )
    return WorkshopSummary(
        f"{row.title}, {format_full_date(row.workshop_on)}",
        _workshop_row(session, installation, partnership, row),
        (*notes, *cards.warn_about_day(session, partnership, row), *asking_lines),
        items,
        tuple(str(warning) for warning in own_questions.list_warnings(installation, items)),
    )


def rehearse_workshop(
    installation: Installation, name: str, order: WorkshopOrder
) -> list[dry_run.DryRun]:
    """What a digest would show and hide, with made-up answers. Nothing is kept. Raises Refused."""
    with installation.database.read() as session:
        partnership = partnerships.find_partnership(session, name)
        draft.parse_workshop_day(installation, partnership, order.on)
        _, items, _ = _choose_questions(session, installation, partnership, order)
        return dry_run.simulate_digests(session, installation, partnership, items)


def _begin_ordered(
    session: Session, installation: Installation, partnership: PartnershipRow, order: WorkshopOrder
) -> tuple[SeedingRow, tuple[str, ...]]:
    day = draft.parse_workshop_day(installation, partnership, order.on)
    title, items, notes = _choose_questions(session, installation, partnership, order)
    request = draft.WorkshopRequest(day, title, items, order.together)
    return draft.begin_draft(session, installation, partnership, request, None), notes


def _choose_questions(
    session: Session, installation: Installation, partnership: PartnershipRow, order: WorkshopOrder
) -> tuple[str, tuple[Item, ...], tuple[str, ...]]:
    """The title, the questions, and what is to be said beside them."""
    if sum(map(bool, (order.about, order.bank, order.items))) > 1:
        raise Refused("Say what to ask with one of --about, --bank and --item, and not with more.")
    own_items = own_questions.parse_questions(
        session, installation, partnership, "\n".join(order.own)
    )
    if order.items:
        chosen = suggest.find_by_ids(session, installation, partnership.id, order.items)
        pair_notes = suggest.describe_pairs(
            [item for item in chosen if item.id in order.items], chosen
        )
        return suggest.bank_title(chosen[0].bank), (*chosen, *own_items), pair_notes
    bank = "-".join(order.bank.casefold().split())
    about = bank or order.about
    if not about and not own_items:
        raise Refused("Say what to ask: --about TEXT, --bank BANK, --item ID or --own TEXT.")
    if bank and bank not in suggest.list_banks(installation):
        raise Refused(
            f"There is no bank “{order.bank}” with questions for a workshop. See: pulse-bot bank "
            "list"
        )
    title, items = suggest.suggest_questions(session, installation, partnership, about, own_items)
    return title, items, suggest.explain_few(partnership, about, items)


def list_workshop_rows(installation: Installation, name: str) -> list[JsonRow]:
    """The workshops of a partnership, as its members see them, and the drafts."""
    with installation.database.read() as session:
        partnership = partnerships.find_partnership(session, name)
        listed = list_workshops.select_workshops(session, partnership.id, drafts=True)
        return [_workshop_row(session, installation, partnership, row) for row in listed]


def _workshop_row(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> JsonRow:
    time_zone = parse_zone(partnership.time_zone)
    return {
        "seeding": row.id,
        "workshop_on": row.workshop_on.isoformat(),
        "title": row.title,
        "state": row.state.value,
        "arranged": row.arranged.value if row.opens_at else None,
        "opens": format_moment(row.opens_at, time_zone) if row.opens_at else None,
        "closes": format_moment(row.closes_at, time_zone) if row.closes_at else None,
        "questions": len(row.items),
        "stands": list_workshops.describe_progress(
            session, partnership, row, installation.clock.now()
        ),
    }


def move_workshop(installation: Installation, name: str, seeding: int, on: str) -> WorkshopSummary:
    """Put a workshop on another day. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        row = _find_workshop(session, partnership, seeding)
        day = draft.parse_workshop_day(installation, partnership, on)
        draft.move_workshop(session, installation, partnership, row, day, OPERATOR)
        session.flush()
        return _summarize_workshop(session, installation, partnership, row)


def cancel_workshop(installation: Installation, name: str, seeding: int) -> None:
    """Cancel a workshop that is not asked yet. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        row = _find_workshop(session, partnership, seeding)
        draft.cancel_workshop(session, installation, partnership, row, OPERATOR)


def _find_workshop(session: Session, partnership: PartnershipRow, seeding: int) -> SeedingRow:
    row = seedings.lock_seeding(session, partnership, seeding)
    if row is None:
        existing = seedings.list_seedings(session, partnership.id, list(SeedingState))
        ids_text = ", ".join(str(workshop.id) for workshop in existing) or "none yet"
        raise Refused(f"{partnership.name} has no workshop {seeding}. There are: {ids_text}.")
    return row


def list_questions(items: Sequence[Item]) -> list[JsonRow]:
    """Questions, for programs."""
    return [
        {"id": item.id, "kind": item.kind.value, "text": item.text, "talk": item.talk}
        for item in items
    ]
