"""The weekly limit: how many questions a member is asked in any seven days, whatever asks them."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.programme import MOST_ITEMS
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import WeeklyLimitSet
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation

LEAST: Final = MOST_ITEMS
MOST: Final = 12


def change_limit(installation: Installation, partnership: str, limit: int) -> None:
    """Set a partnership's weekly limit, in questions. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        set_limit(session, installation, row, limit, OPERATOR)


def set_limit(
    session: Session, installation: Installation, row: PartnershipRow, limit: int, who: Actor
) -> None:
    """Set the weekly limit from the next round on, and say so in the log. Raises Refused."""
    if not LEAST <= limit <= MOST:
        raise Refused(
            f"The limit is {LEAST} to {MOST} questions a week: the weekly round alone may ask "
            f"{MOST_ITEMS}, and with more than {MOST} people stop answering. Nothing was changed."
        )
    # The other runner is a facilitator who plans a workshop within the limit there was.
    partnerships.lock_partnership(session, row)
    if limit == row.weekly_limit:
        return
    _check_planned(session, row, limit)
    audit_log.record(session, installation, row.id, who, WeeklyLimitSet(limit, row.weekly_limit))
    row.weekly_limit = limit


def _check_planned(session: Session, row: PartnershipRow, limit: int) -> None:
    """A workshop that was promised is not taken back by the way."""
    for workshop in seedings.list_seedings(session, row.id, [SeedingState.PLANNED]):
        if len(workshop.items) > limit:
            raise Refused(
                f"The workshop “{workshop.title}” on {format_full_date(workshop.workshop_on)} asks "
                f"{len(workshop.items)} "
                "questions. Choose fewer for it first, or cancel it. Nothing was changed."
            )


def describe_limit(row: PartnershipRow) -> str:
    """The weekly limit as settings tell it."""
    return f"Nobody is asked more than {row.weekly_limit} questions in any seven days."
