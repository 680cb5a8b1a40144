"""What is kept of a round after it closes: sums and counts a question, and nothing a member.

A tally is sealed with the installation's key, read by the trend and the release policy, and shown
to nobody. Gaps inside one person's answers are taken here, where pairs still exist, and only here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pulse_bot.domain.asking.items import SKIP, Item, ItemKind, list_slots, score_answer

ANSWER_PART: Final = "answer"
"""The part of every kind that takes one answer."""


@dataclass(frozen=True, slots=True)
class Moments:
    """n, Σx and Σx² of scores, with how many stand at the low and the high end.

    Low and high are 1-2 and 4-5 of five, 0-3 and 7-10 on a `scale`, and for the gap of a `journey`
    worse (under zero) and better (over zero).
    """

    n: int = 0
    total: int = 0
    squares: int = 0
    low: int = 0
    high: int = 0

    def __add__(self, other: Moments) -> Moments:
        """The moments of both together."""
        return Moments(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.low + other.low,
            self.high + other.high,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """One question of one round.

    `moments` by part: `ANSWER_PART`, or "now", "later" and "gap" for a `journey`. `counts` by
    choice for `choose` and `yes-no`. `organisations` is how many organisations the answers came out
    of: those of the slot that came out of the fewest, because each is said on its own.
    """

    item: str
    kind: ItemKind
    n: int
    organisations: int
    moments: Mapping[str, Moments] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberAnswers:
    """One member's answers to one item, by slot, with the member's organisation.

    Slots that are not the item's own (a comment) count for nothing here.
    """

    organisation: int
    by_slot: Mapping[str, str]


def tally_item(item: Item, answers: Iterable[MemberAnswers]) -> Tally:
    """Add up one question. The order of the answers makes no difference."""
    item_slots = list_slots(item)
    answered = [
        member_answers
        for member_answers in answers
        if any(member_answers.by_slot.get(slot, SKIP) != SKIP for slot in item_slots)
    ]
    return Tally(
        item=item.id,
        kind=item.kind,
        n=len(answered),
        organisations=min(_count_organisations(slot, answered) for slot in item_slots),
        moments=_part_moments(item, answered),
        counts=_count_choices(item, answered),
    )


def _count_organisations(slot: str, answered: list[MemberAnswers]) -> int:
    return len(
        {
            member_answers.organisation
            for member_answers in answered
            if member_answers.by_slot.get(slot, SKIP) != SKIP
        }
    )


def _part_moments(item: Item, answered: list[MemberAnswers]) -> dict[str, Moments]:
    if item.kind in (ItemKind.WORDS, ItemKind.CHOOSE, ItemKind.YES_NO):
        return {}
    scored = [_score_slots(item, entry) for entry in answered]
    parts = (*list_slots(item), "gap") if item.kind is ItemKind.JOURNEY else list_slots(item)
    return {
        part: compute_moments(
            [entry[part] for entry in scored if part in entry], *_end_bounds(item.kind, part)
        )
        for part in parts
    }


def _end_bounds(kind: ItemKind, part: str) -> tuple[int, int]:
    if part == "gap":
        return -1, 1
    return (3, 7) if kind is ItemKind.SCALE else (2, 4)


def _score_slots(item: Item, member_answers: MemberAnswers) -> dict[str, int]:
    scored = {
        slot: score_answer(item, member_answers.by_slot.get(slot, SKIP))
        for slot in list_slots(item)
    }
    scores = {slot: value for slot, value in scored.items() if value is not None}
    if "now" in scores and "later" in scores:
        scores["gap"] = scores["later"] - scores["now"]
    return scores


def compute_moments(scores: list[int], low: int = 2, high: int = 4) -> Moments:
    """Moments of scores; the low end reaches up to `low`, the high end starts at `high`."""
    return Moments(
        n=len(scores),
        total=sum(scores),
        squares=sum(value * value for value in scores),
        low=sum(value <= low for value in scores),
        high=sum(value >= high for value in scores),
    )


def sum_moments(tallies: Iterable[Tally]) -> dict[str, Moments]:
    """The moments of each question over several rounds, of kinds that take one answer."""
    totals: dict[str, Moments] = {}
    for tally in tallies:
        totals[tally.item] = totals.get(tally.item, Moments()) + tally.moments[ANSWER_PART]
    return totals


def _count_choices(item: Item, answered: list[MemberAnswers]) -> dict[str, int]:
    if item.kind not in (ItemKind.CHOOSE, ItemKind.YES_NO):
        return {}
    return dict(
        Counter(
            key
            for member_answers in answered
            for slot in list_slots(item)
            if member_answers.by_slot.get(slot, SKIP) != SKIP
            for key in member_answers.by_slot[slot].split(",")
        )
    )
