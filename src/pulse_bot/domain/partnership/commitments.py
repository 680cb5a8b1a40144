"""Commitments: what a partnership said it would do, by when, until it is kept or dropped.

How one is worded, which day is meant, what the answers make of it, and the share that was kept. Who
may write one down is in `roles`; whom it may not name is the use case's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.days import parse_day
from pulse_bot.domain.asking.programme import ROUNDS_BETWEEN
from pulse_bot.domain.asking.typed_words import UnfitWords, guard_words
from pulse_bot.domain.release.digest import CommitmentNews
from pulse_bot.domain.release.results import Lean, ReleasedValue, Silence

LONGEST_TEXT: Final = 140
"""Characters: it has to fit on a card, before the question about it."""
MOST_OPEN: Final = 10
"""A group with more has none that it looks at."""
ASK_AGAIN_AFTER: Final = timedelta(weeks=ROUNDS_BETWEEN)
"""How long one rests after it was asked about (release policy, The same question again)."""
MOST_ASKINGS: Final = 3
"""How often a group is asked whether one is done. A reader who sees who answers each time can rule
out an answer of 1.3 % of ten members who never change theirs; after six times, of 5.7 %."""
OFFERED_WEEKS: Final = (2, 4, 6)
"""The days that are offered."""
FURTHEST_DUE: Final = timedelta(days=366)

_SHORTEST_TEXT: Final = 12
_WE_PATTERN: Final = re.compile(
    r"(?:we|our|let\W?s|together|each of us|all of us)\b", re.IGNORECASE
)


class CommitmentState(StrEnum):
    """Where a commitment is. What was kept or dropped by mistake is opened again."""

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


class CommitmentError(ValueError):
    """Why something cannot be written down as a commitment; the message is for people."""


def normalise_commitment(text: str, *, english: bool = True) -> str:
    """A commitment as it is kept: one line, with a full stop. Raises CommitmentError.

    In English it has to say "we": the promise is the group's, and no one member's.
    """
    try:
        line = guard_words(text)
    except UnfitWords as error:
        raise CommitmentError(str(error)) from None
    if len(line) < _SHORTEST_TEXT:
        raise CommitmentError("Please say in a few words what the group will do.")
    if len(line) > LONGEST_TEXT:
        raise CommitmentError(
            f"That is {len(line)} characters, and there is room for {LONGEST_TEXT}. Please say it "
            "shorter, or make two of it."
        )
    ended = line if line[-1] in ".?!" else f"{line}."
    if ended.endswith("?"):
        raise CommitmentError("That is a question. Please write what the group will do.")
    if english and not _WE_PATTERN.match(ended):
        raise CommitmentError(
            "Please begin with “We”, such as “We visit one another's lessons.” A commitment is the "
            "whole group's."
        )
    return ended[0].upper() + ended[1:]


def parse_due_day(text: str, today: date) -> date:
    """The day that somebody typed, or chose. Raises CommitmentError."""
    day = parse_day(text, today)
    if day is None:
        raise CommitmentError("That is not a day. Write it like 4 December, or choose one.")
    if day < today:
        raise CommitmentError("That day is over. Please choose one that is still to come.")
    if day - today > FURTHEST_DUE:
        raise CommitmentError("That day is more than a year ahead. Please choose an earlier one.")
    return day


def news_of_answers(result: ReleasedValue | Silence) -> CommitmentNews:
    """What the answers to "have we done it?" make of a commitment, from the released value alone.

    "More yes than no" is enough. Up to 20 answers it is the highest that can be said: there a
    unanimous yes reads the same, by design, so a stricter rule would never find anything kept.
    """
    if isinstance(result, Silence):
        return CommitmentNews.UNHEARD
    return CommitmentNews.KEPT if result in (Lean.YES, Lean.MORE_YES) else CommitmentNews.ON_ITS_WAY


def count_kept_and_due(commitments: Iterable[Commitment], on: date) -> tuple[int, int]:
    """(how many were kept, how many were due by this day or ended before it)."""
    counted = [
        commitment
        for commitment in commitments
        if commitment.state is not CommitmentState.OPEN or commitment.due <= on
    ]
    return sum(commitment.state is CommitmentState.KEPT for commitment in counted), len(counted)
