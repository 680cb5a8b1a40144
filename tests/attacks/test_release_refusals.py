"""Attack: read something into a silence. Passes when the same counts always give the same decision.

A refusal depends on no answer (release policy, Refusals): from answers through the tally to the
decision, for all rounds of small size and for random ones of any size. The control is a policy that
hides a result when all agree, and it has to fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import SKIP, Choice, Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.policy import release_block, release_question
from pulse_bot.domain.release.results import ReleasedValue, Silence
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import MemberAnswers, Tally, tally_item
from tests.domain.soft_borders import lowest

ITEM = Item("trust-1", "trust", "We trust one another.", ItemKind.AGREE, "trust", "When?")

BARS = Thresholds()

Policy = Callable[[Tally], ReleasedValue | Silence]


def ours(counted: Tally) -> ReleasedValue | Silence:
    """The policy under attack, in a group where a week may be shown."""
    return release_question(ITEM, counted, 20, BARS, lowest)


def hides_agreement(counted: Tally) -> ReleasedValue | Silence:
    """The control: everybody's privacy is guarded, it thinks, by hiding a unanimous result."""
    moments = counted.moments["answer"]
    if counted.n * moments.squares == moments.total**2:
        return Silence.ENOUGH
    return ours(counted)


def counted_of(values: Iterable[int | None]) -> Tally:
    """A tally of answers out of five organisations; None is a skip."""
    return tally_item(
        ITEM,
        [
            MemberAnswers(number % 5, {"answer": SKIP if value is None else str(value)})
            for number, value in enumerate(values)
        ],
    )


def decision(said: ReleasedValue | Silence) -> str:
    """What is decided, without what is printed."""
    return said.value if isinstance(said, Silence) else "a number"


def decisions(policy: Policy, n: int) -> set[str]:
    """The decisions over every round of `n` answers; their order makes no difference."""
    return {
        decision(policy(counted_of(values)))
        for values in combinations_with_replacement(range(1, 6), n)
    }


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (4, Silence.TOO_FEW.value),
        (5, Silence.ENOUGH.value),
        (6, Silence.ENOUGH.value),
        (7, "a number"),
        (8, "a number"),
        (10, "a number"),
    ],
)
def test_every_round_of_one_size_meets_one_decision(n: int, expected: str) -> None:
    assert decisions(ours, n) == {expected}


def test_hiding_a_unanimous_result_is_caught() -> None:
    assert len(decisions(hides_agreement, 8)) == 2


@given(
    answered=st.integers(0, 60),
    skipped=st.integers(0, 5),
    organisations=st.integers(1, 8),
    data=st.data(),
)
def test_two_rounds_with_the_same_counts_meet_the_same_decision(
    answered: int, skipped: int, organisations: int, data: st.DataObject
) -> None:
    def round_of(values: list[int]) -> Tally:
        given_answers = [str(value) for value in values] + [SKIP] * skipped
        return tally_item(
            ITEM,
            [
                MemberAnswers(number % organisations, {"answer": answer})
                for number, answer in enumerate(given_answers)
            ],
        )

    drawn = st.lists(st.integers(1, 5), min_size=answered, max_size=answered)
    one, other = (data.draw(drawn) for _ in range(2))
    assert decision(ours(round_of(one))) == decision(ours(round_of(other)))


@given(sizes=st.lists(st.integers(0, 12), min_size=6, max_size=6), data=st.data())
def test_two_blocks_with_the_same_counts_meet_the_same_decision(
    sizes: list[int], data: st.DataObject
) -> None:
    def block_of_answers() -> str:
        rounds = [
            counted_of(data.draw(st.lists(st.integers(1, 5), min_size=size, max_size=size)))
            for size in sizes
        ]
        return decision(release_block([PastRound(one, BARS) for one in rounds], BARS))

    assert block_of_answers() == block_of_answers()


@pytest.mark.parametrize("roster_size", range(5, 10))
def test_in_a_small_group_a_silence_does_not_count_the_answers(roster_size: int) -> None:
    """Under ten members, "too few" beside a band of two counts would publish the exact number."""
    said = {
        release_question(ITEM, counted_of([3] * n), roster_size, BARS, lowest)
        for n in range(roster_size + 1)
    }
    assert said == {Silence.SMALL_GROUP}


def answer_of(kind: ItemKind) -> st.SearchStrategy[dict[str, str]]:
    """Any answer that is no skip."""
    if kind is ItemKind.JOURNEY:
        both = st.tuples(st.integers(1, 5), st.integers(1, 5))
        return both.map(lambda pair: {"now": str(pair[0]), "later": str(pair[1])})
    if kind is ItemKind.CHOOSE:
        taken = st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True)
        return taken.map(lambda keys: {"answer": ",".join(sorted(keys))})
    among = {
        ItemKind.SCALE: [str(value) for value in range(11)],
        ItemKind.YES_NO: ["yes", "partly", "no"],
        ItemKind.WORDS: ["Words.", "Other words."],
    }
    return st.sampled_from(among[kind]).map(lambda one: {"answer": one})


@pytest.mark.parametrize(
    "kind", [ItemKind.SCALE, ItemKind.YES_NO, ItemKind.JOURNEY, ItemKind.CHOOSE, ItemKind.WORDS]
)
@given(
    answered=st.integers(0, 40),
    organisations=st.integers(1, 8),
    draws=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    data=st.data(),
)
def test_of_every_kind_the_counts_alone_decide(
    kind: ItemKind, answered: int, organisations: int, draws: list[int], data: st.DataObject
) -> None:
    """A `choose` of which nothing stands out says so: that is no refusal."""
    choices = tuple(Choice(key, key.upper()) for key in "abcd")
    item = replace(ITEM, kind=kind, choices=choices, most=2)

    def met() -> str:
        given_answers = data.draw(st.lists(answer_of(kind), min_size=answered, max_size=answered))
        counted = tally_item(
            item,
            [
                MemberAnswers(number % organisations, one)
                for number, one in enumerate(given_answers)
            ],
        )
        drawn = iter(draws)
        return decision(release_question(item, counted, 60, BARS, lambda _: next(drawn)))

    assert met() == met()
