"""The pictures of one digest: its gaps in one or several, and one for each choice of many.

Drawn from its statements and from nothing else. What is drawn over time is in `drawn`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pulse_bot.domain.release.record import Digest, ReleasedQuestion
from pulse_bot.domain.release.results import Choices, Journey
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.colours import LIGHT, Colours
from pulse_bot_reports.charts.gaps import Gap, gap_chart, gap_words
from pulse_bot_reports.charts.ranks import RankedChoice, rank_chart, rank_words

MOST_GAPS: Final = 8
"""Statements in one picture; more would not be read on a phone."""
PICTURED: Final = 4
"""Of how many digests a page shows them, the newest first: it must not grow for ten years."""


def digest_figures(digest: Digest, colours: Colours = LIGHT) -> tuple[Picture, ...]:
    """What the digest says of `journey` and `choose` questions. Raises MissingExtra."""
    return (*_gap_pictures(digest, colours), *_rank_pictures(digest, colours))


def pictured_rounds(digests: Iterable[Digest]) -> frozenset[int]:
    """The numbers of the digests whose pictures a page shows."""
    newest_first = sorted(
        (digest.number for digest in digests if _has_figures(digest)), reverse=True
    )
    return frozenset(newest_first[:PICTURED])


def _has_figures(digest: Digest) -> bool:
    return any(
        isinstance(fact.says, Journey)
        or (isinstance(fact.says, Choices) and bool(fact.says.standing_out))
        for fact in _questions(digest)
    )


def _gap_pictures(digest: Digest, colours: Colours) -> Iterator[Picture]:
    rows = [
        Gap(fact.text, fact.says.now, fact.says.later)
        for fact in _questions(digest)
        if isinstance(fact.says, Journey)
    ]
    for first in range(0, len(rows), MOST_GAPS):
        chunk = rows[first : first + MOST_GAPS]
        yield Picture(gap_chart(chunk, colours), gap_words(chunk))


def _rank_pictures(digest: Digest, colours: Colours) -> Iterator[Picture]:
    for fact in _questions(digest):
        # Only where one stands out: a picture adds nothing to "no choice stands out".
        if isinstance(fact.says, Choices) and fact.says.standing_out:
            rows = [RankedChoice(label, often) for label, often in fact.says.taken]
            yield Picture(rank_chart(rows, fact.text, colours), rank_words(rows, fact.text))


def _questions(digest: Digest) -> list[ReleasedQuestion]:
    return [fact for fact in digest.facts if isinstance(fact, ReleasedQuestion)]
