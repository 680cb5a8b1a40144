"""The attack on everything that was published: year by year, reader by reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from pulse_bot.audit import logic
from pulse_bot.audit.certainty import (
    MOST_VALUES,
    Case,
    Drawn,
    list_steady,
    rate_certainty,
)
from pulse_bot.audit.logic import SeenLook, Shown, Stretch
from pulse_bot.audit.numbers import (
    FIRST_EDITION,
    BlockRun,
    Numbers,
    Run,
    list_numbers,
)
from pulse_bot.audit.people import UNKNOWN, Answering, People, list_answerings, seat_people
from pulse_bot.audit.published import PublishedRound
from pulse_bot.audit.report import (
    AuditFinding,
    AuditReport,
    CertaintyRate,
    FindingKind,
    Reader,
    Somebody,
    Whose,
)
from pulse_bot.audit.steady_theme import find_whole_themes

SEED: Final = 20261129
YEAR: Final = 52
OVERLAP: Final = 6
"""Rounds that two years share, so that whoever comes or goes between them is seen on both sides."""
FIXED_LENGTHS: Final = frozenset({5, 10})
LARGEST_BY_CHANCE: Final = 44
"""The largest roster that is attacked by probability."""
DRAWN: Final = 3
"""How many times who answered is drawn at random."""

Progress = Callable[[int, int], None]
"""Called with how much is done, of how much."""


@dataclass(frozen=True)
class _Window:
    """One year of what was published."""

    first: int
    end: int
    people: People
    numbers: Numbers


def audit(
    rounds: Sequence[PublishedRound], progress: Progress | None = None, drawn: int = DRAWN
) -> AuditReport:
    """Attack all of it. The same material gives the same report. Raises ValueError for none.

    Who answered is drawn at random `drawn` times.
    """
    if not rounds:
        raise ValueError("Nothing was published.")
    numbers, people = list_numbers(rounds), seat_people(rounds)
    findings = [*_check_policy(rounds, numbers), *_find_counts(rounds, numbers)]
    rates: list[CertaintyRate] = []
    windows = [
        _Window(first, min(first + YEAR, len(rounds)), people, numbers)
        for first in range(0, max(1, len(rounds) - OVERLAP), YEAR - OVERLAP)
    ]
    for done, window in enumerate(windows):

        def show(part: int, parts: int, done: int = done) -> None:
            if progress:
                progress(done * parts + part, len(windows) * parts)

        found, rated = _attack_window(window, rounds, drawn, show)
        findings += found
        rates += rated
    for _, edition in groupby(rounds, key=lambda one: one.policy_version):
        findings += find_whole_themes(list(edition))
    return AuditReport(
        rounds=len(rounds),
        numbers=sum(look.is_printed for series in numbers.series for look in series.looks),
        findings=list(dict.fromkeys(findings)),
        rates=_average_rates(rates),
        unread=tuple(_list_unread(rounds, numbers)),
    )


def _check_policy(rounds: Sequence[PublishedRound], numbers: Numbers) -> Iterator[AuditFinding]:
    """What the policy cannot have printed, and lists whose length is told."""
    for deviation in numbers.deviations:
        yield AuditFinding(
            FindingKind.OFF_POLICY, (rounds[deviation.place].number,), deviation.item
        )
    for published in rounds:
        if published.policy_version != FIRST_EDITION:
            for length in published.lengths:
                if length not in FIXED_LENGTHS:
                    yield AuditFinding(FindingKind.LENGTH, (published.number,), "")


def _find_counts(rounds: Sequence[PublishedRound], numbers: Numbers) -> Iterator[AuditFinding]:
    """Texts that tell how many answered, to two counts."""
    for series in numbers.series:
        for look in series.looks:
            if look.is_printed and len(look.runs) <= 2:
                yield AuditFinding(FindingKind.COUNT, (rounds[look.place].number,), series.item)


def _attack_window(
    window: _Window, rounds: Sequence[PublishedRound], drawn: int, show: Progress
) -> tuple[list[AuditFinding], list[CertaintyRate]]:
    draw = np.random.default_rng([SEED, window.first])
    answerings = [UNKNOWN, *list_answerings(window.people, draw, drawn)]
    parts = len(answerings) + 2
    cases = [list(_list_stretches(window, answering)) for answering in answerings]
    show(1, parts)
    by_chance = _choose_by_chance(rounds[window.first : window.end], answerings)
    rated = rate_certainty(
        [Case(cases[place], answerings[place].is_drawn) for place in by_chance],
        window.numbers.blocks,
        window.people,
        draw,
    )
    likely = {place: answers for place, (_, answers) in zip(by_chance, rated, strict=True)}
    show(2, parts)
    findings: list[AuditFinding] = []
    for place, (answering, stretches) in enumerate(zip(answerings, cases, strict=True)):
        findings += _attack_by_logic(window, rounds, answering, stretches, likely.get(place, {}))
        show(place + 3, parts)
    rates = [
        CertaintyRate(answerings[place].name, friends, *rate)
        for place, (of_case, _) in zip(by_chance, rated, strict=True)
        for friends, rate in enumerate(of_case)
    ]
    return findings, rates


def _choose_by_chance(
    rounds: Sequence[PublishedRound], answerings: Sequence[Answering]
) -> list[int]:
    """Which answerings are attacked by probability.

    Where all answers count, as in the first edition, somebody must be taken to know who answered.
    """
    if max(one.roster for one in rounds) > LARGEST_BY_CHANCE:
        return []
    is_first = any(one.policy_version == FIRST_EDITION for one in rounds)
    return [place for place, one in enumerate(answerings) if one.order is not None or not is_first]


def _attack_by_logic(
    window: _Window,
    rounds: Sequence[PublishedRound],
    answering: Answering,
    stretches: Sequence[Stretch],
    likely: Drawn,
) -> Iterator[AuditFinding]:
    for place, stretch in enumerate(stretches):
        attack = logic.StretchReader(stretch)
        for told in _list_told(window.people, stretch, likely.get(place, {})):
            if shown := attack.find_shown(told):
                answers = tuple(sorted(told.values()))
                reader = Reader(len(told), answering.order is not None, answers)
                yield from _name_shown(window, rounds, stretch, shown, reader)


def _list_told(
    people: People, stretch: Stretch, drawn: Mapping[int, int]
) -> Iterator[dict[int, int]]:
    """Nobody's answers; one member's, whatever they are; and two members', as they are likely."""
    yield {}
    steady = [person for person in list_steady(people) if person in stretch.world.answers]
    if steady:
        yield from ({steady[0]: value} for value in range(stretch.values))
    likely = {person: drawn[person] for person in steady[:2] if person in drawn}
    if len(likely) > 1:
        yield likely


def _list_stretches(window: _Window, answering: Answering) -> Iterator[Stretch]:
    """What a reader has of each question, with the runs that the blocks leave."""
    seen: list[list[SeenLook]] = []
    for series in window.numbers.series:
        looks = []
        for look in series.looks:
            if not window.first <= look.place < window.end:
                continue
            people = answering.list_answerers(window.people, look)
            known = answering.order is not None
            runs = (look.runs[len(people)],) if known else tuple(dict.fromkeys(look.runs.values()))
            looks.append(SeenLook(look.place, tuple(people), runs))
        seen.append(looks)
    for block in window.numbers.blocks:
        _cut_runs(seen, block)
    for place, (series, looks) in enumerate(zip(window.numbers.series, seen, strict=True)):
        guess = (3 * series.values) // 5
        yield from logic.find_stretches(place, series.values, looks, guess)


def _cut_runs(seen: list[list[SeenLook]], block: BlockRun) -> None:
    """Cut each lot's run to what the block's level leaves it, whatever the others are."""
    at = [
        (series, place)
        for series, round_place in block.looks
        for place, look in enumerate(seen[series])
        if look.place == round_place and len(look.runs) == 1
    ]
    if len(at) < len(block.looks):
        return
    runs = [seen[series][place].runs[0] for series, place in at]
    first, last = sum(run.first for run in runs), sum(run.last for run in runs)
    for (series, place), run in zip(at, runs, strict=True):
        cut = Run(
            run.counted,
            max(run.first, block.first - (last - run.last)),
            min(run.last, block.last - (first - run.first)),
        )
        if cut.first <= cut.last:
            seen[series][place] = seen[series][place]._replace(runs=(cut,))


def _name_shown(
    window: _Window,
    rounds: Sequence[PublishedRound],
    stretch: Stretch,
    shown: Shown,
    reader: Reader,
) -> Iterator[AuditFinding]:
    question = window.numbers.series[stretch.series].item
    numbers = tuple(rounds[look.place].number for look in stretch.looks)
    for person, values in shown.possible.items():
        sides = {logic.find_side(value, stretch.values) for value in values}
        if len(sides) == 1:
            kind = FindingKind.DETERMINED if sides == {0} else FindingKind.ONE_SIDE
            yield AuditFinding(kind, numbers, question, _name(window, rounds, person), reader)
    for group in shown.totals:
        somebody = _name(window, rounds, group[0])
        yield AuditFinding(FindingKind.TOTAL, numbers, question, somebody, reader)


def _name(window: _Window, rounds: Sequence[PublishedRound], person: int) -> Somebody:
    joined, left = window.people.joined_at(person), window.people.left_after(person)
    if joined:
        return Somebody(Whose.JOINED, rounds[joined].number)
    if left < len(rounds) - 1:
        return Somebody(Whose.LEFT, rounds[left].number)
    return Somebody(Whose.STAYED)


def _average_rates(rates: Sequence[CertaintyRate]) -> list[CertaintyRate]:
    """One of each way of answering and number of friends."""
    keys = dict.fromkeys((rate.answering, rate.friends) for rate in rates)
    found = []
    for answering, friends in keys:
        here = [one for one in rates if (one.answering, one.friends) == (answering, friends)]
        found.append(
            CertaintyRate(
                answering,
                friends,
                sum(one.answers for one in here) / len(here),
                sum(one.people for one in here) / len(here),
            )
        )
    return found


def _list_unread(rounds: Sequence[PublishedRound], numbers: Numbers) -> Iterator[str]:
    if numbers.unread:
        yield "which choices stood out in the first edition, whose borders were drawn by lot"
    if any(one.policy_version == FIRST_EDITION and one.blocks for one in rounds):
        yield "levels over six rounds of the first edition"
    if any(one.has_pool for one in rounds):
        yield "words for all questions of a workshop together"
    if any(series.values > MOST_VALUES for series in numbers.series):
        yield "answers from 0 to 10 by probability"
    if max(one.roster for one in rounds) > LARGEST_BY_CHANCE:
        yield f"anything by probability, in a group of more than {LARGEST_BY_CHANCE}"
