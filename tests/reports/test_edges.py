"""Digests at the edges, through real rounds: nobody, everybody, one question, one voice, sixty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pulse_bot.domain.release.digest import BlockFact
from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.series import build_chart
from tests.reports.history import THEMES, digest, level, week
from tests.reports.situations import Situation, played


def alike(_member: int, _week: int, _theme: str) -> float:
    """Everybody stands at the same place."""
    return 5.0


def apart(_member: int, _week: int, theme: str) -> float:
    """Each theme has its own place."""
    return {"trust": 3.6, "honesty": 3.0, "accountability": 2.4}[theme]


EVERYBODY = Situation("everybody", 2, apart, answer=1.0)


def said(digests: list[Digest], kind: StatementKind) -> Iterator[str]:
    """What all digests say of one kind."""
    yield from (one.text for each in digests for one in each.statements if one.kind is kind)


def numbers(text: str) -> list[str]:
    """The levels that a text says."""
    return re.findall(r"\d\.\d", text)


@pytest.mark.parametrize(
    "nobody", [replace(EVERYBODY, skips=THEMES), replace(EVERYBODY, answer=0.0)]
)
def test_where_everybody_skips_nothing_is_said_of_answers(
    nobody: Situation, tmp_path: Path
) -> None:
    digests = played(replace(nobody, rounds=8), tmp_path)
    assert not numbers(" ".join(one.text for each in digests for one in each.statements))
    for text in said(digests, StatementKind.QUESTION):
        assert text.startswith("Asked: “")
    assert all("too few answers" in text for text in said(digests, StatementKind.HEADLINE))
    assert renderer.picture(digests) is None
    assert "<img" not in renderer.page("P", "UTC", digests)
    # The next round comes all the same.
    assert sum(text.startswith("Next: ") for text in said(digests, StatementKind.NEXT)) == 8


def test_of_three_themes_the_one_that_is_skipped_is_silent_alone(tmp_path: Path) -> None:
    digests = played(replace(EVERYBODY, rounds=6, skips=("honesty",)), tmp_path)
    for one in digests:
        for statement in one.statements:
            if statement.kind in (StatementKind.QUESTION, StatementKind.LEVEL):
                assert bool(statement.level) == (statement.theme != "honesty")
    levels = {
        re.split("[: ]", one, maxsplit=1)[0]: one for one in said(digests, StatementKind.LEVEL)
    }
    assert levels["Honesty"] == "Honesty: too few answers."
    assert numbers(levels["Trust"])
    assert numbers(levels["Accountability"])
    found = build_chart(digests)
    assert found is not None
    assert [panel.theme for panel in found.panels] == ["trust", "accountability"]


def test_a_round_of_one_question_is_a_whole_digest(tmp_path: Path) -> None:
    alone = replace(EVERYBODY, rounds=1, asks=("before-the-workshop-how-far-along",))
    (one,) = played(replace(alone, leaning=alike), tmp_path)
    kinds = [statement.kind.value for statement in one.statements]
    assert kinds == ["headline", "question", "talk", "response", "next"]


def test_a_unanimous_week_reads_like_any_high_one(tmp_path: Path) -> None:
    digests = played(replace(EVERYBODY, leaning=alike, chance=0.0), tmp_path)
    texts = list(said(digests, StatementKind.QUESTION))
    assert texts
    ends = r"” (4\.\d or higher|1\.\d or lower)(, out of 5)?(, and low is good here)?\."
    assert all(re.search(ends, text) for text in texts)
    assert not any(re.search(r"\b5\.0|all of us|everybody", text) for text in texts)


def test_sixty_members_are_told_finer_numbers_and_no_count(tmp_path: Path) -> None:
    digests = played(replace(EVERYBODY, name="sixty", members=60, rounds=6), tmp_path)
    texts = " ".join(one.text for each in digests for one in each.statements)
    printed = {float(one) for one in numbers(texts)}
    assert any(round((one - 3) * 10) % 4 for one in printed), "on a step of a fifth"
    assert "60" not in texts
    assert "59" not in texts


def test_a_theme_that_starts_late_is_drawn_from_its_first_week() -> None:
    early = [digest(n, week("trust", level("3.0"))) for n in range(1, 5)]
    both = [
        digest(n, week("trust", level("3.0")), week("honesty", level("2.6"))) for n in range(5, 8)
    ]
    found = build_chart([*early, *both])
    assert found is not None
    trust, honesty = found.panels
    assert [one.closing.number for one in honesty.weeks] == [5, 6, 7]
    assert [one.closing.number for one in trust.weeks] == list(range(1, 8))
    assert [one.number for one in found.closings] == list(range(1, 8)), "one time for all themes"


def test_a_workshops_own_question_shifts_no_block_of_its_theme() -> None:
    asked = [digest(n, week("trust", level("3.0"))) for n in range(1, 6)]
    between = digest(6, replace(week("trust", level("2.0")), weekly=False))
    last = digest(7, week("trust", level("3.0")), BlockFact("trust", 1, level("3.2")))
    found = build_chart([*asked, between, last])
    assert found is not None
    (trust,) = found.panels
    assert [(one.first.number, one.last.number) for one in trust.blocks] == [(1, 7)]
    assert [one.closing.number for one in trust.weeks] == [1, 2, 3, 4, 5, 7]
