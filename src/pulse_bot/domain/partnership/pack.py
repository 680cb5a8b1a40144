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
from pulse_bot.domain.release.record import Digest, ReleasedQuestion, Statement, StatementKind
from pulse_bot.domain.release.results import ReleasedValue, Silence

LONGEST_MINUTES: Final = 90
"""Minutes of a workshop at most; with one question it takes `SHORTEST_MINUTES`."""
SHORTEST_MINUTES: Final = 60
MOST_DISCUSSED: Final = 6
"""Questions that a workshop has time for. The others are read alone, at the start."""
LOOK_MINUTES: Final = 2
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
class AskedQuestion:
    """One question of a pack, and what the digest says of it."""

    number: int
    """From 1, in the order in which the questions were asked."""
    item: Item
    results: tuple[Statement, ...]
    """Its result, or why there is none."""
    quotes: tuple[Statement, ...]
    """What members wrote, where it may be read."""

    @property
    def has_result(self) -> bool:
        """Whether there is anything to look at; otherwise it is a prompt for talking, and no more.

        Read from what was said and not from what was asked: the digest has decided it already.
        """
        return bool(self.quotes) or any(says is not None for says in self.says)

    @property
    def says(self) -> tuple[ReleasedValue | None, ...]:
        """What was released of it; None where nothing may be said."""
        facts = (statement.fact for statement in self.results)
        return tuple(
            None if isinstance(fact.says, Silence) else fact.says
            for fact in facts
            if isinstance(fact, ReleasedQuestion)
        )


@dataclass(frozen=True, slots=True)
class WorkshopStep:
    """One step of a workshop."""

    minutes: int
    title: str
    what: str


def list_questions(pack: Pack) -> tuple[AskedQuestion, ...]:
    """The questions, each with its own statements."""
    return tuple(
        AskedQuestion(
            number,
            item,
            tuple(_statements_about(pack.digest, item, StatementKind.QUESTION)),
            tuple(_statements_about(pack.digest, item, StatementKind.COMMENT)),
        )
        for number, item in enumerate(pack.questions, start=1)
    )


def other_statements(pack: Pack) -> tuple[Statement, ...]:
    """What else the digest says: all but its headline, and what stands with the questions."""
    matched = {
        statement
        for question in list_questions(pack)
        for statement in (*question.results, *question.quotes)
    }
    headline = StatementKind.HEADLINE
    return tuple(
        statement
        for statement in pack.digest.statements
        if statement not in matched and statement.kind != headline
    )


def discussed_questions(pack: Pack) -> tuple[AskedQuestion, ...]:
    """The questions that there is time for: those of the workshop before those of the week."""
    questions = list_questions(pack)
    chosen = sorted(questions, key=lambda question: question.item.core)[:MOST_DISCUSSED]
    return tuple(question for question in questions if question in chosen)


def running_order(pack: Pack) -> tuple[WorkshopStep, ...]:
    """A suggestion, 60 to 90 minutes in all: the more questions, the longer."""
    opening, ending = tuple(_opening_steps(pack)), _ENDING_STEPS
    subjects = discussed_questions(pack)
    target = min(LONGEST_MINUTES, SHORTEST_MINUTES + 6 * (len(subjects) - 1))
    left = target - sum(step.minutes for step in (*opening, *ending))
    each = left // len(subjects) if subjects else 0
    return (*opening, *(_question_step(question, each) for question in subjects), *ending)


def _statements_about(digest: Digest, item: Item, kind: StatementKind) -> Iterator[Statement]:
    return (
        statement
        for statement in digest.statements
        if (statement.subject, statement.kind) == (item.id, kind)
    )


def _opening_steps(pack: Pack) -> Iterator[WorkshopStep]:
    yield WorkshopStep(
        5,
        "Arrive and read alone",
        "Everybody reads the pack in silence, and marks one thing that they did not expect.",
    )
    if pack.commitments:
        yield WorkshopStep(
            5,
            "What we said we would do",
            "Read the open commitments aloud. What helped, and what got in the way?",
        )


def _question_step(question: AskedQuestion, minutes: int) -> WorkshopStep:
    pairs = (minutes - LOOK_MINUTES) * 2 // 5
    together = minutes - LOOK_MINUTES - pairs
    look = "look at the result" if question.has_result else "read the question"
    return WorkshopStep(
        minutes,
        f"Question {question.number}: {question.item.text}",
        f"{LOOK_MINUTES} minutes to {look}, {pairs} in pairs, {together} all together: "
        f"{question.item.talk}",
    )


_ENDING_STEPS: Final = (
    WorkshopStep(
        10,
        "Choose one area for growth",
        "Agree on one, as a group. Why does it matter to us? What will be different when we are "
        "there?",
    ),
    WorkshopStep(
        10,
        "Write down commitments",
        "What will we do, and by when? Keep each with “/pulse commitments”: pulse-bot asks about "
        "it when its day has come.",
    ),
    WorkshopStep(
        5,
        "Before you leave",
        "Each of us says one thing of the day, or passes: a discovery, a disturbance, or a "
        "delight.",
    ),
)
