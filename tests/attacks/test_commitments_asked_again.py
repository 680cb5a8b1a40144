"""Attack: somebody who sees who answers reads every release about one commitment.

The same question is released again and again, and nobody ever changes their answer: the worst case
for a group. Each time other members answer, so the releases differ a little, and together they say
more than each. The control is a group of which every answer counts and nothing is remembered.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import product

import numpy as np

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.commitments import MOST_ASKINGS
from pulse_bot.domain.release.lot import YES_NO, find_class
from pulse_bot.domain.release.policy import release_question
from pulse_bot.domain.release.results import Lean, ReleasedValue, Silence
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item

ITEM = Item(
    "done", "commitments", "Have we done it?", ItemKind.YES_NO, "commitments", "What is next?"
)
WORDS = ("no", "partly", "yes")
ROSTER = 10
GROUPS = 40
LEAST = 6
EVERYBODY = np.array(list(product(range(3), repeat=ROSTER)), dtype=np.int8)
"""Every way in which ten members could have answered."""


@cache
def released(drawn: tuple[int, ...], rest: int, before: Lean | None) -> ReleasedValue | Silence:
    """What the product says of those who were drawn, and of so many who were not."""
    answers = [WORDS[one] for one in (*drawn, *[0] * rest)]
    given = [MemberAnswers(number % 5, {"answer": one}) for number, one in enumerate(answers)]
    bars = Thresholds()
    return release_question(ITEM, tally_item(ITEM, given, ROSTER, bars), ROSTER, bars, before)


def say(answers: tuple[int, ...], before: Lean | None, *, is_drawn: bool) -> object:
    """The text of a round; the control's is that of a mean of all, on cells of a half."""
    if is_drawn:
        found = find_class(len(answers), ROSTER, YES_NO)
        assert found is not None
        return released(answers[: found.counted], len(answers) - found.counted, before)
    return round(2 * sum(answers) / len(answers))


@cache
def fitting(n: int, text: object, before: Lean | None, is_drawn: bool) -> np.ndarray:
    """By how many said partly and yes among `n`: whether the text can have come of them."""
    fits = np.zeros((n + 1, n + 1), dtype=bool)
    found = find_class(n, ROSTER, YES_NO)
    assert found is not None
    size = found.counted if is_drawn else n
    for partly, yes in product(range(n + 1), repeat=2):
        no = n - partly - yes
        if no < 0:
            continue
        for some, many in product(range(min(partly, size) + 1), range(min(yes, size) + 1)):
            if 0 <= size - some - many <= no:
                drawn = (*[2] * many, *[1] * some, *[0] * (size - some - many))
                answers = (*drawn, *[0] * (n - size))
                fits[partly, yes] |= say(answers, before, is_drawn=is_drawn) == text
    return fits


def narrowed(times: int, *, is_drawn: bool) -> float:
    """The share of members of whom some answer can be ruled out, over many groups."""
    chance = random.Random(times)
    found = 0
    for _ in range(GROUPS):
        answers = chance.choices(range(3), (3, 2, 5), k=ROSTER)
        left, before = EVERYBODY, None
        for _ in range(times):
            who = [member for member in range(ROSTER) if chance.random() < 0.7]
            if len(who) < LEAST:
                continue
            chance.shuffle(who)
            text = say(tuple(answers[member] for member in who), before, is_drawn=is_drawn)
            among = left[:, who]
            fits = fitting(len(who), text, before, is_drawn)
            left = left[fits[(among == 1).sum(axis=1), (among == 2).sum(axis=1)]]
            before = text if isinstance(text, Lean) else None
        found += sum(len(set(left[:, member].tolist())) < 3 for member in range(ROSTER))
    return found / (GROUPS * ROSTER)


def test_being_asked_again_gives_nobody_away() -> None:
    assert narrowed(MOST_ASKINGS, is_drawn=True) == 0
    assert narrowed(MOST_ASKINGS, is_drawn=False) > 0.01


def test_a_result_needs_its_answers() -> None:
    assert isinstance(released((2,) * 5, 1, None), Lean)
    assert isinstance(released((2,) * 5, 0, None), Silence)
