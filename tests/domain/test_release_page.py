"""The numbers of docs/release-policy.md are the ones that the code keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pulse_bot.domain.asking import programme
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership import commitments
from pulse_bot.domain.release import comments, lot
from pulse_bot.domain.release.lot import AnswerClass, LotScale, find_classes
from pulse_bot.domain.release.talking_prompt import LOW_PULSE

DOCS = Path(__file__).parents[2] / "docs"
BARS = Thresholds()
NUMBERS = {"two": 2, "three": 3, "four": 4, "fourth": 4, "six": 6}


def section(name: str) -> str:
    """The text of a section, without its heading."""
    text = (DOCS / "release-policy.md").read_text(encoding="utf-8")
    found = re.search(
        rf"^## \d+\. {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"The page has no section {name}"
    return found[1]


def bold(name: str) -> list[Decimal]:
    """The numbers that a section has in bold, in their order."""
    words = re.findall(r"\*\*([\w.]+)(?: %)?\*\*", section(name))
    return [
        Decimal(NUMBERS.get(word, word))
        for word in words
        if word in NUMBERS or word[0] in "0123456789"
    ]


def table(name: str) -> dict[str, list[str]]:
    """The rows of a section's table, by what stands first in each."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section(name).splitlines()
        if line.startswith("| ")
    ]
    return {first.strip("`"): rest for first, *rest in rows}


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Two keys", [BARS.answers, 4, 3]),
        ("The lot", [BARS.roster]),
        ("One week", [lot.WEEKLY.most_cells]),
        ("A block", [BARS.block_rounds, BARS.block_least_rounds]),
        ("Other kinds", [BARS.answers]),
        ("Choices", [lot.LEAST_CHOICE_ANSWERS]),
        (
            "Words",
            [
                *(comments.LISTS[1][place] for place in (1, 0, 2)),
                *(comments.LISTS[0][place] for place in (1, 0, 2)),
                comments.ROUNDS_TO_WAIT,
            ],
        ),
        (
            "The same question again",
            [programme.ROUNDS_BETWEEN, programme.DAYS_BETWEEN.days, commitments.MOST_ASKINGS],
        ),
    ],
)
def test_the_policy_states_the_bars_that_are_kept(name: str, numbers: list[int]) -> None:
    assert bold(name) == numbers


def test_the_classes_are_as_stated() -> None:
    rows = table("The lot")
    leasts = [int(least) for least in rows["answers from"][:-1]]
    counted = [int(many) for many in rows["the lot counts"][:-1]]
    kept = find_classes(90 // 5)
    assert [(one.least, one.counted) for one in kept] == list(zip(leasts, counted, strict=True))[
        : len(kept)
    ]
    assert [one.least for one in find_classes(20)][-1] == leasts[-1]
    assert [one.least for one in find_classes(90)] == list(range(12, 61, 3))


Cell = Callable[[AnswerClass], object]


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ("first class", lambda one: one.least),
        ("step", lambda one: float(one.step)),
        ("a number stays within", lambda one: float(one.reach)),
    ],
)
def test_the_grids_of_one_week_are_as_stated(row: str, read: Cell) -> None:
    rows = table("One week")
    for members, cell in zip(rows["members from"], rows[row], strict=True):
        assert {str(read(one)) for one in find_classes(int(members))[:1]} == {cell}


def test_the_ends_of_one_week_are_as_stated() -> None:
    stated = table("One week")['highest text, "or higher"']
    for largest, cell in zip((11, 19, 29, 60), stated, strict=True):
        ends = [str(float(3 + one.ends * one.step)) for one in find_classes(largest)]
        most, *five = re.findall(r"\d\.\d", cell)
        assert ends == [*(five or [most]), *[most] * (len(ends) - 1)]


@pytest.mark.parametrize(
    ("kind", "scale"), [("scale", lot.OUT_OF_TEN), ("yes-no", lot.YES_NO)], ids=["scale", "yes-no"]
)
def test_the_steps_of_other_kinds_are_as_stated(kind: str, scale: LotScale) -> None:
    _, steps, reaches, _ = table("Other kinds")[kind]
    kept = list(reversed(scale.grids))
    for cell, values in (
        (steps, [grid.step for grid in kept]),
        (reaches, [grid.reach for grid in kept]),
    ):
        stated = [float(one) for one in re.findall(r"\d+\.\d+", cell)]
        # One number is the same for every roster.
        assert stated * (len(values) // len(stated)) == [float(one) for one in values]


def test_the_ends_of_a_block_are_as_stated() -> None:
    text = section("A block")
    for members, low, high in ((10, "2.0", "4.0"), (14, "1.8", "4.2"), (30, "2.0", "4.0")):
        printed = [lot.print_block([(10, total)] * 4, members) for total in (10, 50)]
        assert [one.about for one in printed if one] == [low, high]
        assert f"between {low} and {high}" in text


def test_a_low_pulse_is_as_stated() -> None:
    assert f"level of {LOW_PULSE} or less" in section("What follows from what was said")
