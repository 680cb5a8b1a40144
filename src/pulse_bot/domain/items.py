"""Items and their kinds: what may be asked, which answers fit, and how an answer counts.

An answer is text: "4", "skip", "a,c" or the words of a comment. It travels in one envelope a
*slot*: a `journey` item has two slots, because it takes two answers to one statement, and every
item has a slot of its own for a comment, so that no comment is linked to a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a member sees and how it is counted (question-banks: "Kinds of item")."""

    AGREE = "agree"
    FREQUENCY = "frequency"
    SCALE = "scale"
    JOURNEY = "journey"
    YES_NO = "yes-no"
    CHOOSE = "choose"
    WORDS = "words"


SKIP: Final = "skip"
"""A skip is no answer: never a zero, never a middle."""

COMMENT: Final = "comment"
"""The slot of a comment."""

LONGEST_COMMENT: Final = 500
"""Characters. Four bytes each still fit the one length that every envelope has."""

AGREE_LABELS: Final = (
    "Strongly disagree",
    "Disagree",
    "Neither agree nor disagree",
    "Agree",
    "Strongly agree",
)
FREQUENCY_LABELS: Final = ("Never", "Seldom", "Sometimes", "Often", "Always")
JOURNEY_LABELS: Final = (
    "Not started",
    "First steps",
    "Part of the way",
    "Most of the way",
    "There",
)
YES_NO: Final = {"yes": "Yes", "partly": "Partly", "no": "No"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a `choose` item."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a bank, frozen as it was when it was asked."""

    id: str
    bank: str
    text: str
    kind: Kind
    dimension: str
    talk: str
    facet: str = ""
    reverse: bool = False
    core: bool = False
    choices: tuple[Choice, ...] = ()
    most: int = 1
    """How many choices a member may take."""
    ends: tuple[str, str] = ("", "")
    """What 0 and 10 mean on a `scale`."""
    pair: str = ""
    """Items asked together ("I can …", "most of us can …") share this word."""


class InvalidAnswer(ValueError):
    """An answer that does not fit its item; the message is for the member who gave it."""


def slots(item: Item) -> tuple[str, ...]:
    """The slots of an item's own answer; the comment's slot comes beside them."""
    return ("now", "later") if item.kind is Kind.JOURNEY else ("answer",)


def options(item: Item) -> tuple[Choice, ...]:
    """What a member can choose from, in the order shown; empty for `words`."""
    return item.choices if item.kind is Kind.CHOOSE else _FIXED_OPTIONS[item.kind]


def _numbered(labels: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(str(number), label) for number, label in enumerate(labels, start=1))


_FIXED_OPTIONS: Final = {
    Kind.AGREE: _numbered(AGREE_LABELS),
    Kind.FREQUENCY: _numbered(FREQUENCY_LABELS),
    Kind.JOURNEY: _numbered(JOURNEY_LABELS),
    Kind.SCALE: tuple(Choice(str(value), str(value)) for value in range(11)),
    Kind.YES_NO: tuple(Choice(key, label) for key, label in YES_NO.items()),
    Kind.WORDS: (),
}


def check(item: Item, slot: str, raw: str) -> str:
    """The answer in its one written form. Raises InvalidAnswer with a message for the member."""
    if slot == COMMENT:
        return check_words(raw)
    if slot not in slots(item):
        raise InvalidAnswer("That part is not in this question. Please open the question again.")
    if raw == SKIP:
        return SKIP
    if item.kind is Kind.WORDS:
        return check_words(raw)
    known = [choice.key for choice in options(item)]
    picked = raw.split(",") if item.kind is Kind.CHOOSE else [raw]
    if not set(picked) <= set(known):
        raise InvalidAnswer("That is not one of the choices. Please choose one that is shown.")
    if len(set(picked)) > max(1, item.most):
        raise InvalidAnswer(f"Please choose at most {item.most}.")
    return ",".join(key for key in known if key in picked)


def check_words(raw: str) -> str:
    """A comment without its outer blanks. Raises InvalidAnswer where it is empty or too long."""
    words = "".join(char for char in raw if char.isprintable() or char == "\n").strip()
    if not words:
        raise InvalidAnswer("There is nothing written yet. Write a few words, or choose skip.")
    if len(words) > LONGEST_COMMENT:
        raise InvalidAnswer(
            f"That is {len(words):,} characters, and there is room for {LONGEST_COMMENT}. "
            "Please shorten it and send it again; nothing has been recorded."
        )
    return words


def score(item: Item, answer: str) -> int | None:
    """The number that counts, reverse-scored items turned; None for what has no number."""
    if answer == SKIP or item.kind in (Kind.WORDS, Kind.CHOOSE, Kind.YES_NO):
        return None
    value = int(answer)
    if not item.reverse:
        return value
    return 10 - value if item.kind is Kind.SCALE else 6 - value
