"""What an attacker sees of the kinds of question that a mean is said of, other than from 1 to 5.

The policy under attack is the shipped one, asked for every total; the naive one prints means to two
decimals. The words for what a cell gives away are those of `release_cells`, for any scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.policy import release_question
from pulse_bot.domain.release.results import Journey, Silence
from pulse_bot.domain.release.tallies import Moments, Tally
from tests.attacks.release_cells import Cell
from tests.domain.soft_borders import lowest

BARS = Thresholds()
MANY = 60
"""A roster in which a number of one week may be shown."""

Policy = Callable[[int, int], str | None]


@dataclass(frozen=True)
class Scale:
    """The answers that a question takes, as numbers, and what is printed of them."""

    name: str
    low: int
    high: int
    ours: Policy

    @property
    def answers(self) -> range:
        """Every answer."""
        return range(self.low, self.high + 1)

    @property
    def middle(self) -> Fraction:
        """The answer on neither side."""
        return Fraction(self.low + self.high, 2)

    @property
    def free(self) -> Fraction:
        """D: two answers and a half."""
        return Fraction(5, 2) * (self.high - self.low)

    def on_one_side(self, found: set[int]) -> bool:
        """Surely low, or surely high."""
        return max(found) < self.middle or min(found) > self.middle

    def cells(self, policy: Policy, n: int) -> Iterator[Cell]:
        """The printed cells of `n` answers, lowest first."""
        found: dict[str, list[int]] = {}
        for total in range(self.low * n, self.high * n + 1):
            text = policy(n, total)
            if text is not None:
                found.setdefault(text, []).append(total)
        for text, totals in found.items():
            assert totals == list(range(totals[0], totals[-1] + 1)), "a cell is one run of totals"
            yield Cell(text, totals[0], totals[-1])

    def possible(self, cell: Cell, unknown: int, known: int) -> set[int]:
        """What one of `unknown` answers can be, to somebody who knows that the rest is `known`."""
        rest = unknown - 1
        return {
            answer
            for answer in self.answers
            if cell.first <= known + answer + self.high * rest
            and cell.last >= known + answer + self.low * rest
        }

    def exposed(self, policy: Policy, n: int, insiders: int) -> list[set[int]]:
        """What insiders learn of somebody else, wherever they learn anything."""
        return [
            found
            for cell in self.cells(policy, n)
            for known in range(self.low * insiders, self.high * insiders + 1)
            if (found := self.possible(cell, n - insiders, known)) and found != set(self.answers)
        ]

    def by_force(self, policy: Policy, n: int, insiders: int) -> dict[tuple[str, int], set[int]]:
        """By (text, what insiders know): each answer in any round that could have been."""
        seen: dict[tuple[str, int], set[int]] = {}
        for others in combinations_with_replacement(self.answers, n - insiders):
            for known in range(self.low * insiders, self.high * insiders + 1):
                text = policy(n, sum(others) + known)
                if text is not None:
                    seen.setdefault((text, known), set()).update(others)
        return seen


def naive(n: int, total: int) -> str | None:
    """The mean to two decimals, from five answers on."""
    if n < 5:
        return None
    return str((Decimal(total) / Decimal(n)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def asked(kind: ItemKind) -> Item:
    """A question of a kind."""
    return Item(kind.value, "bank", "A question?", kind, "trust", "When?")


def shown(kind: ItemKind, tally: Tally) -> str | None:
    """What the shipped policy says of a tally; None for a silence."""
    said = release_question(asked(kind), tally, MANY, BARS, lowest)
    return None if isinstance(said, Silence) else str(said)


@cache
def _of_ten(n: int, total: int) -> str | None:
    moments = {"answer": Moments(n, total)}
    return shown(ItemKind.SCALE, Tally("scale", ItemKind.SCALE, n, 5, moments))


@cache
def _yes_no(n: int, total: int) -> str | None:
    texts = {
        shown(
            ItemKind.YES_NO,
            Tally("yes-no", ItemKind.YES_NO, n, 5, {}, {"yes": yes, "partly": partly}),
        )
        for yes in range(total // 2 + 1)
        if (partly := total - 2 * yes) + yes <= n
    }
    assert len(texts) == 1, "only the total decides"
    return texts.pop()


@cache
def journey(n: int, now: int, later: int) -> Journey | None:
    """What is said of a journey with these two sums."""
    moments = {"now": Moments(n, now), "later": Moments(n, later)}
    tally = Tally("journey", ItemKind.JOURNEY, n, 5, moments)
    said = release_question(asked(ItemKind.JOURNEY), tally, MANY, BARS, lowest)
    assert isinstance(said, Journey | Silence)
    return said if isinstance(said, Journey) else None


def _now(n: int, total: int) -> str | None:
    said = journey(n, total, 3 * n)
    return str(said.now) if said else None


def _later(n: int, total: int) -> str | None:
    said = journey(n, 3 * n, total)
    return str(said.later) if said else None


TEN = Scale("scale", 0, 10, _of_ten)
YES_NO = Scale("yes-no", 0, 2, _yes_no)
NOW = Scale("journey, now", 1, 5, _now)
LATER = Scale("journey, later", 1, 5, _later)
SCALES = (TEN, YES_NO, NOW, LATER)
