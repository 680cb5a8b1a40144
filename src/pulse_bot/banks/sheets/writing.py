"""A bank as the tables of a spreadsheet, with columns for each language that it is there in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulse_bot.banks.bank import Bank, BankEntry, Dimension
from pulse_bot.banks.sheets.grid import Grid, Sheet, make_sheet
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    SOURCES,
    TRANSLATED,
    language_column,
)
from pulse_bot.domain.asking.items import Item, Wording

_NOTHING = Wording("", "")


def bank_grid(bank: Bank, languages: Sequence[str] = ()) -> Grid:
    """The tables of a bank. `languages` are wanted as columns even where nothing is in them yet."""
    others = tuple(
        dict.fromkeys((*(translation.language for translation in bank.translations), *languages))
    )
    return (
        make_sheet(BANK, _header_row(BANK, others), _bank_rows(bank, others)),
        sources_sheet(bank),
        make_sheet(DIMENSIONS, _header_row(DIMENSIONS, others), _dimension_rows(bank, others)),
        make_sheet(
            ITEMS, _header_row(ITEMS, others), (_item_row(entry, others) for entry in bank.entries)
        ),
        make_sheet(CHOICES, _header_row(CHOICES, others), _choice_rows(bank, others)),
    )


def sources_sheet(bank: Bank) -> Sheet:
    """What a bank's questions grew from."""
    rows = (
        (
            source.title,
            "; ".join(source.authors),
            str(source.year),
            source.framework,
            source.originator,
        )
        for source in bank.sources
    )
    return make_sheet(SOURCES, COLUMNS[SOURCES], rows)


def _header_row(name: str, others: Sequence[str]) -> tuple[str, ...]:
    translated = (
        language_column(column, language) for language in others for column in TRANSLATED[name]
    )
    return (*COLUMNS[name], *translated)


def _bank_rows(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    words = {other.language: other for other in bank.translations}
    translated = [words.get(other) for other in others]
    yield "id", bank.id
    yield "version", str(bank.version)
    yield "title", bank.title, *(other.title if other else "" for other in translated)
    yield "summary", bank.summary, *(other.summary if other else "" for other in translated)
    yield "language", bank.language
    yield "licence", bank.licence
    yield "use", ", ".join(bank.use)
    yield "cadence", bank.cadence


def _dimension_rows(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    words = {
        (other.language, dimension.key): dimension
        for other in bank.translations
        for dimension in other.dimensions
    }
    for dimension in bank.dimensions:
        nothing = Dimension(dimension.key, "", {})
        translated = [words.get((other, dimension.key), nothing) for other in others]
        yield dimension.key, "", dimension.title, *(other.title for other in translated)
        for facet, meaning in dimension.facets.items():
            yield (
                dimension.key,
                facet,
                meaning,
                *(other.facets.get(facet, "") for other in translated),
            )


def _item_row(entry: BankEntry, others: Sequence[str]) -> Sequence[str]:
    item = entry.item
    untranslated = (
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
    words = (_find_wording(item, other) for other in others)
    return (
        *untranslated,
        *(text for other in words for text in (other.text, other.talk, *other.ends)),
    )


def _choice_rows(bank: Bank, others: Sequence[str]) -> Iterator[Sequence[str]]:
    for entry in bank.entries:
        item = entry.item
        labels = [
            {choice.key: choice.label for choice in _find_wording(item, other).choices}
            for other in others
        ]
        for choice in item.choices:
            yield (
                item.id,
                choice.key,
                choice.label,
                *(other.get(choice.key, "") for other in labels),
            )


def _find_wording(item: Item, language: str) -> Wording:
    return next(
        (candidate for candidate in item.translations if candidate.language == language), _NOTHING
    )
