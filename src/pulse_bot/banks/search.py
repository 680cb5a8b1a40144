"""Finding items by words: where each word stands, weighed, and nothing cleverer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulse_bot.banks.bank import Bank, BankEntry

_WORD: Final = re.compile(r"\w+")
_TEXT, _TALK, _AROUND = 4, 2, 1
"""How much a word counts in the question, in its prompt, and in the words around it."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An item that was found."""

    bank: Bank
    entry: BankEntry
    weight: int


def search_items(banks: Iterable[Bank], words: str) -> list[SearchHit]:
    """The items in which every one of the words stands, or begins another; the best ones first."""
    terms = _WORD.findall(words.casefold())
    hits = [
        SearchHit(bank, entry, weight)
        for bank in banks
        for entry in bank.entries
        if terms and not entry.replaced_by and (weight := _weigh_item(bank, entry, terms))
    ]
    return sorted(hits, key=lambda hit: -hit.weight)


def _weigh_item(bank: Bank, entry: BankEntry, terms: list[str]) -> int:
    item = entry.item
    dimension = next(
        (candidate for candidate in bank.dimensions if candidate.key == item.dimension), None
    )
    around = [bank.id, bank.title, item.id, item.dimension, item.facet]
    if dimension is not None:
        around += [dimension.title, dimension.facets.get(item.facet, "")]
    translated = [
        text for candidate in item.translations for text in (candidate.text, candidate.talk)
    ]
    places = [
        (_TEXT, [item.text, *(choice.label for choice in item.choices)]),
        (_TALK, [item.talk, *translated]),
        (_AROUND, around),
    ]
    spoken = [(weight, _WORD.findall(" ".join(texts).casefold())) for weight, texts in places]
    weights = [
        sum(
            weight
            for weight, words in spoken
            if any(candidate.startswith(word) for candidate in words)
        )
        for word in terms
    ]
    return sum(weights) if all(weights) else 0
