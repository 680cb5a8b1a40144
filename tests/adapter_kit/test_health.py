"""Trouble is told once, passes by itself or does not, and a silence is noticed."""

from __future__ import annotations

import logging

import pytest

from pulse_bot.adapter_kit import health
from pulse_bot.adapter_kit.health import SECONDS_OF_SILENCE, SECONDS_TO_PASS, Health

LOG = logging.getLogger("pulse_bot.of_a_test")


class Clock:
    """The monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Now."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(health, "time", clock)
    return clock


def test_what_passes_soon_is_no_trouble(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    one = Health(LOG, "Telegram")
    assert one.describe() == ""
    for _ in range(3):
        one.begin_trouble("It cannot be reached.")
        clock.now += SECONDS_TO_PASS / 4
    assert one.describe() == ""
    clock.now += SECONDS_TO_PASS / 4
    assert one.describe() == "It cannot be reached."
    one.end_trouble()
    assert one.describe() == ""
    said = [record.getMessage() for record in caplog.records]
    assert said == ["It cannot be reached.", "Telegram is heard again."]


def test_what_does_not_pass_is_told_at_once_and_keeps_its_age(clock: Clock) -> None:
    one = Health(LOG, "Telegram")
    one.begin_trouble("The token was revoked.", passes_by=0.0)
    assert one.describe() == "The token was revoked."
    clock.now += SECONDS_TO_PASS
    one.begin_trouble("It cannot be reached.")
    assert one.describe() == "It cannot be reached.", "one trouble after another is still trouble"


def test_a_silence_is_noticed_where_a_sign_of_life_was_to_be_expected(clock: Clock) -> None:
    one = Health(LOG, "Telegram")
    clock.now += 10 * SECONDS_OF_SILENCE
    assert one.describe() == "", "nobody has begun to listen"
    one.end_trouble()
    clock.now += SECONDS_OF_SILENCE + 1
    assert "Telegram has not been listened to" in one.describe()
    one.end_trouble()
    assert one.describe() == ""
    one.end_listening()
    clock.now += 10 * SECONDS_OF_SILENCE
    assert one.describe() == ""
