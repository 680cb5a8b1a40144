"""By probability: of how many people, and of how many of their answers, a side is certain.

Every answer is as likely as any other beforehand, the reader knows who answered, and 95 % is
certain. Questions that at most ten people answered are worked out exactly, week by week; all
others, and the weeks together with the levels of the blocks, by sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from pulse_bot.audit.chances import Floats
from pulse_bot.audit.enumeration import Enumeration, find_answerers, is_small
from pulse_bot.audit.logic import Stretch, find_side
from pulse_bot.audit.numbers import BlockRun
from pulse_bot.audit.people import People
from pulse_bot.audit.sampling import NO_BLOCK, BlockRuns, Rows, Sampler

CERTAIN: Final = 0.95
SWEEPS: Final = 60
UNREAD: Final = 25
"""Sweeps that lead away from the answers that it begins with."""
LARGEST_WITH_BLOCKS: Final = 24
"""The most who answered a look whose total is drawn; beyond, a block only cuts runs."""
MOST_FRIENDS: Final = 2
MOST_VALUES: Final = 5

Rate = tuple[float, float]
"""Shares of answers, and of people."""
Drawn = dict[int, dict[int, int]]
"""By place of the stretch and by person: answers as a reader thinks them likely."""


class Case(NamedTuple):
    """One way in which all may have answered."""

    stretches: Sequence[Stretch]
    is_drawn: bool
    """Whether others may have answered as well as those who are taken to have."""


class _Row(NamedTuple):
    """A stretch as one reader sees it."""

    case: int
    place: int
    """Of the stretch in its case."""
    stretch: Stretch
    friends: int
    """How many tell the reader what they answered."""


@dataclass
class _Found:
    """Who answered which question, and of which of these answers a side is certain."""

    answered: set[tuple[int, int]] = field(default_factory=set)
    """(series, person)."""
    certain: set[tuple[int, int]] = field(default_factory=set)

    def note(self, series: int, person: int, chances: Floats) -> None:
        self.answered.add((series, person))
        values = len(chances)
        for side in (-1, 1):
            if sum(chances[v] for v in range(values) if find_side(v, values) == side) >= CERTAIN:
                self.certain.add((series, person))

    @property
    def rate(self) -> Rate:
        people = {person for _, person in self.answered}
        found = {person for _, person in self.certain}
        return (
            len(self.certain) / max(1, len(self.answered)),
            len(found) / max(1, len(people)),
        )


def rate_certainty(
    cases: Sequence[Case], blocks: Sequence[BlockRun], people: People, draw: np.random.Generator
) -> list[tuple[list[Rate], Drawn]]:
    """Of each case, by how many friends a reader has, from none to two, who tell their answers.

    Beside it answers as a reader thinks them likely. All cases are sampled side by side: that takes
    as long as one. Where who answered is drawn, the texts make some more likely than others.
    """
    friends = list_steady(people)[:MOST_FRIENDS]
    found = [[_Found() for _ in range(len(friends) + 1)] for _ in cases]
    drawn: list[Drawn] = [{} for _ in cases]
    all_rows = [
        _Row(case, place, stretch, count)
        for case, (stretches, _) in enumerate(cases)
        for place, stretch in enumerate(stretches)
        for count in range(len(friends) + 1)
        if stretch.values <= MOST_VALUES
    ]
    for values in sorted({row.stretch.values for row in all_rows}):
        chosen = [row for row in all_rows if row.stretch.values == values]
        rows, runs = _lay_out(chosen, cases, blocks, people)
        sampler = Sampler(rows, runs, draw)
        sampler.sample(UNREAD)
        rows = replace(rows, answered=sampler.answered)
        small = [is_small(rows, place) for place in range(len(chosen))]
        for place, row in enumerate(chosen):
            if small[place] and not row.friends:
                answers = _enumerate_row(rows, place, row, friends, found[row.case], draw)
                drawn[row.case][row.place] = answers
        # What blocks add to weeks is sampled in any group.
        if not all(small) or len(runs.first):
            _sample_rows(sampler, rows, chosen, friends, found)
            for row, of_row in zip(chosen, sampler.answers, strict=True):
                drawn[row.case].setdefault(row.place, dict(enumerate(of_row.tolist())))
    return [
        ([one.rate for one in of_case], answers)
        for of_case, answers in zip(found, drawn, strict=True)
    ]


def list_steady(people: People) -> list[int]:
    """Who was asked in every round."""
    return [person for person in range(people.count) if people.present[:, person].all()]


def _enumerate_row(
    rows: Rows,
    place: int,
    row: _Row,
    friends: Sequence[int],
    found: Sequence[_Found],
    draw: np.random.Generator,
) -> dict[int, int]:
    enumeration = Enumeration(rows, place, friends)
    answers = enumeration.draw_answers(draw)
    for count, one in enumerate(found):
        told = {person: answers[person] for person in friends[:count] if person in answers}
        for person, chances in enumeration.find_chances(told).items():
            one.note(row.stretch.series, person, chances)
    return answers


def _sample_rows(
    sampler: Sampler,
    rows: Rows,
    chosen: Sequence[_Row],
    friends: Sequence[int],
    found: Sequence[Sequence[_Found]],
) -> None:
    # What friends answer was drawn with all else, and is told from now on.
    told = np.zeros(rows.start.shape, dtype=bool)
    for place, row in enumerate(chosen):
        told[place, friends[: row.friends]] = True
    sure = sampler.sample(SWEEPS, told)
    for place, row in enumerate(chosen):
        for person in find_answerers(rows, place):
            if not told[place, person]:
                noted = found[row.case][row.friends]
                noted.note(row.stretch.series, person, sure[place, person])


def _lay_out(
    chosen: Sequence[_Row], cases: Sequence[Case], blocks: Sequence[BlockRun], people: People
) -> tuple[Rows, BlockRuns]:
    """Stretches as arrays; blocks where all of their looks are here."""
    values = chosen[0].stretch.values
    width = max(len(row.stretch.looks) for row in chosen)
    shape = len(chosen), width
    answered = np.zeros((shape[0], people.count, width), dtype=bool)
    may_answer = np.zeros_like(answered)
    counted, first, last = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    start = np.full((shape[0], people.count), values // 2, dtype=np.int64)
    cells: dict[tuple[int, int], dict[tuple[int, int], tuple[int, int]]] = {}
    for place, row in enumerate(chosen):
        for person, value in row.stretch.world.answers.items():
            start[place, person] = value
        of_reader = cells.setdefault((row.case, row.friends), {})
        for at, look in enumerate(row.stretch.looks):
            answered[place, list(look.answerers), at] = True
            is_drawn = cases[row.case].is_drawn
            may_answer[place, :, at] = people.present[look.place] if is_drawn else False
            counted[place, at], first[place, at], last[place, at] = look.runs[0]
            of_reader[row.stretch.series, look.place] = place, at
    block = np.full(shape, NO_BLOCK)
    rows = Rows(values, answered, answered | may_answer, counted, first, last, block, start)
    return rows, _mark_blocks(rows, blocks, list(cells.values()))


def _mark_blocks(
    rows: Rows,
    blocks: Sequence[BlockRun],
    readers: Sequence[dict[tuple[int, int], tuple[int, int]]],
) -> BlockRuns:
    firsts: list[int] = []
    lasts: list[int] = []
    for cells in readers:
        for block in blocks:
            here = [cells[look] for look in block.looks if look in cells]
            largest = max((int(rows.answered[row, :, at].sum()) for row, at in here), default=0)
            if len(here) == len(block.looks) and largest <= LARGEST_WITH_BLOCKS:
                for row, at in here:
                    rows.block[row, at] = len(firsts)
                firsts.append(block.first)
                lasts.append(block.last)
    return BlockRuns(np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64))
