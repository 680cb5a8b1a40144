"""Made-up records of half-terms: digests of facts alone, without words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import ThemeLevel
from pulse_bot.domain.release.record import (
    AnsweredFact,
    Digest,
    ReleasedBlock,
    ReleasedFact,
    ReleasedQuestion,
    Statement,
)
from pulse_bot.domain.release.results import Silence
from tests import printed

FIRST = datetime(2026, 9, 11, 15, tzinfo=UTC)
ROUNDS = 6


def digest(number: int, *facts: ReleasedFact, workshop: str = "") -> Digest:
    """The digest of a round, so many weeks on."""
    statements = tuple(Statement(fact, "") for fact in facts)
    return Digest(number, FIRST + timedelta(weeks=number), statements, workshop)


def question(theme: str, place: int, about: str, edge: str = "") -> ReleasedQuestion:
    """The question at a place of a theme's core; without a number where `about` is empty."""
    return ReleasedQuestion(
        f"{theme}-{place}",
        f"{theme} {place} holds.",
        theme,
        printed.level(about, edge) if about else Silence.TOO_FEW,
        ItemKind.AGREE,
        talk=f"What of {theme} {place}?",
    )


def block(theme: str, number: int, says: ThemeLevel | Silence) -> ReleasedBlock:
    """A theme's level over a block."""
    return ReleasedBlock(theme, number, says)


def half_term(
    number: int,
    values: Mapping[str, tuple[str, ...]],
    levels: Mapping[str, ThemeLevel | Silence],
    *more: ReleasedFact,
) -> list[Digest]:
    """Six rounds that ask each theme; `values` of its six questions; the last has the levels."""
    digests = []
    for place in range(ROUNDS):
        asked = [
            question(theme, place + 1, *about[place].split(" ", 1))
            for theme, about in values.items()
        ]
        ended = [block(theme, number, says) for theme, says in levels.items()]
        extra = (*ended, *more) if place == ROUNDS - 1 else ()
        round_number = (number - 1) * ROUNDS + place + 1
        digests.append(digest(round_number, *asked, AnsweredFact(9, None), *extra))
    return digests
