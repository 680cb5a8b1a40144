"""The tables of a spreadsheet into a bank with its translations, checked like a file of YAML.

The values and the places of the cells are put into the same tree that YAML is read into, so every
mistake has the same code and is located by sheet, row and column.
"""

from __future__ import annotations

import re
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import BankMistakes, Finding, Place
from pulse_bot.banks.parse import bank_of
from pulse_bot.banks.sheets.grid import Grid
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    SOURCES,
    Cell,
    Row,
    Tables,
    bank_tables,
    in_language,
    languages,
)
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.banks.translation import translation_of, with_translations
from pulse_bot.banks.tree import KeyPath, Tree, Value

_NUMBERS: Final = ("version", "year", "most")
_LISTS: Final = {"use": ",", "authors": ";"}
_YES: Final = ("true", "yes", "x", "1")
_NO: Final = ("false", "no", "0")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_TITLES: Final = ("title", "summary")
"""The keys of a bank that are translated."""


def grid_bank(grid: Grid, file: str) -> Bank:
    """The bank of a spreadsheet. Raises BankMistakes with everything that is wrong in it."""
    tables = bank_tables(grid, file)
    tree = _bank_tree(tables, file)
    bank = bank_of(tree)
    translations = [
        translation_of(_translation_tree(tables, bank.id, language, file))
        for language in languages(tables)
    ]
    (whole,), findings = with_translations([bank], translations)
    if findings:
        raise BankMistakes(findings)
    return whole


class _Growing:
    """A tree that grows cell by cell."""

    def __init__(self, file: str) -> None:
        self.value: dict[str, Value] = {}
        self.tree = Tree(self.value, file)

    def stands(self, path: KeyPath, cell: Cell) -> None:
        """Remember where a path stands."""
        self.tree.lines[path] = cell.row
        self.tree.cells[path] = (cell.sheet, cell.column)

    def row(self, path: KeyPath, row: Row) -> None:
        """Remember the row of a path, for what is missing in it."""
        self.tree.lines[path] = row.number
        self.tree.cells[path] = (row.sheet, "")

    def put(self, into: dict[str, Value], path: KeyPath, key: str, cell: Cell | None) -> None:
        """Put a cell's text under a key; an empty cell leaves the key out."""
        if cell is not None:
            into[key] = cell.text
            self.stands((*path, key), cell)

    def put_value(self, into: dict[str, Value], path: KeyPath, key: str, cell: Cell | None) -> None:
        """Put what a cell means under a key: a number, a list, yes or no, or its text."""
        self.put(into, path, key, cell)
        if cell is not None:
            into[key] = _value(key, cell.text)

    def ends(self, into: dict[str, Value], path: KeyPath, row: Row, language: str = "") -> None:
        """Put the two ends of a scale, where a row has any."""
        names = [in_language(name, language) for name in ("low", "high")]
        cells = [row.cells.get(name) for name in names]
        if not any(cells):
            return
        into["ends"] = [cell.text if cell else "" for cell in cells]
        self.row((*path, "ends"), row)
        for number, cell in enumerate(cells):
            if cell is not None:
                self.stands((*path, "ends", number), cell)


def _value(key: str, text: str) -> Value:
    if key in _LISTS:
        return [one.strip() for one in text.split(_LISTS[key]) if one.strip()]
    if key in _NUMBERS and _DIGITS.fullmatch(text.strip()):
        return int(text)
    if key in ("reverse", "core"):
        word = text.strip().lower()
        return True if word in _YES else False if word in _NO else text
    return text


def _bank_tree(tables: Tables, file: str) -> Tree:
    growing = _Growing(file)
    for row in tables[BANK][:1]:
        growing.row((), row)
    for row in tables[BANK]:
        key = row.text("key").strip().lower()
        if key and key in growing.value:
            place = Place(file, row.number, key=key, sheet=row.sheet)
            what = f'The key "{key[:60]}" stands here for the second time.'
            growing.tree.findings.append(Finding("duplicate-key", place, what))
        growing.put_value(growing.value, (), key, row.cells.get("value"))
    growing.value["source"] = [
        _record(growing, ("source", number), row, COLUMNS[SOURCES])
        for number, row in enumerate(tables[SOURCES])
    ]
    growing.value["dimensions"] = _dimensions(growing, tables[DIMENSIONS])
    _items(growing, tables)
    return growing.tree


def _record(
    growing: _Growing, path: KeyPath, row: Row, columns: tuple[str, ...]
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    growing.row(path, row)
    for column in columns:
        growing.put_value(found, path, column, row.cells.get(column))
    return found


def _dimensions(growing: _Growing, rows: tuple[Row, ...], language: str = "") -> Value:
    """A row without a facet has the dimension's title, one with a facet says what it means."""
    titles: dict[str, dict[str, Value]] = {}
    facets: dict[str, dict[str, Value]] = {}
    for row in rows:
        words = row.cells.get(in_language("words", language))
        name, facet = row.text("dimension").strip(), row.text("facet").strip()
        if language and words is None:
            continue
        path: KeyPath = ("dimensions", name)
        growing.row((*path, "facets", facet) if facet else path, row)
        if facet:
            growing.put(facets.setdefault(name, {}), (*path, "facets"), facet, words)
        else:
            growing.put(titles.setdefault(name, {}), path, "title", words)
    names = dict.fromkeys((*titles, *facets))
    return {
        name: {
            **titles.get(name, {}),
            **({"facets": dict(facets[name])} if name in facets else {}),
        }
        for name in names
    }


def _items(growing: _Growing, tables: Tables) -> None:
    items: list[Value] = []
    choices: dict[str, list[Value]] = {}
    numbers: dict[str, int] = {}
    columns = tuple(name for name in COLUMNS[ITEMS] if name not in ("low", "high"))
    for number, row in enumerate(tables[ITEMS]):
        item = _record(growing, ("items", number), row, columns)
        growing.ends(item, ("items", number), row)
        name = row.text("id").strip()
        numbers[name], choices[name] = number, []
        items.append({**item, "choices": choices[name]})
    for row in tables.get(CHOICES, ()):
        name = row.text("item").strip()
        if name not in numbers:
            place = Place(growing.tree.file, row.number, name[:60], "item", row.sheet)
            what = f'There is no item "{name[:60]}".{did_you_mean(name, numbers)}'
            growing.tree.findings.append(Finding("unknown-item", place, what))
            continue
        path = ("items", numbers[name], "choices", len(choices[name]))
        choices[name].append(_record(growing, path, row, ("key", "label")))
        growing.tree.lines.setdefault(path[:-1], row.number)
        growing.tree.cells.setdefault(path[:-1], (row.sheet, ""))
    growing.value["items"] = items


def _translation_tree(tables: Tables, bank: str, language: str, file: str) -> Tree:
    growing = _Growing(file)
    growing.value.update({"bank": bank, "language": language})
    for row in tables[BANK]:
        key = row.text("key").strip().lower()
        if key in _TITLES:
            growing.put(growing.value, (), key, row.cells.get(in_language("value", language)))
    growing.value["dimensions"] = _dimensions(growing, tables[DIMENSIONS], language)
    items: dict[str, Value] = {}
    for row in tables[ITEMS]:
        name = row.text("id").strip()
        path: KeyPath = ("items", name)
        words: dict[str, Value] = {}
        growing.row(path, row)
        for column in ("text", "talk"):
            growing.put(words, path, column, row.cells.get(in_language(column, language)))
        growing.ends(words, path, row, language)
        labels = _labels(growing, tables, name, language)
        if labels:
            words["choices"] = labels
        if words:
            items[name] = words
    growing.value["items"] = items
    return growing.tree


def _labels(growing: _Growing, tables: Tables, item: str, language: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for row in tables.get(CHOICES, ()):
        if row.text("item").strip() == item:
            cell = row.cells.get(in_language("label", language))
            growing.put(found, ("items", item, "choices"), row.text("key").strip(), cell)
    return found
