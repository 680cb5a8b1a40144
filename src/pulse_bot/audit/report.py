"""What an audit found, as facts; the sentences are in `wording`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_ANSWERS: Final = 0.01
"""The share of answers of whose side a reader may be certain."""
MOST_PEOPLE: Final = 0.20
"""The share of people in a year of whom a reader may be certain of any side."""


class FindingKind(StrEnum):
    """What follows, or what is not as the policy says."""

    ONE_SIDE = "one side"
    """Somebody's answer is certainly low, or certainly high."""
    DETERMINED = "determined"
    """Somebody's answer is known exactly."""
    TOTAL = "total"
    """What fewer than five people answered together is known."""
    WHOLE_THEME = "whole theme"
    """How everybody answers to a theme follows, taken that each answers its questions alike."""
    COUNT = "count"
    """How many answered is one of two counts, or one."""
    OFF_POLICY = "off policy"
    """What is printed cannot have been printed by the policy."""
    LENGTH = "length"
    """A list of people's words has a length that says how many wrote."""


class Whose(StrEnum):
    """Of whom a finding speaks. Nobody is known to the audit."""

    JOINED = "joined"
    LEFT = "left"
    STAYED = "stayed"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of a few people, who came or went beside a round, or of all."""

    whose: Whose
    round: int | None = None
    """The number of the first round that asked who joined, or of the last that asked who left."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who would find it out."""

    friends: int = 0
    """How many members' answers they know, their own included."""
    knows_who_answered: bool = False
    answers: tuple[int, ...] = ()
    """What those members would have answered, from the lowest (0) up."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing that follows from what was published."""

    kind: FindingKind
    rounds: tuple[int, ...]
    """Numbers of the rounds whose digests show it together."""
    question: str
    somebody: Somebody = Somebody(Whose.ANYBODY)
    reader: Reader = Reader()


@dataclass(frozen=True, slots=True)
class CertaintyRate:
    """By probability: of how many a reader is 95 % certain on which side they stand."""

    answering: str
    """Who is taken to have answered."""
    friends: int
    answers: float
    people: float
    """Shares of answers, and of people in a year."""

    @property
    def is_kept(self) -> bool:
        """Whether both are within the bounds."""
        return self.answers <= MOST_ANSWERS and self.people <= MOST_PEOPLE


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All that an audit found."""

    rounds: int
    numbers: int
    """How many printed numbers were attacked."""
    findings: Sequence[AuditFinding]
    rates: Sequence[CertaintyRate]
    unread: Sequence[str] = ()
    """What was printed and not attacked, in words."""

    @property
    def passes(self) -> bool:
        """Nothing follows by logic, and both bounds are kept."""
        return not self.findings and all(rate.is_kept for rate in self.rates)
