"""An export as a workbook: a sheet a table, with a bold heading, a filter, and fitting widths."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from pulse_bot.banks.sheets.grid import looks_like_formula
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.exports.columns import TABLES, Column, ColumnType

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet
    from pandas import DataFrame

WIDE: Final = {"text": 80, "meaning": 80, "question_text": 50, "label": 30, "question": 30}
"""Characters; every other column is as wide as its heading, and at least this."""
WIDTH: Final = 14
_FORMATS: Final = {ColumnType.DAY: "yyyy-mm-dd", ColumnType.NUMBER: "0.0", ColumnType.WHOLE: "0"}


def make_workbook(frames: Mapping[str, DataFrame]) -> bytes:
    """The file of these tables, by the names of their sheets. Raises MissingExtra."""
    try:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError:
        raise MissingExtra("spreadsheets", "openpyxl") from None
    from pandas import ExcelWriter

    def replace_illegal(value: Any) -> Any:
        """A cell as a workbook can hold it: a box for each sign that it cannot."""
        return ILLEGAL_CHARACTERS_RE.sub("□", value) if isinstance(value, str) else value

    out = BytesIO()
    with ExcelWriter(out, engine="openpyxl") as writer:
        for name, frame in frames.items():
            texts = [column.name for column in TABLES[name] if column.type is ColumnType.TEXT]
            clean = frame.assign(**{text: frame[text].map(replace_illegal) for text in texts})
            clean.to_excel(writer, sheet_name=name, index=False)
            _format_sheet(writer.sheets[name], TABLES[name])
    return out.getvalue()


def _format_sheet(sheet: Worksheet, columns: tuple[Column, ...]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    top = Alignment(wrap_text=True, vertical="top")
    for number, column in enumerate(columns, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        width = WIDE.get(column.name, max(WIDTH, len(column.name) + 4))
        sheet.column_dimensions[get_column_letter(number)].width = width
        for (cell,) in sheet.iter_rows(min_row=2, min_col=number, max_col=number):
            if cell.value is None:
                continue
            cell.alignment = top
            if isinstance(cell.value, str):
                cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
                # And so would a spreadsheet program, when it is edited.
                cell.quotePrefix = looks_like_formula(cell.value)
            elif column.type in _FORMATS:
                cell.number_format = _FORMATS[column.type]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
