"""Spreadsheet files by their name: which format one is, and a bank into it and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.sheets.csv_file import csv_bytes, csv_grid
from pulse_bot.banks.sheets.grid import LARGEST_FILE, Grid
from pulse_bot.banks.sheets.reading import bank_from_grid
from pulse_bot.banks.sheets.writing import bank_grid
from pulse_bot.banks.sheets.xlsx_file import xlsx_bytes, xlsx_grid
from pulse_bot.errors import Refused

CSV: Final = ".csv"
XLSX: Final = ".xlsx"


def grid_bytes(grid: Grid, name: str) -> bytes:
    """The bytes of a file of this name. Raises Refused for a format that is none of ours."""
    return csv_bytes(grid) if _file_format(name) == CSV else xlsx_bytes(grid)


def export_bank(bank: Bank, name: str, languages: Sequence[str] = ()) -> bytes:
    """A bank as a file of this name: CSV or XLSX. Raises Refused for any other.

    `languages` are columns to be filled in.
    """
    return grid_bytes(bank_grid(bank, languages), name)


def import_bank(file: Path) -> Bank:
    """The bank in a file. Raises Refused for its name and BankMistakes for what is in it."""
    sort = _file_format(file.name)
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        what = f"The file cannot be read ({error.strerror})."
        raise BankMistakes([Finding("no-such-file", FileLocation(file.name), what)]) from None
    grid = csv_grid(data, file.name) if sort == CSV else xlsx_grid(data, file.name)
    return bank_from_grid(grid, file.name)


def _file_format(name: str) -> str:
    lowered = name.lower()
    if lowered.endswith((".xlsm", ".xltm", ".xlsb")):
        raise Refused(
            f"{name} is a workbook with macros, which pulse-bot never opens. Save it as an ordinary"
            " workbook (.xlsx)."
        )
    for sort in (CSV, XLSX):
        if lowered.endswith(sort):
            return sort
    raise Refused(
        f"{name} is of a format that pulse-bot does not know. Use a name that ends in .csv or"
        " .xlsx."
    )
