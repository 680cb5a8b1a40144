"""What the made-up members of the demonstration live through: trust rises by a point."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import fmean

import pytest

from pulse_bot.demo.crowd import THEMES, draw_habit, make_people
from pulse_bot.demo.play import WEEKS
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from tests.made_up import item


def average(asked: Item, first: int, last: int) -> float:
    """Of all that is answered to a question from one week to another, counted from 0."""
    rng = random.Random(7)
    people = make_people(rng)
    answers = [
        draw_habit(rng, person, week, [asked]).answers[0]
        for week in range(first, last)
        for person in people
        if person.is_here(week)
    ]
    return fmean(int(answer) for answer in answers if answer != "skip")


def test_it_ends_on_a_half_term() -> None:
    assert WEEKS % BLOCK_ROUNDS == 0


@pytest.mark.parametrize(("theme", "rises"), [(theme, float(theme == "trust")) for theme in THEMES])
def test_trust_rises_by_a_point_and_nothing_else_does(theme: str, rises: float) -> None:
    asked = item(theme, 1)
    before, after = average(asked, 0, 8), average(asked, 12, WEEKS)
    assert after - before == pytest.approx(rises, abs=0.25)


def test_where_low_is_good_it_falls_by_a_point() -> None:
    turned = replace(item("trust", 1), reverse=True)
    before, after = average(turned, 0, 8), average(turned, 12, WEEKS)
    assert before - after == pytest.approx(1.0, abs=0.25)
