"""The states of a round: forward only, and answers only while it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.domain.asking.rounds import ALLOWED_MOVES, Round, RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds

OPENS = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 1, 9, 16, tzinfo=UTC)
ROUND = Round(1, 1, 1, RoundStatus.OPEN, OPENS, CLOSES, 14, Thresholds(), ())


def reachable(state: RoundStatus) -> set[RoundStatus]:
    """Every state that a round can come to from here."""
    return {
        later for following in ALLOWED_MOVES[state] for later in {following, *reachable(following)}
    }


def test_there_is_no_path_backwards() -> None:
    assert ALLOWED_MOVES.keys() == set(RoundStatus)
    for state in RoundStatus:
        assert state not in reachable(state)
    assert reachable(RoundStatus.OPEN) == {
        RoundStatus.CLOSING,
        RoundStatus.CLOSED,
        RoundStatus.LOST,
    }
    assert reachable(RoundStatus.CLOSED) == reachable(RoundStatus.LOST) == set()


def test_a_round_is_never_closed_without_closing() -> None:
    assert RoundStatus.CLOSED not in ALLOWED_MOVES[RoundStatus.OPEN]


@pytest.mark.parametrize(
    ("after", "takes"),
    [(-1, False), (0, True), (3600, True), (48 * 3600 + 1799, True), (48 * 3600 + 1800, False)],
)
def test_answers_are_taken_from_the_opening_to_the_closing(after: int, *, takes: bool) -> None:
    moment = OPENS + timedelta(seconds=after)

    assert ROUND.takes_answers(moment) is takes
    for state in set(RoundStatus) - {RoundStatus.OPEN}:
        assert not replace(ROUND, state=state).takes_answers(moment)
