"""Bars: a change of the thresholds, which follow from how many schools there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from pulse_bot.storage import partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import PULSE_BOT, Installation
from pulse_bot.usecases.rounds.open_round import thresholds_of


@contextmanager
def bars_noted(session: Session, installation: Installation, row: PartnershipRow) -> Iterator[None]:
    """Note and announce it where what is done inside changes the bar of schools.

    Nobody sets that bar: it is the release policy's, for so many schools as there are.
    """
    before = thresholds_of(session, row.id).organisations
    yield
    session.flush()
    after = thresholds_of(session, row.id).organisations
    if after != before:
        what = (
            f"shows no number from fewer than {after} schools from the next round on, instead of "
            f"{before}, because the number of schools in the partnership has changed"
        )
        now = installation.clock.now()
        partnerships.note(session, row.id, now, PULSE_BOT, what, announce=True)
