"""What follows from what was said: the talking prompt, and a low trust in the pulse."""

from __future__ import annotations

import pytest

from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.results import ReleasedValue, Silence
from pulse_bot.domain.release.talking_prompt import choose_prompt, has_low_pulse
from tests import printed

QUESTIONS = [
    QuestionFact(f"{theme}-1", "Text.", theme, f"Talk of {theme}.", printed.level("3.4"))
    for theme in ("trust", "honesty", "accountability")
]


def test_prompts_take_turns_and_skip_questions_without_one() -> None:
    silent = QuestionFact("q", "Text.", "pulse", "", printed.level("3.4"))
    told = [choose_prompt(number, [silent, *QUESTIONS]) for number in range(1, 7)]
    honesty, accountability, trust = (
        f"Talk of {theme}." for theme in ("honesty", "accountability", "trust")
    )
    # After a turn of the core it moves on by one more.
    assert told == [honesty, accountability, trust, honesty, accountability, honesty]
    assert choose_prompt(1, [silent]) == ""


@pytest.mark.parametrize(
    ("bank", "says", "low"),
    [
        ("trust-in-the-pulse", printed.level("2.6"), True),
        ("trust-in-the-pulse", printed.level("2.2", "or lower"), True),
        ("trust-in-the-pulse", printed.level("2.7"), False),
        ("trust-in-the-pulse", printed.level("3.0"), False),
        ("trust-in-the-pulse", Silence.TOO_FEW, False),
        ("trust-in-the-pulse", Silence.SMALL_GROUP, False),
        ("trust", printed.level("1.8", "or lower"), False),
    ],
)
def test_a_low_trust_in_the_pulse_is_seen_in_what_is_printed(
    bank: str, says: ReleasedValue | Silence, low: bool
) -> None:
    fact = QuestionFact("q", "My answers are hidden.", "pulse", "", says, bank=bank)
    assert has_low_pulse([*QUESTIONS, fact]) is low
