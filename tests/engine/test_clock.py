"""A clock that jumps: nothing is done at one wrong reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.app import CLOCK_BELIEVED, CLOCK_SLACK, WallClock
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.usecases.context import Installation
from tests.made_up import OPENS, START, found, installation, people
from tests.outbox import rows, tick

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Machine:
    """A machine whose clock stands wrong by so many seconds."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.wrong_by = 0.0
        self.clock = WallClock(lambda: self.true_time() + self.wrong_by, lambda: self.passed)

    def true_time(self) -> float:
        return START.timestamp() + self.passed

    def wait(self, seconds: float) -> None:
        self.passed += seconds

    @property
    def error(self) -> float:
        """Seconds by which what it says is wrong."""
        return round(self.clock.now().timestamp() - self.true_time(), 3)


@pytest.mark.parametrize("jump", [-400 * DAY, -DAY, -2 * MINUTE, 2 * MINUTE, DAY, 400 * DAY])
def test_a_jump_is_believed_when_it_stays(jump: timedelta) -> None:
    machine = Machine()
    machine.wrong_by = jump.total_seconds()
    for _ in range(int(CLOCK_BELIEVED)):
        assert machine.error == 0
        machine.wait(1)
    assert machine.error == machine.wrong_by


def test_a_jump_for_two_minutes_is_never_seen() -> None:
    machine = Machine()
    for _ in range(20):
        machine.wrong_by = DAY.total_seconds()
        machine.wait(60)
        assert machine.error == 0
        machine.wait(60)
        machine.wrong_by = 0
        assert machine.error == 0


def test_a_clock_that_is_set_a_little_is_followed() -> None:
    machine = Machine()
    for _ in range(5):
        machine.wrong_by += CLOCK_SLACK - 1
        assert machine.error == machine.wrong_by
        machine.wait(60)


def test_the_real_one_tells_the_time() -> None:
    assert abs(WallClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


class Bare:
    """The control: a clock that is taken at its word."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._machine.true_time() + self._machine.wrong_by, UTC)


def play(clock: object, machine: Machine) -> tuple[Installation, RoundStatus, set[OutgoingState]]:
    """A tick while a round is open, two while the clock is a year ahead, and one after."""
    made = installation("sqlite://", clock)  # type: ignore[arg-type] # it tells the time
    people(made, 3)
    machine.wait((OPENS - START).total_seconds())
    tick(made)
    for wrong_by in (0.0, 365 * 86_400.0, 365 * 86_400.0, 0.0):
        machine.wrong_by = wrong_by
        machine.wait(60)
        tick(made)
    states = {row.state for row in rows(made, OutgoingKind.CARD)}
    return made, found(made, 1).state, states


@pytest.mark.parametrize("guarded", [True, False])
def test_no_round_ends_at_one_wrong_reading(*, guarded: bool) -> None:
    machine = Machine()
    made, state, cards = play(machine.clock if guarded else Bare(machine), machine)
    made.database.close()
    if guarded:
        assert (state, cards) == (RoundStatus.OPEN, {OutgoingState.WAITING})
    else:
        assert state is RoundStatus.CLOSED
