"""What a digest says because of what it says: the talking prompt, and whether the pulse is trusted.

Everything here is made of facts that are released already, so that it tells nothing more. No tally
comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import BlockFact, QuestionFact
from pulse_bot.domain.release.results import Agreement, Level

PULSE_BANK: Final = "trust-in-the-pulse"
LOW_PULSE: Final = Decimal("2.6")
"""Up to this level, the group has something to say about the pulse before it goes on."""


class TalkPrompt(NamedTuple):
    """The talking prompt, and the dimension of two camps where that chose it."""

    text: str
    about: str = ""


def choose_prompt(
    number: int, questions: Sequence[QuestionFact], blocks: Sequence[BlockFact]
) -> TalkPrompt:
    """One talking prompt for round `number`: of a theme with two camps, or else by turns.

    By turns, because to pick it by the answers would say more than is printed. The turn moves on by
    one a round and by one more after each turn of the core, or a question of a core of six and its
    neighbours of the week would meet the same prompt for ever.
    """
    for fact in blocks:
        talk = _theme_prompt(fact.dimension, questions)
        if fact.agreement is Agreement.TWO_CAMPS and talk:
            return TalkPrompt(talk, fact.dimension)
    prompts = [fact.talk for fact in questions if fact.talk]
    turn = number + number // BLOCK_ROUNDS
    return TalkPrompt(prompts[turn % len(prompts)] if prompts else "")


def has_low_pulse(questions: Sequence[QuestionFact]) -> bool:
    """Whether a question about the pulse itself has a low level, as it is printed."""
    return any(
        fact.bank == PULSE_BANK
        and isinstance(fact.result, Level)
        and fact.result.value <= LOW_PULSE
        for fact in questions
    )


def _theme_prompt(dimension: str, questions: Sequence[QuestionFact]) -> str:
    return next((fact.talk for fact in questions if fact.dimension == dimension and fact.talk), "")
