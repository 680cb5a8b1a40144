"""Searching: which questions of the banks have the words that say what a workshop is about.

Which of them are suggested is decided in `suggest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pulse_bot.banks.bank import Bank, BankEntry
from pulse_bot.banks.search import search_items
from pulse_bot.domain.asking.items import Item

_TELLING: Final = 4
"""Letters of a word that says something when it stands alone in a question."""
_AFTERWARDS: Final = "after-the-workshop"


def search_questions(
    items_by_bank: Mapping[str, Sequence[Item]], words: Sequence[str]
) -> tuple[list[Item], list[Item]]:
    """Those that have all of the words, and those that have some: those with most of them first."""
    # Of a day that is over, a search finds nothing: it is asked about one that is to come.
    searchable = [
        _make_bank(bank, items) for bank, items in items_by_bank.items() if bank != _AFTERWARDS
    ]
    best = [hit.entry.item for hit in search_items(searchable, " ".join(words))] if words else []
    word_counts: dict[str, int] = {}
    weights: dict[str, int] = {}
    items: dict[str, Item] = {}
    for word in (hit for hit in words if len(hit) >= _TELLING):
        for hit in search_items(searchable, word):
            items[hit.entry.item.id] = hit.entry.item
            word_counts[hit.entry.item.id] = word_counts.get(hit.entry.item.id, 0) + 1
            weights[hit.entry.item.id] = weights.get(hit.entry.item.id, 0) + hit.weight
    partial = (item for item in items.values() if item not in best)
    return best, sorted(partial, key=lambda item: (-word_counts[item.id], -weights[item.id]))


def _make_bank(bank: str, items: Iterable[Item]) -> Bank:
    entries = tuple(BankEntry(item, {}) for item in items)
    return Bank(bank, 1, bank.replace("-", " "), "", "en", "", (), "", (), (), entries, "")
