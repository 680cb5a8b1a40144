"""Items and their kinds: what may be asked, which answers fit, and how an answer counts.

An answer is text: "4", "skip", "a,c" or the words of a comment. It travels in one envelope a
*slot*: a `journey` item has two slots, because it takes two answers to one statement, and every
item has a slot of its own for a comment, so that no comment is linked to a score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.scales import ENGLISH, plain_language, scale_labels
from pulse_bot.domain.asking.typed_words import UnfitWords, as_quotation, guard_words


class ItemKind(StrEnum):
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


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a `choose` item."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Wording:
    """An item in another language. Empty where only the text was translated."""

    language: str
    text: str
    talk: str = ""
    choices: tuple[Choice, ...] = ()
    """The labels of the choices that have one in this language."""
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a bank, frozen as it was when it was asked."""

    id: str
    bank: str
    text: str
    kind: ItemKind
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
    commitment: int | None = None
    """The number of the commitment that it asks about."""
    pair: str = ""
    """Items asked together ("I can …", "most of us can …") share this word."""
    language: str = ENGLISH
    translations: tuple[Wording, ...] = ()
    """Frozen with the item: a member reads what was there when the round opened."""

    def in_language(self, language: str) -> Item:
        """The item as a member of this language reads it; itself where nobody translated it.

        "cy-GB" is served by "cy". What can be answered and how it counts stays the same.
        """
        if language == self.language:
            return self
        languages = (language, plain_language(language))
        if self.language in languages:
            return self
        matches = [
            wording
            for name in languages
            for wording in self.translations
            if wording.language == name
        ]
        return self._with_wording(matches[0]) if matches else self

    def _with_wording(self, wording: Wording) -> Item:
        labels = {choice.key: choice.label for choice in wording.choices}
        return replace(
            self,
            text=wording.text,
            talk=wording.talk or self.talk,
            choices=tuple(
                Choice(choice.key, labels.get(choice.key, choice.label)) for choice in self.choices
            ),
            ends=wording.ends if any(wording.ends) else self.ends,
            language=wording.language,
        )


class InvalidAnswer(ValueError):
    """An answer that does not fit its item; the message is for the member who gave it."""


def list_slots(item: Item) -> tuple[str, ...]:
    """The slots of an item's own answer; the comment's slot comes beside them."""
    return ("now", "later") if item.kind is ItemKind.JOURNEY else ("answer",)


def list_options(item: Item) -> tuple[Choice, ...]:
    """What a member can choose from, in the order shown; empty for `words`."""
    if item.kind is ItemKind.CHOOSE:
        return item.choices
    keys = _FIXED_KEYS[item.kind]
    labels = scale_labels(item.kind, item.language) if item.kind in _NAMED_SCALES else keys
    return tuple(Choice(key, label) for key, label in zip(keys, labels, strict=True))


_ONE_TO_FIVE: Final = ("1", "2", "3", "4", "5")
_FIXED_KEYS: Final = {
    ItemKind.AGREE: _ONE_TO_FIVE,
    ItemKind.FREQUENCY: _ONE_TO_FIVE,
    ItemKind.JOURNEY: _ONE_TO_FIVE,
    ItemKind.SCALE: tuple(str(value) for value in range(11)),
    ItemKind.YES_NO: ("yes", "partly", "no"),
    ItemKind.WORDS: (),
}
_NAMED_SCALES: Final = (ItemKind.AGREE, ItemKind.FREQUENCY, ItemKind.JOURNEY, ItemKind.YES_NO)
"""The scales whose answers have names; those of the others are their own."""


def validate_answer(item: Item, slot: str, raw: str) -> str:
    """The answer in its one written form. Raises InvalidAnswer with a message for the member."""
    if slot == COMMENT:
        return validate_words(raw)
    if slot not in list_slots(item):
        raise InvalidAnswer("That part is not in this question. Please open the question again.")
    if raw == SKIP:
        return SKIP
    if item.kind is ItemKind.WORDS:
        return validate_words(raw)
    valid_keys = [choice.key for choice in list_options(item)]
    picked = raw.split(",") if item.kind is ItemKind.CHOOSE else [raw]
    if not set(picked) <= set(valid_keys):
        raise InvalidAnswer("That is not one of the choices. Please choose one that is shown.")
    if len(set(picked)) > max(1, item.most):
        raise InvalidAnswer(f"Please choose at most {item.most}.")
    return ",".join(key for key in valid_keys if key in picked)


def validate_words(raw: str) -> str:
    """A comment as it is read later, in one line. Raises InvalidAnswer where it cannot be."""
    words = as_quotation("".join(char for char in raw if char.isprintable() or char.isspace()))
    if not words:
        raise InvalidAnswer("There is nothing written yet. Write a few words, or choose skip.")
    if len(words) > LONGEST_COMMENT:
        raise InvalidAnswer(
            f"That is {len(words):,} characters, and there is room for {LONGEST_COMMENT}. "
            "Please shorten it and send it again; nothing has been recorded."
        )
    try:
        return guard_words(words)
    except UnfitWords as error:
        raise InvalidAnswer(
            f"{error} Nothing has been recorded; please change it and send it again."
        ) from None


def score_answer(item: Item, answer: str) -> int | None:
    """The number that counts, reverse-scored items turned; None for what has no number."""
    if answer == SKIP or item.kind in (ItemKind.WORDS, ItemKind.CHOOSE, ItemKind.YES_NO):
        return None
    value = int(answer)
    if not item.reverse:
        return value
    return 10 - value if item.kind is ItemKind.SCALE else 6 - value
