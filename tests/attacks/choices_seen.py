"""What an attacker sees of `choose`: which counts fit a statement, over every draw of its borders.

The ranges are asked of the shipped policy, count by count and draw by draw. A statement that
nothing stands out fits many worlds: nothing did, or too much did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from typing import NamedTuple

from pulse_bot.domain.asking.items import Choice, Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.kinds import BORDER_VALUES
from pulse_bot.domain.release.policy import release_question
from pulse_bot.domain.release.results import ChoiceFrequency, Choices
from pulse_bot.domain.release.tallies import Tally

BARS = Thresholds()
Taken = frozenset[int]
"""The choices that one member took, by place."""
Range = tuple[int, int]
"""The fewest and the most who took a choice."""
Words = tuple[ChoiceFrequency, ...]
"""What is said of each choice."""


class Asked(NamedTuple):
    """A question with so many choices, of which a member may take up to `most`."""

    choices: int
    most: int

    @property
    def answers(self) -> list[Taken]:
        """Every answer."""
        places = range(self.choices)
        return [
            frozenset(one) for size in range(1, self.most + 1) for one in combinations(places, size)
        ]

    @property
    def item(self) -> Item:
        """The question itself."""
        labels = tuple(Choice(str(k), f"Choice {k}") for k in range(self.choices))
        return Item(
            "c", "bank", "Which?", ItemKind.CHOOSE, "t", "When?", choices=labels, most=self.most
        )


def said(asked: Asked, n: int, counts: Sequence[int], draws: Iterable[int]) -> Words | None:
    """What the shipped policy says with these draws, two for each choice; None for a silence."""
    drawn = iter(draws)
    tally = Tally("c", ItemKind.CHOOSE, n, 5, {}, {str(k): count for k, count in enumerate(counts)})
    answer = release_question(asked.item, tally, 60, BARS, lambda _: next(drawn))
    return tuple(often for _, often in answer.taken) if isinstance(answer, Choices) else None


@cache
def ranges(n: int) -> dict[ChoiceFrequency, Range]:
    """Which counts of one choice each word fits, as long as it is said of one choice alone."""
    alone = Asked(1, 3)
    found: dict[ChoiceFrequency, list[int]] = {}
    for count, draws in product(range(n + 1), product(range(BORDER_VALUES), repeat=2)):
        words = said(alone, n, [count], draws)
        if words is not None:
            found.setdefault(words[0], []).append(count)
    return {word: (min(counts), max(counts)) for word, counts in found.items()}


def statements(asked: Asked, n: int) -> Iterator[tuple[Words, list[list[Range]]]]:
    """Each statement, up to the order of the choices, with the worlds that it fits."""
    by_word = ranges(n)
    order = [word for word in ChoiceFrequency if word in by_word]
    standing = 2 if asked.most == 1 else 3
    silent: Words = (ChoiceFrequency.UNSAID,) * asked.choices
    worlds: dict[Words, list[list[Range]]] = {silent: []}
    for words in product(order, repeat=asked.choices):
        out = sum(word is not ChoiceFrequency.UNSAID for word in words)
        if 0 < out <= standing and list(words) != sorted(words, key=order.index):
            continue
        key = words if out <= standing else silent
        worlds.setdefault(key, []).append([by_word[word] for word in words])
    yield from worlds.items()


def fits(world: Sequence[Range], people: int, most: int, known: Sequence[int] = ()) -> bool:
    """Whether so many people can complete what is known to counts in these ranges.

    They can exactly where the ranges leave room: each takes one choice at least, `most` at most,
    and none twice.
    """
    have = known or [0] * len(world)
    low = [max(0, first - got) for (first, _), got in zip(world, have, strict=True)]
    high = [min(people, last - got) for (_, last), got in zip(world, have, strict=True)]
    if any(first > last for first, last in zip(low, high, strict=True)):
        return False
    return sum(low) <= most * people and sum(high) >= people


def possible(
    asked: Asked, n: int, worlds: Iterable[Sequence[Range]], insiders: Sequence[Taken]
) -> list[Taken]:
    """Every answer of somebody else that fits; none where the insiders themselves do not fit."""
    known = [sum(k in one for one in insiders) for k in range(asked.choices)]
    others = n - len(insiders)
    fitting = [world for world in worlds if fits(world, others, asked.most, known)]
    return [
        answer
        for answer in asked.answers
        if any(
            fits(
                world, others - 1, asked.most, [got + (k in answer) for k, got in enumerate(known)]
            )
            for world in fitting
        )
    ]


def narrowed(asked: Asked, found: Sequence[Taken]) -> bool:
    """Some choice was surely taken, or surely not."""
    return bool(found) and any(
        len({k in answer for answer in found}) == 1 for k in range(asked.choices)
    )
