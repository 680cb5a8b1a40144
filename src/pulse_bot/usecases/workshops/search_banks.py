"""Searching: which questions of the banks have the words that say what a workshop is about.

Which of them are suggested is decided in `suggesting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pulse_bot.banks.bank import Bank, Entry
from pulse_bot.banks.search import search
from pulse_bot.domain.asking.items import Item

_TELLING: Final = 4
"""Letters of a word that says something when it stands alone in a question."""
_AFTERWARDS: Final = "after-the-workshop"


def found(
    there: Mapping[str, Sequence[Item]], words: Sequence[str]
) -> tuple[list[Item], list[Item]]:
    """Those that have all of the words, and those that have some: those with most of them first."""
    # Of a day that is over, a search finds nothing: it is asked about one that is to come.
    whole = [_bank(bank, items) for bank, items in there.items() if bank != _AFTERWARDS]
    best = [one.entry.item for one in search(whole, " ".join(words))] if words else []
    had: dict[str, int] = {}
    weights: dict[str, int] = {}
    items: dict[str, Item] = {}
    for word in (one for one in words if len(one) >= _TELLING):
        for one in search(whole, word):
            items[one.entry.item.id] = one.entry.item
            had[one.entry.item.id] = had.get(one.entry.item.id, 0) + 1
            weights[one.entry.item.id] = weights.get(one.entry.item.id, 0) + one.weight
    some = (item for item in items.values() if item not in best)
    return best, sorted(some, key=lambda item: (-had[item.id], -weights[item.id]))


def _bank(bank: str, items: Iterable[Item]) -> Bank:
    entries = tuple(Entry(item, {}) for item in items)
    return Bank(bank, 1, bank.replace("-", " "), "", "en", "", (), "", (), (), entries, "")
