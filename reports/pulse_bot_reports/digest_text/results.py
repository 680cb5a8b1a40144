"""The words of one question's result, by its kind.

Facts in, words out; which of them may be said was decided by the release policy. A number is said
in the direction of what was asked: inside, that of a question that asks the other way round is
turned (statistics, What counts as an answer).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    OutOfTen,
    Printed,
    ReleasedValue,
    Silence,
)
from pulse_bot_reports.titles import spell_number

NOW: Final = "now"
LATER: Final = "in 12 months"

SHORT: Final = {
    Silence.TOO_FEW: "Too few answers.",
    Silence.SMALL_GROUP: "No number.",
    Silence.WORDS: "In words, too.",
}
"""Where the line above has said why."""
SILENCES: Final = {
    Silence.TOO_FEW: "Too few answers, or from too few organisations, to say anything this week.",
    Silence.SMALL_GROUP: "Our group is too small to show a number from a single week.",
    Silence.WORDS: "Answered in words, which are shown once enough of us have written.",
}
WORDS_OF_FEW: Final = "Our group is too small to show what was written."
IN_WORDS: Final = "Answered in words. A lot picked these; they stand in no order."
STANDS_OUT: Final = "Stands out: "
NONE_STANDS_OUT: Final = "No choice stands out."
TAKEN: Final = {
    ChoiceFrequency.MOST: " (chosen by most of us)",
    ChoiceFrequency.OFTEN: " (chosen often)",
}
LOW_IS_GOOD: Final = ", and low is good here"
_TURNED_ENDS: Final = {End.LOW: End.HIGH, End.HIGH: End.LOW, End.NONE: End.NONE}


def question_result(fact: QuestionFact) -> str:
    """What a digest says of a question where it stands by itself, in one sentence or two."""
    if fact.word_answers:
        return IN_WORDS
    if fact.kind is ItemKind.WORDS and fact.result is Silence.SMALL_GROUP:
        return WORDS_OF_FEW
    if isinstance(fact.result, Silence):
        return SILENCES[fact.result]
    return _say_result(fact, " out of 5")


def short_result(fact: QuestionFact) -> str:
    """The same where a line above has named the scale, or why there is no number."""
    if isinstance(fact.result, Silence) and not fact.word_answers:
        return SHORT[fact.result]
    if isinstance(fact.result, Level):
        return _say_result(fact, "")
    return question_result(fact)


def say_level(value: Printed, scale: str = "") -> str:
    """A number, on its scale where that is named: "3.8 out of 5", "4.2 or higher"."""
    if not scale:
        return f"{value.about} {value.edge}".strip()
    return f"{value.about} {value.edge},{scale}" if value.edge else f"{value.about}{scale}"


def turn(value: Printed, reverse: bool, middle: int) -> Printed:
    """A number in the direction of what was asked; `middle` of its scale: 3, or 5 of ten."""
    if not reverse:
        return value
    return Printed(Decimal(2 * middle) - value.value, _TURNED_ENDS[value.end], value.step)


def _say_result(fact: QuestionFact, scale: str) -> str:
    """The result with what was printed before, and which end of the scale is the good one."""
    says = fact.result
    good = LOW_IS_GOOD if fact.reverse and isinstance(says, Printed | Journey) else ""
    turned = [_say_value(value, reverse=fact.reverse) for value in fact.before]
    before = say_before(_say_value(says, reverse=fact.reverse), turned)
    match says:
        case Level():
            return f"{say_level(turn(says, fact.reverse, 3), scale)}{good}{before}."
        case OutOfTen():
            return f"{say_level(turn(says, fact.reverse, 5), ' out of 10')}{good}{before}."
        case Journey(now, later):
            first, second = (say_level(turn(part, fact.reverse, 3)) for part in (now, later))
            return f"Now {first}, {LATER} {second}, out of 5{good}."
        case Lean():
            return f"Our answers are {says}{before}."
        case Choices():
            return _choice_words(says)
        case Silence():
            return SILENCES[says]


def say_before(now: str, before: Sequence[str]) -> str:
    """ " (before: 2.5 or lower, 3.0)", " (as before)"; nothing where nothing was printed."""
    if not before:
        return ""
    if set(before) == {now}:
        times = "" if len(before) == 1 else f"the {spell_number(len(before))} times "
        return f" (as {times}before)"
    return f" (before: {', '.join(before)})"


def _say_value(value: ReleasedValue | Silence, *, reverse: bool) -> str:
    """A number or a word as one line has room for, without its scale."""
    match value:
        case Level():
            return say_level(turn(value, reverse, 3))
        case OutOfTen():
            return say_level(turn(value, reverse, 5))
        case Lean():
            return value.value
    return ""


def _choice_words(says: Choices) -> str:
    choices = [f"{label}{TAKEN[often]}" for label, often in says.standing_out]
    return f"{STANDS_OUT}{'; '.join(choices)}." if choices else NONE_STANDS_OUT
