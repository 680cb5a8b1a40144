"""Picking: which questions a round asks, of the weekly plan, of a workshop, of commitments.

Never more than the weekly limit leaves room for. When a round opens is the schedule's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import room_left, weekly_room
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.programme import choose_items, count_resting
from pulse_bot.domain.asking.same_question import core_identities, item_marks, was_asked
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.asking.workshop import ArrangementKind
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, questions, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import Installation

NO_PROGRAMME = "There is no programme yet. Set one with: pulse-bot programme set"


class NothingToAsk(Refused):
    """Every question of the workshop was asked in the last rounds."""


def pick_items(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    plan: OpenRound,
    seeding: SeedingRow | None,
) -> list[Item]:
    """The questions of the round that opens now. Raises Refused where there is none, or no room."""
    now = installation.clock.now()
    situation = seedings.load_situation(session, partnership, now, except_id=plan.seeding)
    zone = situation.calendar.zone
    if seeding is None:
        most = weekly_room(situation, plan.closes_at, now)
        chosen = _pick_weekly(session, installation, partnership)
        if len(chosen) > most:
            raise Refused(_explain_limit(len(chosen), most, partnership.weekly_limit))
    else:
        most = room_left(situation.limit, situation.asked_before, now, zone)
        chosen = _pick_workshop(session, installation, partnership, seeding, most)
    today = now.astimezone(zone).date()
    # What becomes of a commitment is told at the close, and this digest is held back.
    is_held_back = seeding is not None and seeding.together
    left = 0 if is_held_back else most - len(chosen)
    due = (
        follow_up.pick_due_questions(session, installation, partnership.id, today, left)
        if left
        else ()
    )
    return [*chosen, *due]


def _pick_weekly(
    session: Session, installation: Installation, partnership: PartnershipRow
) -> list[Item]:
    planned = partnerships.load_programme(session, partnership.id)
    if planned is None:
        raise Refused(NO_PROGRAMME)
    now = installation.clock.now()
    resting = count_resting(questions.load_recent_marks(session, partnership.id, now))
    pool = {
        # By its id a question rests anyway; this is for one that somebody typed.
        theme: [
            item
            for item in items
            if item.core or item.id in resting or not was_asked(item, resting)
        ]
        for theme, items in installation.pool().items()
    }
    chosen = choose_items(planned[0], pool, questions.asked_item_ids(session, partnership.id))
    # In a core no other question takes a turn: its theme waits, where rounds are opened by hand.
    items = [item for item in chosen if item.id not in resting]
    if not items:
        raise Refused(
            "Every question was asked in the last rounds or weeks. Wait for a few days, or add a "
            "theme to the programme."
        )
    return items


def _pick_workshop(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    seeding: SeedingRow,
    most: int,
) -> list[Item]:
    # Asked by another round since it was planned, and too soon again (release policy, The same
    # question again). Or a bank has come since whose core has it.
    not_now = load_core_marks(installation).union(
        count_resting(
            questions.load_recent_marks(session, partnership.id, installation.clock.now())
        )
    )
    workshop_items = [item for item in seedings.thaw_items(seeding) if not was_asked(item, not_now)]
    if not workshop_items:
        raise NothingToAsk("Every question of the workshop was asked in the last rounds.")
    if len(workshop_items) > most:
        raise Refused(_explain_limit(len(workshop_items), most, partnership.weekly_limit))
    if seeding.arranged is not ArrangementKind.MERGED:
        return workshop_items
    weekly = _pick_weekly_beside(session, installation, partnership, workshop_items)
    # The weekly ones first, as ever: where a question stands must not move a series.
    return (
        [*weekly, *workshop_items] if len(weekly) + len(workshop_items) <= most else workshop_items
    )


def _pick_weekly_beside(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    workshop_items: Sequence[Item],
) -> list[Item]:
    try:
        weekly = _pick_weekly(session, installation, partnership)
    except Refused:
        return []
    taken = {mark for item in workshop_items for mark in item_marks(item)}
    return [item for item in weekly if not was_asked(item, taken)]


def _explain_limit(questions: int, most: int, limit: int) -> str:
    count_text = "1 question" if questions == 1 else f"{questions} questions"
    room_text = "none" if not most else f"only {most}"
    return (
        f"Nobody is asked more than {limit} questions in any seven days, what is planned for "
        f"workshops counted in. This round would ask {count_text}, and there is room for "
        f"{room_text}. Wait for a few days, or let a lead raise the limit."
    )


def load_core_marks(installation: Installation) -> frozenset[str]:
    """The letters of the questions that belong to the weekly series."""
    return core_identities(item for items in installation.pool().values() for item in items)
