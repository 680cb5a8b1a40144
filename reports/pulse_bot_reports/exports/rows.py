"""The rows of an export: what was printed, statement by statement, as facts.

Pure, read from the printed record and from nothing else. What of it goes over several rounds is in
`rows_over_time`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.release.digest import CommitmentFact
from pulse_bot.domain.release.first_edition import TrendFact
from pulse_bot.domain.release.record import (
    AnsweredFact,
    CommentFact,
    CommitmentsFact,
    Digest,
    ReleasedAgreement,
    ReleasedBlock,
    ReleasedFact,
    ReleasedPool,
    ReleasedQuestion,
    ReleasedTrend,
    ResponseFact,
    SentenceFact,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import (
    Choices,
    Journey,
    Lean,
    LevelWord,
    Printed,
    ReleasedValue,
    Silence,
)
from pulse_bot_reports.digest_text.results import LATER, NOW
from pulse_bot_reports.exports.columns import MOST_BEFORE

Cell = str | int | float | date | None
Row = dict[str, Cell]
"""By column; what is not there is empty."""

NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
AS_ASKED, TURNED = "as asked", "turned"
WITHDRAWN, NEW_QUESTIONS = "withdrawn", "new questions"


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """What is exported: digests, oldest first, of a partnership in a time zone."""

    partnership: str
    time_zone: str
    digests: tuple[Digest, ...]

    @classmethod
    def of_digests(
        cls, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> ExportedRecord:
        """In whatever order they come."""
        return cls(partnership, time_zone, tuple(sorted(digests, key=lambda entry: entry.number)))

    @property
    def newest_at(self) -> datetime:
        """When its newest digest was said; a day of long ago where there is none."""
        return max((digest.closed_at for digest in self.digests), default=NEVER)

    def closed_on(self, digest: Digest) -> date:
        """The day on which its round closed, where the partnership is."""
        return digest.closed_at.astimezone(parse_zone(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One thing that was printed: a number with its open end, a word, or why there is none."""

    label: str = ""
    value: Decimal | None = None
    open_end: str = ""
    step: Decimal | None = None
    word: str = ""
    silence: str = ""

    @classmethod
    def of_number(cls, printed: Printed, label: str = "") -> PrintedCell:
        """Of a mean as it was printed."""
        return cls(label, printed.value, printed.edge, printed.step)

    @property
    def shown(self) -> str:
        """ "2.5 or lower", or the word; empty for a silence."""
        return f"{self.value:.1f} {self.open_end}".strip() if self.value is not None else self.word

    def to_row(self) -> Row:
        """Its columns."""
        return {
            "label": self.label,
            "value": None if self.value is None else float(self.value),
            "open_end": self.open_end,
            "step": None if self.step is None else float(self.step),
            "word": self.word,
            "silence": self.silence,
        }


@dataclass
class Memory:
    """What was printed before of the same thing, oldest first."""

    _shown: dict[object, list[str]] = field(default_factory=lambda: defaultdict(list))
    _names: dict[str, str] = field(default_factory=dict)

    def recall(self, key: object, printed: PrintedCell) -> str:
        """The last values before this one, which is remembered."""
        earlier = self._shown[key]
        told = "; ".join(earlier[-MOST_BEFORE:])
        if printed.shown:
            earlier.append(printed.shown)
        return told

    def name_question(self, fact: ReleasedQuestion) -> str:
        """What a question is known again by: its id or its letters."""
        letters = text_identity(fact.text)
        name = self._names.get(fact.item) or self._names.get(letters) or fact.item
        self._names |= {fact.item: name, letters: name}
        return name


def statement_rows(record: ExportedRecord) -> Iterator[Row]:
    """A row a printed statement; of a `journey` two, of a `choose` one a choice, of a trend one a
    theme. Never raises, whatever a digest says: what has no column stands in its text."""
    memory = Memory()
    for digest in record.digests:
        for place, statement in enumerate(digest.statements, start=1):
            common: Row = {
                "partnership": record.partnership,
                "round": digest.number,
                "closed": record.closed_on(digest),
                "workshop": digest.workshop,
                "edition": digest.policy_version,
                "place": place,
                "part": statement.kind.value,
                "theme": statement.theme,
                "text": statement.text,
            }
            for row in _list_rows(statement, memory):
                yield common | row


def _list_rows(statement: Statement, memory: Memory) -> Iterator[Row]:
    fact = statement.fact
    match fact:
        case ReleasedTrend():
            yield from _trend_rows(fact)
        case TrendFact():
            yield {"call": fact.call.value}
        case _:
            for printed in list_printed(fact):
                before = _recall_before(fact, printed, memory)
                yield {**_describe_subject(statement), **printed.to_row(), "before": before}


def _trend_rows(fact: ReleasedTrend) -> Iterator[Row]:
    trend = fact.trend
    call = trend.now.direction.value if trend.now else trend.unclear and trend.unclear.value
    for theme in fact.themes:
        yield {
            "theme": theme,
            "call": call,
            "since": trend.now.since if trend.now else None,
            "word": WITHDRAWN if trend.withdrawn else NEW_QUESTIONS if fact.is_new else "",
        }


def _describe_subject(statement: Statement) -> Row:
    """What a statement speaks of."""
    match statement.fact:
        case ReleasedQuestion() as fact:
            return {
                "bank": fact.bank,
                "question": fact.item,
                "question_text": fact.text,
                "kind": fact.kind and fact.kind.value,
                "direction": fact.kind and (TURNED if fact.reverse else AS_ASKED),
                "class": fact.least,
                "commitment": fact.commitment,
            }
        case CommentFact(item=item):
            return {"question": item}
        case SentenceFact(kind=StatementKind.QUESTION, subject=subject):
            return {"question": subject}
        case AnsweredFact(least=least):
            return {"class": least}
        case CommitmentFact(number=number):
            return {"commitment": number}
    return {}


def _recall_before(fact: ReleasedFact, printed: PrintedCell, memory: Memory) -> str:
    match fact:
        case ReleasedQuestion(says=says) if not isinstance(says, Choices):
            # Counted the other way round it would be another number.
            kind = None if isinstance(says, Silence | None) else type(says)
            name = memory.name_question(fact)
            return memory.recall((name, kind, fact.reverse, printed.label), printed) if kind else ""
        case ReleasedBlock(theme=theme):
            return memory.recall(theme, printed)
    return ""


def list_printed(fact: ReleasedFact) -> Iterator[PrintedCell]:
    """All that a statement prints; one empty cell for one that prints neither number nor word."""
    match fact:
        case ReleasedQuestion(says=says) | ReleasedBlock(says=says) | ReleasedPool(says=says):
            yield from _list_values(says)
        case ReleasedAgreement(minds=minds):
            yield PrintedCell(word=minds.value)
        case ResponseFact(band=band):
            yield PrintedCell(word=band.value)
        case CommitmentFact(news=news):
            yield PrintedCell(word=news.value)
        case CommitmentsFact(kept, due):
            yield PrintedCell("kept", Decimal(kept))
            yield PrintedCell("due", Decimal(due))
        case _:
            yield PrintedCell()


def _list_values(says: ReleasedValue | LevelWord | Silence | None) -> Iterator[PrintedCell]:
    match says:
        case Printed():
            yield PrintedCell.of_number(says)
        case Journey(now, later):
            yield PrintedCell.of_number(now, NOW)
            yield PrintedCell.of_number(later, LATER)
        case Choices(taken):
            yield from (PrintedCell(label, word=often.value) for label, often in taken)
        case Lean() | LevelWord():
            yield PrintedCell(word=says.value)
        case Silence():
            yield PrintedCell(silence=says.value)
        case None:
            yield PrintedCell()
