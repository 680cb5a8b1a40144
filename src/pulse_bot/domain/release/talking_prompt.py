"""What a digest says because of what it says: the talking prompt, and whether the pulse is trusted.

Everything here is made of facts that are released already, so that it tells nothing more. No tally
comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.results import Level

PULSE_BANK: Final = "trust-in-the-pulse"
LOW_PULSE: Final = Decimal("2.6")
"""Up to this level, the group has something to say about the pulse before it goes on."""


def choose_prompt(number: int, questions: Sequence[QuestionFact]) -> str:
    """One talking prompt for round `number`, of the week's questions by turns; empty for none.

    The turn moves on by one a round and by one more after each turn of the core, or a question of a
    core of six and its neighbours of the week would meet the same prompt for ever.
    """
    prompts = [fact.talk for fact in questions if fact.talk]
    turn = number + number // BLOCK_ROUNDS
    return prompts[turn % len(prompts)] if prompts else ""


def has_low_pulse(questions: Sequence[QuestionFact]) -> bool:
    """Whether a question about the pulse itself has a low level, as it is printed."""
    return any(
        fact.bank == PULSE_BANK
        and isinstance(fact.result, Level)
        and fact.result.value <= LOW_PULSE
        for fact in questions
    )
