"""What may be said of one question or one theme, after the release policy, by the kind of item.

A value here may be read by anybody: it holds coarse numbers and words, and no count, sum or exact
share. Which of them may be said is decided in `policy`; how they are worded is the renderers'.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class End(StrEnum):
    """Whether a printed number is open: the mean lies there or beyond."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"

    @property
    def words(self) -> str:
        """ "or higher", "or lower", or nothing."""
        return _END_WORDS[self]


_END_WORDS: Final = {End.NONE: "", End.LOW: "or lower", End.HIGH: "or higher"}


@dataclass(frozen=True, slots=True)
class Printed:
    """A mean as it is printed: the middle of its cell, with one decimal."""

    value: Decimal
    end: End = End.NONE
    step: Decimal | None = None
    """Of the grid that it was printed on; None where that was not kept."""

    @property
    def about(self) -> str:
        """The number in digits: "3.8"."""
        return f"{self.value:.1f}"

    @property
    def edge(self) -> str:
        """ "or higher", "or lower", or nothing."""
        return self.end.words


@dataclass(frozen=True, slots=True)
class Level(Printed):
    """A mean as the release policy prints it: "about 3.8", "about 4.2 or higher".

    Of answers from 1 to 5, always, and the higher, the better: answers to a question that asks the
    other way round were turned.
    """

    def __str__(self) -> str:
        return f"about {self.about} {self.edge}".strip()


@dataclass(frozen=True, slots=True)
class OutOfTen(Printed):
    """The same of answers from 0 to 10 (`scale`)."""

    def __str__(self) -> str:
        return f"about {self.about} out of 10 {self.edge}".strip()


@dataclass(frozen=True, slots=True)
class Journey:
    """Where we are, and where we want to be in 12 months (`journey`)."""

    now: Level
    later: Level


class Lean(StrEnum):
    """Which way the answers lean (`yes-no`), from the coarse mean of yes, partly and no."""

    YES = "nearly all yes"
    MORE_YES = "more yes than no"
    BETWEEN = "between yes and no"
    MORE_NO = "more no than yes"
    NO = "nearly all no"


class ChoiceFrequency(StrEnum):
    """How often a choice was taken by those of the lot (release policy, Choices)."""

    MOST = "by most"
    """Of the first edition."""
    OFTEN = "often"
    UNSAID = ""
    """Not often enough to stand out, or nothing stands out. Nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Which choices stand out, in the question's own order (`choose`)."""

    taken: tuple[tuple[str, ChoiceFrequency], ...]
    """(label, how often)."""

    @property
    def standing_out(self) -> tuple[tuple[str, ChoiceFrequency], ...]:
        """Those of which something is said, the most often taken first."""
        order = (ChoiceFrequency.MOST, ChoiceFrequency.OFTEN)
        return tuple(
            choice for frequency in order for choice in self.taken if choice[1] is frequency
        )


class LevelWord(StrEnum):
    """The level of a group too small for numbers, in five words."""

    LOW = "low"
    RATHER_LOW = "rather low"
    MIDDLE = "in the middle"
    RATHER_HIGH = "rather high"
    HIGH = "high"


class Silence(StrEnum):
    """Why a question has no number. Decided from counts and membership, never from answers."""

    TOO_FEW = "too few answers"
    ENOUGH = "enough answers, not enough to show"
    """Of the first edition."""
    SMALL_GROUP = "too small a group for a number of one week"
    """The roster is under the bar, however many answered: saying more would count the answers."""
    WORDS = "words, which are shown under the rule for comments"


class Agreement(StrEnum):
    """Are we of one mind? The word for a block of the first edition.

    It counted who stood on the smaller side of each question, which is not kept any more.
    """

    CLOSE = "close"
    """Few stand on the other side of most, so that nearly all lean one way or not at all."""
    MIXED = "mixed"
    TWO_CAMPS = "two camps"
    """A quarter at least on each side."""


ReleasedValue = Level | OutOfTen | Journey | Lean | Choices
