"""A spreadsheet as plain texts: what file formats are turned into, and banks are read from.

What the sheets and columns of a bank are lives in `tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 5_000_000
"""Bytes. A bank of 500 items has 200,000."""
MOST_ROWS: Final = 5000
MOST_COLUMNS: Final = 100
_FORMULA_STARTS: Final = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet program takes for a formula, the wide forms of East Asia among it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named rectangle of texts; an empty cell is an empty text."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    first: int = 1
    """The number of its first row, as the spreadsheet program shows it."""


Grid = tuple[Sheet, ...]


def make_sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Sheet:
    """A sheet with a row of column names over its rows."""
    return Sheet(name, (tuple(header), *(tuple(row) for row in rows)))


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would evaluate a text rather than show it."""
    return text[:1] != "" and text[0] in _FORMULA_STARTS


def column_letter(column: int) -> str:
    """The letter over a column, counted from 0: A, B, …, Z, AA."""
    more, remainder = divmod(column, 26)
    return (column_letter(more - 1) if more else "") + chr(ord("A") + remainder)
