"""The release policy for each kind of item: what is printed of a lot, after what was before.

Whether anything is said at all is decided in `policy`, from counts and membership alone.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.release.lot import LEAST_CHOICE_ANSWERS, print_lot, stands_out
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    OutOfTen,
    Printed,
    ReleasedValue,
)
from pulse_bot.domain.release.series import RULED_KINDS
from pulse_bot.domain.release.tallies import ANSWER_PART, SCALES, PartTally, Tally

LEANS: Final = {1: Lean.MORE_YES, 0: Lean.BETWEEN, -1: Lean.MORE_NO}
"""By the place of the cell. "Nearly all" is said no more: who is meant would be plain."""
_LEAN_STEP: Final = Fraction(1, 2)
_LEAN_PLACES: Final = {
    Lean.YES: 1,
    Lean.MORE_YES: 1,
    Lean.BETWEEN: 0,
    Lean.MORE_NO: -1,
    Lean.NO: -1,
}
"""Where a word of before stands; two are of the first edition alone."""
_OTHER_END: Final = {End.NONE: End.NONE, End.LOW: End.HIGH, End.HIGH: End.LOW}


def release_value(item: Item, tally: Tally, before: ReleasedValue | None) -> ReleasedValue | None:
    """What may be said of a question; None where too few answered it.

    `before` is what was printed of the same question last. Raises ValueError for words, which have
    a rule of their own.
    """
    match item.kind:
        case ItemKind.AGREE | ItemKind.FREQUENCY:
            return _print_level(item, tally, ANSWER_PART, before)
        case ItemKind.SCALE:
            printed = _print_part(item, tally, ANSWER_PART, before)
            return OutOfTen(printed.value, printed.end, printed.step) if printed else None
        case ItemKind.JOURNEY:
            last = before if isinstance(before, Journey) else None
            now = _print_level(item, tally, "now", last and last.now)
            later = _print_level(item, tally, "later", last and last.later)
            return Journey(now, later) if now and later else None
        case ItemKind.YES_NO:
            return _print_lean(item, tally, before)
        case ItemKind.CHOOSE:
            return _print_choices(item, tally)
        case ItemKind.WORDS:
            raise ValueError("Words are shown under the rule for comments.")


def carry_over(
    says: ReleasedValue, kind: ItemKind | None, item: Item, *, reverse: bool
) -> ReleasedValue | None:
    """What was printed of a question of this `kind` as the memory of an item with its letters.

    None where the two have no scale in common. What was counted the other way round is turned:
    whoever could make a question forget its number by that alone could let it leap.
    """
    if kind is not item.kind and not {kind, item.kind} <= RULED_KINDS:
        return None
    if reverse == item.reverse:
        return says
    match says:
        case Level(value, end, step):
            return Level(6 - value, _OTHER_END[end], step)
        case OutOfTen(value, end, step):
            return OutOfTen(10 - value, _OTHER_END[end], step)
        case Journey(now, later):
            return Journey(
                Level(6 - now.value, _OTHER_END[now.end], now.step),
                Level(6 - later.value, _OTHER_END[later.end], later.step),
            )
    # Neither a choice nor a yes is turned.
    return says


def _print_level(item: Item, tally: Tally, part: str, before: ReleasedValue | None) -> Level | None:
    printed = _print_part(item, tally, part, before)
    return Level(printed.value, printed.end, printed.step) if printed else None


def _print_part(item: Item, tally: Tally, part: str, before: object) -> Printed | None:
    found = tally.parts.get(part, PartTally())
    if found.answer_class is None or found.lot is None:
        return None
    last = before if isinstance(before, Printed) else None
    return print_lot(found.answer_class, found.lot.total, last, SCALES[item.kind])


def _print_lean(item: Item, tally: Tally, before: ReleasedValue | None) -> Lean | None:
    last = None
    middle = SCALES[item.kind].middle
    if isinstance(before, Lean):
        value = middle + _LEAN_PLACES[before] * _LEAN_STEP
        last = Printed(Decimal(float(value)))
    printed = _print_part(item, tally, ANSWER_PART, last)
    return LEANS[int((Fraction(printed.value) - middle) / _LEAN_STEP)] if printed else None


def _print_choices(item: Item, tally: Tally) -> Choices | None:
    """Which choices stand out; none where too many do, because then none does.

    With one choice a person at most two stand out, with several at most three.
    """
    found = tally.parts.get(ANSWER_PART, PartTally()).answer_class
    if found is None or found.least < LEAST_CHOICE_ANSWERS:
        return None
    taken = [
        ChoiceFrequency.OFTEN
        if stands_out(found, tally.counts.get(choice.key, 0))
        else ChoiceFrequency.UNSAID
        for choice in item.choices
    ]
    most = 2 if item.most == 1 else 3
    if taken.count(ChoiceFrequency.OFTEN) > most:
        taken = [ChoiceFrequency.UNSAID] * len(taken)
    labels = (choice.label for choice in item.choices)
    return Choices(tuple(zip(labels, taken, strict=True)))
