"""The states of a round: forward only, and answers only while it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.domain.asking.rounds import MOVES, Round, State
from pulse_bot.domain.asking.thresholds import Thresholds

OPENS = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 1, 9, 16, tzinfo=UTC)
ROUND = Round(1, 1, 1, State.OPEN, OPENS, CLOSES, b"", 14, Thresholds(), ())


def reachable(state: State) -> set[State]:
    """Every state that a round can come to from here."""
    return {later for following in MOVES[state] for later in {following, *reachable(following)}}


def test_there_is_no_path_backwards() -> None:
    assert MOVES.keys() == set(State)
    for state in State:
        assert state not in reachable(state)
    assert reachable(State.OPEN) == {State.CLOSING, State.CLOSED, State.LOST}
    assert reachable(State.CLOSED) == reachable(State.LOST) == set()


def test_a_round_is_never_closed_without_closing() -> None:
    assert State.CLOSED not in MOVES[State.OPEN]


@pytest.mark.parametrize(
    ("after", "takes"),
    [(-1, False), (0, True), (3600, True), (48 * 3600 + 1799, True), (48 * 3600 + 1800, False)],
)
def test_answers_are_taken_from_the_opening_to_the_closing(after: int, *, takes: bool) -> None:
    moment = OPENS + timedelta(seconds=after)

    assert ROUND.takes_answers(moment) is takes
    for state in set(State) - {State.OPEN}:
        assert not replace(ROUND, state=state).takes_answers(moment)
