"""The log that all members can read: whatever changes a setting, or looks at a result, says so.

How its lines read is in `audit_words`; how they are kept in `storage.audit_log`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import AuditEvent
from pulse_bot.storage import audit_log, plans
from pulse_bot.usecases.context import Installation

_A_DAY: Final = timedelta(days=1)


def record(
    session: Session,
    installation: Installation,
    partnership_id: int,
    actor: Actor,
    event: AuditEvent,
) -> None:
    """Write a line into the log; where its kind is announced, the group's chats are told."""
    audit_log.add(session, partnership_id, installation.clock.now(), actor, event)
    # Whatever may change a plan says so in the log.
    plans.look_again(session, partnership_id)


def record_once(
    session: Session,
    installation: Installation,
    partnership_id: int,
    actor: Actor,
    event: AuditEvent,
) -> None:
    """The same, once a day: what is repeated must not push other lines out of sight."""
    since = installation.clock.now() - _A_DAY
    if not audit_log.has_since(session, partnership_id, since, actor, event):
        record(session, installation, partnership_id, actor, event)
