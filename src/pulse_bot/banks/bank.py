"""A bank as the rest of the product sees it: frozen, checked, free of YAML and pydantic.

Reading one lives in `load`; the rules of good wording in `lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pulse_bot.banks.findings import Place
from pulse_bot.domain.asking.items import Item


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a bank's questions grew from, and the framework behind it."""

    title: str
    authors: tuple[str, ...]
    year: int
    framework: str
    originator: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a bank measures, and the facets it has: the key of a facet, and what it means."""

    key: str
    title: str
    facets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Translation:
    """A bank in another language. Its questions stand with the items; the rest is here."""

    language: str
    title: str
    summary: str
    dimensions: tuple[Dimension, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as its file holds it: beside the item, where it stands and what became of it."""

    item: Item
    lines: Mapping[str, int]
    """The line of each of its keys; the line where it begins stands under the empty key."""
    replaced_by: str = ""
    """The item that took its place. A replaced item stays in its file, so no id is used twice."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A file of questions."""

    id: str
    version: int
    title: str
    summary: str
    language: str
    licence: str
    use: tuple[str, ...]
    cadence: str
    sources: tuple[Source, ...]
    dimensions: tuple[Dimension, ...]
    entries: tuple[Entry, ...]
    file: str
    translations: tuple[Translation, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that may be asked, in the order of the file; replaced ones are left out."""
        return tuple(entry.item for entry in self.entries if not entry.replaced_by)

    def core(self, dimension: str) -> tuple[Item, ...]:
        """The core of a dimension in its fixed order; empty where this bank has none."""
        return tuple(item for item in self.items if item.core and item.dimension == dimension)

    def paired(self) -> tuple[Item, ...]:
        """The items that are asked together with another one."""
        return tuple(item for item in self.items if item.pair)

    def in_language(self, language: str) -> Bank:
        """The bank in a language, where it was translated; its items are in it as well."""
        found = next((one for one in self.translations if one.language == language), None)
        if found is None:
            return self
        return replace(
            self,
            language=language,
            title=found.title or self.title,
            summary=found.summary or self.summary,
            dimensions=tuple(_worded(one, found) for one in self.dimensions),
            entries=tuple(
                replace(entry, item=entry.item.in_language(language)) for entry in self.entries
            ),
        )

    def place(self, entry: Entry, key: str = "") -> Place:
        """Where a key of an item stands, for a message about it."""
        line = entry.lines.get(key, entry.lines.get("", 0))
        return Place(self.file, line, entry.item.id, key)


def _worded(dimension: Dimension, translation: Translation) -> Dimension:
    found = next((one for one in translation.dimensions if one.key == dimension.key), dimension)
    return replace(found, facets={**dimension.facets, **found.facets})


@dataclass(frozen=True, slots=True)
class Library:
    """All banks that a partnership can use, the shipped ones first. Item ids differ throughout."""

    banks: tuple[Bank, ...]

    def bank(self, bank: str) -> Bank | None:
        """The bank of this id."""
        return next((one for one in self.banks if one.id == bank), None)

    def item(self, item: str) -> Item | None:
        """The item of this id, replaced or not."""
        entries = (entry for bank in self.banks for entry in bank.entries)
        return next((entry.item for entry in entries if entry.item.id == item), None)

    def core(self, dimension: str) -> tuple[Item, ...]:
        """The six core items of a dimension in their fixed order; empty where no bank has them.

        No two banks of a library have a core for the same dimension; the loader sees to it.
        """
        return next(filter(None, (bank.core(dimension) for bank in self.banks)), ())
