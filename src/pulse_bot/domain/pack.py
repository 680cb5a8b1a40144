"""A pack: what a facilitator walks into the room with, made of what was released and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pulse_bot.domain.commitments import Commitment
from pulse_bot.domain.digest import Digest
from pulse_bot.domain.items import Item


@dataclass(frozen=True, slots=True)
class Pack:
    """A workshop, what was asked for it, and the digest of its round. The same for every reader.

    A statement of the digest belongs to the question whose id is its `subject`.
    """

    partnership: str
    time_zone: str
    title: str
    workshop_on: date
    questions: tuple[Item, ...]
    """As they were asked, in that order, those of the weekly pulse among them."""
    digest: Digest
    commitments: tuple[Commitment, ...] = ()
    """Those that are open."""
