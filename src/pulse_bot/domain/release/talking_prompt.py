"""What a digest says because of what it says: the talking prompt, and whether the pulse is trusted.

Everything here is made of facts that are released already, so that it tells nothing more. No tally
comes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.earlier import ROUNDS_RECALLED, list_open
from pulse_bot.domain.release.moves import find_furthest, find_move
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import ReleasedQuestion, TalkFact
from pulse_bot.domain.release.results import Level

PULSE_BANK: Final = "trust-in-the-pulse"
LOW_PULSE: Final = Decimal("2.6")
"""Up to this level, the group has something to say about the pulse before it goes on."""
_NO_NUMBER: Final = Decimal(6)


def choose_prompt(
    number: int, questions: Sequence[QuestionFact], rounds: Sequence[PrintedRound]
) -> TalkFact | None:
    """The talking prompt of round `number`, by what it and the one before it printed.

    That of the question that moved furthest since it was last asked, either way; where none moved,
    of the one that was printed lowest; where none has a number, by turns. None that one of the
    newest digests had, so that a prompt comes once in eight weeks at most, but that of the question
    that moved furthest now: its core turns in six, and a headline says that it moved. Where all
    were had lately, there is none. `rounds` are those before it, oldest first.
    """
    read = list_open(rounds)
    had = {
        fact.prompt
        for entry in read[1 - ROUNDS_RECALLED :]
        for fact in entry.facts
        if isinstance(fact, TalkFact)
    }
    asked = [*map(ReleasedQuestion.of_fact, questions), *_list_last_asked(read)]
    # A prompt names no commitment, and so would ask of none what it asks of one.
    if furthest := find_furthest(questions):
        had.discard(furthest.talk)
    left = [
        fact for fact in asked if fact.talk and fact.talk not in had and fact.commitment is None
    ]
    if not left:
        return None
    told = [fact for fact in left if isinstance(fact.says, Level)]
    # The first of equals, so this week's before last week's.
    chosen = min(told, key=_rank) if told else _take_turn(number, left)
    return TalkFact(chosen.talk, item=chosen.item)


def _list_last_asked(rounds: Sequence[PrintedRound]) -> Iterator[ReleasedQuestion]:
    for entry in rounds[-1:]:
        yield from (fact for fact in entry.facts if isinstance(fact, ReleasedQuestion))


def _rank(fact: ReleasedQuestion) -> tuple[Decimal, Decimal]:
    value = fact.says.value if isinstance(fact.says, Level) else _NO_NUMBER
    return -abs(find_move(fact.says, fact.before)), value


def _take_turn(number: int, left: Sequence[ReleasedQuestion]) -> ReleasedQuestion:
    """By turns, and by one more after each turn of the core.

    Else a question of a core of six and its neighbours of the week would meet the same turn for
    ever.
    """
    return left[(number + number // BLOCK_ROUNDS) % len(left)]


def has_low_pulse(questions: Sequence[QuestionFact]) -> bool:
    """Whether a question about the pulse itself has a low level, as it is printed."""
    return any(
        fact.bank == PULSE_BANK
        and isinstance(fact.result, Level)
        and fact.result.value <= LOW_PULSE
        for fact in questions
    )
