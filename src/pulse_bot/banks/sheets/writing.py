"""A bank as the tables of a spreadsheet, with columns for each language that it is there in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulse_bot.banks.bank import Bank, Dimension, Entry
from pulse_bot.banks.sheets.grid import Grid, Sheet, sheet
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    SOURCES,
    TRANSLATED,
    in_language,
)
from pulse_bot.domain.asking.items import Item, Wording

_NOTHING = Wording("", "")


def bank_grid(bank: Bank, languages: Sequence[str] = ()) -> Grid:
    """The tables of a bank. `languages` are wanted as columns even where nothing is in them yet."""
    others = tuple(dict.fromkeys((*(one.language for one in bank.translations), *languages)))
    return (
        sheet(BANK, _header(BANK, others), _bank(bank, others)),
        sources_sheet(bank),
        sheet(DIMENSIONS, _header(DIMENSIONS, others), _dimensions(bank, others)),
        sheet(ITEMS, _header(ITEMS, others), (_item(entry, others) for entry in bank.entries)),
        sheet(CHOICES, _header(CHOICES, others), _choices(bank, others)),
    )


def sources_sheet(bank: Bank) -> Sheet:
    """What a bank's questions grew from."""
    rows = (
        (one.title, "; ".join(one.authors), str(one.year), one.framework, one.originator)
        for one in bank.sources
    )
    return sheet(SOURCES, COLUMNS[SOURCES], rows)


def _header(name: str, others: Sequence[str]) -> tuple[str, ...]:
    translated = (in_language(column, one) for one in others for column in TRANSLATED[name])
    return (*COLUMNS[name], *translated)


def _bank(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    words = {one.language: one for one in bank.translations}
    found = [words.get(one) for one in others]
    yield "id", bank.id
    yield "version", str(bank.version)
    yield "title", bank.title, *(one.title if one else "" for one in found)
    yield "summary", bank.summary, *(one.summary if one else "" for one in found)
    yield "language", bank.language
    yield "licence", bank.licence
    yield "use", ", ".join(bank.use)
    yield "cadence", bank.cadence


def _dimensions(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    words = {
        (one.language, dimension.key): dimension
        for one in bank.translations
        for dimension in one.dimensions
    }
    for dimension in bank.dimensions:
        nothing = Dimension(dimension.key, "", {})
        found = [words.get((one, dimension.key), nothing) for one in others]
        yield dimension.key, "", dimension.title, *(one.title for one in found)
        for facet, meaning in dimension.facets.items():
            yield dimension.key, facet, meaning, *(one.facets.get(facet, "") for one in found)


def _item(entry: Entry, others: Sequence[str]) -> Sequence[str]:
    item = entry.item
    own = (
        item.id,
        item.text,
        str(item.kind),
        item.talk,
        item.dimension,
        item.facet,
        "true" if item.reverse else "",
        "true" if item.core else "",
        item.pair,
        str(item.most) if item.most > 1 else "",
        *item.ends,
        entry.replaced_by,
    )
    words = (_wording(item, one) for one in others)
    return (*own, *(text for one in words for text in (one.text, one.talk, *one.ends)))


def _choices(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    for entry in bank.entries:
        item = entry.item
        labels = [
            {choice.key: choice.label for choice in _wording(item, one).choices} for one in others
        ]
        for choice in item.choices:
            yield item.id, choice.key, choice.label, *(one.get(choice.key, "") for one in labels)


def _wording(item: Item, language: str) -> Wording:
    return next((one for one in item.translations if one.language == language), _NOTHING)
