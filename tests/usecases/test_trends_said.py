"""Trends through the whole of a close: learning, calling, late themes and another bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.release.record import StatementKind
from pulse_bot.ports import Address
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import read_digests
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission, record_answers
from tests.made_up import CLOSES, PARTNERSHIP, PLAN, POOL, WEEK, at, opened_round, people

HIGH = {"trust": 1}
"""How many points higher a theme is answered."""


def play(
    made: Installation, weeks: range, everybody: Sequence[Address], higher: dict[str, int]
) -> list[str]:
    """Play these weeks; what the last digest says of trends."""
    for week in weeks:
        asked = opened_round(made, week)
        for number, address in enumerate(everybody):
            answers = {
                AnswerTarget(asked.id, position, "answer"): str(
                    2 + (number + week) % 3 + higher.get(one.dimension, 0)
                )
                for position, one in enumerate(asked.items)
            }
            record_answers(made, [Submission(address, asked.id, answers)])
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)
    said = read_digests(made, PARTNERSHIP)[0].statements
    return [one.text for one in said if one.kind is StatementKind.TREND]


def words(said: Sequence[str], theme: str) -> str:
    """The words behind a theme's name."""
    (found,) = [one for one in said if one.startswith(f"{theme}: ")]
    return found.removeprefix(f"{theme}: ")


def test_a_theme_learns_and_then_goes_up_alone(made: Installation) -> None:
    everybody = people(made, 24)
    learning = play(made, range(7), everybody, {})
    assert learning == [
        f"{theme}: still learning (round 7 of 8)."
        for theme in ("Trust", "Honesty", "Accountability")
    ]
    quiet = play(made, range(7, 12), everybody, {})
    assert {words([one], one.split(":")[0]).split(" (")[0] for one in quiet} == {"no clear change"}
    moved = play(made, range(12, 16), everybody, HIGH)
    assert words(moved, "Trust").startswith("up.")
    assert words(moved, "Honesty").startswith("no clear change (")


def test_a_theme_that_starts_late_learns_while_the_others_speak(made: Installation) -> None:
    everybody = people(made, 24)
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=("trust", "honesty")))
    play(made, range(8), everybody, {})
    set_programme(made, PARTNERSHIP, PLAN)
    said = play(made, range(8, 9), everybody, {})
    assert words(said, "Accountability") == "still learning (round 1 of 8)."
    assert words(said, "Trust").startswith("no clear change")


def test_another_bank_ends_the_series_and_says_so(made: Installation) -> None:
    everybody = people(made, 24)
    play(made, range(9), everybody, {})
    other = [replace(one, id=f"other-{one.id}", bank="other") for one in POOL["trust"]]
    changed = replace(made, pool=lambda: {**POOL, "trust": other})
    said = play(changed, range(9, 10), everybody, HIGH)
    assert words(said, "Trust") == (
        "still learning (round 1 of 8). Its questions are new, and are not compared with those "
        "before."
    )
    assert words(said, "Honesty").startswith("no clear change")
    # Blocks begin anew with it: the twelfth round is no end of a turn of the new core.
    play(changed, range(10, 12), everybody, HIGH)
    levels = [one for one in read_digests(made, PARTNERSHIP)[0].statements if one.kind == "level"]
    assert {one.subject for one in levels} == {"honesty", "accountability"}
    again = play(changed, range(12, 17), everybody, HIGH)
    assert words(again, "Trust").startswith("no clear change"), "up only within the new series"


@pytest.mark.both_databases
@pytest.mark.parametrize("themes", [("trust",), ("trust", "honesty")])
def test_one_question_only_and_everybody_skips(made: Installation, themes: tuple[str, ...]) -> None:
    everybody = people(made, 24)
    plan = Programme(themes, PLAN.opens, PLAN.closes, items_a_round=1)
    set_programme(made, PARTNERSHIP, plan)
    asked = opened_round(made)
    for address in everybody:
        record_answers(
            made, [Submission(address, asked.id, {AnswerTarget(asked.id, 0, "answer"): "skip"})]
        )
    at(made, CLOSES)
    close_round(made, asked.id)
    said = read_digests(made, PARTNERSHIP)[0].statements
    assert [one.text for one in said if one.kind is StatementKind.TREND] == [
        "Trust: too few answers this week to compare."
    ]
