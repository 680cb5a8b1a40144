"""Announced: which events the chats of a group are told, and which of them come from the roster."""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.partnership.audit_events import (
    AuditEvent,
    MemberAdded,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    Unreadable,
)
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.domain.partnership.people import Role

_UNANNOUNCED: Final = frozenset(
    {
        EventKind.PARTNERSHIP_CREATED,
        EventKind.SCHOOLS_ADDED,
        EventKind.MEMBER_WENT_FROM_CHAT,
        EventKind.MEMBER_CAME_BACK,
        EventKind.MEMBER_LINK_RENEWED,
        EventKind.INVITATION_REPLACED,
        EventKind.CHAT_LOST,
        EventKind.CHAT_BACK,
        EventKind.ROUND_OPENED,
        EventKind.ROUND_ASKED,
        EventKind.ROUND_CLOSED,
        EventKind.DIGEST_READ,
        EventKind.DIGESTS_READ,
        EventKind.PACK_READ,
        EventKind.SENTENCE,
    }
)


def is_announced(event: AuditEvent) -> bool:
    """Whether every chat of the group is told: of thresholds, programme, roster, roles, workshops
    and commitments, and not of looks or of what concerns one member.
    """
    return event.kind not in _UNANNOUNCED


def came(event: AuditEvent | Unreadable) -> bool:
    """Whether somebody came; who comes as a lead is told as a change of roles."""
    match event:
        case MemberJoined() | MemberAdded(role=Role.MEMBER):
            return True
    return False


def went(event: AuditEvent | Unreadable) -> bool:
    """Whether somebody went, who was no lead and no facilitator."""
    match event:
        case MemberLeft() | MemberRemoved(role=Role.MEMBER):
            return True
    return False
