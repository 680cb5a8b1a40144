"""What is said of each kind of question beside answers from 1 to 5. Worked out by hand.

Steps, ends and borders are those of the page (release policy, Other kinds) (release policy,
Choices); the attacks on them live in `tests/attacks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import Choice, Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.kinds import Draw
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
from tests.domain.soft_borders import highest, lowest

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
    kind: ItemKind, answers: Sequence[Mapping[str, str]], draw: Draw = lowest, most: int = 1
) -> ReleasedValue | Silence:
    """What is said of these answers, by slot, of members of five organisations."""
    item = replace(ITEM, kind=kind, most=most)
    given = [MemberAnswers(number % 5, one) for number, one in enumerate(answers)]
    return release_question(item, tally_item(item, given), 60, BARS, draw)


def each(*answers: object) -> list[dict[str, str]]:
    """One answer a member."""
    return [{"answer": str(one)} for one in answers]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # Ten: steps of 1, and 25 points free at each end, which leaves two cells on either side.
        ([10] * 10, printed.out_of_ten("7.0", "or higher", step="1")),
        ([0] * 10, printed.out_of_ten("3.0", "or lower", step="1")),
        (
            [5] * 5 + [6] * 5,
            printed.out_of_ten("5.0", step="1"),
        ),  # 5.5 is a tie: towards the middle
        ([5] * 4 + [6] * 6, printed.out_of_ten("6.0", step="1")),
        # Seven: steps of 1.5. Twenty: steps of 0.5.
        ([10] * 7, printed.out_of_ten("6.5", "or higher", step="1.5")),
        ([10] * 20, printed.out_of_ten("8.5", "or higher", step="0.5")),
        ([7] * 20, printed.out_of_ten("7.0", step="0.5")),
        ([7] * 6, Silence.ENOUGH),
    ],
)
def test_a_scale_of_ten(answers: list[int], expected: OutOfTen | Silence) -> None:
    assert says(ItemKind.SCALE, each(*answers)) == expected


@pytest.mark.parametrize(
    ("yes", "partly", "no", "expected"),
    [
        # Of ten, everything beyond the first cell is merged: all yes is "more yes than no".
        (10, 0, 0, Lean.MORE_YES),
        (5, 0, 5, Lean.BETWEEN),
        (0, 10, 0, Lean.BETWEEN),
        (0, 2, 8, Lean.MORE_NO),
        # From 21 on there is a cell for nearly all: over 1.75 of 2.
        (21, 0, 0, Lean.YES),
        (16, 5, 0, Lean.YES),
        (14, 7, 0, Lean.MORE_YES),
        (0, 2, 19, Lean.NO),
        (4, 1, 1, Silence.ENOUGH),
    ],
)
def test_yes_and_no(yes: int, partly: int, no: int, expected: Lean | Silence) -> None:
    answers = each(*["yes"] * yes, *["partly"] * partly, *["no"] * no)
    assert says(ItemKind.YES_NO, answers) == expected


def test_a_journey_is_two_levels() -> None:
    answers = [{"now": "2", "later": "5"}] * 10
    assert says(ItemKind.JOURNEY, answers) == Journey(
        printed.level("2.2", "or lower", step="0.4"), printed.level("3.8", "or higher", step="0.4")
    )


def test_of_a_journey_both_halves_need_their_answers_and_their_organisations() -> None:
    now = [{"now": "3", "later": "skip"}] * 10
    few_later = [{"now": "3", "later": "4"}] * 6 + now[:4]
    assert says(ItemKind.JOURNEY, few_later) is Silence.ENOUGH
    of_three = [{"now": "3", "later": "4" if k % 5 < 3 else "skip"} for k in range(20)]
    assert says(ItemKind.JOURNEY, of_three) is Silence.TOO_FEW


def standing_out(counts: str, draw: Draw, most: int = 1) -> list[tuple[str, ChoiceFrequency]]:
    """What stands out of one choice a member."""
    found = says(ItemKind.CHOOSE, each(*counts), draw, most)
    assert isinstance(found, Choices)
    return list(found.standing_out)


@pytest.mark.parametrize(
    ("counts", "draw", "expected"),
    [
        # Ten: often from 3, 4 or 5 on, whatever was drawn.
        ("a" * 5 + "b" * 2 + "c" * 2 + "d", highest, [("A", ChoiceFrequency.OFTEN)]),
        ("a" * 4 + "b" * 2 + "c" * 2 + "d" * 2, lowest, [("A", ChoiceFrequency.OFTEN)]),
        ("a" * 4 + "b" * 2 + "c" * 2 + "d" * 2, highest, []),
        ("a" * 10, lowest, [("A", ChoiceFrequency.OFTEN)]),
        # Three that reach it are too many, and none stands out.
        ("aaabbbcccd", lowest, []),
        # Twenty: often from 6 to 8 on, by most from 11 to 13 on.
        ("a" * 11 + "b" * 9, lowest, [("A", ChoiceFrequency.MOST), ("B", ChoiceFrequency.OFTEN)]),
        ("a" * 11 + "b" * 9, highest, [("A", ChoiceFrequency.OFTEN), ("B", ChoiceFrequency.OFTEN)]),
        ("b" * 13 + "a" * 7, highest, [("B", ChoiceFrequency.MOST)]),
    ],
)
def test_what_stands_out(
    counts: str, draw: Draw, expected: list[tuple[str, ChoiceFrequency]]
) -> None:
    assert standing_out(counts, draw) == expected


def test_of_several_choices_a_member_three_can_stand_out() -> None:
    answers = ["a,b,c"] * 5 + ["d"] * 5
    found = says(ItemKind.CHOOSE, each(*answers[:5], *["a,b"] * 5), lowest, most=3)
    assert isinstance(found, Choices)
    assert [label for label, _ in found.standing_out] == ["A", "B", "C"]
    four = says(ItemKind.CHOOSE, each(*answers), lowest, most=3)
    assert isinstance(four, Choices)
    assert four.standing_out == ()


def test_under_ten_answers_nothing_stands_out_and_that_is_said() -> None:
    assert says(ItemKind.CHOOSE, each(*"aaaaaaaaa")) is Silence.ENOUGH
