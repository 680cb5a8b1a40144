"""The policies that `promise` studies: that of the first edition, and those of a lot.

A policy says, for so many answers of so many members, on which class they fall, how many answers of
the class count, and what is printed of their total after what was printed before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Final, Protocol

from pulse_bot.audit import first_edition
from pulse_bot.domain.release.lot import (
    SMALLEST_ROSTER,
    WEEKLY,
    AnswerClass,
    LotScale,
    find_classes,
    print_block,
    print_lot,
)
from pulse_bot.domain.release.results import Printed


class Policy(Protocol):
    """What is printed of one question of one round. `Hashable` keys stand for a class."""

    @property
    def name(self) -> str:
        """As the tables call it."""

    def find_class(self, answers: int, roster: int) -> Hashable | None:
        """The class; None where nothing is printed."""

    def counted(self, found: Hashable) -> int:
        """How many answers of this class count."""

    def say(self, found: Hashable, total: int, last: Printed | None) -> Printed | None:
        """What is printed of this total; None for a silence."""

    def counted_in_block(self, answers: int, roster: int) -> int:
        """How many of so many answers count towards a block; 0 where the round is not heard."""

    def say_block(self, lots: Sequence[tuple[int, int]], roster: int) -> Printed | None:
        """The level of a block, of the (counted, total) of its heard rounds."""


@dataclass(frozen=True)
class FirstEdition:
    """The first edition: all answers count, and no text is remembered."""

    name: str = "first edition"

    def find_class(self, answers: int, roster: int) -> Hashable | None:
        """Every count of answers is a class of its own."""
        is_said = answers >= first_edition.LEAST_ANSWERS and roster >= first_edition.LEAST_ROSTER
        return answers if is_said else None

    def counted(self, found: Hashable) -> int:
        """All of them."""
        assert isinstance(found, int)
        return found

    def say(self, found: Hashable, total: int, last: Printed | None) -> Printed | None:
        """Its level of all answers."""
        assert isinstance(found, int)
        return first_edition.print_level(found, total, 1, 5)

    def counted_in_block(self, answers: int, roster: int) -> int:
        """All, from the first key on."""
        return answers if answers >= first_edition.FEWEST else 0

    def say_block(self, lots: Sequence[tuple[int, int]], roster: int) -> Printed | None:
        """Its level of all answers of the block."""
        return first_edition.print_block_level(
            len(lots), sum(answers for answers, _ in lots), sum(total for _, total in lots)
        )


class Memory(Enum):
    """What of the last text a policy remembers."""

    NUMBER = "number"
    """The number, read on the grid of the class: the product's."""
    TEXT = "text"
    """The text, where the very same exists in the class: as it was proposed first."""
    NOTHING = "nothing"


@dataclass(frozen=True)
class LotPolicy:
    """The second edition, with its own classes or with others."""

    name: str
    classes: Callable[[int], tuple[AnswerClass, ...]]
    """By roster, the fewest answers first."""
    memory: Memory = Memory.NUMBER
    scale: LotScale = WEEKLY

    def find_class(self, answers: int, roster: int) -> Hashable | None:
        """The last class that so many answers reach."""
        fitting = [one for one in self.classes(roster) if answers >= one.least]
        return fitting[-1] if fitting else None

    def counted(self, found: Hashable) -> int:
        """The size of the lot."""
        assert isinstance(found, AnswerClass)
        return found.counted

    def say(self, found: Hashable, total: int, last: Printed | None) -> Printed | None:
        """The product's own text."""
        assert isinstance(found, AnswerClass)
        forgets = self.memory is Memory.NOTHING
        if forgets or (self.memory is Memory.TEXT and last not in _list_texts(found, self.scale)):
            last = None
        return print_lot(found, total, last, self.scale)

    def counted_in_block(self, answers: int, roster: int) -> int:
        """The lot of the round; under eight members four of five."""
        found = self.find_class(answers, roster)
        if found is None and roster < SMALLEST_ROSTER:
            return 4 if answers >= 5 else 0
        return 0 if found is None else self.counted(found)

    def say_block(self, lots: Sequence[tuple[int, int]], roster: int) -> Printed | None:
        """Its level of all answers."""
        return print_block(lots, roster)


@cache
def _list_texts(found: AnswerClass, scale: LotScale) -> set[Printed]:
    lowest, highest = scale.low * found.counted, scale.high * found.counted
    return {print_lot(found, total, None, scale) for total in range(lowest, highest + 1)}


class Cells:
    """A policy's texts as runs of totals, remembered: which totals print which text."""

    def __init__(self, policy: Policy, low: int = 1, high: int = 5) -> None:
        self.policy, self.low, self.high = policy, low, high
        self._said: dict[
            tuple[Hashable, Printed | None],
            tuple[list[Printed | None], dict[Printed | None, tuple[int, int]]],
        ] = {}

    def say(self, found: Hashable, total: int, last: Printed | None) -> Printed | None:
        """What is printed."""
        return self._texts(found, last)[0][total - self.low * self.policy.counted(found)]

    def runs(self, found: Hashable, last: Printed | None) -> dict[Printed | None, tuple[int, int]]:
        """Each text with the least and the largest total that print it."""
        return self._texts(found, last)[1]

    def _texts(
        self, found: Hashable, last: Printed | None
    ) -> tuple[list[Printed | None], dict[Printed | None, tuple[int, int]]]:
        if (found, last) not in self._said:
            counted = self.policy.counted(found)
            totals = range(self.low * counted, self.high * counted + 1)
            texts = [self.policy.say(found, total, last) for total in totals]
            runs: dict[Printed | None, tuple[int, int]] = {}
            for total, text in zip(totals, texts, strict=True):
                runs[text] = (runs.get(text, (total, 0))[0], total)
            assert sum(last - first + 1 for first, last in runs.values()) == len(texts)
            self._said[found, last] = texts, runs
        return self._said[found, last]


def fixed_classes(
    *rows: tuple[int, int, str, int, str],
) -> Callable[[int], tuple[AnswerClass, ...]]:
    """The same (least, counted, step, ends, reach in steps) for every roster that they fit."""
    made = tuple(
        AnswerClass(least, counted, Fraction(step), Fraction(step) * Fraction(reach), ends)
        for least, counted, step, ends, reach in rows
    )

    def find(roster: int) -> tuple[AnswerClass, ...]:
        if roster < SMALLEST_ROSTER:
            return ()
        return tuple(one for one in made if one.least <= roster - 2)

    return cache(find)


def three_wide(first: int) -> Callable[[int], tuple[AnswerClass, ...]]:
    """Classes of three counts from `first` on, each with a grid of its own, as was proposed."""
    grids = [("0.5", 2, "1"), ("0.4", 3, "1"), ("0.4", 3, "3/4")]
    grids += [("0.3", 4, "3/4"), ("0.3", 5, "3/4"), ("0.3", 5, "3/4"), ("0.2", 8, "1")]
    rows = []
    for place, least in enumerate(range(first, 61, 3)):
        step, ends, reach = grids[min(place, len(grids) - 1)]
        rows.append((least, least - 2 if place else 5, step, ends, reach))
    return fixed_classes(*rows)


def one_left_out(roster: int) -> tuple[AnswerClass, ...]:
    """The product's classes with lots of one below their least, and ends for that."""
    return tuple(replace(one, counted=one.least - 1) for one in find_classes(roster))


FIRST_EDITION: Final = FirstEdition()
CHOSEN: Final = LotPolicy("chosen", cache(find_classes))
WIDE: Final = LotPolicy(
    "wide, as proposed",
    fixed_classes(
        (6, 5, "0.5", 2, "1"),
        (9, 7, "0.5", 2, "1"),
        (12, 9, "0.5", 3, "1"),
        (16, 12, "0.4", 4, "1"),
        (22, 17, "0.2", 8, "1"),
        (30, 23, "0.2", 9, "1"),
        (40, 31, "0.2", 9, "1"),
        (54, 42, "0.2", 9, "1"),
    ),
    Memory.TEXT,
)
NARROW: Final = LotPolicy("three wide, as proposed", three_wide(6), Memory.TEXT)
FROM_SEVEN: Final = LotPolicy("three wide from 7", three_wide(7), Memory.TEXT)
FORGETFUL: Final = replace(CHOSEN, name="chosen, no memory", memory=Memory.NOTHING)
ONE_LEFT_OUT: Final = replace(
    FORGETFUL, name="no memory, lot one below", classes=cache(one_left_out)
)
"""The controls, which have to be found unsafe, are the last two, and the first edition's."""
