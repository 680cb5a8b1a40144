"""Exports: which kind of file a name asks for, and the bytes of it.

A text that a spreadsheet program would take for a formula stays a text: in CSV behind an
apostrophe, in XLSX as a cell of text, which stays one when it is edited.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from pulse_bot.banks.sheets.grid import looks_like_formula
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot_reports.exports.frames import (
    BLOCKS,
    MARKS,
    RELEASES,
    block_frame,
    column_dictionary,
    mark_frame,
    release_frame,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet
    from pandas import DataFrame

DICTIONARY: Final = "Columns"
WIDE: Final = {"text": 80, "meaning": 80, "subject": 24, "theme": 24, "label": 40, "word": 24}
WIDTH: Final = 14

_DISTRIBUTIONS: Final = {"fpdf": "fpdf2", "PIL": "Pillow"}
"""Libraries that are installed under another name than they are imported by."""

Files = Mapping[str, bytes]


def export_digests(file: str, partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    """The files of an export, by name: one, or for CSV its marks and its data dictionary beside it.

    Raises Refused for an ending that is none of ours, and MissingExtra.
    """
    ending = PurePath(file).suffix.lower()
    if ending not in KINDS:
        endings = ", ".join(KINDS)
        raise Refused(
            f"{file} is of a kind that cannot be written. Use a name that ends in {endings}."
        )
    return KINDS[ending](file, partnership, time_zone, digests)


def _html_file(file: str, partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    from pulse_bot_reports.page.history_page import history_page

    return {file: f"{history_page(partnership, digests, time_zone)}\n".encode()}


def _pdf_file(file: str, partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    try:
        from pulse_bot_reports.paper.history_pdf import history_pdf
    except ImportError as error:
        library = str(error.name).partition(".")[0]
        raise MissingExtra("reports", _DISTRIBUTIONS.get(library, library)) from None
    return {file: history_pdf(partnership, digests, time_zone)}


def _csv_files(file: str, _partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    name = PurePath(file)
    companions = {
        part: name.with_name(f"{name.stem}-{part}{name.suffix}").name
        for part in ("columns", "marks")
    }
    return {
        file: _csv_bytes(release_frame(digests, time_zone)),
        companions["columns"]: _csv_bytes(column_dictionary(RELEASES, MARKS)),
        companions["marks"]: _csv_bytes(mark_frame(digests)),
    }


def _csv_bytes(frame: DataFrame) -> bytes:
    """It begins with the mark by which spreadsheet programs know UTF-8."""
    guarded = frame.map(lambda value: _guard_formula(value) if isinstance(value, str) else value)
    out = BytesIO()
    guarded.to_csv(
        out,
        index=False,
        encoding="utf-8-sig",
        float_format="%.1f",
        quoting=csv.QUOTE_NONNUMERIC,
        lineterminator="\r\n",
    )
    return out.getvalue()


def _guard_formula(text: str) -> str:
    return f"'{text}" if looks_like_formula(text.lstrip("'")) else text


def _xlsx_file(file: str, _partnership: str, time_zone: str, digests: Sequence[Digest]) -> Files:
    try:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError:
        raise MissingExtra("spreadsheets", "openpyxl") from None
    from pandas import ExcelWriter

    def replace_illegal(value: Any) -> Any:
        """A cell as a workbook can hold it: a box for each sign that it cannot."""
        return ILLEGAL_CHARACTERS_RE.sub("□", value) if isinstance(value, str) else value

    sheets = {
        RELEASES: release_frame(digests, time_zone),
        DICTIONARY: column_dictionary(RELEASES, BLOCKS, MARKS),
        BLOCKS: block_frame(digests),
        MARKS: mark_frame(digests),
    }
    out = BytesIO()
    with ExcelWriter(out, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            frame.map(replace_illegal).to_excel(writer, sheet_name=name, index=False)
            _format_sheet(writer.sheets[name], tuple(frame.columns))
    return {file: out.getvalue()}


def _format_sheet(sheet: Worksheet, columns: tuple[str, ...]) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    top = Alignment(wrap_text=True, vertical="top")
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = top
            if isinstance(cell.value, str):
                cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
                # And so would a spreadsheet program, when it is edited.
                cell.quotePrefix = looks_like_formula(cell.value)
            elif isinstance(cell.value, float):
                cell.number_format = "0.0"
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDE.get(column, WIDTH)


KINDS: Final[Mapping[str, Callable[[str, str, str, Sequence[Digest]], Files]]] = {
    ".html": _html_file,
    ".pdf": _pdf_file,
    ".csv": _csv_files,
    ".xlsx": _xlsx_file,
}
