"""The words of one question's result, by its kind.

Facts in, words out; which of them may be said was decided by the release policy.
"""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    Level,
    OutOfTen,
    ReleasedValue,
    Silence,
)

NOW: Final = "now"
LATER: Final = "in 12 months"

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
TURNED: Final = "Counted the other way round: the higher, the less this is so."


def question_result(fact: QuestionFact) -> str:
    """What a digest says behind a question, in one sentence or two."""
    if fact.word_answers:
        return IN_WORDS
    if fact.kind is ItemKind.WORDS and fact.result is Silence.SMALL_GROUP:
        return WORDS_OF_FEW
    if isinstance(fact.result, Silence):
        return SILENCES[fact.result]
    # A reverse-scored item was turned (statistics, What counts as an answer). Said without this
    # sentence, "we avoid hard topics: about 4.2" would be heard as its opposite.
    turned = fact.reverse and isinstance(fact.result, Level | OutOfTen | Journey)
    words = _result_words(fact.result)
    return f"{words} {TURNED}" if turned else words


def out_of_five(level: Level) -> str:
    """A level with its scale: "about 4.2 or higher, out of 5"."""
    return f"{level}, out of 5" if level.edge else f"{level} out of 5"


def _result_words(says: ReleasedValue) -> str:
    match says:
        case Level():
            return f"{out_of_five(says).capitalize()}."
        case OutOfTen(about=about, edge=edge):
            return f"About {about} {edge}, out of 10." if edge else f"About {about} out of 10."
        case Journey(now, later):
            return f"Now {now}, {LATER} {later}, out of 5."
        case Lean():
            return f"Our answers are {says}."
        case Choices():
            return _choice_words(says)


def _choice_words(says: Choices) -> str:
    choices = [f"{label}{TAKEN[often]}" for label, often in says.standing_out]
    return f"{STANDS_OUT}{'; '.join(choices)}." if choices else NONE_STANDS_OUT
