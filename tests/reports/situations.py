"""Five situations that a partnership can be in, played through real rounds with made-up answers.

What comes out are digests as groups read them; `pictures` draws them for the docs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pulse_bot.app import assemble
from pulse_bot.cards import Target
from pulse_bot.domain.digest import Digest
from pulse_bot.domain.rounds import Round
from pulse_bot.key_stores import MemoryKeyStore
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.answer import Given, record
from pulse_bot.usecases.close import close
from pulse_bot.usecases.report import digests
from tests.made_up import KEY, PARTNERSHIP, START, at, opened_round, people

MEMBERS = 16
Leaning = Callable[[int, int, str], float]
"""Where a member stands in a round on a theme, from 1 to 5, before chance."""


@dataclass(frozen=True)
class Situation:
    """A crowd, and for how many rounds it is asked."""

    name: str
    rounds: int
    leaning: Leaning
    answer: float = 0.85
    """The share of members who answer, by chance."""
    chance: float = 0.8
    """The standard deviation of single answers."""


def _steady(_member: int, _week: int, theme: str) -> float:
    return {"trust": 3.6, "honesty": 3.0, "accountability": 3.3}[theme]


def _up(member: int, week: int, theme: str) -> float:
    return _steady(member, week, theme) + (1.0 if theme == "trust" and week >= 14 else 0.0)


def _camps(member: int, week: int, theme: str) -> float:
    if theme != "honesty":
        return _steady(member, week, theme)
    return 1.4 if member % 2 else 4.6


SITUATIONS = (
    Situation("too-few", 3, _steady, answer=0.2),
    Situation("still-learning", 5, _steady),
    Situation("no-change", 20, _steady),
    Situation("up", 20, _up),
    Situation("two-camps", 14, _camps, chance=0.4),
)


def played(situation: Situation, folder: Path) -> list[Digest]:
    """Its digests, newest first. The same situation gives the same ones."""
    made = assemble(
        f"sqlite:///{folder / f'{situation.name}.db'}", MemoryKeyStore(), KEY, FixedClock(START)
    )
    random = Random(situation.name)
    addresses = people(made, MEMBERS)
    for week in range(situation.rounds):
        asked = opened_round(made, week)
        record(
            made,
            [
                Given(address, asked.id, _answers(random, situation, asked, member))
                for member, address in enumerate(addresses)
                if random.random() < situation.answer
            ],
        )
        at(made, asked.closes_at)
        close(made, asked.id)
    found = digests(made, PARTNERSHIP)
    made.database.close()
    return found


def _answers(random: Random, situation: Situation, asked: Round, member: int) -> dict[Target, str]:
    found = {}
    for position, item in enumerate(asked.items):
        mean = situation.leaning(member, asked.number - 1, item.dimension)
        drawn = min(5, max(1, round(random.gauss(mean, situation.chance))))
        # Who finds a thing good says little of its opposite.
        value = 6 - drawn if item.reverse else drawn
        found[Target(asked.id, position, "answer")] = str(value)
    return found
