"""Rounds of a theme for the tests of trends: from single answers, as they would be tallied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.release.tallies import MemberAnswers, Tally, tally_item

TURN = 6
CORE = [
    Item(f"trust-{k}", "trust", f"Question {k}?", ItemKind.AGREE, "trust", f"Talk {k}.")
    for k in range(TURN)
]

Weeks = Sequence[Sequence[int]]
"""The answers of each round, oldest first."""


def counted(values: Sequence[int], week: int, organisations: int = 5) -> Tally:
    """The tally of one week's question of a core that is asked in fixed order."""
    answers = [
        MemberAnswers(k % organisations, {"answer": str(one)}) for k, one in enumerate(values)
    ]
    return tally_item(CORE[week % TURN], answers)


def rounds(weeks: Weeks) -> list[Tally]:
    """The tallies of weeks in a row."""
    return [counted(values, week) for week, values in enumerate(weeks)]


def mirrored(weeks: Weeks) -> list[list[int]]:
    """The same weeks, had everybody answered the other way round."""
    return [[6 - one for one in values] for values in weeks]


def harder(one: Tally, item: str, by: int) -> Tally:
    """A tally to whose every answer something is added where it is of this question.

    The sums are those of answers from another scale: the regression knows no ends of a scale.
    """
    if one.item != item:
        return one
    now = one.moments["answer"]
    squares = now.squares + 2 * by * now.total + now.n * by * by
    moved = replace(now, total=now.total + by * now.n, squares=squares)
    return replace(one, moments={"answer": moved})


def answers(least: int = 5, most: int = 14) -> st.SearchStrategy[list[int]]:
    """The answers of one round that passes the first key."""
    return st.lists(st.integers(1, 5), min_size=least, max_size=most)


def histories(least: int = 8, most: int = 30) -> st.SearchStrategy[list[list[int]]]:
    """So many weeks of answers."""
    return st.lists(answers(), min_size=least, max_size=most)
