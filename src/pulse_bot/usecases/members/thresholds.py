"""The bars of a round that would open now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.audit_events import ThresholdsChanged
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import PULSE_BOT, Installation

BLOCK: Final = Thresholds().block_rounds


def compute_thresholds(session: Session, partnership_id: int) -> Thresholds:
    """The bars of a round that would open now."""
    # Of everybody who belongs to it: a pause must not lower a bar.
    everybody = partnerships.list_members(session, partnership_id)
    same = partnerships.map_organisations(session, partnership_id)
    return Thresholds.for_partnership(
        len({same[member.organisation_id] for member, _ in everybody})
    )


def promised_thresholds(session: Session, partnership_id: int, round_: Round | None) -> Thresholds:
    """Those of a round that is open, or of one that would open now."""
    return round_.thresholds if round_ else compute_thresholds(session, partnership_id)


@contextmanager
def note_threshold_change(
    session: Session, installation: Installation, row: PartnershipRow
) -> Iterator[None]:
    """Note and announce it where what is done inside changes the bar of schools.

    Nobody sets that bar: it is the release policy's, for so many schools as there are.
    """
    before = compute_thresholds(session, row.id).organisations
    yield
    session.flush()
    after = compute_thresholds(session, row.id).organisations
    if after != before:
        changed = ThresholdsChanged(after, before)
        audit_log.record(session, installation, row.id, PULSE_BOT, changed)
