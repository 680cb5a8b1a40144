"""What is said of each kind of question beside answers from 1 to 5. Worked out by hand.

Steps and ends are those of the page (release policy, Other kinds) (release policy, Choices); the
attacks on them live in `tests/attacks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import Choice, Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.policy import release_question
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    OutOfTen,
    ReleasedValue,
    Silence,
)
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item
from tests import printed

BARS = Thresholds()
ITEM = Item(
    "q",
    "bank",
    "Text?",
    ItemKind.AGREE,
    "courage",
    "When?",
    choices=tuple(map(Choice, "abcd", "ABCD")),
)


def says(
    kind: ItemKind,
    answers: Sequence[Mapping[str, str]],
    roster: int = 10,
    before: ReleasedValue | None = None,
    most: int = 1,
) -> ReleasedValue | Silence:
    """What is said of these answers, by slot and in the lot's order, of five organisations."""
    item = replace(ITEM, kind=kind, most=most)
    given = [MemberAnswers(number % 5, one) for number, one in enumerate(answers)]
    return release_question(item, tally_item(item, given, roster, BARS), roster, BARS, before)


def each(*answers: object) -> list[dict[str, str]]:
    """One answer a member."""
    return [{"answer": str(one)} for one in answers]


@pytest.mark.parametrize(
    ("answers", "roster", "expected"),
    [
        # Ten members: a lot of five, steps of 1.2 about 5; 15 points stay free at each end.
        ([10] * 6, 10, printed.out_of_ten("7.4", "or higher", step="1.2")),
        ([0] * 6, 10, printed.out_of_ten("2.6", "or lower", step="1.2")),
        ([5, 5, 6, 6, 6, 0], 10, printed.out_of_ten("5.0", step="1.2")),  # 5.6 is a tie
        ([6, 6, 6, 6, 5, 0], 10, printed.out_of_ten("6.2", step="1.2")),  # 5.8
        # Twenty: steps of 1, of nine answers seven. Thirty: steps of 0.5.
        ([6] * 9, 20, printed.out_of_ten("6.0", step="1.0")),
        ([6] * 12, 30, printed.out_of_ten("6.0", step="0.5")),
        ([7] * 5, 10, Silence.TOO_FEW),
    ],
)
def test_a_scale_of_ten(answers: list[int], roster: int, expected: OutOfTen | Silence) -> None:
    assert says(ItemKind.SCALE, each(*answers), roster) == expected


def test_a_scale_stays_near_what_was_printed() -> None:
    before = printed.out_of_ten("5.0", step="1.2")
    # 6.2 is 1.2 away and stays; 6.4 moves.
    assert says(ItemKind.SCALE, each(6, 6, 6, 6, 7, 0), before=before) == before
    moved = says(ItemKind.SCALE, each(6, 6, 6, 7, 7, 0), before=before)
    assert moved == printed.out_of_ten("6.2", step="1.2")


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        # A lot of five; over 1.25 of 2 is more yes than no.
        ("yyyyy", Lean.MORE_YES),
        ("yyypp", Lean.MORE_YES),  # 1.6
        ("yyynn", Lean.BETWEEN),  # 1.2
        ("ppppp", Lean.BETWEEN),
        ("ypnnn", Lean.MORE_NO),  # 0.6
        ("nnnnn", Lean.MORE_NO),
        ("yyyy", Silence.TOO_FEW),
    ],
)
def test_yes_and_no(drawn: str, expected: Lean | Silence) -> None:
    words = {"y": "yes", "p": "partly", "n": "no"}
    rest = ["no"] if len(drawn) == 5 else []
    assert says(ItemKind.YES_NO, each(*(words[one] for one in drawn), *rest)) == expected


@pytest.mark.parametrize("before", [Lean.MORE_YES, Lean.YES])
def test_a_lean_stays_and_moves_by_one_word_at_most(before: Lean) -> None:
    """It stays within 0.35 of 1.5; what the first edition called nearly all yes is more yes."""
    stays = each("yes", "yes", "yes", "no", "no", "no")  # 1.2
    assert says(ItemKind.YES_NO, stays, before=before) is Lean.MORE_YES
    assert says(ItemKind.YES_NO, each(*["no"] * 6), before=before) is Lean.BETWEEN


def test_a_journey_is_two_levels_each_with_its_memory() -> None:
    answers = [{"now": "2", "later": "5"}] * 6
    assert says(ItemKind.JOURNEY, answers) == Journey(
        printed.level("2.0", "or lower", step="0.5"), printed.level("4.0", "or higher", step="0.5")
    )
    before = Journey(printed.level("2.5", step="0.5"), printed.level("3.0", step="0.5"))
    assert says(ItemKind.JOURNEY, answers, before=before) == Journey(
        printed.level("2.5", step="0.5"), printed.level("4.0", "or higher", step="0.5")
    )


def test_of_a_journey_both_halves_need_their_answers_and_their_organisations() -> None:
    now = [{"now": "3", "later": "skip"}] * 5
    few_later = [{"now": "3", "later": "4"}] * 5 + now
    assert says(ItemKind.JOURNEY, few_later) is Silence.TOO_FEW
    of_three = [{"now": "3", "later": "4" if k % 5 < 3 else "skip"} for k in range(20)]
    assert says(ItemKind.JOURNEY, of_three, roster=20) is Silence.TOO_FEW


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        # Of twelve a lot of ten: often from three on.
        ("aaaaabbbcc", ["A", "B"]),
        ("aaaabbccdd", ["A"]),
        ("aaaaaaaaaa", ["A"]),
        ("aabbbccddd", ["B", "D"]),
        # Three that reach it are too many, and none stands out.
        ("aaabbbcccd", []),
    ],
)
def test_what_stands_out(drawn: str, expected: list[str]) -> None:
    found = says(ItemKind.CHOOSE, each(*drawn, "d", "d"), roster=14)
    assert isinstance(found, Choices)
    assert found.standing_out == tuple((label, ChoiceFrequency.OFTEN) for label in expected)


def test_of_several_choices_a_member_three_can_stand_out() -> None:
    three = says(ItemKind.CHOOSE, each(*["a,b,c"] * 5, *["a,b"] * 7), roster=14, most=3)
    assert isinstance(three, Choices)
    assert [label for label, _ in three.standing_out] == ["A", "B", "C"]
    four = says(ItemKind.CHOOSE, each(*["a,b,c"] * 5, *["d"] * 7), roster=14, most=3)
    assert isinstance(four, Choices)
    assert four.standing_out == ()


def test_under_twelve_answers_nothing_is_said_of_choices() -> None:
    assert says(ItemKind.CHOOSE, each(*"aaaaaaaaaaa"), roster=14) is Silence.TOO_FEW
