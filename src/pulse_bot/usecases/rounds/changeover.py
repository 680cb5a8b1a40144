"""The change to another edition of the release policy: told in the group's chats a week before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.thresholds import POLICY_VERSION
from pulse_bot.domain.partnership.audit_events import PolicyChanges
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import PULSE_BOT, Installation

_NOTICE: Final = timedelta(days=7)
_JITTER: Final = timedelta(hours=12)
"""A weekly round opens a little sooner or later than a week after the one before."""


def choose_edition(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    newest: RoundRow | None,
) -> int:
    """Which edition a round that opens now is promised.

    A group that began under an earlier one keeps its bars for the week in which it is told.
    """
    if newest is None or newest.policy_version >= POLICY_VERSION:
        return POLICY_VERSION
    now = installation.clock.now()
    told = stored_log.find_first(session, partnership.id, EventKind.POLICY_CHANGES)
    if told is None:
        first_day = _local_day(partnership, now + _NOTICE)
        change = PolicyChanges(POLICY_VERSION, first_day)
        audit_log.record(session, installation, partnership.id, PULSE_BOT, change)
        return newest.policy_version
    return newest.policy_version if now < told + _NOTICE - _JITTER else POLICY_VERSION


def _local_day(partnership: PartnershipRow, moment: datetime) -> date:
    return moment.astimezone(parse_zone(partnership.time_zone)).date()
