"""What must hold between the keys of a bank, and between banks, for it to make sense.

Each check takes the parsed keys and yields findings; the form of single keys lives in `model`, the
quality of the wording in `lint`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import Finding, Place
from pulse_bot.banks.model import BankKeys, ItemKeys
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.domain.asking.items import Kind

MOST_CHOICES: Final = 10
_REVERSIBLE: Final = (Kind.AGREE, Kind.FREQUENCY, Kind.SCALE)

Where = Callable[[int, str], Place]
"""The place of a key of the item with this number."""


def check_sense(keys: BankKeys, where: Where) -> Iterator[Finding]:
    """What does not fit together inside one bank."""
    yield from _ids(keys, where)
    yield from _pairs(keys, where)
    for number, item in enumerate(keys.items):
        yield from _names(keys, item, number, where)
        yield from _kind(item, number, where)


def dimension_of(keys: BankKeys, item: ItemKeys) -> str:
    """An item's dimension; the bank's only one where it names none, else empty."""
    return item.dimension or (next(iter(keys.dimensions)) if len(keys.dimensions) == 1 else "")


def _ids(keys: BankKeys, where: Where) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, item in enumerate(keys.items):
        if item.id in first:
            line = where(first[item.id], "id").line
            what = f'The id "{item.id}" was given before, in line {line}.'
            yield Finding("duplicate-id", where(number, "id"), what)
        first.setdefault(item.id, number)


def _pairs(keys: BankKeys, where: Where) -> Iterator[Finding]:
    paired = [(number, item) for number, item in enumerate(keys.items) if item.pair]
    live = [(item.pair, item.kind) for _, item in paired if item.replaced_by is None]
    words, kinds = Counter(word for word, _ in live), Counter(live)
    for number, item in paired:
        if item.replaced_by is None and not (words[item.pair] == kinds[item.pair, item.kind] == 2):
            what = f'The pair "{item.pair}" has {words[item.pair]} items, or two kinds.'
            yield Finding("bad-pair", where(number, "pair"), what)


def _names(keys: BankKeys, item: ItemKeys, number: int, where: Where) -> Iterator[Finding]:
    name = dimension_of(keys, item)
    dimension = keys.dimensions.get(name)
    if dimension is None:
        guess = did_you_mean(name, keys.dimensions)
        what = f'There is no dimension "{name}".{guess}' if name else "It names no dimension."
        yield Finding("unknown-dimension", where(number, "dimension"), what)
    elif item.facet and item.facet not in dimension.facets:
        guess = did_you_mean(item.facet, dimension.facets)
        what = f'The dimension "{name}" has no facet "{item.facet}".{guess}'
        yield Finding("unknown-facet", where(number, "facet"), what)
    if item.replaced_by and item.replaced_by not in {one.id for one in keys.items} - {item.id}:
        what = f'There is no item "{item.replaced_by}" to replace it.'
        yield Finding("unknown-replacement", where(number, "replaced_by"), what)


def _kind(item: ItemKeys, number: int, where: Where) -> Iterator[Finding]:
    choose = item.kind is Kind.CHOOSE
    different = len({choice.key for choice in item.choices})
    if choose and not (2 <= different == len(item.choices) <= MOST_CHOICES):
        what = f"It has {different} different choices, and needs 2 to {MOST_CHOICES}."
        yield Finding("bad-choices", where(number, "choices"), what)
    elif not choose and (item.choices or item.most > 1):
        what = f'An item of kind "{item.kind}" has choices.'
        yield Finding("bad-choices", where(number, "choices"), what)
    if (item.kind is Kind.SCALE) != (item.ends is not None):
        verb = "does not say" if item.ends is None else "says"
        what = f'An item of kind "{item.kind}" {verb} what its ends mean.'
        yield Finding("bad-ends", where(number, "ends"), what)
    if item.reverse and item.kind not in _REVERSIBLE:
        what = f'An item of kind "{item.kind}" is reverse-scored.'
        yield Finding("bad-reverse", where(number, "reverse"), what)


def check_together(banks: Sequence[Bank]) -> Iterator[Finding]:
    """What does not fit together between banks: ids used twice, two cores of one dimension."""
    files: dict[str, str] = {}
    items: dict[str, str] = {}
    cores: dict[str, str] = {}
    for bank in banks:
        if bank.id in files:
            what = f'The bank id "{bank.id}" is taken by {files[bank.id]}.'
            yield Finding("duplicate-id", Place(bank.file, key="id"), what)
        files.setdefault(bank.id, bank.file)
        for entry in bank.entries:
            if items.setdefault(entry.item.id, bank.file) != bank.file:
                what = f'The item id "{entry.item.id}" is taken by {items[entry.item.id]}.'
                yield Finding("duplicate-id", bank.place(entry, "id"), what)
        for name in dict.fromkeys(item.dimension for item in bank.items if item.core):
            if cores.setdefault(name, bank.file) != bank.file:
                what = f'The core of "{name}" is in {cores[name]} already.'
                yield Finding("second-core", Place(bank.file, key="core"), what)
