"""What follows by logic, with OR-tools' CP-SAT.

The reader holds all looks at one question side by side. Taken to be true: nobody changes an answer
between these looks; of those who answered a look, some unknown ones were drawn, as many as the
class says (in the first edition all of them), and their total lies in the printed run, which
depends on the number before it. An answer is possible where some answers of all others, and some
lots, print every text. Levels of blocks cut the runs first: what the other five lots of a block can
add up to at most, and at least, leaves the rest to the sixth.

What is found is true under what was taken: nothing is left out that could have been otherwise.
What is not found may still be there: how the lots of a block hang together beyond the ends of their
runs is not used.

Where no answers that stay can have printed all texts, somebody has changed their mind, and the
looks are taken in stretches, as long as they fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from ortools.sat.python import cp_model

from pulse_bot.audit.numbers import Run

MOST_SOLVING: Final = 2.0
"""The deterministic time of one solve. Beyond it nothing is claimed."""
SMALLEST_TOTAL: Final = 5
"""Totals of fewer people than this must not be determined."""


class SeenLook(NamedTuple):
    """A look with who may have answered it."""

    place: int
    answerers: tuple[int, ...]
    """Who answered; where nobody knows, all who were asked."""
    runs: tuple[Run, ...]
    """One of these printed it: where who answered is known, there is one."""


class World(NamedTuple):
    """Answers and lots that print some looks at one question."""

    answers: dict[int, int]
    drawn: tuple[frozenset[int], ...]
    """By look, whose answers count."""


class Stretch(NamedTuple):
    """Looks at one question during which nobody can be shown to have changed their mind."""

    series: int
    values: int
    looks: tuple[SeenLook, ...]
    world: World
    """One that can have printed all of it."""


@dataclass
class Shown:
    """What follows, by person: the answers that stay possible, from the lowest up."""

    possible: dict[int, set[int]] = field(default_factory=dict)
    totals: list[tuple[int, ...]] = field(default_factory=list)
    """Groups of two to four whose total is determined."""


class _Puzzle:
    """The answers of all, and the lots, that print these looks."""

    def __init__(self, values: int, looks: Sequence[SeenLook]) -> None:
        self.model = cp_model.CpModel()
        self.values = values
        people = sorted({person for look in looks for person in look.answerers})
        self.answers = {
            person: self.model.new_int_var(0, values - 1, f"answer {person}") for person in people
        }
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        self.solver.parameters.random_seed = 14
        self.solver.parameters.max_deterministic_time = MOST_SOLVING
        # What it would simplify is small, and is solved many times.
        self.solver.parameters.cp_model_presolve = False
        self._drawn: list[dict[int, cp_model.IntVar | int]] = []
        for look in looks:
            self._add_look(look)

    def _add_look(self, look: SeenLook) -> None:
        if len(look.runs) == 1:
            run = look.runs[0]
            if run.counted == len(look.answerers):
                total = sum(self.answers[person] for person in look.answerers)
                self.model.add_linear_constraint(total, run.first, run.last)
                self._drawn.append(dict.fromkeys(look.answerers, 1))
                return
        drawn, worth = self._draw_lot(look)
        self._drawn.append(dict(zip(look.answerers, drawn, strict=True)))
        picked = [self.model.new_bool_var("") for _ in look.runs]
        self.model.add_exactly_one(picked)
        for is_picked, run in zip(picked, look.runs, strict=True):
            self.model.add(sum(drawn) == run.counted).only_enforce_if(is_picked)
            self.model.add(sum(worth) >= run.first).only_enforce_if(is_picked)
            self.model.add(sum(worth) <= run.last).only_enforce_if(is_picked)

    def _draw_lot(self, look: SeenLook) -> tuple[list[cp_model.IntVar], list[cp_model.IntVar]]:
        """Who is drawn, and what each adds to the total."""
        drawn, worth = [], []
        top = self.values - 1
        for person in look.answerers:
            answer = self.answers[person]
            is_drawn = self.model.new_bool_var("")
            adds = self.model.new_int_var(0, top, "")
            self.model.add(adds <= top * is_drawn)
            self.model.add(adds <= answer)
            self.model.add(adds >= answer - top * (1 - is_drawn))
            drawn.append(is_drawn)
            worth.append(adds)
        return drawn, worth

    def solve(self) -> World | None:
        """What fits; None where nothing does, or nothing was found in time."""
        self.status = self.solver.solve(self.model)
        if self.status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return World(
            {person: self.solver.value(one) for person, one in self.answers.items()},
            tuple(
                frozenset(person for person, one in look.items() if self.solver.value(one))
                for look in self._drawn
            ),
        )

    def mark_side(self, person: int, side: int) -> cp_model.IntVar:
        """True only where somebody's answer lies on this side."""
        places = [v for v in range(self.values) if find_side(v, self.values) == side]
        is_there = self.model.new_bool_var("")
        answer = self.answers[person]
        self.model.add(answer >= places[0]).only_enforce_if(is_there)
        self.model.add(answer <= places[-1]).only_enforce_if(is_there)
        return is_there


def find_stretches(
    series: int, values: int, looks: Sequence[SeenLook], guess: int
) -> Iterator[Stretch]:
    """The looks of a question in stretches, each as long as answers that stay can print it."""
    rest = list(looks)
    while rest:
        length, answers = len(rest), _fit_answers(values, rest, guess)
        while answers is None and length > 1:
            length = length // 2 if length > 3 else length - 1
            answers = _fit_answers(values, rest[:length], guess)
        while answers is not None and length < len(rest):
            longer = _fit_answers(values, rest[: length + 1], guess)
            if longer is None:
                break
            length, answers = length + 1, longer
        if answers is not None:
            yield Stretch(series, values, tuple(rest[:length]), answers)
        rest = rest[length:]


def _fit_answers(values: int, looks: Sequence[SeenLook], guess: int) -> World | None:
    puzzle = _Puzzle(values, looks)
    for answer in puzzle.answers.values():
        puzzle.model.add_hint(answer, guess)
    return puzzle.solve()


class StretchReader:
    """Works out what follows from a stretch, for one reader after the other.

    It keeps the worlds that were found: one that fits what friends tell needs no solving.
    """

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._worlds = [stretch.world, *_list_neighbours(stretch, stretch.world)]

    def find_shown(self, told: Mapping[int, int]) -> Shown | None:
        """What follows where some people tell their answers; None where they cannot be so."""
        fitting_worlds = _Fitting(self._stretch, told)
        fitting = [world for world in self._worlds if _agrees(world, told)]
        fitting = fitting or self._add_worlds(fitting_worlds.find())
        if not fitting:
            return None
        shown = self._collect_possible(fitting_worlds, fitting, told)
        for group in _list_groups(self._stretch.looks, told):
            totals = {sum(one.answers[person] for person in group) for one in fitting}
            if len(totals) == 1 and fitting_worlds.is_total(group, totals.pop()):
                shown.totals.append(group)
        return shown

    def _collect_possible(
        self, fitting_worlds: _Fitting, fitting: list[World], told: Mapping[int, int]
    ) -> Shown:
        """Looks for worlds until each side was seen, or is proved to be in none."""
        people = [person for person in self._stretch.world.answers if person not in told]
        shown = Shown({person: {one.answers[person] for one in fitting} for person in people})
        while wanted := _list_unseen(shown, self._stretch.values):
            found = self._add_worlds(fitting_worlds.find(wanted))
            if not found:
                break
            fitting += [world for world in found if _agrees(world, told)]
            for person, seen in shown.possible.items():
                seen |= {world.answers[person] for world in fitting}
        if not fitting_worlds.is_proved:
            for person, _ in wanted:
                shown.possible[person] = set(range(self._stretch.values))
        return shown

    def _add_worlds(self, found: World | None) -> list[World]:
        """A world that was found, and those near it."""
        if found is None:
            return []
        more = [found, *_list_neighbours(self._stretch, found)]
        self._worlds += more
        return more


def _agrees(world: World, told: Mapping[int, int]) -> bool:
    return all(world.answers.get(person, value) == value for person, value in told.items())


Side = tuple[int, int]
"""Somebody, and a side of theirs: -1 low, 0 the middle, 1 high."""


def find_side(value: int, values: int) -> int:
    """-1 for low, 1 for high, 0 for the middle."""
    return (2 * value > values - 1) - (2 * value < values - 1)


def _list_unseen(shown: Shown, values: int) -> list[Side]:
    """Sides that have not been seen in any answers that fit."""
    sides = sorted({find_side(value, values) for value in range(values)})
    return [
        (person, side)
        for person, seen in shown.possible.items()
        for side in sides
        if side not in {find_side(value, values) for value in seen}
    ]


def _list_neighbours(stretch: Stretch, world: World) -> Iterator[World]:
    """Worlds in which one person answers otherwise, and another is drawn for them where need be."""
    for person, before in world.answers.items():
        for value in range(stretch.values):
            if value == before:
                continue
            answers = {**world.answers, person: value}
            drawn = []
            for look, lot in zip(stretch.looks, world.drawn, strict=True):
                other = _redraw_lot(look, lot, answers, person)
                if other is None:
                    break
                drawn.append(other)
            else:
                yield World(answers, tuple(drawn))


def _redraw_lot(
    look: SeenLook, lot: frozenset[int], answers: Mapping[int, int], person: int
) -> frozenset[int] | None:
    """The lot, or one with another in this person's place, that prints the look; None for none."""
    if person not in lot:
        return lot
    runs = [run for run in look.runs if run.counted == len(lot)]
    rest = sum(answers[one] for one in lot) - answers[person]
    for other in (person, *look.answerers):
        is_free = other == person or other not in lot
        if is_free and any(run.first <= rest + answers[other] <= run.last for run in runs):
            return (lot - {person}) | {other}
    return None


class _Fitting:
    """Looks for answers that fit a stretch."""

    def __init__(self, stretch: Stretch, told: Mapping[int, int]) -> None:
        self._stretch, self._told = stretch, told
        self.is_proved = False

    def find(self, wanted: Sequence[Side] = ()) -> World | None:
        """What has one of the wanted sides at least; None where nothing is found."""
        puzzle = self._lay_out()
        if wanted:
            puzzle.model.add_bool_or(puzzle.mark_side(*one) for one in wanted)
        found = puzzle.solve()
        self.is_proved = puzzle.status == cp_model.INFEASIBLE
        return found

    def is_total(self, group: Sequence[int], total: int) -> bool:
        """Whether these people's answers add up to this in whatever fits."""
        puzzle = self._lay_out()
        summed = sum(puzzle.answers[person] for person in group)
        is_more = puzzle.model.new_bool_var("")
        puzzle.model.add(summed > total).only_enforce_if(is_more)
        puzzle.model.add(summed < total).only_enforce_if(~is_more)
        puzzle.solve()
        return bool(puzzle.status == cp_model.INFEASIBLE)

    def _lay_out(self) -> _Puzzle:
        puzzle = _Puzzle(self._stretch.values, self._stretch.looks)
        for person, value in self._told.items():
            if person in puzzle.answers:
                puzzle.model.add(puzzle.answers[person] == value)
        return puzzle


def _list_groups(looks: Sequence[SeenLook], told: Mapping[int, int]) -> Iterable[tuple[int, ...]]:
    """Two to four people by whom the answerers of one look differ from those of the next."""
    groups = set()
    for one, other in pairwise(looks):
        for more, fewer in ((one, other), (other, one)):
            group = tuple(sorted(set(more.answerers) - set(fewer.answerers) - set(told)))
            if 2 <= len(group) < SMALLEST_TOTAL:
                groups.add(group)
    return sorted(groups)
