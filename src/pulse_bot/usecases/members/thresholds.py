"""The bars of a round that would open now, and whether newcomers wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.audit_events import ThresholdsChanged
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import PULSE_BOT, Installation

BLOCK: Final = Thresholds().block_rounds


def newcomers_wait(session: Session, partnership_id: int) -> bool:
    """Whether whoever joins now is asked in one of the next rounds, not in the very next."""
    everybody = partnerships.list_members(session, partnership_id)
    settled = sum(member.seated and member.standing is Standing.ACTIVE for member, _ in everybody)
    return must_wait(session, partnership_id, settled)


def must_wait(session: Session, partnership_id: int, settled: int) -> bool:
    """Whether a newcomer waits, with so many members who were on a roster before."""
    # A newcomer changes what two digests have in common, so joining waits for a block's start; in a
    # group too small for numbers there is nothing to protect (release policy, Joining and leaving).
    inside = rounds.count_pulse_rounds(session, partnership_id) % BLOCK != 0
    return inside and settled >= Thresholds().roster


def compute_thresholds(session: Session, partnership_id: int) -> Thresholds:
    """The bars of a round that would open now."""
    # Of everybody who belongs to it: a pause must not lower a bar.
    everybody = partnerships.list_members(session, partnership_id)
    return Thresholds.for_partnership(len({member.organisation_id for member, _ in everybody}))


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
