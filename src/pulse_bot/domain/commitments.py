"""Commitments: what a partnership said it would do, by when, until it is kept or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CommitmentState(StrEnum):
    """Where a commitment is. It only ever leaves OPEN."""

    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the group said it would do. `number` is unique in its partnership, from 1."""

    number: int
    text: str
    due: date
    state: CommitmentState
