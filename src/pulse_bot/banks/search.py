"""Finding items by words: where each word stands, weighed, and nothing cleverer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulse_bot.banks.bank import Bank, Entry

_WORD: Final = re.compile(r"\w+")
_TEXT, _TALK, _AROUND = 4, 2, 1
"""How much a word counts in the question, in its prompt, and in the words around it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An item that was found."""

    bank: Bank
    entry: Entry
    weight: int


def search(banks: Iterable[Bank], words: str) -> list[Found]:
    """The items in which every one of the words stands, or begins another; the best ones first."""
    wanted = _WORD.findall(words.casefold())
    found = [
        Found(bank, entry, weight)
        for bank in banks
        for entry in bank.entries
        if wanted and not entry.replaced_by and (weight := _weight(bank, entry, wanted))
    ]
    return sorted(found, key=lambda one: -one.weight)


def _weight(bank: Bank, entry: Entry, wanted: list[str]) -> int:
    item = entry.item
    dimension = next((one for one in bank.dimensions if one.key == item.dimension), None)
    around = [bank.id, bank.title, item.id, item.dimension, item.facet]
    if dimension is not None:
        around += [dimension.title, dimension.facets.get(item.facet, "")]
    translated = [text for one in item.translations for text in (one.text, one.talk)]
    places = [
        (_TEXT, [item.text, *(choice.label for choice in item.choices)]),
        (_TALK, [item.talk, *translated]),
        (_AROUND, around),
    ]
    spoken = [(weight, _WORD.findall(" ".join(texts).casefold())) for weight, texts in places]
    weights = [
        sum(weight for weight, words in spoken if any(one.startswith(word) for one in words))
        for word in wanted
    ]
    return sum(weights) if all(weights) else 0
