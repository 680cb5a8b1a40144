"""The made-up people of the demonstration, and what they would believably answer.

Everything is drawn from a seeded generator: two runs play the same weeks. Names and schools are
invented.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.items import Item

PARTNERSHIP: Final = "Brook Valley Partnership"
TIME_ZONE: Final = "Europe/London"
THEMES: Final = ("trust", "honesty", "accountability")

VISITOR: Final = "You"

_MEMBERS: Final = (
    (VISITOR, "Alder Primary"),
    ("Amina", "Alder Primary"),
    ("Bryn", "Birch Primary"),
    ("Carys", "Birch Primary"),
    ("Dev", "Cedar High"),
    ("Esme", "Cedar High"),
    ("Farid", "Damson Infants"),
    ("Greta", "Elder Junior"),
    ("Hollis", "Fern Primary"),
    ("Ines", "Gorse Academy"),
    ("Jonah", "Gorse Academy"),
    ("Kofi", "Hazel School"),
    ("Lowri", "Ivy Primary"),
    ("Marta", "Ivy Primary"),
)
_JOINERS: Final = {4: ("Nadia", "Fern Primary"), 9: ("Owen", "Hazel School")}
"""The week before which each comes."""
_LEAVERS: Final = {11: "Hollis"}

_START: Final = {"trust": 2.9, "honesty": 2.8, "accountability": 3.2}
_RISES: Final = "trust"
_RISES_FROM, _RISES_IN, _RISES_BY = 9, 3, 1.0
"""By so many points in so many weeks: trust grows, and the rest stays where it is. In the middle of
a half-term, so that the last one, which ends the play, is the first that lies above it."""

_WORDS: Final = (
    "The joint moderation day helped more than any meeting.",
    "We still say the hard things in the car park, not in the room.",
    "I would like us to begin with what went wrong last time.",
    "It is easier to ask for help than it was in September.",
    "We agree on a lot and check on little.",
    "Thank you for keeping this short.",
    "I learned more from the visit in March than from a year of papers.",
    "We need to say out loud that some of us compete for the same children.",
    "Two actions from last term are still open, one of them mine.",
    "Small schools cannot send somebody to everything.",
    "The new heads ask the best questions.",
    "Could we begin on time?",
)


@dataclass(frozen=True)
class MadeUpMember:
    """A made-up member: how they lean, and how often they answer in time."""

    name: str
    organisation: str
    leaning: float
    diligence: float
    joins: int = 0
    leaves: int = 1000

    def is_here(self, week: int) -> bool:
        """Whether they belong to the partnership in a week, counted from 0."""
        return self.joins <= week < self.leaves


@dataclass(frozen=True, slots=True)
class Habit:
    """What a person does in one round."""

    timing: str
    """"first" day, after the "reminder", too "late", or "never"."""
    answers: Mapping[int, str]
    """By the question's position."""
    second_thought: Mapping[int, str]
    comment: str


def make_people(rng: random.Random) -> tuple[MadeUpMember, ...]:
    """Fourteen members of nine schools, and two who join later."""
    first = [_make_person(rng, name, school) for name, school in _MEMBERS]
    later = [_make_person(rng, *who, joins=week) for week, who in _JOINERS.items()]
    return (*first, *later)


def _make_person(rng: random.Random, name: str, school: str, joins: int = 0) -> MadeUpMember:
    leaves = next((week for week, who in _LEAVERS.items() if who == name), 1000)
    return MadeUpMember(name, school, rng.gauss(0, 0.6), rng.uniform(0.6, 0.98), joins, leaves)


def draw_habit(rng: random.Random, person: MadeUpMember, week: int, items: Sequence[Item]) -> Habit:
    """What a person does in a week, question by question."""
    answers = {n: _draw_answer(rng, person, week, item) for n, item in enumerate(items)}
    changed = {n: _draw_answer(rng, person, week, items[n]) for n in answers if rng.random() < 0.08}
    return Habit(
        timing=_draw_timing(rng, person.diligence),
        answers=answers,
        second_thought=changed,
        comment=rng.choice(_WORDS) if rng.random() < 0.12 else "",
    )


def _draw_timing(rng: random.Random, diligence: float) -> str:
    drawn = rng.random()
    if drawn < diligence * 0.7:
        return "first"
    if drawn < diligence:
        return "reminder"
    return "late" if drawn < diligence + 0.05 else "never"


def _draw_answer(rng: random.Random, person: MadeUpMember, week: int, item: Item) -> str:
    if rng.random() < 0.03:
        return "skip"
    theme = item.dimension
    level = _START[theme] + _find_rise(theme, week) + person.leaning + rng.gauss(0, 0.7)
    answer = min(5, max(1, round(level)))
    # Whoever trusts disagrees with "we guard what we say here".
    return str(6 - answer if item.reverse else answer)


def _find_rise(theme: str, week: int) -> float:
    """Points above where a theme began."""
    if theme != _RISES:
        return 0.0
    return _RISES_BY * min(1.0, max(0.0, (week - _RISES_FROM + 1) / _RISES_IN))
