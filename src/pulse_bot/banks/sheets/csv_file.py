"""CSV into a grid and back: one file that holds the tables of a bank, one below the other.

Each table begins with a row that holds its name alone, in brackets: [items]. A file without such a
row is the table of items.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.sheets.grid import LARGEST_FILE, Grid, Sheet, looks_like_formula
from pulse_bot.banks.sheets.tables import COLUMNS, ITEMS, NOTES

_MARKS: Final = {f"[{name}]": name for name in (*COLUMNS, NOTES)}
_DELIMITERS: Final = ",;\t"
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def csv_bytes(grid: Grid) -> bytes:
    """The file of these tables. It begins with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for number, sheet in enumerate(grid):
        if number:
            writer.writerow([])
        writer.writerow([f"[{sheet.name}]"])
        writer.writerows([_guard_formula(text) for text in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def csv_grid(data: bytes, file: str) -> Grid:
    """The tables in the bytes of a file. Raises BankMistakes."""
    if len(data) > LARGEST_FILE:
        what = f"The file has more than {LARGEST_FILE:,} bytes."
        raise BankMistakes([Finding("file-too-large", FileLocation(file), what)])
    text = _decode_text(data, file)
    try:
        rows = max(
            (_parse_rows(text, delimiter) for delimiter in _DELIMITERS), key=_count_column_names
        )
    except csv.Error as error:
        what = f"The table breaks off: {error}."
        raise BankMistakes([Finding("not-a-spreadsheet", FileLocation(file), what)]) from None
    return tuple(_split_sheets(rows))


def _guard_formula(text: str) -> str:
    """A text that no spreadsheet program evaluates: one that begins like a formula is quoted.

    So is one that begins with quotes before such a beginning; reading takes one quote off again.
    """
    return f"'{text}" if looks_like_formula(text.lstrip("'")) else text


def _unguard_formula(text: str) -> str:
    quoted = text.startswith("'") and looks_like_formula(text.lstrip("'"))
    return text[1:] if quoted else text


def _decode_text(data: bytes, file: str) -> str:
    encoding = _WIDE.get(data[:2], "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        what = (
            f"Line {row} has a byte that is not UTF-8; the file may be in Windows-1252, as older"
            ' programs write CSV. In Excel, choose "CSV UTF-8" when saving.'
        )
        raise BankMistakes([Finding("not-utf-8", FileLocation(file, row), what)]) from None


def _parse_rows(text: str, delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[_unguard_formula(cell) for cell in row] for row in rows]


def _count_column_names(rows: Iterable[list[str]]) -> int:
    """How many cells bear the name of a column: with the right delimiter it is the most."""
    names = {name for columns in COLUMNS.values() for name in columns}
    return sum(cell.strip().lower() in names for row in rows for cell in row)


def _split_sheets(rows: list[list[str]]) -> Iterator[Sheet]:
    name, first, sheet_rows = ITEMS, 1, list[tuple[str, ...]]()
    for number, row in enumerate(rows, start=1):
        mark = _MARKS.get(row[0].strip().lower()) if row and not any(row[1:]) else None
        if mark is None:
            sheet_rows.append(tuple(row))
            continue
        if any(map(any, sheet_rows)):
            yield Sheet(name, tuple(sheet_rows), first)
        name, first, sheet_rows = mark, number + 1, []
    yield Sheet(name, tuple(sheet_rows), first)
