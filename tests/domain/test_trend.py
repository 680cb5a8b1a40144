"""The seam of the trend word: it learns, and then it is silent until it can really compare."""

from __future__ import annotations

import pytest

from pulse_bot.domain.digest import Call, TrendFact
from pulse_bot.domain.trend import call


@pytest.mark.parametrize("rounds", range(1, 8))
def test_under_eight_rounds_it_is_still_learning(rounds: int) -> None:
    assert call("trust", rounds) == TrendFact("trust", Call.LEARNING, rounds, 8)


@pytest.mark.parametrize("rounds", [8, 9, 52, 520])
def test_from_the_eighth_round_on_it_claims_nothing(rounds: int) -> None:
    assert call("trust", rounds) is None
