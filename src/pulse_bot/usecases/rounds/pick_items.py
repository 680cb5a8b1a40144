"""Picking: which questions a round asks, of the weekly plan, of a workshop, of commitments.

Never more than the weekly limit leaves room for. When a round opens is the schedule's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import room, weekly_room
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.programme import choose, still_resting
from pulse_bot.domain.asking.same_question import is_known, marks, of_cores
from pulse_bot.domain.asking.schedule import Open
from pulse_bot.domain.asking.workshop import Arranged
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, questions, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import Installation

NO_PROGRAMME = "There is no programme yet. Set one with: pulse-bot programme set"


class NothingLeft(Refused):
    """Every question of the workshop was asked in the last rounds."""


def pick(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    plan: Open,
    seeding: SeedingRow | None,
) -> list[Item]:
    """The questions of the round that opens now. Raises Refused where there is none, or no room."""
    now = installation.clock.now()
    here = seedings.situation(session, partnership, now, besides=plan.seeding)
    zone = here.calendar.zone
    if seeding is None:
        most = weekly_room(here, plan.closes_at, now)
        chosen = _weekly(session, installation, partnership)
        if len(chosen) > most:
            raise Refused(_too_many(len(chosen), most, partnership.weekly_limit))
    else:
        most = room(here.limit, here.asked, now, zone)
        chosen = _seeded(session, installation, partnership, seeding, most)
    today = now.astimezone(zone).date()
    # What becomes of a commitment is told at the close, and this digest is held back.
    held = seeding is not None and seeding.together
    left = 0 if held else most - len(chosen)
    due = follow_up.items(session, installation, partnership.id, today, left) if left else ()
    return [*chosen, *due]


def _weekly(
    session: Session, installation: Installation, partnership: PartnershipRow
) -> list[Item]:
    planned = partnerships.programme(session, partnership.id)
    if planned is None:
        raise Refused(NO_PROGRAMME)
    lately = still_resting(questions.lately(session, partnership.id))
    pool = {
        # By its id a question rests anyway; this is for one that somebody typed.
        theme: [one for one in items if one.core or one.id in lately or not is_known(one, lately)]
        for theme, items in installation.pool().items()
    }
    items = choose(planned[0], pool, questions.asked(session, partnership.id))
    if not items:
        raise Refused("Every question was asked in the last rounds. Add a theme to the programme.")
    return list(items)


def _seeded(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    seeding: SeedingRow,
    most: int,
) -> list[Item]:
    # Asked by another round since it was planned, and too soon again (release policy, The same
    # question again). Or a bank has come since whose core has it.
    not_now = weekly_alone(installation).union(
        still_resting(questions.lately(session, partnership.id))
    )
    own = [item for item in seedings.items(seeding) if not is_known(item, not_now)]
    if not own:
        raise NothingLeft("Every question of the workshop was asked in the last rounds.")
    if len(own) > most:
        raise Refused(_too_many(len(own), most, partnership.weekly_limit))
    if seeding.arranged is not Arranged.MERGED:
        return own
    weekly = _weekly_beside(session, installation, partnership, own)
    # The weekly ones first, as ever: where a question stands must not move a series.
    return [*weekly, *own] if len(weekly) + len(own) <= most else own


def _weekly_beside(
    session: Session, installation: Installation, partnership: PartnershipRow, own: Sequence[Item]
) -> list[Item]:
    try:
        weekly = _weekly(session, installation, partnership)
    except Refused:
        return []
    taken = {mark for item in own for mark in marks(item)}
    return [item for item in weekly if not is_known(item, taken)]


def _too_many(questions: int, most: int, limit: int) -> str:
    asked = "1 question" if questions == 1 else f"{questions} questions"
    left = "none" if not most else f"only {most}"
    return (
        f"Nobody is asked more than {limit} questions in any seven days, what is planned for "
        f"workshops counted in. This round would ask {asked}, and there is room for {left}. Wait "
        "for a few days, or let a lead raise the limit."
    )


def weekly_alone(installation: Installation) -> frozenset[str]:
    """The letters of the questions that belong to the weekly series."""
    return of_cores(item for items in installation.pool().values() for item in items)
