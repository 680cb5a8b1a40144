"""Who a member is to a partnership, and whether they are asked."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do beside answering."""

    MEMBER = "member"
    FACILITATOR = "facilitator"
    LEAD = "lead"


class Standing(StrEnum):
    """Whether a member is asked."""

    ACTIVE = "active"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    LEFT = "left"
