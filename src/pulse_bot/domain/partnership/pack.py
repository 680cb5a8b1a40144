"""A pack: what a facilitator walks into the room with, made of what was released and no more.

Here is what is in it, and a suggested order of the workshop; how it looks is the renderers'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.partnership.commitments import Commitment
from pulse_bot.domain.release.digest import Digest, ReleasedQuestion, Statement, StatementKind
from pulse_bot.domain.release.results import Said, Silence

LONGEST: Final = 90
"""Minutes of a workshop at most; with one question it takes `SHORTEST`."""
SHORTEST: Final = 60
MOST_TALKED: Final = 6
"""Questions that a workshop has time for. The others are read alone, at the start."""
LOOK: Final = 2
"""Minutes to look at a question's result before anybody speaks."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A workshop, what was asked for it, and the digest of its round. The same for every reader.

    A statement of the digest belongs to the question whose id is its `subject`.
    """

    partnership: str
    time_zone: str
    title: str
    workshop_on: date
    questions: tuple[Item, ...]
    """As they were asked, in that order, those of the weekly pulse among them."""
    digest: Digest
    commitments: tuple[Commitment, ...] = ()
    """Those that were open when the round closed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a pack, and what the digest says of it."""

    number: int
    """From 1, in the order in which the questions were asked."""
    item: Item
    said: tuple[Statement, ...]
    """Its result, or why there is none."""
    words: tuple[Statement, ...]
    """What members wrote, where it may be read."""

    @property
    def shown(self) -> bool:
        """Whether there is anything to look at; otherwise it is a prompt for talking, and no more.

        Read from what was said and not from what was asked: the digest has decided it already.
        """
        return bool(self.words) or any(says is not None for says in self.says)

    @property
    def says(self) -> tuple[Said | None, ...]:
        """What was released of it; None where nothing may be said."""
        facts = (statement.fact for statement in self.said)
        return tuple(
            None if isinstance(fact.says, Silence) else fact.says
            for fact in facts
            if isinstance(fact, ReleasedQuestion)
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a workshop."""

    minutes: int
    title: str
    what: str


def parts(pack: Pack) -> tuple[Part, ...]:
    """The questions, each with its own statements."""
    return tuple(
        Part(
            number,
            item,
            tuple(_about(pack.digest, item, StatementKind.QUESTION)),
            tuple(_about(pack.digest, item, StatementKind.COMMENT)),
        )
        for number, item in enumerate(pack.questions, start=1)
    )


def rest(pack: Pack) -> tuple[Statement, ...]:
    """What else the digest says: all but its headline, and what stands with the questions."""
    own = {one for part in parts(pack) for one in (*part.said, *part.words)}
    headline = StatementKind.HEADLINE
    return tuple(one for one in pack.digest.statements if one not in own and one.kind != headline)


def talked(pack: Pack) -> tuple[Part, ...]:
    """The questions that there is time for: those of the workshop before those of the week."""
    found = parts(pack)
    first = sorted(found, key=lambda part: part.item.core)[:MOST_TALKED]
    return tuple(part for part in found if part in first)


def running_order(pack: Pack) -> tuple[Step, ...]:
    """A suggestion, 60 to 90 minutes in all: the more questions, the longer."""
    opening, ending = tuple(_opening(pack)), _ENDING
    subjects = talked(pack)
    target = min(LONGEST, SHORTEST + 6 * (len(subjects) - 1))
    left = target - sum(step.minutes for step in (*opening, *ending))
    each = left // len(subjects) if subjects else 0
    return (*opening, *(_question(part, each) for part in subjects), *ending)


def _about(digest: Digest, item: Item, kind: StatementKind) -> Iterator[Statement]:
    return (one for one in digest.statements if (one.subject, one.kind) == (item.id, kind))


def _opening(pack: Pack) -> Iterator[Step]:
    yield Step(
        5,
        "Arrive and read alone",
        "Everybody reads the pack in silence, and marks one thing that they did not expect.",
    )
    if pack.commitments:
        yield Step(
            5,
            "What we said we would do",
            "Read the open commitments aloud. What helped, and what got in the way?",
        )


def _question(part: Part, minutes: int) -> Step:
    pairs = (minutes - LOOK) * 2 // 5
    together = minutes - LOOK - pairs
    look = "look at the result" if part.shown else "read the question"
    return Step(
        minutes,
        f"Question {part.number}: {part.item.text}",
        f"{LOOK} minutes to {look}, {pairs} in pairs, {together} all together: {part.item.talk}",
    )


_ENDING: Final = (
    Step(
        10,
        "Choose one area for growth",
        "Agree on one, as a group. Why does it matter to us? What will be different when we are "
        "there?",
    ),
    Step(
        10,
        "Write down commitments",
        "What will we do, and by when? Keep each with “/pulse commitments”: pulse-bot asks about "
        "it when its day has come.",
    ),
    Step(
        5,
        "Before you leave",
        "Each of us says one thing of the day, or passes: a discovery, a disturbance, or a "
        "delight.",
    ),
)
