"""What an attacker sees of a policy that prints means: cells, as sets of totals.

Shared by the attacks on the release policy. A policy is any function from (answers, total) to the
printed text, so that a naive one goes through the very same checks as ours and must fail them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from pulse_bot.domain.release.policy import block_level

Policy = Callable[[int, int], str | None]

ANSWERS = range(1, 6)


class Cell(NamedTuple):
    """All totals of `n` answers that print the same text, of which it is the first and the last."""

    text: str
    first: int
    last: int


def naive(n: int, total: int) -> str | None:
    """What most products print: the mean to one decimal, from five answers on."""
    if n < 5:
        return None
    mean = Decimal(total) / Decimal(n)
    return str(mean.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def week(n: int, total: int) -> str | None:
    """Our W, its steps written out once more (release policy, One week)."""
    if n < 7:
        return None
    tenths = 5 if n < 10 else 4 if n < 20 else 2 if n < 40 else 1
    said = block_level(n, total, 10, Fraction(tenths, 10))
    return None if said is None else str(said)


def block_of(rounds: int) -> Policy:
    """Our B for `rounds` rounds that were heard (release policy, A block)."""

    def policy(n: int, total: int) -> str | None:
        if rounds < 3 or n < 28:
            return None
        said = block_level(n, total, 8 * rounds + 2, Fraction(1, 5) if n < 40 else Fraction(1, 10))
        return None if said is None else str(said)

    return policy


def cells(policy: Policy, n: int) -> Iterator[Cell]:
    """The printed cells of `n` answers, lowest first; none where nothing is printed."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for total in range(n, 5 * n + 1):
        text = policy(n, total)
        if text is not None:
            found[text].append(total)
    for text, totals in found.items():
        assert totals == list(range(totals[0], totals[-1] + 1)), "a cell is one run of totals"
        yield Cell(text, totals[0], totals[-1])


def possible(cell: Cell, unknown: int, known: int) -> set[int]:
    """What any one of `unknown` answers can be, to somebody who knows that the rest is `known`.

    Exact: the rest of the unknown answers can add up to any whole number between all ones and all
    fives, so an answer is possible where that range meets the cell.
    """
    rest = unknown - 1
    return {
        answer
        for answer in ANSWERS
        if cell.first <= known + answer + 5 * rest and cell.last >= known + answer + rest
    }


def consistent(cell: Cell, unknown: int, known: int) -> bool:
    """Whether those who know `known` can be in this cell at all."""
    return cell.first <= known + 5 * unknown and cell.last >= known + unknown
