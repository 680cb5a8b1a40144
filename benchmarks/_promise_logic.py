"""What logic alone tells of who joined or left, and of how many answered.

Nobody but the mover changes anything, and the reader knows who answered in both rounds, and what
friends of theirs answered in both. Everybody else may have answered anything: an answer of the
mover is possible where some answers of the others, and some lots, print both texts. That is exact:
what the lots share is as little as it can be, and sums of answers take every whole number between
the least and the largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import FIRST_EDITION, Cells, Policy
from pulse_bot.audit.first_edition import find_response_band
from pulse_bot.domain.release.results import Printed


class Look(NamedTuple):
    """What a reader has of one look at a question."""

    counted: int
    first: int
    last: int
    """The run of totals of the lot."""
    has_mover: bool


class Scene(NamedTuple):
    """What the reader knows beside the two looks."""

    others: int
    """Who answered in both rounds, friends included."""
    friends: tuple[int, ...]
    low: int = 1
    high: int = 5


def list_possible(scene: Scene, looks: tuple[Look, Look]) -> set[int]:
    """Every answer that the mover can have given."""
    return {
        value
        for value in range(scene.low, scene.high + 1)
        if any(_fits(scene, needs) for needs in _list_needs(scene, looks, value))
    }


class _Need(NamedTuple):
    """What a lot needs of the others: so many of them, with a sum in this run."""

    members: int
    first: int
    last: int


def _list_needs(
    scene: Scene, looks: tuple[Look, Look], value: int
) -> Iterator[tuple[_Need, _Need]]:
    """All ways in which the mover and the friends are in the lots or are not."""
    choices = [[(0, 0), (1, value)] if look.has_mover else [(0, 0)] for look in looks]
    drawn = [
        {
            (sum(taken), sum(one for one, is_in in zip(scene.friends, taken, strict=True) if is_in))
            for taken in product((0, 1), repeat=len(scene.friends))
        }
        for _ in looks
    ]
    for movers in product(*choices):
        for friends in product(*drawn):
            needs = [
                _Need(look.counted - a - b, look.first - x - y, look.last - x - y)
                for look, (a, x), (b, y) in zip(looks, movers, friends, strict=True)
            ]
            yield needs[0], needs[1]


def _fits(scene: Scene, needs: tuple[_Need, _Need]) -> bool:
    """Whether the others' answers can meet both needs, sharing as few members as they may."""
    unknown = scene.others - len(scene.friends)
    if not all(0 <= need.members <= unknown for need in needs):
        return False
    shared = max(0, needs[0].members + needs[1].members - unknown)
    least, most = scene.low * shared, scene.high * shared
    for need in needs:
        alone = need.members - shared
        least = max(least, need.first - scene.high * alone)
        most = min(most, need.last - scene.low * alone)
    return least <= most


class Shown(NamedTuple):
    """Shares of movers: whose answer is determined, who stands on one side, of whom one side is
    ruled out (the middle counts to either)."""

    determined: float
    one_side: float
    ruled_out: float


def judge(found: set[int], low: int, high: int) -> tuple[bool, bool, bool]:
    """Determined, on one side, one side ruled out."""
    below = [2 * one < low + high for one in found]
    above = [2 * one > low + high for one in found]
    return len(found) == 1, all(below) or all(above), not any(below) or not any(above)


class Crowd(NamedTuple):
    """How many a random case is of."""

    members: int
    response: float
    joins: bool
    friends: int = 0


def rate_movers(draw: np.random.Generator, cells: Cells, crowd: Crowd, cases: int) -> Shown:
    """The shares of random cases in which the mover shows; silences count as nothing shown."""
    seen = [_try_mover(draw, cells, crowd) for _ in range(cases)]
    return Shown(*(sum(part) / cases for part in zip(*seen, strict=True)))


def _try_mover(draw: np.random.Generator, cells: Cells, crowd: Crowd) -> tuple[bool, bool, bool]:
    low, high = cells.low, cells.high
    others = int(draw.binomial(crowd.members, crowd.response))
    tends, spread = draw.uniform(low, high), (high - low) / 4
    answers = np.clip(np.rint(draw.normal(tends, spread, others + 1)), low, high).astype(int)
    # A look before both, so that a text may already have been remembered.
    rounds = [False, False, True] if crowd.joins else [True, True, False]
    last: Printed | None = None
    looks: list[Look] = []
    for has_mover in rounds:
        there = answers if has_mover else answers[:-1]
        found = cells.policy.find_class(len(there), crowd.members + has_mover)
        if found is None:
            return False, False, False
        counted = cells.policy.counted(found)
        text = cells.say(found, int(draw.permutation(there)[:counted].sum()), last)
        if text is None:
            return False, False, False
        looks.append(Look(counted, *cells.runs(found, last)[text], has_mover))
        last = text
    friends = tuple(answers[: crowd.friends].tolist())
    found_answers = list_possible(Scene(others, friends, low, high), (looks[1], looks[2]))
    assert int(answers[-1]) in found_answers
    return judge(found_answers, low, high)


def count_telling(cells: Cells, members: int) -> tuple[int, int, int]:
    """Of all pairs of texts round a joiner or a leaver, whatever the answers and however unlikely:
    how many there are, how many would show one side of somebody, how many would rule one out."""
    seen = np.zeros(3, dtype=int)
    for others, joins in product(range(members + 1), (True, False)):
        for looks in _list_pairs(cells, members, others, joins=joins):
            found = list_possible(Scene(others, (), cells.low, cells.high), looks)
            if found:
                seen += (1, *judge(found, cells.low, cells.high)[1:])
    return int(seen[0]), int(seen[1]), int(seen[2])


def _list_pairs(
    cells: Cells, members: int, others: int, *, joins: bool
) -> Iterator[tuple[Look, Look]]:
    """Every two texts, after every text that can have stood before."""
    found = [
        cells.policy.find_class(others + there, members + there) for there in (not joins, joins)
    ]
    if found[0] is None or found[1] is None:
        return
    sizes = [cells.policy.counted(one) for one in found if one is not None]
    for earlier in (None, *cells.runs(found[0], None)):
        for text, run in cells.runs(found[0], earlier).items():
            for later in cells.runs(found[1], text).values() if text else ():
                yield Look(sizes[0], *run, not joins), Look(sizes[1], *later, joins)


def list_counts(policy: Policy, members: int) -> list[tuple[int, list[set[int]]]]:
    """By how many answered: what readers take for how many may have, for each text there can be."""
    cells = Cells(policy)
    texts: list[tuple[set[Printed | None], object]] = []
    for answers in range(members + 1):
        found = policy.find_class(answers, members)
        runs = {None} if found is None else set(cells.runs(found, None))
        words = _say_response(policy, answers, members)
        texts.append((set(runs), words))
    return [
        (
            answers,
            [
                {
                    other
                    for other, (said, theirs) in enumerate(texts)
                    if text in said and theirs == words
                }
                for text in runs
            ],
        )
        for answers, (runs, words) in enumerate(texts)
    ]


QUIETEST: Final = 5


def _say_response(policy: Policy, answers: int, members: int) -> object:
    """What the digest says of how many answered: a band and a silence, or a class."""
    if policy is FIRST_EDITION:
        # Under ten there is one silence; else too few is told from enough.
        silence = members >= 10 and answers < QUIETEST
        return find_response_band(answers, members), silence
    return policy.find_class(answers, members)


def rate_counts(policy: Policy, members: int, response: float) -> tuple[float, float]:
    """The shares of weeks whose count of answers is determined, and narrowed to two at most.

    Every text that a count can print weighs the same.
    """
    chances = np.zeros(2)
    weights = _binomial(members, response)
    for answers, sets in list_counts(policy, members):
        for place, most in enumerate((1, 2)):
            chances[place] += weights[answers] * np.mean([len(one) <= most for one in sets])
    return float(chances[0]), float(chances[1])


def _binomial(members: int, response: float) -> Sequence[float]:
    weights = np.ones(1)
    for _ in range(members):
        weights = np.convolve(weights, [1 - response, response])
    return weights.tolist()
