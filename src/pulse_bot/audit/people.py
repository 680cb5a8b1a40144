"""Who may have been there, and who may have answered: people without names.

The public log tells how many came and went, not who. So somebody of the first roster leaves, and
whoever comes is new. Nobody is told who answered either, so several *answerings* are tried, each as
if the reader had seen it; that is the strongest reader there can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pulse_bot.audit.numbers import Look
from pulse_bot.audit.published import PublishedRound

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Who was asked in which round."""

    present: Bools
    """By round and person, those who came first first."""

    @property
    def count(self) -> int:
        """How many there were in all."""
        return int(self.present.shape[1])

    def joined_at(self, person: int) -> int:
        """The place of the first round that asked somebody."""
        return int(np.argmax(self.present[:, person]))

    def left_after(self, person: int) -> int:
        """The place of the last round that asked somebody."""
        return len(self.present) - 1 - int(np.argmax(self.present[::-1, person]))


def seat_people(rounds: Sequence[PublishedRound]) -> People:
    """People who come and go as the rosters do. Those who come first stay longest."""
    first = total = rounds[0].roster
    there = list(range(first))
    seats = [there]
    for published in rounds[1:]:
        # Whoever leaves was there from the beginning, and so was looked at most often.
        leaving = sorted(there, key=lambda person: (person >= first, -person))[: published.left]
        there = [person for person in there if person not in leaving]
        there += range(total, total + published.joined)
        total += published.joined
        seats.append(there)
    present = np.zeros((len(rounds), total), dtype=bool)
    for place, here in enumerate(seats):
        present[place, here] = True
    return People(present)


@dataclass(frozen=True)
class Answering:
    """Who is taken to have answered."""

    name: str
    order: Ints | None = None
    """By round: people, those who answer before others first. None where the reader does not know
    who answered."""
    shares: Floats | None = None
    """By round: of the counts that fit what was printed, which is taken, from the least (0) to the
    most (1)."""
    is_drawn: bool = False
    """Whether others may have answered as well: then the texts make some more likely."""

    def list_answerers(self, people: People, look: Look) -> list[int]:
        """Who answered the question that was looked at; all who were asked where nobody knows."""
        here = np.flatnonzero(people.present[look.place])
        if self.order is None or self.shares is None:
            return [int(person) for person in here]
        counts = sorted(look.runs)
        count = counts[round(float(self.shares[look.place]) * (len(counts) - 1))]
        order = self.order[look.place]
        return sorted(int(person) for person in order[np.isin(order, here)][:count])


UNKNOWN: Final = Answering("nobody knows who answered")


def list_answerings(people: People, draw: np.random.Generator, drawn: int) -> list[Answering]:
    """The same people every week, as many as fit; and `drawn` at random."""
    rounds = len(people.present)
    movers = [person for person in range(people.count) if not people.present[:, person].all()]
    steady = [person for person in range(people.count) if person not in movers]
    # Whoever came or went answers whenever they can: of them most can be told.
    order = np.tile(np.array(movers + steady, dtype=np.int64), (rounds, 1))
    name = "the same people answer every week, as many as can have"
    found = [Answering(name, order, shares=np.ones(rounds))]
    name = "other people answer every week, drawn as the texts make it likely"
    for _ in range(drawn):
        shuffled = np.array([draw.permutation(people.count) for _ in range(rounds)])
        found.append(Answering(name, shuffled, draw.random(rounds), is_drawn=True))
    return found
