"""The tables of a spreadsheet into a bank with its translations, checked like a file of YAML.

The values and the places of the cells are put into the same tree that YAML is read into, so every
mistake has the same code and is located by sheet, row and column.
"""

from __future__ import annotations

import re
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.parse import build_bank
from pulse_bot.banks.sheets.grid import Grid
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    SOURCES,
    TableCell,
    TableRow,
    Tables,
    bank_tables,
    language_column,
    list_languages,
)
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.banks.translation import add_translations, build_translation
from pulse_bot.banks.tree import KeyPath, Tree, Value

_NUMBERS: Final = ("version", "year", "most")
_LISTS: Final = {"use": ",", "authors": ";"}
_YES: Final = ("true", "yes", "x", "1")
_NO: Final = ("false", "no", "0")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_TITLES: Final = ("title", "summary")
"""The keys of a bank that are translated."""


def bank_from_grid(grid: Grid, file: str) -> Bank:
    """The bank of a spreadsheet. Raises BankMistakes with everything that is wrong in it."""
    tables = bank_tables(grid, file)
    tree = _bank_tree(tables, file)
    bank = build_bank(tree)
    translations = [
        build_translation(_translation_tree(tables, bank.id, language, file))
        for language in list_languages(tables)
    ]
    (whole,), findings = add_translations([bank], translations)
    if findings:
        raise BankMistakes(findings)
    return whole


class _SheetTreeBuilder:
    """A tree that grows cell by cell."""

    def __init__(self, file: str) -> None:
        self.value: dict[str, Value] = {}
        self.tree = Tree(self.value, file)

    def mark_cell(self, path: KeyPath, cell: TableCell) -> None:
        """Remember where a path stands."""
        self.tree.lines[path] = cell.row
        self.tree.cells[path] = (cell.sheet, cell.column)

    def mark_row(self, path: KeyPath, row: TableRow) -> None:
        """Remember the row of a path, for what is missing in it."""
        self.tree.lines[path] = row.number
        self.tree.cells[path] = (row.sheet, "")

    def put_text(
        self, into: dict[str, Value], path: KeyPath, key: str, cell: TableCell | None
    ) -> None:
        """Put a cell's text under a key; an empty cell leaves the key out."""
        if cell is not None:
            into[key] = cell.text
            self.mark_cell((*path, key), cell)

    def put_value(
        self, into: dict[str, Value], path: KeyPath, key: str, cell: TableCell | None
    ) -> None:
        """Put what a cell means under a key: a number, a list, yes or no, or its text."""
        self.put_text(into, path, key, cell)
        if cell is not None:
            into[key] = _cell_value(key, cell.text)

    def put_ends(
        self, into: dict[str, Value], path: KeyPath, row: TableRow, language: str = ""
    ) -> None:
        """Put the two ends of a scale, where a row has any."""
        names = [language_column(name, language) for name in ("low", "high")]
        cells = [row.cells.get(name) for name in names]
        if not any(cells):
            return
        into["ends"] = [cell.text if cell else "" for cell in cells]
        self.mark_row((*path, "ends"), row)
        for number, cell in enumerate(cells):
            if cell is not None:
                self.mark_cell((*path, "ends", number), cell)


def _cell_value(key: str, text: str) -> Value:
    if key in _LISTS:
        return [part.strip() for part in text.split(_LISTS[key]) if part.strip()]
    if key in _NUMBERS and _DIGITS.fullmatch(text.strip()):
        return int(text)
    if key in ("reverse", "core"):
        word = text.strip().lower()
        return True if word in _YES else False if word in _NO else text
    return text


def _bank_tree(tables: Tables, file: str) -> Tree:
    builder = _SheetTreeBuilder(file)
    for row in tables[BANK][:1]:
        builder.mark_row((), row)
    for row in tables[BANK]:
        key = row.cell_text("key").strip().lower()
        if key and key in builder.value:
            place = FileLocation(file, row.number, key=key, sheet=row.sheet)
            what = f'The key "{key[:60]}" stands here for the second time.'
            builder.tree.findings.append(Finding("duplicate-key", place, what))
        builder.put_value(builder.value, (), key, row.cells.get("value"))
    builder.value["source"] = [
        _read_record(builder, ("source", number), row, COLUMNS[SOURCES])
        for number, row in enumerate(tables[SOURCES])
    ]
    builder.value["dimensions"] = _read_dimensions(builder, tables[DIMENSIONS])
    _read_items(builder, tables)
    return builder.tree


def _read_record(
    builder: _SheetTreeBuilder, path: KeyPath, row: TableRow, columns: tuple[str, ...]
) -> dict[str, Value]:
    record: dict[str, Value] = {}
    builder.mark_row(path, row)
    for column in columns:
        builder.put_value(record, path, column, row.cells.get(column))
    return record


def _read_dimensions(
    builder: _SheetTreeBuilder, rows: tuple[TableRow, ...], language: str = ""
) -> Value:
    """A row without a facet has the dimension's title, one with a facet says what it means."""
    titles: dict[str, dict[str, Value]] = {}
    facets: dict[str, dict[str, Value]] = {}
    for row in rows:
        words = row.cells.get(language_column("words", language))
        name, facet = row.cell_text("dimension").strip(), row.cell_text("facet").strip()
        if language and words is None:
            continue
        path: KeyPath = ("dimensions", name)
        builder.mark_row((*path, "facets", facet) if facet else path, row)
        if facet:
            builder.put_text(facets.setdefault(name, {}), (*path, "facets"), facet, words)
        else:
            builder.put_text(titles.setdefault(name, {}), path, "title", words)
    names = dict.fromkeys((*titles, *facets))
    return {
        name: {
            **titles.get(name, {}),
            **({"facets": dict(facets[name])} if name in facets else {}),
        }
        for name in names
    }


def _read_items(builder: _SheetTreeBuilder, tables: Tables) -> None:
    items: list[Value] = []
    choices: dict[str, list[Value]] = {}
    numbers: dict[str, int] = {}
    columns = tuple(name for name in COLUMNS[ITEMS] if name not in ("low", "high"))
    for number, row in enumerate(tables[ITEMS]):
        item = _read_record(builder, ("items", number), row, columns)
        builder.put_ends(item, ("items", number), row)
        name = row.cell_text("id").strip()
        numbers[name], choices[name] = number, []
        items.append({**item, "choices": choices[name]})
    for row in tables.get(CHOICES, ()):
        name = row.cell_text("item").strip()
        if name not in numbers:
            place = FileLocation(builder.tree.file, row.number, name[:60], "item", row.sheet)
            what = f'There is no item "{name[:60]}".{did_you_mean(name, numbers)}'
            builder.tree.findings.append(Finding("unknown-item", place, what))
            continue
        path = ("items", numbers[name], "choices", len(choices[name]))
        choices[name].append(_read_record(builder, path, row, ("key", "label")))
        builder.tree.lines.setdefault(path[:-1], row.number)
        builder.tree.cells.setdefault(path[:-1], (row.sheet, ""))
    builder.value["items"] = items


def _translation_tree(tables: Tables, bank: str, language: str, file: str) -> Tree:
    builder = _SheetTreeBuilder(file)
    builder.value.update({"bank": bank, "language": language})
    for row in tables[BANK]:
        key = row.cell_text("key").strip().lower()
        if key in _TITLES:
            builder.put_text(
                builder.value, (), key, row.cells.get(language_column("value", language))
            )
    builder.value["dimensions"] = _read_dimensions(builder, tables[DIMENSIONS], language)
    items: dict[str, Value] = {}
    for row in tables[ITEMS]:
        name = row.cell_text("id").strip()
        path: KeyPath = ("items", name)
        words: dict[str, Value] = {}
        builder.mark_row(path, row)
        for column in ("text", "talk"):
            builder.put_text(words, path, column, row.cells.get(language_column(column, language)))
        builder.put_ends(words, path, row, language)
        labels = _read_labels(builder, tables, name, language)
        if labels:
            words["choices"] = labels
        if words:
            items[name] = words
    builder.value["items"] = items
    return builder.tree


def _read_labels(
    builder: _SheetTreeBuilder, tables: Tables, item: str, language: str
) -> dict[str, Value]:
    labels: dict[str, Value] = {}
    for row in tables.get(CHOICES, ()):
        if row.cell_text("item").strip() == item:
            cell = row.cells.get(language_column("label", language))
            builder.put_text(labels, ("items", item, "choices"), row.cell_text("key").strip(), cell)
    return labels
