"""What became of a bank's items from one version of its file to the next.

A trend over two wordings would lie, so a question that is worded differently needs a new id.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import Finding
from pulse_bot.domain.asking.items import Item


def find_reworded(old: Bank, new: Bank) -> Iterator[Finding]:
    """The items of `new` that have the id, but not the words, of an item of `old`."""
    before = {entry.item.id: entry.item for entry in old.entries}
    for entry in new.entries:
        was = before.get(entry.item.id)
        if was is not None and _comparable_parts(was) != _comparable_parts(entry.item):
            what = f'Before, this id had: "{was.text}"'
            if was.text == entry.item.text:
                what = "Its kind, its choices, its ends or its direction changed."
            yield Finding("reworded", new.locate_key(entry, "text"), what)


def _comparable_parts(item: Item) -> tuple[object, ...]:
    """All that makes two answers comparable. The prompt may change: nobody answers it."""
    return (item.text, item.kind, item.reverse, item.choices, item.most, item.ends)
