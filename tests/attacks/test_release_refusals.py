"""Attack: read something into a silence. Passes when the same counts always give the same decision.

A refusal depends on no answer (release policy, Refusals): from answers through the tally to the
decision, for all rounds of small size and for random ones of any size. The control is a policy that
hides a result when all agree, and it has to fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import SKIP, Choice, Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.digest import ResponseClass
from pulse_bot.domain.release.lot import find_class
from pulse_bot.domain.release.policy import (
    find_kept_lot,
    release_block,
    release_question,
    response_class,
)
from pulse_bot.domain.release.results import Level, LevelWord, ReleasedValue, Silence
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import MemberAnswers, Tally, tally_item

ITEM = Item("trust-1", "trust", "We trust one another.", ItemKind.AGREE, "trust", "When?")

BARS = Thresholds()
ROSTER = 14

Policy = Callable[[Tally], ReleasedValue | Silence]


def ours(counted: Tally) -> ReleasedValue | Silence:
    """The policy under attack, in a group where a week may be shown."""
    return release_question(ITEM, counted, ROSTER, BARS)


def hides_agreement(counted: Tally) -> ReleasedValue | Silence:
    """The control: everybody's privacy is guarded, it thinks, by hiding a unanimous result."""
    lot = find_kept_lot(counted)
    if lot and lot.total in (lot.counted, 5 * lot.counted):
        return Silence.TOO_FEW
    return ours(counted)


def counted_of(values: Iterable[int | None], roster_size: int = ROSTER) -> Tally:
    """A tally of answers out of five organisations; None is a skip."""
    return tally_item(
        ITEM,
        [
            MemberAnswers(number % 5, {"answer": SKIP if value is None else str(value)})
            for number, value in enumerate(values)
        ],
        roster_size,
        BARS,
    )


def decision(said: ReleasedValue | LevelWord | Silence) -> str:
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
        (5, Silence.TOO_FEW.value),
        (6, "a number"),
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
    answered=st.integers(0, ROSTER),
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
            ROSTER,
            BARS,
        )

    drawn = st.lists(st.integers(1, 5), min_size=answered, max_size=answered)
    one, other = (data.draw(drawn) for _ in range(2))
    assert decision(ours(round_of(one))) == decision(ours(round_of(other)))


@pytest.mark.parametrize("roster_size", [6, 7, 8, 14])
@given(sizes=st.lists(st.integers(0, 14), min_size=6, max_size=6), data=st.data())
def test_two_blocks_with_the_same_counts_meet_the_same_decision(
    roster_size: int, sizes: list[int], data: st.DataObject
) -> None:
    def block_of_answers() -> str:
        rounds = []
        for size in (min(size, roster_size) for size in sizes):
            values = data.draw(st.lists(st.integers(1, 5), min_size=size, max_size=size))
            rounds.append(PastRound(find_kept_lot(counted_of(values, roster_size))))
        return decision(release_block(Series("trust", 6, tuple(rounds)), roster_size, BARS))

    assert block_of_answers() == block_of_answers()


@pytest.mark.parametrize("roster_size", range(5, 8))
def test_in_a_small_group_a_silence_does_not_count_the_answers(roster_size: int) -> None:
    """Under eight members a class would hold two counts, and so would what is beside it."""
    said = {
        release_question(ITEM, counted_of([3] * n, roster_size), roster_size, BARS)
        for n in range(roster_size + 1)
    }
    assert said == {Silence.SMALL_GROUP}


@pytest.mark.parametrize("roster_size", range(8, 61))
@pytest.mark.parametrize("high", [4, 5])
def test_a_unanimous_round_reads_like_one_with_a_dissenter(roster_size: int, high: int) -> None:
    """At every number of answers, drawn or not, and like any other high or low round."""
    for n in range(6, roster_size + 1):
        unanimous = release_question(ITEM, counted_of([5] * n, roster_size), roster_size, BARS)
        dissent = [1, *[5] * (n - 1)]
        others = [high, high, 4, *[5] * (n - 3)]
        for values in (dissent, dissent[::-1], others):
            said = release_question(ITEM, counted_of(values, roster_size), roster_size, BARS)
            assert said == unanimous
            mirrored = [6 - value for value in values]
            low = release_question(ITEM, counted_of(mirrored, roster_size), roster_size, BARS)
            assert isinstance(low, Level) == isinstance(said, Level)


def test_the_control_a_finer_end_is_caught() -> None:
    """Five of five at 5, or one of them 1: a mean that is printed as it is tells them apart."""
    lots = [find_kept_lot(counted_of(values, 8)) for values in ([5] * 6, [1, *[5] * 5])]
    assert lots[0] != lots[1]


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
    data=st.data(),
)
def test_of_every_kind_the_counts_alone_decide(
    kind: ItemKind, answered: int, organisations: int, data: st.DataObject
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
            60,
            BARS,
        )
        return decision(release_question(item, counted, 60, BARS))

    assert met() == met()


Response = Callable[[int, int, int, Thresholds], ResponseClass | None]


def split_members(members: int, most: int = 99) -> Iterator[tuple[int, ...]]:
    """Every way in which members can be spread over schools."""
    if not members:
        yield ()
    for size in range(min(members, most), 0, -1):
        yield from ((size, *rest) for rest in split_members(members - size, size))


def fewest_counts(response: Response, schools: tuple[int, ...]) -> int:
    """In how many ways so many can have answered, where they are told best.

    The reader knows who is of which school, and reads the class beside a number or a silence.
    """
    bars, members = Thresholds.for_partnership(len(schools)), sum(schools)
    counts = defaultdict(set)
    for answering in product(*(range(size + 1) for size in schools)):
        answered, heard = sum(answering), sum(many > 0 for many in answering)
        is_said = find_class(answered, members) and heard >= bars.organisations
        counts[response(answered, members, heard, bars), bool(is_said)].add(answered)
    return min(map(len, counts.values()))


@pytest.mark.parametrize("members", range(8, 14))
def test_a_silence_for_want_of_schools_does_not_tell_how_many_answered(members: int) -> None:
    def whatever_the_schools(
        answered: int, roster: int, _: int, bars: Thresholds
    ) -> ResponseClass | None:
        return response_class(answered, roster, 9, bars)

    spread = [schools for schools in split_members(members) if len(schools) > 2]
    assert min(fewest_counts(response_class, schools) for schools in spread) >= 3
    assert min(fewest_counts(whatever_the_schools, schools) for schools in spread) == 1
