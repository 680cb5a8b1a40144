"""A bank as the rest of the product sees it: frozen, checked, free of YAML and pydantic.

Reading one lives in `load`; the rules of good wording in `lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pulse_bot.banks.findings import FileLocation
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
class BankEntry:
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
    entries: tuple[BankEntry, ...]
    file: str
    translations: tuple[Translation, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that may be asked, in the order of the file; replaced ones are left out."""
        return tuple(entry.item for entry in self.entries if not entry.replaced_by)

    def core_items(self, dimension: str) -> tuple[Item, ...]:
        """The core of a dimension in its fixed order; empty where this bank has none."""
        return tuple(item for item in self.items if item.core and item.dimension == dimension)

    def paired_items(self) -> tuple[Item, ...]:
        """The items that are asked together with another one."""
        return tuple(item for item in self.items if item.pair)

    def in_language(self, language: str) -> Bank:
        """The bank in a language, where it was translated; its items are in it as well."""
        translation = next((part for part in self.translations if part.language == language), None)
        if translation is None:
            return self
        return replace(
            self,
            language=language,
            title=translation.title or self.title,
            summary=translation.summary or self.summary,
            dimensions=tuple(_translate_dimension(part, translation) for part in self.dimensions),
            entries=tuple(
                replace(entry, item=entry.item.in_language(language)) for entry in self.entries
            ),
        )

    def locate_key(self, entry: BankEntry, key: str = "") -> FileLocation:
        """Where a key of an item stands, for a message about it."""
        line = entry.lines.get(key, entry.lines.get("", 0))
        return FileLocation(self.file, line, entry.item.id, key)


def _translate_dimension(dimension: Dimension, translation: Translation) -> Dimension:
    words = next(
        (candidate for candidate in translation.dimensions if candidate.key == dimension.key),
        dimension,
    )
    return replace(words, facets={**dimension.facets, **words.facets})


@dataclass(frozen=True, slots=True)
class Library:
    """All banks that a partnership can use, the shipped ones first. Item ids differ throughout."""

    banks: tuple[Bank, ...]

    def find_bank(self, bank: str) -> Bank | None:
        """The bank of this id."""
        return next((candidate for candidate in self.banks if candidate.id == bank), None)

    def find_item(self, item: str) -> Item | None:
        """The item of this id, replaced or not."""
        entries = (entry for bank in self.banks for entry in bank.entries)
        return next((entry.item for entry in entries if entry.item.id == item), None)

    def core_items(self, dimension: str) -> tuple[Item, ...]:
        """The six core items of a dimension in their fixed order; empty where no bank has them.

        No two banks of a library have a core for the same dimension; the loader sees to it.
        """
        return next(filter(None, (bank.core_items(dimension) for bank in self.banks)), ())
