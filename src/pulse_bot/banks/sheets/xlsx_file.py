"""XLSX into a grid and back, by openpyxl. Macros, zip bombs and formulas stay outside or texts."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.sheets.grid import (
    LARGEST_FILE,
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    Sheet,
    column_letter,
    looks_like_formula,
)
from pulse_bot.errors import MissingExtra, Refused

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_UNPACKED: Final = 50_000_000
"""Bytes. Ten times the file: spreadsheets of questions pack to a fifth."""
MOST_PARTS: Final = 500
_MACROS: Final = "vbaproject"
_WIDTHS: Final = {"text": 60, "talk": 60, "label": 40, "words": 60, "value": 60, "title": 40}
_WIDTH: Final = 16


def xlsx_bytes(grid: Grid) -> bytes:
    """The file of these tables. Every cell is text, and stays text when it is edited."""
    try:
        import openpyxl
        from openpyxl.utils.exceptions import IllegalCharacterError
    except ModuleNotFoundError as error:
        raise MissingExtra("spreadsheets", str(error.name)) from error
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    try:
        for sheet in grid:
            _fill_sheet(workbook.create_sheet(sheet.name), sheet)
    except IllegalCharacterError:
        raise Refused(
            "A text has a character that a workbook cannot hold. Export it as CSV instead."
        ) from None
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _fill_sheet(worksheet: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font

    top, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for number, texts in enumerate(sheet.rows, start=1):
        for column, text in enumerate(texts, start=1):
            if text:
                cell = worksheet.cell(number, column, text)
                cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
                cell.alignment = top
                if looks_like_formula(text):
                    cell.quotePrefix = True  # and so would a spreadsheet program, when it is edited
                if number == 1:
                    cell.font = bold
    worksheet.freeze_panes = "A2"
    for column, name in enumerate(sheet.rows[0] if sheet.rows else ()):
        plain = name.partition(" (")[0]
        worksheet.column_dimensions[column_letter(column)].width = _WIDTHS.get(plain, _WIDTH)


def xlsx_grid(data: bytes, file: str) -> Grid:
    """The sheets in the bytes of a file. Raises BankMistakes."""
    _check_archive(data, file)
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtra("spreadsheets", str(error.name)) from error
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        return tuple(
            Sheet(worksheet.title, tuple(_row_texts(row) for row in _worksheet_rows(worksheet)))
            for worksheet in workbook.worksheets
        )
    except Exception as error:
        # Whatever breaks inside a damaged workbook comes out of openpyxl as it is.
        what = f"The workbook cannot be read ({type(error).__name__})."
        raise BankMistakes([Finding("not-a-spreadsheet", FileLocation(file), what)]) from None


def _check_archive(data: bytes, file: str) -> None:
    """Raise BankMistakes for what must not be opened: too large, with macros, or a bomb."""
    if len(data) > LARGEST_FILE:
        what = f"The file has more than {LARGEST_FILE:,} bytes."
        raise BankMistakes([Finding("file-too-large", FileLocation(file), what)])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
            types = [part for part in listed if part.filename == "[Content_Types].xml"]
            # Sizes are checked before anything is unpacked; zipfile unpacks no more than they say.
            size = sum(part.file_size for part in listed)
            if size > LARGEST_UNPACKED or len(listed) > MOST_PARTS:
                what = f"It unpacks to {size:,} bytes in {len(listed):,} parts."
                raise BankMistakes([Finding("file-too-large", FileLocation(file), what)])
            content_types = b"".join(parts.read(part) for part in types).lower()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        what = "It is no workbook: it may be damaged, locked with a password, or of another kind."
        raise BankMistakes([Finding("not-a-spreadsheet", FileLocation(file), what)]) from None
    if b"macroenabled" in content_types or any(_MACROS in part.filename.lower() for part in listed):
        raise BankMistakes([Finding("has-macros", FileLocation(file), "There are macros in it.")])


def _worksheet_rows(worksheet: ReadOnlyWorksheet) -> Iterable[tuple[object, ...]]:
    # Bounded here: what a file says of its own size may be wrong.
    return worksheet.iter_rows(  # type: ignore[misc]  # the stub lends it the method of another class
        max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True
    )


def _row_texts(row: Iterable[object]) -> tuple[str, ...]:
    texts = [_cell_text(value) for value in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _cell_text(value: object) -> str:
    """A cell's value as the text that a person reads there; of a formula, the formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))
