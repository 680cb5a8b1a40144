"""Whose turn it is, and who is dead: under clocks that lie, and without any clock.

True time passes a second a round here; what the workers' clocks read is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.engine import EVERY_MINUTE
from pulse_bot.engine.watching import SilenceWatch, Turn, TurnWatch

MINUTE = 60.0
DAY = 86_400


@dataclass
class Cluster:
    """Workers that look at one row every second, each with a clock that is so many seconds off."""

    workers: int
    turn: Turn = field(default_factory=lambda: Turn(-1, 0))
    ticks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watches = [TurnWatch(MINUTE) for _ in range(self.workers)]

    def pass_second(self, now: int, offsets: list[int | None]) -> None:
        """One second; a worker whose offset is None does not get to look."""
        for watch, offset in zip(self.watches, offsets, strict=True):
            if offset is None:
                continue
            number, at = int((now + offset) // MINUTE), float(now)
            if not watch.wants_look(number, at):
                continue
            watch.observe(self.turn, at)
            if watch.is_due(self.turn, number, at):
                self.turn = Turn(number, self.turn.claims + 1)
                watch.observe(self.turn, at)
                self.ticks.append(now)


START = 1_780_000_000
OFFSETS = st.one_of(
    st.just(0),
    st.integers(-90, 90),
    st.sampled_from([-DAY, DAY, -3600, 3600, 365 * DAY]),
)
SEGMENTS = st.lists(st.tuples(st.integers(1, 200), OFFSETS, OFFSETS), min_size=1, max_size=12)
"""For so many seconds the two clocks are so far off."""


def longest_silence(ticks: list[int], first: int, last: int) -> int:
    marks = [first, *ticks, last]
    return max(after - before for before, after in pairwise(marks))


@given(SEGMENTS)
def test_somebody_ticks_in_every_two_minutes_whatever_the_clocks_say(
    segments: list[tuple[int, int, int]],
) -> None:
    cluster, now, jumps = Cluster(2), START, 0
    for seconds, first, second in segments:
        jumps += 1
        for _ in range(seconds):
            cluster.pass_second(now, [first, second])
            now += 1
    assert longest_silence(cluster.ticks, START, now) < 2 * MINUTE
    minutes = (now - START) / MINUTE + 1
    # Two clocks that lie far apart overrule one another four times a minute at most, and each such
    # overruling, and each jump ahead, brings one tick more.
    assert len(cluster.ticks) <= 9 * minutes + 2 * jumps + 2


@given(st.integers(0, 59), st.integers(-1, 1), st.integers(2, 10))
def test_it_ticks_once_a_minute_where_clocks_agree_to_a_second(
    second: int, off: int, minutes: int
) -> None:
    cluster, first = Cluster(2), START + second
    for now in range(first, first + 60 * minutes):
        cluster.pass_second(now, [0, off])
    assert minutes - 1 <= len(cluster.ticks) <= minutes + 1
    boundaries = [tick % 60 for tick in cluster.ticks[1:]]
    assert all(late <= 1 or late == 59 for late in boundaries), "at the turn of the minute"


def test_a_clock_a_day_ahead_for_two_minutes_silences_nobody() -> None:
    cluster, naive = Cluster(2), Naive()
    for now in range(START, START + 1200):
        ahead = DAY if START + 60 <= now < START + 180 else 0
        cluster.pass_second(now, [ahead, 0])
        naive.pass_second(now, ahead)
    assert longest_silence(cluster.ticks, START, START + 1200) < 2 * MINUTE
    # The control: the highest number wins.
    assert longest_silence(naive.ticks, START, START + 1200) > 15 * MINUTE


class Naive:
    """As it was: a turn is taken where its number is higher than every one before."""

    def __init__(self) -> None:
        self.number, self.ticks = -1, list[int]()

    def pass_second(self, now: int, offset: int) -> None:
        number = int((now + offset) // MINUTE)
        if number > self.number:
            self.number = number
            self.ticks.append(now)


def test_a_worker_that_dies_leaves_its_turns_to_the_other() -> None:
    cluster = Cluster(2)
    for now in range(START, START + 600):
        cluster.pass_second(now, [0 if now < START + 301 else None, -30])
    assert longest_silence(cluster.ticks, START, START + 600) < 2 * MINUTE


@pytest.mark.parametrize("phase", [0.0, 1.3, 2.5, 4.9])
@pytest.mark.parametrize("late", [0.0, 2.0])
def test_the_work_of_a_dead_worker_is_taken_over_within_a_minute(phase: float, late: float) -> None:
    """At the real pace, wherever in its rhythm it dies, and where looks come late."""
    pace = EVERY_MINUTE
    died_at, at = 100.0, phase
    watch = SilenceWatch(pace.dead_after, pace.beat)
    while not watch.find_dead({"other"}, at):
        beat = int(min(at, died_at) // pace.beat)
        watch.observe({"me": int(at), "other": beat}, at)
        at += pace.beat + late
        assert at < died_at + 60
    # It is handed on within a beat more, and a free worker sees it within a poll.
    assert died_at < at
    assert at + pace.beat + late + pace.poll + 1 < died_at + 60


def test_a_worker_that_is_only_busy_is_left_alone() -> None:
    """Five of its beats do not come."""
    watch = SilenceWatch(30.0, 5.0)
    for look in range(40):
        beat = look if look % 6 == 0 else look - look % 6
        watch.observe({"other": beat}, 5.0 * look)
        assert not watch.find_dead({"other"}, 5.0 * look)


def test_a_beat_from_the_future_counts_as_alive_no_longer_than_another() -> None:
    watch, at = SilenceWatch(30.0, 5.0), 0.0
    while not watch.find_dead({"other"}, at):
        watch.observe({"other": 10**12}, at)
        at += 5.0
        assert at < 60


def test_the_time_in_which_the_database_was_away_counts_for_nobody() -> None:
    watch = SilenceWatch(30.0, 5.0)
    for look in range(3):
        watch.observe({"other": look}, 5.0 * look)
    for back_at in (1000.0, 1005.0):
        assert not watch.find_dead({"other"}, back_at), "it has not looked since"
    watch.observe({"other": 2}, 1010.0)
    watch.observe({"other": 2}, 1015.0)
    assert not watch.find_dead({"other"}, 1015.0)
    watch.observe({"other": 3}, 1020.0)
    assert not watch.find_dead({"other"}, 1020.0)


def test_whoever_signed_off_is_dead_soon_and_a_lost_row_is_not() -> None:
    watch = SilenceWatch(30.0, 5.0)
    watch.observe({"me": 1}, 0.0)
    assert not watch.find_dead({"gone", "back"}, 0.0)
    watch.observe({"me": 2}, 5.0)
    assert not watch.find_dead({"gone", "back"}, 5.0)
    watch.observe({"me": 3, "back": 1}, 10.0)
    assert watch.find_dead({"gone", "back"}, 10.0) == {"gone"}
