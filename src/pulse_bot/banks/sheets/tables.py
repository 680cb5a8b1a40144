"""The tables of a bank in a spreadsheet: their columns, and a grid cut into rows of named cells.

Every cell keeps where it stands, so that what is said of it later can point there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pulse_bot.banks.findings import BankMistakes, Finding, Place
from pulse_bot.banks.sheets.grid import Grid, Sheet, letter
from pulse_bot.banks.spelling import did_you_mean

BANK: Final = "bank"
SOURCES: Final = "sources"
DIMENSIONS: Final = "dimensions"
ITEMS: Final = "items"
CHOICES: Final = "choices"
NOTES: Final = "notes"
"""A sheet, or a column, that is for people alone."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    BANK: ("key", "value"),
    SOURCES: ("title", "authors", "year", "framework", "originator"),
    DIMENSIONS: ("dimension", "facet", "words"),
    ITEMS: (
        "id",
        "text",
        "kind",
        "talk",
        "dimension",
        "facet",
        "reverse",
        "core",
        "pair",
        "most",
        "low",
        "high",
        "replaced_by",
    ),
    CHOICES: ("item", "key", "label"),
}
_MANDATORY: Final[Mapping[str, tuple[str, ...]]] = {
    BANK: ("key", "value"),
    SOURCES: ("title", "authors", "year"),
    DIMENSIONS: ("dimension", "words"),
    ITEMS: ("id", "text", "kind", "talk"),
    CHOICES: ("item", "key", "label"),
}
TRANSLATED: Final[Mapping[str, tuple[str, ...]]] = {
    BANK: ("value",),
    DIMENSIONS: ("words",),
    ITEMS: ("text", "talk", "low", "high"),
    CHOICES: ("label",),
}
"""The columns that there are once more for each other language: "text (cy)"."""
_IN_LANGUAGE: Final = re.compile(r"([\w -]+?) *\( *([A-Za-z-]+) *\)")
_SPACES: Final = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and where it stands."""

    text: str
    sheet: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row that are not empty, by the name of their column."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """What stands in a column; empty where nothing does."""
        return self.cells[column].text if column in self.cells else ""


Tables = Mapping[str, tuple[Row, ...]]


def in_language(column: str, language: str) -> str:
    """The name of a column in another language."""
    return f"{column} ({language})" if language else column


def languages(tables: Tables) -> list[str]:
    """The other languages that a table of these has something in."""
    names = (name for rows in tables.values() for row in rows for name in row.cells)
    found = (_IN_LANGUAGE.fullmatch(name) for name in names)
    return list(dict.fromkeys(match[2] for match in found if match))


def bank_tables(grid: Grid, file: str) -> Tables:
    """The tables of a bank. Raises BankMistakes where a table or a column is missing or unknown."""
    found = {one.name.strip().lower(): one for one in grid}
    findings = [
        Finding("missing-table", Place(file), f'There is no table "{name}".')
        for name in (BANK, SOURCES, DIMENSIONS, ITEMS)
        if name not in found
    ]
    for name, columns in COLUMNS.items():
        if name in found:
            findings.extend(_wrong_columns(found[name], name, columns, file))
    if findings:
        raise BankMistakes(findings)
    return {name: rows_of(found[name]) for name in COLUMNS if name in found}


def rows_of(one: Sheet) -> tuple[Row, ...]:
    """The rows under the column names, those without any text left out."""
    at, names = _header(one)
    rows = enumerate(one.rows[at + 1 :], start=one.first + at + 1)
    return tuple(row for number, texts in rows if (row := _row(one, names, number, texts)).cells)


def _row(one: Sheet, names: Mapping[int, str], number: int, texts: tuple[str, ...]) -> Row:
    cells = {
        names[column]: Cell(text, one.name, number, letter(column))
        for column, text in enumerate(texts)
        if text.strip() and column in names
    }
    return Row(one.name, number, cells)


def _header(one: Sheet) -> tuple[int, dict[int, str]]:
    """Where the column names stand in the sheet, and the name of each column."""
    at = next((number for number, row in enumerate(one.rows) if any(map(str.strip, row))), 0)
    row = one.rows[at] if one.rows else ()
    return at, {column: _named(text) for column, text in enumerate(row) if text.strip()}


def _named(text: str) -> str:
    """The column that a heading means, whatever its capitals and spaces."""
    heading = text.strip()
    match = _IN_LANGUAGE.fullmatch(heading)
    if match:
        return in_language(match[1].lower(), match[2])
    return _SPACES.sub("_", heading.lower())


def _wrong_columns(one: Sheet, name: str, columns: tuple[str, ...], file: str) -> Iterator[Finding]:
    at, names = _header(one)
    place = Place(file, one.first + at, sheet=one.name)
    for wanted in _MANDATORY[name]:
        if wanted not in names.values():
            yield Finding("missing-column", place, f'There is no column "{wanted}".')
    seen: set[str] = set()
    for column, title in names.items():
        here = Place(file, one.first + at, key=title[:60], sheet=one.name, column=letter(column))
        if title in seen:
            yield Finding("duplicate-key", here, f'The column "{title[:60]}" stands here twice.')
        seen.add(title)
        match = _IN_LANGUAGE.fullmatch(title)
        known = match[1] in TRANSLATED.get(name, ()) if match else title in (*columns, NOTES)
        if not known:
            what = f'There is no column "{title[:60]}" in {name}.{did_you_mean(title, columns)}'
            yield Finding("unknown-column", here, what)
