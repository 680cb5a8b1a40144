"""The other kinds of question under the lot, as policies that the same attacks read.

Of a choice only this is seen: whether it is said to be taken often. So it is a scale of no and yes
with two texts and no memory. Choices are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Final

from benchmarks._promise_policies import Cells, LotPolicy
from pulse_bot.domain.release.lot import (
    LEAST_CHOICE_ANSWERS,
    OUT_OF_TEN,
    YES_NO,
    AnswerClass,
    LotScale,
    find_class,
    find_classes,
    stands_out,
)
from pulse_bot.domain.release.results import Printed

TEXTS: Final = Printed(Decimal(0)), Printed(Decimal(1))
"""Of a choice: nothing, and that it is taken often."""


@dataclass(frozen=True)
class ChoicePolicy:
    """One choice of a question, from so many answers on."""

    name: str = "choose"

    def find_class(self, answers: int, roster: int) -> Hashable | None:
        """The class by the product's own function."""
        found = find_class(answers, roster)
        return found if found and found.least >= LEAST_CHOICE_ANSWERS else None

    def counted(self, found: Hashable) -> int:
        """The size of the lot."""
        assert isinstance(found, AnswerClass)
        return found.counted

    def say(self, found: Hashable, total: int, last: Printed | None) -> Printed | None:
        """Whether the product says that it is taken often."""
        assert isinstance(found, AnswerClass)
        return TEXTS[stands_out(found, total)]

    def counted_in_block(self, answers: int, roster: int) -> int:
        """No block has choices."""
        return 0

    def say_block(self, lots: Sequence[tuple[int, int]], roster: int) -> Printed | None:
        """No block has choices."""
        return None


def _on(name: str, scale: LotScale) -> Cells:
    classes = cache(partial(find_classes, scale=scale))
    return Cells(LotPolicy(name, classes, scale=scale), scale.low, scale.high)


KINDS: Final = {
    "scale": _on("scale", OUT_OF_TEN),
    "yes-no": _on("yes-no", YES_NO),
    "choose": Cells(ChoicePolicy(), 0, 1),
}
"""Both halves of a journey are what answers from 1 to 5 are."""
