"""What the lot of a round adds up to: in memory, and of a theme's core for one block at most.

Which answers count is drawn for each question (`lot`); here they are added up. How many answered is
known here, in memory alone: it is kept nowhere, and shown as a class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pulse_bot.domain.asking.items import SKIP, Item, ItemKind, list_slots, score_answer
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.lot import (
    OUT_OF_TEN,
    WEEKLY,
    YES_NO,
    AnswerClass,
    LotScale,
    count_small_lot,
    find_class,
)

ANSWER_PART: Final = "answer"
"""The part of every kind that takes one answer."""

SCALES: Final[Mapping[ItemKind, LotScale]] = {
    ItemKind.AGREE: WEEKLY,
    ItemKind.FREQUENCY: WEEKLY,
    ItemKind.JOURNEY: WEEKLY,
    ItemKind.SCALE: OUT_OF_TEN,
    ItemKind.YES_NO: YES_NO,
    ItemKind.CHOOSE: WEEKLY,
}
"""On which scale each kind is read; of choices the classes alone."""

_YES_NO_WORTH: Final = {"no": 0, "partly": 1, "yes": 2}


@dataclass(frozen=True, slots=True)
class Lot:
    """How many answers were drawn of one question, and what they add up to."""

    counted: int
    total: int


@dataclass(frozen=True, slots=True)
class PartTally:
    """One part of a question: its class, and its lot; None where too few answered.

    The lot of a group too small for a number of one week has no class, and counts for its block.
    """

    answer_class: AnswerClass | None = None
    lot: Lot | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """One question of one round.

    `parts` by part: `ANSWER_PART`, or "now" and "later" of a `journey`. `counts` are those of the
    lot, by choice of a `choose`. `organisations` is how many organisations the answers came out of:
    of everybody who answered, whether they were drawn or not, in the slot that has the fewest.
    """

    item: str
    kind: ItemKind
    answered: int
    organisations: int
    parts: Mapping[str, PartTally] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberAnswers:
    """One member's answers to one item, by slot, with the member's organisation.

    Slots that are not the item's own (a comment) count for nothing here.
    """

    organisation: int
    by_slot: Mapping[str, str]


def tally_item(
    item: Item, answers: Sequence[MemberAnswers], roster_size: int, thresholds: Thresholds
) -> Tally:
    """Add up one question. `answers` stand in the order of the round's lot.

    The order decides which of them count, and nothing else does.
    """
    by_slot = {
        slot: [entry for entry in answers if entry.by_slot.get(slot, SKIP) != SKIP]
        for slot in list_slots(item)
    }
    organisations = min(
        len({entry.organisation for entry in answered}) for answered in by_slot.values()
    )
    parts = {}
    drawn: dict[str, list[str]] = {}
    if item.kind in SCALES and organisations >= thresholds.organisations:
        for slot, answered in by_slot.items():
            texts = [entry.by_slot[slot] for entry in answered]
            parts[slot], drawn[slot] = _tally_part(item, texts, roster_size, thresholds)
    return Tally(
        item=item.id,
        kind=item.kind,
        answered=len({id(entry) for answered in by_slot.values() for entry in answered}),
        organisations=organisations,
        parts=parts,
        counts=_count_choices(item, drawn),
    )


def find_answer_class(
    answers: int, roster_size: int, thresholds: Thresholds, scale: LotScale = WEEKLY
) -> AnswerClass | None:
    """The class of so many answers under the bars of a round; None where nothing is said.

    A class that a stricter bar cuts is silent as a whole: a part of it would hold fewer counts.
    """
    if roster_size < thresholds.roster:
        return None
    found = find_class(answers, roster_size, scale)
    return found if found and found.least >= thresholds.answers else None


def _tally_part(
    item: Item, texts: Sequence[str], roster_size: int, thresholds: Thresholds
) -> tuple[PartTally, list[str]]:
    """A part, and which answers were drawn for it."""
    answer_class = find_answer_class(len(texts), roster_size, thresholds, SCALES[item.kind])
    counted = answer_class.counted if answer_class else count_small_lot(len(texts), roster_size)
    drawn = list(texts[:counted])
    if not drawn:
        return PartTally(), []
    return PartTally(answer_class, Lot(counted, sum(_worth(item, text) for text in drawn))), drawn


def _worth(item: Item, answer: str) -> int:
    if item.kind is ItemKind.YES_NO:
        return _YES_NO_WORTH[answer]
    return score_answer(item, answer) or 0


def _count_choices(item: Item, drawn: Mapping[str, Sequence[str]]) -> dict[str, int]:
    if item.kind is not ItemKind.CHOOSE:
        return {}
    return dict(Counter(key for text in drawn.get(ANSWER_PART, ()) for key in text.split(",")))
