"""The tables of a bank in a spreadsheet: their columns, and a grid cut into rows of named cells.

Every cell keeps where it stands, so that what is said of it later can point there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.sheets.grid import Grid, Sheet, column_letter
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
class TableCell:
    """A text and where it stands."""

    text: str
    sheet: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of a row that are not empty, by the name of their column."""

    sheet: str
    number: int
    cells: Mapping[str, TableCell]

    def cell_text(self, column: str) -> str:
        """What stands in a column; empty where nothing does."""
        return self.cells[column].text if column in self.cells else ""


Tables = Mapping[str, tuple[TableRow, ...]]


def language_column(column: str, language: str) -> str:
    """The name of a column in another language."""
    return f"{column} ({language})" if language else column


def list_languages(tables: Tables) -> list[str]:
    """The other languages that a table of these has something in."""
    names = (name for rows in tables.values() for row in rows for name in row.cells)
    matches = (_IN_LANGUAGE.fullmatch(name) for name in names)
    return list(dict.fromkeys(match[2] for match in matches if match))


def bank_tables(grid: Grid, file: str) -> Tables:
    """The tables of a bank. Raises BankMistakes where a table or a column is missing or unknown."""
    sheets = {sheet.name.strip().lower(): sheet for sheet in grid}
    findings = [
        Finding("missing-table", FileLocation(file), f'There is no table "{name}".')
        for name in (BANK, SOURCES, DIMENSIONS, ITEMS)
        if name not in sheets
    ]
    for name, columns in COLUMNS.items():
        if name in sheets:
            findings.extend(_wrong_columns(sheets[name], name, columns, file))
    if findings:
        raise BankMistakes(findings)
    return {name: table_rows(sheets[name]) for name in COLUMNS if name in sheets}


def table_rows(sheet: Sheet) -> tuple[TableRow, ...]:
    """The rows under the column names, those without any text left out."""
    header_row, names = _find_header(sheet)
    rows = enumerate(sheet.rows[header_row + 1 :], start=sheet.first + header_row + 1)
    return tuple(
        row for number, texts in rows if (row := _table_row(sheet, names, number, texts)).cells
    )


def _table_row(
    sheet: Sheet, names: Mapping[int, str], number: int, texts: tuple[str, ...]
) -> TableRow:
    cells = {
        names[column]: TableCell(text, sheet.name, number, column_letter(column))
        for column, text in enumerate(texts)
        if text.strip() and column in names
    }
    return TableRow(sheet.name, number, cells)


def _find_header(sheet: Sheet) -> tuple[int, dict[int, str]]:
    """Where the column names stand in the sheet, and the name of each column."""
    at = next((number for number, row in enumerate(sheet.rows) if any(map(str.strip, row))), 0)
    row = sheet.rows[at] if sheet.rows else ()
    return at, {column: _column_name(text) for column, text in enumerate(row) if text.strip()}


def _column_name(text: str) -> str:
    """The column that a heading means, whatever its capitals and spaces."""
    heading = text.strip()
    match = _IN_LANGUAGE.fullmatch(heading)
    if match:
        return language_column(match[1].lower(), match[2])
    return _SPACES.sub("_", heading.lower())


def _wrong_columns(
    sheet: Sheet, name: str, columns: tuple[str, ...], file: str
) -> Iterator[Finding]:
    at, names = _find_header(sheet)
    place = FileLocation(file, sheet.first + at, sheet=sheet.name)
    for mandatory in _MANDATORY[name]:
        if mandatory not in names.values():
            yield Finding("missing-column", place, f'There is no column "{mandatory}".')
    seen: set[str] = set()
    for column, title in names.items():
        title_place = FileLocation(
            file, sheet.first + at, key=title[:60], sheet=sheet.name, column=column_letter(column)
        )
        if title in seen:
            yield Finding(
                "duplicate-key", title_place, f'The column "{title[:60]}" stands here twice.'
            )
        seen.add(title)
        match = _IN_LANGUAGE.fullmatch(title)
        is_known = match[1] in TRANSLATED.get(name, ()) if match else title in (*columns, NOTES)
        if not is_known:
            what = f'There is no column "{title[:60]}" in {name}.{did_you_mean(title, columns)}'
            yield Finding("unknown-column", title_place, what)
