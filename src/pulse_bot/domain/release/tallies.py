"""What is kept of a round after it closes: sums and counts a question, and nothing a member.

A tally is sealed with the installation's key, read by the trend and the release policy, and shown
to nobody. Gaps inside one person's answers are taken here, where pairs still exist, and only here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pulse_bot.domain.asking.items import SKIP, Item, Kind, score, slots

ANSWER: Final = "answer"
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

    `moments` by part: `ANSWER`, or "now", "later" and "gap" for a `journey`. `counts` by choice for
    `choose` and `yes-no`. `organisations` is how many organisations the answers came out of: those
    of the slot that came out of the fewest, because each is said on its own.
    """

    item: str
    kind: Kind
    n: int
    organisations: int
    moments: Mapping[str, Moments] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """One member's answers to one item, by slot, with the member's organisation.

    Slots that are not the item's own (a comment) count for nothing here.
    """

    organisation: int
    by_slot: Mapping[str, str]


def tally(item: Item, answers: Iterable[Answers]) -> Tally:
    """Add up one question. The order of the answers makes no difference."""
    own = slots(item)
    given = [one for one in answers if any(one.by_slot.get(slot, SKIP) != SKIP for slot in own)]
    return Tally(
        item=item.id,
        kind=item.kind,
        n=len(given),
        organisations=min(_organisations(slot, given) for slot in own),
        moments=_moments(item, given),
        counts=_counts(item, given),
    )


def _organisations(slot: str, given: list[Answers]) -> int:
    return len({one.organisation for one in given if one.by_slot.get(slot, SKIP) != SKIP})


def _moments(item: Item, given: list[Answers]) -> dict[str, Moments]:
    if item.kind in (Kind.WORDS, Kind.CHOOSE, Kind.YES_NO):
        return {}
    scored = [_scores(item, one) for one in given]
    parts = (*slots(item), "gap") if item.kind is Kind.JOURNEY else slots(item)
    return {
        part: add_up([one[part] for one in scored if part in one], *_ends(item.kind, part))
        for part in parts
    }


def _ends(kind: Kind, part: str) -> tuple[int, int]:
    if part == "gap":
        return -1, 1
    return (3, 7) if kind is Kind.SCALE else (2, 4)


def _scores(item: Item, one: Answers) -> dict[str, int]:
    scored = {slot: score(item, one.by_slot.get(slot, SKIP)) for slot in slots(item)}
    found = {slot: value for slot, value in scored.items() if value is not None}
    if "now" in found and "later" in found:
        found["gap"] = found["later"] - found["now"]
    return found


def add_up(scores: list[int], low: int = 2, high: int = 4) -> Moments:
    """Moments of scores; the low end reaches up to `low`, the high end starts at `high`."""
    return Moments(
        n=len(scores),
        total=sum(scores),
        squares=sum(value * value for value in scores),
        low=sum(value <= low for value in scores),
        high=sum(value >= high for value in scores),
    )


def sums(tallies: Iterable[Tally]) -> dict[str, Moments]:
    """The moments of each question over several rounds, of kinds that take one answer."""
    found: dict[str, Moments] = {}
    for one in tallies:
        found[one.item] = found.get(one.item, Moments()) + one.moments[ANSWER]
    return found


def _counts(item: Item, given: list[Answers]) -> dict[str, int]:
    if item.kind not in (Kind.CHOOSE, Kind.YES_NO):
        return {}
    return dict(
        Counter(
            key
            for one in given
            for slot in slots(item)
            if one.by_slot.get(slot, SKIP) != SKIP
            for key in one.by_slot[slot].split(",")
        )
    )
