"""Made-up years, printed by the pure functions of either edition of the policy.

Themes of six core questions, one question of each theme a week, in turn; nobody changes an answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pulse_bot.audit import first_edition
from pulse_bot.audit.published import PublishedBlock, PublishedQuestion, PublishedRound
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.first_edition import TrendFact
from pulse_bot.domain.release.lot import find_class, print_block, print_lot
from pulse_bot.domain.release.results import Level, Printed, Silence

CORE = 6


@dataclass(frozen=True)
class Year:
    """Who answers what, and when."""

    answers: Sequence[Sequence[int]]
    """By question and person, from 1 to 5; the questions of a theme one after the other."""
    there: Callable[[int, int], bool]
    """Whether a person is on the roster in a week."""
    answered: Callable[[int, int], bool]
    """The same of answering."""
    weeks: int = 48

    @property
    def people(self) -> int:
        return len(self.answers[0])

    @property
    def themes(self) -> int:
        return len(self.answers) // CORE

    def roster(self, week: int) -> list[int]:
        return [one for one in range(self.people) if self.there(week, one)]

    def answerers(self, week: int) -> list[int]:
        return [one for one in self.roster(week) if self.answered(week, one)]


def usual_year(
    members: int, draw: random.Random, *, response: float = 0.7, joins: bool = True, themes: int = 3
) -> Year:
    """Opinions around 3.7 that lean by person; the last one joins in the middle, or leaves."""
    level = [3.7 + 0.4 * draw.gauss(0, 1) for _ in range(themes * CORE)]
    lean = [[0.45 * draw.gauss(0, 1) for _ in range(members + 1)] for _ in range(themes)]
    answers = [
        [
            max(1, min(5, round(level[q] + lean[q // CORE][p] + 0.65 * draw.gauss(0, 1))))
            for p in range(members + 1)
        ]
        for q in range(themes * CORE)
    ]
    turn = draw.randrange(8, 16)
    came = {(w, p): draw.random() < response for w in range(48) for p in range(members + 1)}
    return Year(
        answers,
        lambda week, person: person < members or (week >= turn) == joins,
        lambda week, person: came[week, person],
    )


def _question(theme: int, week: int) -> int:
    return theme * CORE + week % CORE


def _changes(year: Year, week: int) -> tuple[int, int]:
    before, here = set(year.roster(week - 1)), set(year.roster(week))
    return (len(here - before), len(before - here)) if week else (0, 0)


def print_second_edition(year: Year, draw: random.Random) -> tuple[PublishedRound, ...]:
    """The year as the lot prints it."""
    last: dict[int, Level] = {}
    lots: dict[int, list[tuple[int, int, int]]] = {theme: [] for theme in range(year.themes)}
    rounds = []
    for week in range(year.weeks):
        here, roster = year.answerers(week), len(year.roster(week))
        order = draw.sample(here, len(here))
        found = find_class(len(here), roster)
        questions, blocks = [], []
        for theme in range(year.themes):
            question = _question(theme, week)
            says: Level | Silence = Silence.TOO_FEW
            if found:
                total = sum(year.answers[question][one] for one in order[: found.counted])
                says = _level(print_lot(found, total, last.get(question)))
                last[question] = says
                lots[theme].append((week, found.counted, total))
            questions.append(
                PublishedQuestion(
                    f"q{question}",
                    ItemKind.AGREE,
                    says,
                    f"t{theme}",
                    found.least if found else None,
                )
            )
            block = [(counted, total) for w, counted, total in lots[theme] if w > week - CORE]
            if week % CORE == CORE - 1 and (level := print_block(block, roster)):
                made_of = tuple(
                    (w + 1, f"q{_question(theme, w)}") for w in range(week - CORE + 1, week + 1)
                )
                blocks.append(PublishedBlock(f"t{theme}", _level(level), made_of))
        rounds.append(
            PublishedRound(
                week + 1, roster, *_changes(year, week), 2, tuple(questions), tuple(blocks)
            )
        )
    return tuple(rounds)


def print_first_edition(year: Year, *, trends: bool = True) -> tuple[PublishedRound, ...]:
    """The year as the first edition printed it, its trend words included or not."""
    sums: dict[int, list[first_edition.QuestionSums]] = {t: [] for t in range(year.themes)}
    rounds = []
    for week in range(year.weeks):
        here, roster = year.answerers(week), len(year.roster(week))
        questions, facts = [], []
        for theme in range(year.themes):
            question = _question(theme, week)
            given = [year.answers[question][one] for one in here]
            printed = (
                first_edition.print_level(len(given), sum(given), 1, 5) if roster >= 10 else None
            )
            says = _level(printed) if printed else Silence.ENOUGH
            questions.append(PublishedQuestion(f"q{question}", ItemKind.AGREE, says, f"t{theme}"))
            if len(given) >= first_edition.FEWEST:
                squares = sum(one * one for one in given)
                sums[theme].append(
                    first_edition.QuestionSums(f"q{question}", len(given), sum(given), squares)
                )
            said = first_edition.say_trend(sums[theme], year.themes)
            facts.append(TrendFact(f"t{theme}", said.call, smallest=said.smallest))
        rounds.append(
            PublishedRound(
                week + 1,
                roster,
                *_changes(year, week),
                1,
                tuple(questions),
                trends=tuple(facts) if trends else (),
                band=first_edition.find_response_band(len(here), roster),
            )
        )
    return tuple(rounds)


def _level(printed: Printed) -> Level:
    return Level(printed.value, printed.end, printed.step)
