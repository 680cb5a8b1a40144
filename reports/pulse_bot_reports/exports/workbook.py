"""An export as a workbook: a sheet a table, with a bold heading, a filter, and fitting widths.

Written cell by cell, and empty ones not at all: through pandas ten years took twice as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pulse_bot.banks.sheets.grid import looks_like_formula
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.exports.columns import TABLES, Column, ColumnType
from pulse_bot_reports.exports.rows import Cell

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

WIDE: Final = {"text": 80, "meaning": 80, "question_text": 50, "label": 30, "question": 30}
"""Characters; every other column is as wide as its heading, and at least this."""
WIDTH: Final = 14
_FORMATS: Final = {
    ColumnType.TEXT: "General",
    ColumnType.WHOLE: "0",
    ColumnType.NUMBER: "0.0",
    ColumnType.DAY: "yyyy-mm-dd",
}


def make_workbook(tables: Mapping[str, Sequence[tuple[Cell, ...]]], made_at: datetime) -> bytes:
    """The file of these rows, by the names of their tables. Raises MissingExtra.

    `made_at` is written into it, so that one that is made again is the same.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtra("spreadsheets", "openpyxl") from None
    book = Workbook()
    book.remove(book.worksheets[0])
    _add_styles(book)
    for name, rows in tables.items():
        _write_sheet(book.create_sheet(name), TABLES[name], rows)
    saved = BytesIO()
    book.save(saved)
    return _set_time(book, saved, made_at)


def _set_time(book: Workbook, saved: BytesIO, made_at: datetime) -> bytes:
    """The same file with this time in place of the one of its saving."""
    from openpyxl.xml.functions import tostring

    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(
        tzinfo=None
    )
    times: bytes = tostring(book.properties.to_tree())
    timed = BytesIO()
    with ZipFile(saved) as parts, ZipFile(timed, "w", ZIP_DEFLATED) as out:
        for name in parts.namelist():
            content = times if name == "docProps/core.xml" else parts.read(name)
            # Without a time of its own a part has the first that there is.
            out.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return timed.getvalue()


def _add_styles(book: Workbook) -> None:
    """One a type of column: a style that each cell has by itself is looked up for each."""
    from openpyxl.styles import Alignment, NamedStyle

    top = Alignment(wrap_text=True, vertical="top")
    for kind, number_format in _FORMATS.items():
        book.add_named_style(
            NamedStyle(_name_style(kind), alignment=top, number_format=number_format)
        )


def _name_style(kind: ColumnType) -> str:
    """As a spreadsheet program lists it: "Text"."""
    return kind.name.title()


def _write_sheet(
    sheet: Worksheet, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(columns, start=1):
        sheet.cell(1, number, column.name).font = Font(bold=True)
        width = WIDE.get(column.name, max(WIDTH, len(column.name) + 4))
        sheet.column_dimensions[get_column_letter(number)].width = width
    for place, row in enumerate(rows, start=2):
        for number, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            if value is not None:
                _write_cell(sheet, (place, number), column, value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"


def _write_cell(sheet: Worksheet, at: tuple[int, int], column: Column, value: Cell) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        sheet.cell(*at, value).style = _name_style(column.type)
        return
    # A box for each sign that a workbook cannot hold.
    cell = sheet.cell(*at, ILLEGAL_CHARACTERS_RE.sub("□", value))
    cell.style = _name_style(column.type)
    cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
    if looks_like_formula(value):
        # And so would a spreadsheet program, when it is edited.
        cell.quotePrefix = True
