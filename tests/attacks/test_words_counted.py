"""A reader who counts the texts of every list, for a year: how many wrote, and how many answered.

The reader knows the rules, the roster, and which class of answers each digest names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import pytest

from pulse_bot.domain.release.closed_round import MemberWords
from pulse_bot.domain.release.comments import LISTS, ROUNDS_TO_WAIT, draw_words
from pulse_bot.domain.release.lot import find_classes
from tests.domain.draws import lowest
from tests.domain.test_release_words import comments, round_of

WEEKS = 48
Waiting = tuple[int, ...]
"""How many texts have waited for one, two and three rounds."""
Rule = Callable[[int, int, int], tuple[int, bool]]
"""(members, waiting, writers now): how many texts are shown, and whether the rest waits on."""


@cache
def as_built(roster: int, waited: int, writers: int) -> tuple[int, bool]:
    drawn = draw_words(
        round_of([], roster=roster, answered=roster),
        comments(writers),
        [f"Old {k}." for k in range(waited)],
        lowest,
    )
    return len(drawn.comments), not drawn.comments


def as_it_was(roster: int, waited: int, writers: int) -> tuple[int, bool]:
    """The control: from five writers on all is shown, but for two who are never read."""
    read = waited + min(writers, roster - 2)
    return (read, False) if read >= 5 else (0, True)


def five_of_five(roster: int, waited: int, writers: int) -> tuple[int, bool]:
    """The control: a fixed length, whose next one begins where all but one must have written."""
    read = waited + writers
    length = roster - 1 if read >= roster - 1 else 5 if read >= 6 else 0
    return length, not length


def next_state(rule: Rule, roster: int, state: Waiting, writers: int) -> tuple[int, Waiting]:
    shown, waits = rule(roster, sum(state), writers)
    kept = (writers, *state)[:ROUNDS_TO_WAIT] if waits else (0,) * ROUNDS_TO_WAIT
    return shown, kept


def possible_writers(rule: Rule, roster: int, lengths: Sequence[int]) -> list[set[int]]:
    """For each week all counts of writers that some year fits which shows these lists. Exact."""
    counts = range(roster + 1)
    before: list[set[Waiting]] = [{(0,) * ROUNDS_TO_WAIT}]
    for length in lengths:
        reached = (next_state(rule, roster, state, w) for state in before[-1] for w in counts)
        before.append({state for shown, state in reached if shown == length})
    fitting = before[-1]
    weeks: list[set[int]] = []
    for length, states in zip(reversed(lengths), reversed(before[:-1]), strict=True):
        moves = [
            (state, w)
            for state in states
            for w in counts
            if (step := next_state(rule, roster, state, w))[0] == length and step[1] in fitting
        ]
        weeks.append({w for _, w in moves})
        fitting = {state for state, _ in moves}
    return weeks[::-1]


def play_year(rule: Rule, roster: int, chance: random.Random) -> tuple[list[int], list[int]]:
    """(writers, length of the list) of each week, with quiet and with busy times."""
    state: Waiting = (0,) * ROUNDS_TO_WAIT
    writers, lengths = [], []
    for _ in range(WEEKS):
        share = chance.choice((0.1, 0.3, 0.6, 0.9, 1.0))
        writers.append(sum(chance.random() < share for _ in range(roster)))
        shown, state = next_state(rule, roster, state, writers[-1])
        lengths.append(shown)
    return writers, lengths


def widths(rule: Rule, roster: int) -> list[int]:
    """How many counts stay possible, of each week of some years."""
    found = []
    for seed in range(5):
        writers, lengths = play_year(rule, roster, random.Random(seed))
        possible = possible_writers(rule, roster, lengths)
        assert all(w in left for w, left in zip(writers, possible, strict=True)), "a sound attack"
        found += [len(left) for left in possible]
    return found


@pytest.mark.parametrize("roster", [8, 9, 10, 12, 13, 14, 15, 20])
def test_a_year_of_lists_leaves_three_counts_of_writers_every_week(roster: int) -> None:
    assert min(widths(as_built, roster)) >= 3
    # The controls: the same reader, and rules that only look safe.
    assert min(widths(as_it_was, roster)) == 1
    assert min(widths(five_of_five, roster)) <= 2


@pytest.mark.parametrize("roster", [8, 13, 14, 20])
def test_a_list_tells_no_more_than_at_least_six_or_at_least_twelve(roster: int) -> None:
    for seed in range(5):
        _, lengths = play_year(as_built, roster, random.Random(seed))
        possible = possible_writers(as_built, roster, lengths)
        afresh = [
            (length, left)
            for last, length, left in zip(lengths, lengths[1:], possible[1:], strict=False)
            if last
        ]
        assert {length for length, _ in afresh} == ({0, 5, 10} if roster >= 14 else {0, 5})
        for length, left in afresh:
            below = min(12, roster + 1) if roster >= 14 else roster + 1
            assert (
                left
                == {
                    0: set(range(6)),
                    5: set(range(6, below)),
                    10: set(range(12, roster + 1)),
                }[length]
            )


def lists_by_class(roster: int, least_answered: int) -> list[set[bool]]:
    """For each class of answers, whether a list comes, over the counts that it holds.

    By the rule as it is built, and by the bar on top of it.
    """
    borders = [0, *(one.least for one in find_classes(roster)), roster + 1]
    written = [MemberWords((f"Comment {k}.",)) for k in range(8)]
    return [
        {
            bool(draw_words(round_of([], roster=roster, answered=n), written, (), lowest).comments)
            and n >= least_answered
            for n in range(first, last)
        }
        for first, last in pairwise(borders)
    ]


@pytest.mark.parametrize("roster", range(8, 61))
def test_a_list_comes_or_not_by_the_class_of_answers_alone(roster: int) -> None:
    assert all(len(comes) == 1 for comes in lists_by_class(roster, 0))
    # Answers in words need as many who answered as wrote: twelve is where a class begins.
    borders = [one.least for one in find_classes(roster)]
    assert all(n in borders or n < borders[0] for least, n, _ in LISTS if roster >= least)


@pytest.mark.parametrize("roster", range(8, 20))
def test_the_control_a_list_from_eight_who_answered_tells_it(roster: int) -> None:
    """The bar of the first edition, which is why groups under ten were not asked."""
    assert any(len(comes) == 2 for comes in lists_by_class(roster, 8))
