"""The tables of an export, and what their columns hold: the data dictionary.

CSV, XLSX and JSON carry the same columns in the same order. `docs/exports.md` has them for people,
and is held against these.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class ColumnType(StrEnum):
    """What a column holds, by the name that pandas has for it. Any cell may be empty."""

    TEXT = "string"
    WHOLE = "Int64"
    NUMBER = "float64"
    DAY = "datetime64[s]"


class Column(NamedTuple):
    """A column of a table."""

    name: str
    type: ColumnType
    meaning: str


STATEMENTS: Final = "Statements"
BLOCKS: Final = "Blocks"
CALLS: Final = "Calls"
COMMITMENTS: Final = "Commitments"
DICTIONARY: Final = "Columns"

MOST_BEFORE: Final = 3
"""How many earlier values stand in a cell."""

_TEXT, _WHOLE, _NUMBER, _DAY = ColumnType
_PARTNERSHIP: Final = Column("partnership", _TEXT, "The partnership.")
_THEME: Final = Column("theme", _TEXT, "The theme.")
_VALUE: Final = Column(
    "value",
    _NUMBER,
    "The number that was printed: from 1 to 5, for scale from 0 to 10, the higher, the better: of "
    "a turned question, 6, or 10 for scale, less the number that its text says. For commitments, "
    "how many. Coarse on purpose.",
)
_OPEN_END: Final = Column(
    "open_end",
    _TEXT,
    "or higher, or lower: the average lies there or beyond. Empty where the number stands alone.",
)
_STEP: Final = Column("step", _NUMBER, "The step of the grid that the number was printed on.")
_SILENCE: Final = Column("silence", _TEXT, "Why nothing was said of it.")

_STATEMENT_COLUMNS: Final = (
    _PARTNERSHIP,
    Column("round", _WHOLE, "The number of the round, from 1."),
    Column("closed", _DAY, "The day on which it closed, in the partnership's time zone."),
    Column("workshop", _TEXT, "The title of the workshop that the round was for."),
    Column("edition", _WHOLE, "Of the release policy that the round was opened under."),
    Column("place", _WHOLE, "The statement's place in the digest, from 1."),
    Column(
        "part",
        _TEXT,
        "Which part of the digest it is: headline, trend (how a theme moves over time), "
        "commitment, question (also a workshop's questions together), level (six rounds of a "
        "theme), response, note, talk, comment, next; in digests of the first edition also "
        "agreement.",
    ),
    Column("theme", _TEXT, "The theme that it speaks of. Empty for a workshop's own questions."),
    Column("bank", _TEXT, "The question's bank: where another takes over, a new series begins."),
    Column("question", _TEXT, "The question's id in its bank."),
    Column("question_text", _TEXT, "The question as it was asked."),
    Column(
        "kind", _TEXT, "Of the question: agree, frequency, scale, journey, yes-no, choose, words."
    ),
    Column(
        "direction",
        _TEXT,
        "as asked; or turned: it asks the other way round, so the higher the value, the less what "
        "it says is so.",
    ),
    Column(
        "label",
        _TEXT,
        "now, or in 12 months (journey); the choice (choose); kept, or due (how many commitments).",
    ),
    _VALUE,
    _OPEN_END,
    _STEP,
    Column(
        "word",
        _TEXT,
        "The word that was said in place of a number: which way answers lean (yes-no), how often a "
        "choice was taken, a level in small groups, the news of a commitment; of a trend, that a "
        "move was withdrawn or that new questions began; in digests of the first edition, how many "
        "answered and how far all were of one mind.",
    ),
    _SILENCE,
    Column(
        "class",
        _WHOLE,
        "The fewest who answered, as it was said: of the question, or of the round (response).",
    ),
    Column(
        "before",
        _TEXT,
        "What the same question, or the same theme's level, printed before: the last "
        f"{MOST_BEFORE} at most, oldest first.",
    ),
    Column(
        "call",
        _TEXT,
        "What a trend says of its theme: up or down where a move stands, otherwise that no clear "
        "change is called, and what more is known.",
    ),
    Column("since", _WHOLE, "Around which round the move that stands began."),
    Column("commitment", _WHOLE, "The number of the commitment that it speaks of."),
    Column("text", _TEXT, "What everybody was told, word for word."),
)

_BLOCK_COLUMNS: Final = (
    _PARTNERSHIP,
    _THEME,
    Column("block", _WHOLE, "The block's number in the theme's series, from 1."),
    Column("first_round", _WHOLE, "The first of the six rounds that asked the theme."),
    Column("last_round", _WHOLE, "The last of them, in whose digest the level was said."),
    Column("closed", _DAY, "The day on which that one closed."),
    _VALUE._replace(meaning="The level that was printed, from 1 to 5; the higher, the better."),
    _OPEN_END,
    _STEP,
    Column("word", _TEXT, "The level in a word, in groups too small for numbers."),
    _SILENCE,
    Column(
        "before",
        _TEXT,
        f"The theme's levels before, the last {MOST_BEFORE} at most, oldest first.",
    ),
    Column("agreement", _TEXT, "How far all were of one mind, as the first edition told it."),
)

_CALL_COLUMNS: Final = (
    _PARTNERSHIP,
    _THEME,
    Column("call", _TEXT, "up or down."),
    Column("since", _WHOLE, "Around which round the move began. The first edition did not say."),
    Column("called", _WHOLE, "The round whose digest called it."),
    Column("called_on", _DAY, "The day on which that one closed."),
    Column("told_by", _TEXT, "numbers (of single rounds), or a block's level."),
    Column("after", _TEXT, "The move that stood before it, where both were told."),
    Column(
        "ended", _WHOLE, "The first round whose digest no longer has it. Empty while it stands."
    ),
    Column("ended_as", _TEXT, "withdrawn, followed by another, over, or new questions."),
)

_COMMITMENT_COLUMNS: Final = (
    _PARTNERSHIP,
    Column("commitment", _WHOLE, "Its number, from 1."),
    Column("text", _TEXT, "What the group said it would do, in its own words."),
    Column("due", _DAY, "By when."),
    Column(
        "news", _TEXT, "The latest that a digest told: made, kept, on its way, unheard, dropped."
    ),
    Column("first_round", _WHOLE, "The round whose digest told of it first."),
    Column("last_round", _WHOLE, "The round whose digest told the latest."),
    Column("last_told", _DAY, "The day on which that one closed."),
    Column("times_told", _WHOLE, "How many digests told of it."),
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    STATEMENTS: _STATEMENT_COLUMNS,
    BLOCKS: _BLOCK_COLUMNS,
    CALLS: _CALL_COLUMNS,
    COMMITMENTS: _COMMITMENT_COLUMNS,
    DICTIONARY: (
        Column("table", _TEXT, "The table."),
        Column("column", _TEXT, "The column."),
        Column("type", _TEXT, "What it holds, by the name that pandas has for it."),
        Column("meaning", _TEXT, "What that is."),
    ),
}
"""By the name of the table."""
