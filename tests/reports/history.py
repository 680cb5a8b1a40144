"""Made-up digests of many rounds, in the renderer's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from pulse_bot.domain.release.digest import BlockFact, QuestionFact
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.results import Level, Silence
from pulse_bot.ports import Picture
from pulse_bot_reports import renderer
from tests import printed
from tests.reports.facts import FACTS

FIRST = datetime(2026, 1, 9, 16, tzinfo=UTC)
LEVELS = ("1.8", "2.2", "2.6", "3.0", "3.4", "3.8", "4.2")
EDGES = {"1.8": "or lower", "4.2": "or higher"}
THEMES = ("trust", "honesty", "accountability")


def level(about: str) -> Level:
    """A level, open where the grid ends."""
    return printed.level(about, EDGES.get(about, ""))


def digest(number: int, *facts: QuestionFact | BlockFact) -> Digest:
    """A digest that says these facts, in the words of the renderer, so many weeks on."""
    closed_at = FIRST + timedelta(weeks=number)
    said = renderer.statements(
        replace(
            FACTS,
            round_number=number,
            closed_at=closed_at,
            questions=tuple(one for one in facts if isinstance(one, QuestionFact)),
            blocks=tuple(one for one in facts if isinstance(one, BlockFact)),
        )
    )
    return Digest(number, closed_at, said)


def week(theme: str, says: Level | Silence) -> QuestionFact:
    """A question of a theme."""
    return QuestionFact(f"{theme}-1", "We do.", theme, "", says)


def history(rounds: int, themes: Sequence[str] = THEMES, seed: int = 1) -> list[Digest]:
    """Rounds that ask every theme, with some silences; newest first, as they come."""
    random = Random(seed)
    found = []
    for number in range(1, rounds + 1):
        weeks = [week(theme, _drawn_by_lot(random, Silence.TOO_FEW)) for theme in themes]
        ends = [
            BlockFact(theme, number // 6, _drawn_by_lot(random, Silence.TOO_FEW))
            for theme in themes
            if number % 6 == 0
        ]
        found.append(digest(number, *weeks, *ends))
    return found[::-1]


def _drawn_by_lot(random: Random, silence: Silence) -> Level | Silence:
    says: list[Level | Silence] = [*map(level, LEVELS), silence]
    return random.choice(says)


def picture(digests: Sequence[Digest]) -> Picture:
    """The picture of digests that have one."""
    made = renderer.picture(digests)
    assert made is not None
    return made
