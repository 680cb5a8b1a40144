"""What the first edition's trend word tells of a theme, where each person answers alike.

Taken to be true: whoever was asked answered, each gave the same answer to all questions of the
theme, and nobody changed theirs. The first edition computed its word, and how small a change could
have shown, from exact sums and squares; so every composition of answers (how many 1s, how many 2s)
is played through its own rules, with every answer of the one who came or went, if one did. Those
remain that would have said every number and every word that was said. Where two came or went, this
is not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from pulse_bot.audit import first_edition
from pulse_bot.audit.chances import list_compositions
from pulse_bot.audit.first_edition import QuestionSums, TrendSaid
from pulse_bot.audit.logic import find_side
from pulse_bot.audit.numbers import FIRST_EDITION, Text
from pulse_bot.audit.people import seat_people
from pulse_bot.audit.published import SERIES_KINDS, PublishedRound
from pulse_bot.audit.report import AuditFinding, FindingKind, Reader, Somebody, Whose
from pulse_bot.domain.release.results import Printed

VALUES: Final = 5
MOST_MEMBERS: Final = 24
"""Beyond them there are too many compositions to play."""

Composition = tuple[int, ...]
"""How many gave each answer, from the lowest up."""


class _Answers(NamedTuple):
    """How a theme may be answered."""

    stayed: Composition
    mover: int | None
    """The answer of the one who came or went, from 0 up."""


class _ThemeWeek(NamedTuple):
    """What was said of a theme in one round."""

    has_mover: bool
    items: tuple[str, ...]
    texts: tuple[Text, ...]
    trend: TrendSaid | None


def find_whole_themes(rounds: Sequence[PublishedRound]) -> Iterator[AuditFinding]:
    """Themes of which sides follow, for one who knows their own answer or none."""
    if not rounds or any(one.policy_version != FIRST_EDITION for one in rounds):
        return
    present = seat_people(rounds).present
    movers = [person for person in range(present.shape[1]) if not present[:, person].all()]
    stayed = present.shape[1] - len(movers)
    if len(movers) > 1 or not first_edition.LEAST_ROSTER <= stayed <= MOST_MEMBERS:
        return
    has_mover = [bool(movers) and bool(week[movers[0]]) for week in present]
    numbers = tuple(one.number for one in rounds)
    themes = sorted({trend.dimension for one in rounds for trend in one.trends})
    for theme in themes:
        weeks = [
            _read_week(one, theme, is_here) for one, is_here in zip(rounds, has_mover, strict=True)
        ]
        left = list(_list_fitting(weeks, stayed, len(themes), has_mover=bool(movers)))
        for somebody, reader in _list_knowing(left, _name_mover(rounds, has_mover)):
            yield AuditFinding(FindingKind.WHOLE_THEME, numbers, theme, somebody, reader)


def _read_week(published: PublishedRound, theme: str, has_mover: bool) -> _ThemeWeek:
    asked = [
        one
        for one in published.questions
        if one.theme == theme and one.in_series and one.kind in SERIES_KINDS
    ]
    trends = [one for one in published.trends if one.dimension == theme]
    return _ThemeWeek(
        has_mover,
        tuple(one.item for one in asked),
        tuple((one.says.value, one.says.end) for one in asked if isinstance(one.says, Printed)),
        TrendSaid(trends[0].call, trends[0].smallest) if trends else None,
    )


def _name_mover(rounds: Sequence[PublishedRound], has_mover: Sequence[bool]) -> Somebody:
    if not any(has_mover):
        return Somebody(Whose.ANYBODY)
    if has_mover[0]:
        return Somebody(Whose.LEFT, rounds[has_mover.index(False) - 1].number)
    return Somebody(Whose.JOINED, rounds[has_mover.index(True)].number)


def _list_knowing(left: Sequence[_Answers], mover: Somebody) -> Iterator[tuple[Somebody, Reader]]:
    """Of whom only one side is left, and for which reader."""
    known: list[tuple[Reader, list[_Answers]]] = [(Reader(0, knows_who_answered=True), list(left))]
    for value in range(VALUES):
        others = [
            one._replace(stayed=tuple(n - (v == value) for v, n in enumerate(one.stayed)))
            for one in left
            if one.stayed[value]
        ]
        known.append((Reader(1, knows_who_answered=True, answers=(value,)), others))
    for reader, fitting in known:
        stayed = {find_side(v, VALUES) for one in fitting for v, n in enumerate(one.stayed) if n}
        if stayed in ({-1}, {1}):
            yield Somebody(Whose.ANYBODY), reader
        moved = {find_side(one.mover, VALUES) for one in fitting if one.mover is not None}
        if moved in ({-1}, {1}):
            yield mover, reader


def _list_fitting(
    weeks: Sequence[_ThemeWeek], stayed: int, themes: int, *, has_mover: bool
) -> Iterator[_Answers]:
    """All answers that would have said what was said."""
    for row in list_compositions(stayed, VALUES):
        composition = tuple(int(count) for count in row)
        for mover in range(VALUES) if has_mover else (None,):
            answers = _Answers(composition, mover)
            if _prints_numbers(weeks, answers) and _says_trends(weeks, answers, themes):
                yield answers


def _prints_numbers(weeks: Sequence[_ThemeWeek], answers: _Answers) -> bool:
    needed = {(week.has_mover, text) for week in weeks for text in week.texts}
    for has_mover, text in needed:
        sums = _add_up("", answers, has_mover=has_mover)
        printed = _print_level(sums.answers, sums.total)
        if printed is None or (printed.value, printed.end) != text:
            return False
    return True


@cache
def _print_level(answers: int, total: int) -> Printed | None:
    return first_edition.print_level(answers, total, 1, VALUES)


def _says_trends(weeks: Sequence[_ThemeWeek], answers: _Answers, themes: int) -> bool:
    so_far: list[QuestionSums] = []
    for week in weeks:
        so_far += [_add_up(item, answers, has_mover=week.has_mover) for item in week.items]
        if week.trend and first_edition.say_trend(so_far, themes) != week.trend:
            return False
    return True


def _add_up(item: str, answers: _Answers, *, has_mover: bool) -> QuestionSums:
    given = list(answers.stayed)
    if has_mover and answers.mover is not None:
        given[answers.mover] += 1
    return QuestionSums(
        item,
        sum(given),
        sum((value + 1) * count for value, count in enumerate(given)),
        sum((value + 1) ** 2 * count for value, count in enumerate(given)),
    )
