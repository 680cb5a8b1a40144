"""The pictures of one digest: its gaps in one or several, and one for each choice of many.

Drawn from its statements and from nothing else. What is drawn over time is in `drawn`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pulse_bot.domain.asking.items import Kind
from pulse_bot.domain.release.digest import Digest, Statement, StatementKind
from pulse_bot.domain.release.results import Level, Often
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.colours import LIGHT, Colours
from pulse_bot_reports.charts.gaps import Gap, gap_chart, gap_words
from pulse_bot_reports.charts.ranks import Rank, rank_chart, rank_words
from pulse_bot_reports.digest_text.results import question_of

MOST_GAPS: Final = 8
"""Statements in one picture; more would not be read on a phone."""
PICTURED: Final = 4
"""Of how many digests a page shows them, the newest first: it must not grow for ten years."""


def figures(digest: Digest, colours: Colours = LIGHT) -> tuple[Picture, ...]:
    """What the digest says of `journey` and `choose` questions. Raises MissingExtra."""
    return (*_gaps(digest, colours), *_ranks(digest, colours))


def pictured(digests: Iterable[Digest]) -> frozenset[int]:
    """The numbers of the digests whose pictures a page shows."""
    newest_first = sorted((one.number for one in digests if _is_drawn(one)), reverse=True)
    return frozenset(newest_first[:PICTURED])


def _is_drawn(digest: Digest) -> bool:
    return any(_said(digest, kind) for kind in (Kind.JOURNEY, Kind.CHOOSE))


def _gaps(digest: Digest, colours: Colours) -> Iterator[Picture]:
    rows = [_gap(one) for one in _said(digest, Kind.JOURNEY)]
    for first in range(0, len(rows), MOST_GAPS):
        some = rows[first : first + MOST_GAPS]
        yield Picture(gap_chart(some, colours), gap_words(some))


def _gap(said: Statement) -> Gap:
    now, later = (Level(mark.value, mark.edge) for mark in said.marks)
    return Gap(question_of(said), now, later)


def _ranks(digest: Digest, colours: Colours) -> Iterator[Picture]:
    for said in _said(digest, Kind.CHOOSE):
        rows, title = [Rank(one.label, Often(one.value)) for one in said.marks], question_of(said)
        yield Picture(rank_chart(rows, title, colours), rank_words(rows, title))


def _said(digest: Digest, kind: Kind) -> list[Statement]:
    """What is drawn of this kind: a choice only where one stands out, for a picture adds nothing
    to "no choice stands out".
    """
    return [
        one
        for one in digest.statements
        if one.kind is StatementKind.QUESTION
        and one.asked is kind
        and one.marks
        and (kind is Kind.JOURNEY or any(mark.value for mark in one.marks))
    ]
