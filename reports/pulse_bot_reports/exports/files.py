"""Exports: which kind of file a name asks for, and the bytes of it.

CSV, XLSX and JSON carry the same columns (`columns`). A text that a spreadsheet program would take
for a formula stays a text: in CSV behind an apostrophe, in XLSX as a cell of text, which stays one
when it is edited. JSON has it as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pulse_bot.banks.sheets.grid import looks_like_formula
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot_reports.exports.columns import DICTIONARY, STATEMENTS, TABLES, ColumnType
from pulse_bot_reports.exports.frames import list_rows, table_frame
from pulse_bot_reports.exports.rows import Cell, ExportedRecord
from pulse_bot_reports.exports.workbook import make_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from pulse_bot.domain.release.record import Digest

_DISTRIBUTIONS: Final = {"fpdf": "fpdf2", "PIL": "Pillow"}
"""Libraries that are installed under another name than they are imported by."""

Files = Mapping[str, bytes]


def export_digests(file: str, partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    """The files of an export, by name: one, or for CSV its data dictionary and other tables beside.

    Raises Refused for an ending that is none of ours, and MissingExtra.
    """
    ending = PurePath(file).suffix.lower()
    if ending not in KINDS:
        endings = ", ".join(KINDS)
        raise Refused(
            f"{file} is of a kind that cannot be written. Use a name that ends in {endings}."
        )
    return KINDS[ending](file, ExportedRecord.of_digests(partnership, time_zone, digests))


def _html_file(file: str, record: ExportedRecord) -> Files:
    from pulse_bot_reports.page.history_page import history_page

    page = history_page(record.partnership, record.digests, record.time_zone)
    return {file: f"{page}\n".encode()}


def _pdf_file(file: str, record: ExportedRecord) -> Files:
    try:
        from pulse_bot_reports.paper.history_pdf import history_pdf
    except ImportError as error:
        library = str(error.name).partition(".")[0]
        raise MissingExtra("reports", _DISTRIBUTIONS.get(library, library)) from None
    return {file: history_pdf(record.partnership, record.digests, record.time_zone)}


def _csv_files(file: str, record: ExportedRecord) -> Files:
    # What the columns hold comes first of what stands beside.
    beside = [DICTIONARY, *(table for table in TABLES if table not in (STATEMENTS, DICTIONARY))]
    name = PurePath(file)
    names = {
        STATEMENTS: file,
        **{
            table: name.with_name(f"{name.stem}-{table.lower()}{name.suffix}").name
            for table in beside
        },
    }
    return {names[table]: _csv_bytes(table, table_frame(table, record)) for table in names}


def _csv_bytes(table: str, frame: DataFrame) -> bytes:
    """It begins with the mark by which spreadsheet programs know UTF-8."""
    texts = [column.name for column in TABLES[table] if column.type is ColumnType.TEXT]
    guarded = frame.assign(
        **{text: frame[text].map(_guard_formula, na_action="ignore") for text in texts}
    )
    out = BytesIO()
    guarded.to_csv(
        out, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d", lineterminator="\r\n"
    )
    return out.getvalue()


def _guard_formula(text: str) -> str:
    return f"'{text}" if looks_like_formula(text.lstrip("'")) else text


def _xlsx_file(file: str, record: ExportedRecord) -> Files:
    tables = {table: list_rows(table, record) for table in TABLES}
    return {file: make_workbook(tables, record.newest_at)}


def _json_file(file: str, record: ExportedRecord) -> Files:
    tables = {
        table: [
            {column.name: _plain_cell(cell) for column, cell in zip(columns, row, strict=True)}
            for row in list_rows(table, record)
        ]
        for table, columns in TABLES.items()
    }
    return {file: f"{json.dumps(tables, indent=1, ensure_ascii=False)}\n".encode()}


def _plain_cell(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date) else cell


KINDS: Final[Mapping[str, Callable[[str, ExportedRecord], Files]]] = {
    ".html": _html_file,
    ".pdf": _pdf_file,
    ".csv": _csv_files,
    ".xlsx": _xlsx_file,
    ".json": _json_file,
}
