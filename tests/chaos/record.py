"""What was seen of one run, in plain values: what people were told, what arrived, what is left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.plan import Plan

Answer = tuple[str, int]
"""A member, and the place of a question on their card."""


@dataclass
class Seen:
    """One partnership, at the end."""

    name: str
    members: list[str]
    chats: list[str]
    workshop: bool = False
    confirmed: set[Answer] = field(default_factory=set)
    """Answers of which a member was told that they are recorded."""
    acknowledged: set[Answer] = field(default_factory=set)
    """Answers that a platform was told are taken, while the member was told nothing at all."""
    refused: set[Answer] = field(default_factory=set)
    """Answers that were never recorded, however often they were given."""
    envelopes: list[tuple[str, int, int]] = field(default_factory=list)
    """When the envelopes were counted, how many there must have been, and how many there were."""
    unheard: Counter[str] = field(default_factory=Counter)
    """Acknowledged answers that were not there when nothing was under way any more, by phase."""
    cards: Counter[str] = field(default_factory=Counter)
    """Question cards at the opening, by member."""
    reminders: Counter[str] = field(default_factory=Counter)
    """The same at the reminder, those who had answered all included."""
    asked_again: set[str] = field(default_factory=set)
    """Who is to be reminded."""
    digests: Counter[str] = field(default_factory=Counter)
    """Digests by chat."""
    pictures: Counter[str] = field(default_factory=Counter)
    """Pictures by chat; of a workshop its pack."""
    shown: bool = False
    """Whether the command shows the digest."""
    rounds: list[tuple[int, str]] = field(default_factory=list)
    """Its rounds that are past their deadline, and the state of each."""
    left: dict[int, int] = field(default_factory=dict)
    """Envelopes that are left of these rounds."""
    keys: set[int] = field(default_factory=set)
    """Those of these rounds whose key is left."""


@dataclass
class Record:
    """One run."""

    plan: Plan
    partnerships: list[Seen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was skipped, and what the platforms objected to."""
    log: str = ""
    """What the workers said."""
    seconds: float = 0.0
