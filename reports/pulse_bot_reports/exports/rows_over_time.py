"""The rows of an export that go over several rounds: levels of half-terms, calls and commitments.

Pure, read from the printed record and from nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import CommitmentFact
from pulse_bot.domain.release.first_edition import TrendCall, TrendFact
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedAgreement,
    ReleasedBlock,
    ReleasedTrend,
    StatementKind,
)
from pulse_bot.domain.release.trend import Move
from pulse_bot_reports.exports.rows import (
    NEW_QUESTIONS,
    WITHDRAWN,
    ExportedRecord,
    Memory,
    Row,
    list_printed,
)

OVER: Final = "over"
"""A year has passed; in the first edition, its word changed."""
FOLLOWED: Final = "followed by another"
BY_NUMBERS, BY_BLOCK = "numbers", "block"
_MOVES: Final = (TrendCall.UP, TrendCall.DOWN)


def block_rows(record: ExportedRecord) -> Iterator[Row]:
    """A row for every theme's every block of which anything was said, a silence included."""
    memory, asked = Memory(), defaultdict[str, list[int]](list)
    for digest in record.digests:
        for theme in {one.theme for one in digest.statements if one.kind is StatementKind.QUESTION}:
            asked[theme].append(digest.number)
        agreements = {
            fact.theme: fact.minds.value
            for fact in digest.facts
            if isinstance(fact, ReleasedAgreement)
        }
        for fact in digest.facts:
            if not isinstance(fact, ReleasedBlock):
                continue
            own = asked.pop(fact.theme, [])
            [printed] = list_printed(fact)
            yield {
                "partnership": record.partnership,
                "theme": fact.theme,
                "block": fact.number,
                # Of an export that begins in the middle of a block it is not known.
                "first_round": own[-BLOCK_ROUNDS] if len(own) >= BLOCK_ROUNDS else None,
                "last_round": digest.number,
                "closed": record.closed_on(digest),
                **printed.to_row(),
                "before": memory.recall(fact.theme, printed),
                "agreement": agreements.get(fact.theme),
            }


@dataclass(frozen=True, slots=True)
class _SaidOfTheme:
    """What a digest says of a theme over time: which way, and since when, where a move stands."""

    theme: str
    call: str = ""
    since: int | None = None
    told_by: str = ""
    after: Move | None = None
    ending: str = OVER
    """What has become of a move that it does not say any more."""


def call_rows(record: ExportedRecord) -> Iterator[Row]:
    """A row for every call, in the order in which they were made."""
    rows: list[Row] = []
    standing = defaultdict[str, list[Row]](list)
    for digest in record.digests:
        for said in _list_said(digest):
            calls = standing[said.theme]
            if calls and said.ending == WITHDRAWN:
                _end_call(calls.pop(), digest, WITHDRAWN)
            if not said.call:
                for call in calls[-1:]:
                    _end_call(call, digest, said.ending)
                calls.clear()
            elif calls and (calls[-1]["call"], calls[-1]["since"]) == (said.call, said.since):
                # It stands again where a later one was withdrawn.
                calls[-1] |= {"ended": None, "ended_as": ""}
            else:
                for call in calls[-1:]:
                    _end_call(call, digest, FOLLOWED)
                calls.append(_make_call(record, digest, said))
                rows.append(calls[-1])
    yield from rows


def _end_call(call: Row, digest: Digest, ending: str) -> None:
    call |= {"ended": digest.number, "ended_as": ending}


def _make_call(record: ExportedRecord, digest: Digest, said: _SaidOfTheme) -> Row:
    return {
        "partnership": record.partnership,
        "theme": said.theme,
        "call": said.call,
        "since": said.since,
        "called": digest.number,
        "called_on": record.closed_on(digest),
        "told_by": said.told_by,
        "after": f"{said.after.direction} around round {said.after.since}" if said.after else "",
        "ended": None,
        "ended_as": "",
    }


def _list_said(digest: Digest) -> Iterator[_SaidOfTheme]:
    for fact in digest.facts:
        match fact:
            case ReleasedTrend(themes, trend, is_new):
                ending = WITHDRAWN if trend.withdrawn else NEW_QUESTIONS if is_new else OVER
                told_by = BY_BLOCK if trend.by_block else BY_NUMBERS
                for theme in themes:
                    if now := trend.now:
                        move = (now.direction.value, now.since, told_by, trend.before)
                        yield _SaidOfTheme(theme, *move, ending)
                    else:
                        yield _SaidOfTheme(theme, ending=ending)
            case TrendFact(dimension=theme, call=call):
                yield _SaidOfTheme(theme, call.value if call in _MOVES else "")


def commitment_rows(record: ExportedRecord) -> Iterator[Row]:
    """A row for every commitment that a digest told of, by its number."""
    rows: dict[int, Row] = {}
    times = defaultdict[int, int](int)
    for digest in record.digests:
        for fact in digest.facts:
            if not isinstance(fact, CommitmentFact):
                continue
            times[fact.number] += 1
            first = rows.get(fact.number, {}).get("first_round", digest.number)
            rows[fact.number] = {
                "partnership": record.partnership,
                "commitment": fact.number,
                "text": fact.text,
                "due": fact.due,
                "news": fact.news.value,
                "first_round": first,
                "last_round": digest.number,
                "last_told": record.closed_on(digest),
                "times_told": times[fact.number],
            }
    yield from (rows[number] for number in sorted(rows))
