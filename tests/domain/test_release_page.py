"""The numbers of docs/release-policy.md and docs/statistics.md are the ones that the code keeps."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pulse_bot.domain.asking import programme
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership import commitments
from pulse_bot.domain.release import agreement, comments, kinds, trend
from pulse_bot.domain.release.grid import Scale, find_cell
from pulse_bot.domain.release.kinds import FIVE_POINT_SCALE, TEN_POINT_SCALE, YES_NO_SCALE
from pulse_bot.domain.release.policy import BLOCK_STEPS, block_level
from pulse_bot.domain.release.talking_prompt import LOW_PULSE

DOCS = Path(__file__).parents[2] / "docs"
BARS = Thresholds()
NUMBERS = {"two": 2, "three": 3, "four": 4, "fourth": 4, "six": 6, "eighth": 8, "ten": 10}
NUMBERS |= {"twelve": 12}


def section(page: str, name: str) -> str:
    """The text of a section, without its heading."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(
        rf"^## \d+\. {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page} has no section {name}"
    return found[1]


def bold(page: str, name: str) -> list[Decimal]:
    """The numbers that a section has in bold, in their order."""
    words = re.findall(r"\*\*([\w.]+)(?: %)?\*\*", section(page, name))
    return [
        Decimal(NUMBERS.get(word, word))
        for word in words
        if word in NUMBERS or word[0] in "0123456789"
    ]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Two keys", [BARS.answers, 4, 3]),
        ("Groups under ten", [BARS.roster]),
        ("One week", [BARS.week_answers]),
        ("A block", [BARS.block_rounds, BARS.block_least_rounds, BARS.block_answers]),
        ("Other kinds", [BARS.week_answers]),
        ("Choices", [kinds.LEAST_CHOICE_ANSWERS, kinds.BY_MOST_FROM]),
        ("Agreement", [agreement.LEAST_ANSWERS]),
        ("The trend word", [trend.ROUNDS_NEEDED]),
        (
            "Words",
            [
                comments.LEAST_ANSWERED,
                comments.LEAST_WRITERS,
                comments.ROUNDS_TO_WAIT,
                comments.NEVER_READ,
            ],
        ),
        ("The same question again", [programme.ROUNDS_BETWEEN, commitments.MOST_ASKINGS]),
        ("Joining and leaving", [BARS.roster]),
    ],
)
def test_the_policy_states_the_bars_that_are_kept(name: str, numbers: list[int]) -> None:
    assert bold("release-policy.md", name) == numbers


def test_the_bar_of_organisations_is_as_stated() -> None:
    assert [Thresholds.for_partnership(many).organisations for many in (1, 2, 3, 4, 9)] == [
        *(3, 3, 3),
        *(4, 4),
    ]


def test_the_steps_and_ends_of_one_week_are_as_stated() -> None:
    rows = [
        [entry.strip() for entry in line.strip("|").split("|")]
        for line in section("release-policy.md", "One week").splitlines()
        if line.startswith("| ")
    ]
    (_, *answers), (_, *steps), (_, *ends) = rows

    for many, step, end in zip(answers, steps, ends, strict=True):
        n = int(many.removeprefix("from "))
        printed = find_cell(
            n,
            5 * n,
            FIVE_POINT_SCALE,
            FIVE_POINT_SCALE.step_for(n) or Fraction(0),
            FIVE_POINT_SCALE.free_points,
        )
        assert FIVE_POINT_SCALE.step_for(n) == Fraction(step)
        assert printed is not None
        assert str(printed.printed[0]) == end


@pytest.mark.parametrize(("answers", "highest"), [(28, "3.2"), (60, "4.2"), (120, "4.6")])
def test_the_ends_of_a_block_are_as_stated(answers: int, highest: str) -> None:
    step = next(step for least, step in BLOCK_STEPS if answers >= least)
    level = block_level(answers, 5 * answers, 8 * BARS.block_rounds + 2, step)

    assert level is not None
    assert level.about == highest
    assert f"{highest} at {answers}" in section("release-policy.md", "A block")


@pytest.mark.parametrize(
    ("scale", "steps"),
    [(TEN_POINT_SCALE, "1.5, 1.0, 0.5"), (YES_NO_SCALE, "0.5")],
    ids=["0 to 10", "yes-no"],
)
def test_the_steps_of_other_kinds_are_as_stated(scale: Scale, steps: str) -> None:
    kept = [f"{float(step):.1f}" for _, step in reversed(scale.steps)]

    assert ", ".join(kept) == steps
    assert f"| {steps} |" in section("release-policy.md", "Other kinds")
    assert scale.free_points == Fraction(5, 2) * (scale.high - scale.low)


def test_a_low_pulse_is_as_stated() -> None:
    assert f"a level of {LOW_PULSE} or less" in section(
        "release-policy.md", "What follows from what was said"
    )


def test_statistics_states_what_the_trend_call_computes() -> None:
    assert bold("statistics.md", "The trend call") == [
        trend.RECENT_ROUNDS,
        trend.EARLIER_ROUNDS,
        Decimal(trend.LEAST_SPREAD) ** 2,
        Decimal(str(100 * trend.required_confidence(3))),
        Decimal(str(100 * trend.required_confidence(4))),
    ]
    assert bold("statistics.md", "A series") == [trend.GUARD_WINDOW]
