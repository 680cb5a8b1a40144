"""The tables of an export: rows, and the typed pandas frames of them, oldest round first.

Read from what was released and from nothing else. Workbooks and JSON need no frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pulse_bot.errors import MissingExtra
from pulse_bot_reports.exports.columns import (
    BLOCKS,
    CALLS,
    COMMITMENTS,
    DICTIONARY,
    STATEMENTS,
    TABLES,
)
from pulse_bot_reports.exports.rows import Cell, ExportedRecord, Row, statement_rows
from pulse_bot_reports.exports.rows_over_time import block_rows, call_rows, commitment_rows

if TYPE_CHECKING:
    from pandas import DataFrame


def _dictionary_rows(_record: ExportedRecord) -> Iterator[Row]:
    for table, columns in TABLES.items():
        if table != DICTIONARY:
            for column in columns:
                yield {
                    "table": table,
                    "column": column.name,
                    "type": column.type.value,
                    "meaning": column.meaning,
                }


_LIST_ROWS: Final[Mapping[str, Callable[[ExportedRecord], Iterator[Row]]]] = {
    STATEMENTS: statement_rows,
    BLOCKS: block_rows,
    CALLS: call_rows,
    COMMITMENTS: commitment_rows,
    DICTIONARY: _dictionary_rows,
}


def list_rows(table: str, record: ExportedRecord) -> list[tuple[Cell, ...]]:
    """The rows of a table, a cell a column; an empty one is None, whatever it would hold."""
    names = [column.name for column in TABLES[table]]
    return [
        tuple(None if (cell := row.get(name)) == "" else cell for name in names)
        for row in _LIST_ROWS[table](record)
    ]


def table_frame(table: str, record: ExportedRecord) -> DataFrame:
    """A table with its columns typed as the data dictionary says. Raises MissingExtra."""
    try:
        from pandas import DataFrame
    except ImportError:
        raise MissingExtra("reports", "pandas") from None
    columns = TABLES[table]
    names = [column.name for column in columns]
    frame = DataFrame.from_records(list_rows(table, record), columns=names)
    return frame.astype({column.name: column.type.value for column in columns})
