"""The trend's rule twice: as the product carries it out, and on many groups at once."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks._promise_policies import CHOSEN
from benchmarks._promise_printed import Crowd, print_years
from benchmarks._trend_calls import call_trends
from benchmarks._trend_scenarios import SCENARIOS, WEEKS, simulate_answers
from benchmarks._trend_weeks import list_weeks
from pulse_bot.domain.release.trend import Direction, call_trend

GROUPS = 4
SIGNS = {Direction.UP: 1, Direction.DOWN: -1}


@pytest.mark.parametrize(
    ("scenario", "members", "response"),
    [
        ("and back", 12, 0.5),
        ("half a point down from 4.4", 12, 0.7),
        ("weekly shocks of 0.2", 9, 0.7),
        ("six weeks of -0.5", 40, 0.6),
    ],
)
def test_both_say_the_same_in_every_digest(scenario: str, members: int, response: float) -> None:
    draw = np.random.default_rng((20261129, members))
    crowd = Crowd(GROUPS, members, response)
    years = print_years(draw, CHOSEN, *simulate_answers(draw, SCENARIOS[scenario], crowd))
    calls = call_trends(years)
    assert calls.made.any()

    for group in range(GROUPS):
        weeks = list_weeks(years, group)
        for place in range(WEEKS):
            trend = call_trend(weeks[: place + 1])
            said = SIGNS[trend.now.direction] if trend.now else 0
            assert said == calls.standing[group, place], (group, place)
            assert bool(trend.withdrawn) == calls.withdrawn[group, place], (group, place)
