"""What follows from what was said: the prompt of two camps, and a low trust in the pulse."""

from __future__ import annotations

import pytest

from pulse_bot.domain.release.digest import BlockFact, QuestionFact
from pulse_bot.domain.release.results import Agreement, ReleasedValue, Silence
from pulse_bot.domain.release.talking_prompt import choose_prompt, has_low_pulse
from tests import printed

QUESTIONS = [
    QuestionFact(f"{theme}-1", "Text.", theme, f"Talk of {theme}.", printed.level("3.4"))
    for theme in ("trust", "honesty", "accountability")
]


def blocks(**minds: Agreement | None) -> list[BlockFact]:
    """Blocks that have just ended."""
    return [BlockFact(theme, 1, printed.level("3.4"), word) for theme, word in minds.items()]


def test_two_camps_choose_the_prompt_and_say_so() -> None:
    ended = blocks(
        trust=Agreement.MIXED, honesty=Agreement.TWO_CAMPS, accountability=Agreement.TWO_CAMPS
    )
    assert choose_prompt(6, QUESTIONS, ended) == ("Talk of honesty.", "honesty")


@pytest.mark.parametrize("minds", [Agreement.CLOSE, Agreement.MIXED, None])
def test_any_other_word_leaves_it_to_turns(minds: Agreement | None) -> None:
    everywhere = blocks(trust=minds, honesty=minds, accountability=minds)
    for number in range(1, 19):
        assert choose_prompt(number, QUESTIONS, everywhere) == choose_prompt(number, QUESTIONS, [])
        assert choose_prompt(number, QUESTIONS, everywhere).about == ""


def test_a_theme_with_camps_and_no_prompt_leaves_it_to_turns() -> None:
    assert choose_prompt(6, QUESTIONS, blocks(courage=Agreement.TWO_CAMPS)).about == ""


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
