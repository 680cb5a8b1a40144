"""The printed record of a theme, out of what digests said: what its trend is computed from.

A record is the same whether it comes out of the database or out of exported digests, so that
anybody can replay what was said (statistics, Over time).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.release.digest import ThemeTrend
from pulse_bot.domain.release.lot import count_lot
from pulse_bot.domain.release.record import ReleasedBlock, ReleasedFact, ReleasedQuestion
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.trend import PrintedWeek, assume_chance, call_trend

ROUNDS_READ: Final = 104
"""The newest rounds of a partnership, out of which a trend is computed: a call stands for a year at
most, and was made of the numbers of a year."""

_KINDS: Final = (None, ItemKind.AGREE, ItemKind.FREQUENCY)
_FIRST_EDITION: Final = {Decimal("0.1"): 40, Decimal("0.2"): 20, Decimal("0.4"): 10}
"""The fewest answers that were printed on a step; on any other, or where none was kept, seven."""
_FIRST_EDITION_LEAST: Final = 7


@dataclass(frozen=True, slots=True)
class PrintedRound:
    """What a digest said that later ones look at; other facts change nothing."""

    number: int
    facts: tuple[ReleasedFact, ...]
    is_held: bool = False
    """It waits to be opened together: no other digest says any of its numbers."""


def find_trend(theme: str, rounds: Sequence[PrintedRound]) -> ThemeTrend | None:
    """What the newest of these rounds, oldest first, says of a theme over time.

    None where it did not ask the theme.
    """
    asked = list(_list_asked(theme, rounds[-ROUNDS_READ:]))
    if not asked or asked[-1][0] is not rounds[-1]:
        return None
    bank = asked[-1][1].bank
    # Digests of the first versions did not keep the bank.
    others = [place for place, (_, fact) in enumerate(asked) if fact.bank not in ("", bank)]
    series = asked[others[-1] + 1 :] if others else asked
    trend = call_trend(list(_read_weeks(theme, series)))
    return ThemeTrend(theme, trend, is_new=bool(others) and len(series) == 1)


def _list_asked(
    theme: str, rounds: Sequence[PrintedRound]
) -> Iterator[tuple[PrintedRound, ReleasedQuestion]]:
    """The rounds that asked a question of the theme's series, and which."""
    for entry in rounds:
        for fact in entry.facts:
            if isinstance(fact, ReleasedQuestion) and _is_of_series(fact, theme):
                yield entry, fact
                break


def _is_of_series(fact: ReleasedQuestion, theme: str) -> bool:
    return fact.theme == theme and fact.weekly and fact.commitment is None and fact.kind in _KINDS


def _read_weeks(
    theme: str, series: Sequence[tuple[PrintedRound, ReleasedQuestion]]
) -> Iterator[PrintedWeek]:
    known: dict[str, str] = {}
    for entry, fact in series:
        # By its id or by its letters: a question under a new id is the same one.
        letters = text_identity(fact.text)
        name = known.get(fact.item) or known.get(letters) or fact.item
        known |= {fact.item: name, letters: name}
        level = fact.says if isinstance(fact.says, Level) else None
        chance = assume_chance(_count_answers(fact, level)) if level else 0.0
        yield PrintedWeek(entry.number, name, level, chance, _find_block(theme, entry))


def _count_answers(fact: ReleasedQuestion, level: Level) -> int:
    """How many answers a printed number is of; at least so many by the first edition."""
    if fact.least is not None:
        return count_lot(fact.least)
    return _FIRST_EDITION.get(level.step or Decimal(0), _FIRST_EDITION_LEAST)


def _find_block(theme: str, entry: PrintedRound) -> Level | None:
    for fact in entry.facts:
        if isinstance(fact, ReleasedBlock) and fact.theme == theme:
            return fact.says if isinstance(fact.says, Level) else None
    return None
