"""Releases as pandas frames: one row a statement, a block or a mark, oldest first.

Read from what was released and from nothing else. Pictures and pages need no frames, so that the
process that serves them need not carry pandas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedAgreement,
    ReleasedBlock,
    ReleasedFact,
    ReleasedPool,
    ReleasedQuestion,
)
from pulse_bot.domain.release.results import Choices, Journey, Lean, LevelWord, OutOfTen, Printed
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.charts.series import list_themes, theme_blocks
from pulse_bot_reports.digest_text.results import LATER, NOW

if TYPE_CHECKING:
    from pandas import DataFrame

RELEASES: Final = "Releases"
BLOCKS: Final = "Blocks"
MARKS: Final = "Marks"
Mark = tuple[str, float | None, str, str]
"""(label, number, its edge, word): one thing that is said of a question, or in words of a level."""
NUMBERS: Final = frozenset({"level", "number"})

_LEVEL: Final = (
    "The number that was said, of answers from 1 to 5; the higher, the better. Coarse on purpose. "
    "Empty where none was said."
)
_EDGE: Final = (
    '"or higher" or "or lower": the average lies there or beyond. Empty where the number stands '
    "alone."
)
MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    RELEASES: {
        "round": "The number of the round, from 1.",
        "closed": "The day on which it closed, in the partnership's time zone (year-month-day).",
        "kind": (
            "Which part of the digest it is: headline, commitment, question (also a workshop's "
            "questions together), level (six rounds of a theme), response, note, talk, comment, "
            "next; in digests of the first edition also trend, agreement."
        ),
        "theme": "The theme that it speaks of; empty where it speaks of none.",
        "subject": "The question's id in its bank, or the theme.",
        "text": "What everybody was told, word for word.",
        "level": _LEVEL,
        "edge": _EDGE,
        "asked": (
            "The kind of the question that it speaks of: agree, frequency, scale, journey, yes-no, "
            "choose, words. Empty for other statements, and for questions of the first digests."
        ),
    },
    BLOCKS: {
        "theme": "The theme.",
        "first_round": "The first of the six rounds that asked the theme.",
        "last_round": "The last of them, in whose digest the number was said.",
        "level": _LEVEL,
        "edge": _EDGE,
    },
    MARKS: {
        "round": "The number of the round.",
        "asked": "The kind of the question; empty for a level, and for how far we are of one mind.",
        "theme": "The theme.",
        "subject": "The question's id in its bank, or the theme.",
        "label": "now, or in 12 months (journey); the choice (choose); otherwise empty.",
        "number": (
            "The number that was said, of answers from 1 to 5 (journey) or from 0 to 10 (scale). "
            "Coarse on purpose. Empty where a word was said."
        ),
        "edge": _EDGE,
        "word": (
            "The word that was said: which way answers lean (yes-no), how often a choice was taken "
            "(choose; empty where it does not stand out), a level in groups too small for numbers, "
            "or, in digests of the first edition, how far we are of one mind."
        ),
    },
}
"""The data dictionary: what each column holds."""


def release_frame(digests: Sequence[Digest], time_zone: str) -> DataFrame:
    """Every statement, in the order in which it was said. Raises MissingExtra."""
    rows = [
        (
            digest.number,
            digest.closed_at.astimezone(parse_zone(time_zone)).date(),
            statement.kind.value,
            statement.theme,
            statement.subject,
            statement.text,
            float(statement.level.value) if statement.level else None,
            statement.level.edge if statement.level else "",
            statement.question_kind.value if statement.question_kind else "",
        )
        for digest in sorted(digests, key=lambda digest: digest.number)
        for statement in digest.statements
    ]
    return _typed_frame(RELEASES, rows)


def block_frame(digests: Sequence[Digest]) -> DataFrame:
    """Every theme's blocks with a number, theme by theme. Raises MissingExtra."""
    rounds = sorted(digests, key=lambda digest: digest.number)
    rows = [
        (theme, block.first.number, block.last.number, float(block.level.value), block.level.edge)
        for theme in list_themes(rounds)
        for block in theme_blocks(rounds, theme)
    ]
    return _typed_frame(BLOCKS, rows)


def mark_frame(digests: Sequence[Digest]) -> DataFrame:
    """What was said of questions of other kinds, and of levels in words. Raises MissingExtra."""
    rows = [
        (
            digest.number,
            statement.question_kind.value if statement.question_kind else "",
            statement.theme,
            statement.subject,
            *mark,
        )
        for digest in sorted(digests, key=lambda digest: digest.number)
        for statement in digest.statements
        for mark in _marks(statement.fact)
    ]
    return _typed_frame(MARKS, rows)


def _marks(fact: ReleasedFact) -> Iterator[Mark]:
    match fact:
        case ReleasedQuestion(says=Journey(now, later)):
            yield NOW, *_number(now)
            yield LATER, *_number(later)
        case ReleasedQuestion(says=OutOfTen() as number):
            yield "", *_number(number)
        case ReleasedQuestion(says=Lean() as lean):
            yield "", None, "", lean.value
        case ReleasedQuestion(says=Choices(taken)):
            yield from ((label, None, "", often.value) for label, often in taken)
        case ReleasedBlock(says=LevelWord() as word) | ReleasedPool(says=word):
            yield "", None, "", word.value
        case ReleasedAgreement(minds=minds):
            yield "", None, "", minds.value


def _number(printed: Printed) -> tuple[float, str, str]:
    return float(printed.value), printed.edge, ""


def column_dictionary(*tables: str) -> DataFrame:
    """What the columns of these tables hold. Raises MissingExtra."""
    rows = [(table, *meaning) for table in tables for meaning in MEANINGS[table].items()]
    return _pandas_frame(rows, ("table", "column", "meaning"))


def _typed_frame(table: str, rows: Sequence[tuple[object, ...]]) -> DataFrame:
    frame = _pandas_frame(rows, tuple(MEANINGS[table]))
    whole = {name: "int64" for name in frame.columns if name.endswith("round")}
    return frame.astype({**whole, **{name: "float64" for name in frame.columns if name in NUMBERS}})


def _pandas_frame(rows: Sequence[tuple[object, ...]], columns: tuple[str, ...]) -> DataFrame:
    try:
        from pandas import DataFrame
    except ImportError:
        raise MissingExtra("reports", "pandas") from None
    return DataFrame.from_records(rows, columns=list(columns))
