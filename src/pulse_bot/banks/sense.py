"""What must hold between the keys of a bank, and between banks, for it to make sense.

Each check takes the parsed keys and yields findings; the form of single keys lives in `model`, the
quality of the wording in `lint`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import FileLocation, Finding
from pulse_bot.banks.model import BankKeys, ItemKeys
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.domain.asking.items import ItemKind

MOST_CHOICES: Final = 10
_REVERSIBLE: Final = (ItemKind.AGREE, ItemKind.FREQUENCY, ItemKind.SCALE)

Locate = Callable[[int, str], FileLocation]
"""The place of a key of the item with this number."""


def check_sense(keys: BankKeys, locate: Locate) -> Iterator[Finding]:
    """What does not fit together inside one bank."""
    yield from _check_ids(keys, locate)
    yield from _check_pairs(keys, locate)
    for number, item in enumerate(keys.items):
        yield from _check_names(keys, item, number, locate)
        yield from _check_kind(item, number, locate)


def dimension_of(keys: BankKeys, item: ItemKeys) -> str:
    """An item's dimension; the bank's only one where it names none, else empty."""
    return item.dimension or (next(iter(keys.dimensions)) if len(keys.dimensions) == 1 else "")


def _check_ids(keys: BankKeys, locate: Locate) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, item in enumerate(keys.items):
        if item.id in first:
            line = locate(first[item.id], "id").line
            what = f'The id "{item.id}" was given before, in line {line}.'
            yield Finding("duplicate-id", locate(number, "id"), what)
        first.setdefault(item.id, number)


def _check_pairs(keys: BankKeys, locate: Locate) -> Iterator[Finding]:
    paired = [(number, item) for number, item in enumerate(keys.items) if item.pair]
    live = [(item.pair, item.kind) for _, item in paired if item.replaced_by is None]
    words, kinds = Counter(word for word, _ in live), Counter(live)
    for number, item in paired:
        if item.replaced_by is None and not (words[item.pair] == kinds[item.pair, item.kind] == 2):
            what = f'The pair "{item.pair}" has {words[item.pair]} items, or two kinds.'
            yield Finding("bad-pair", locate(number, "pair"), what)


def _check_names(keys: BankKeys, item: ItemKeys, number: int, locate: Locate) -> Iterator[Finding]:
    name = dimension_of(keys, item)
    dimension = keys.dimensions.get(name)
    if dimension is None:
        guess = did_you_mean(name, keys.dimensions)
        what = f'There is no dimension "{name}".{guess}' if name else "It names no dimension."
        yield Finding("unknown-dimension", locate(number, "dimension"), what)
    elif item.facet and item.facet not in dimension.facets:
        guess = did_you_mean(item.facet, dimension.facets)
        what = f'The dimension "{name}" has no facet "{item.facet}".{guess}'
        yield Finding("unknown-facet", locate(number, "facet"), what)
    if item.replaced_by and item.replaced_by not in {other.id for other in keys.items} - {item.id}:
        what = f'There is no item "{item.replaced_by}" to replace it.'
        yield Finding("unknown-replacement", locate(number, "replaced_by"), what)


def _check_kind(item: ItemKeys, number: int, locate: Locate) -> Iterator[Finding]:
    choose = item.kind is ItemKind.CHOOSE
    different = len({choice.key for choice in item.choices})
    if choose and not (2 <= different == len(item.choices) <= MOST_CHOICES):
        what = f"It has {different} different choices, and needs 2 to {MOST_CHOICES}."
        yield Finding("bad-choices", locate(number, "choices"), what)
    elif not choose and (item.choices or item.most > 1):
        what = f'An item of kind "{item.kind}" has choices.'
        yield Finding("bad-choices", locate(number, "choices"), what)
    if (item.kind is ItemKind.SCALE) != (item.ends is not None):
        verb = "does not say" if item.ends is None else "says"
        what = f'An item of kind "{item.kind}" {verb} what its ends mean.'
        yield Finding("bad-ends", locate(number, "ends"), what)
    if item.reverse and item.kind not in _REVERSIBLE:
        what = f'An item of kind "{item.kind}" is reverse-scored.'
        yield Finding("bad-reverse", locate(number, "reverse"), what)


def check_together(banks: Sequence[Bank]) -> Iterator[Finding]:
    """What does not fit together between banks: ids used twice, two cores of one dimension."""
    files: dict[str, str] = {}
    items: dict[str, str] = {}
    cores: dict[str, str] = {}
    for bank in banks:
        if bank.id in files:
            what = f'The bank id "{bank.id}" is taken by {files[bank.id]}.'
            yield Finding("duplicate-id", FileLocation(bank.file, key="id"), what)
        files.setdefault(bank.id, bank.file)
        for entry in bank.entries:
            if items.setdefault(entry.item.id, bank.file) != bank.file:
                what = f'The item id "{entry.item.id}" is taken by {items[entry.item.id]}.'
                yield Finding("duplicate-id", bank.locate_key(entry, "id"), what)
        for name in dict.fromkeys(item.dimension for item in bank.items if item.core):
            if cores.setdefault(name, bank.file) != bank.file:
                what = f'The core of "{name}" is in {cores[name]} already.'
                yield Finding("second-core", FileLocation(bank.file, key="core"), what)
