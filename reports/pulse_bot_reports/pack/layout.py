"""The words of a pack, laid out for the page, the PDF and the slides alike; pure.

What is said of answers is the digest's own, word for word; the rest says how to use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.calendar import format_date
from pulse_bot.domain.partnership.pack import (
    AskedQuestion,
    Pack,
    WorkshopStep,
    list_questions,
    other_statements,
    running_order,
)

PROMISE: Final = (
    "Here is what the whole group was told, in numbers and words that are coarse on purpose. Who "
    "answered, what anybody answered and how many did is not here, and is shown to nobody."
)
ORDER: Final = "A suggested running order"
QUESTIONS: Final = "The questions"
TALK: Final = "To talk about"
WORDS: Final = "What members wrote"
INSTEAD: Final = "Nothing can be shown of this question. Use it as a discussion prompt instead."
ALL_INSTEAD: Final = (
    "Nothing can be shown of this round, and each question says why. Use the questions as "
    "discussion prompts instead: everything below works without a number."
)
GROWTH: Final = "One area for growth"
GROWTH_ASKS: Final = (
    "Which one area shall we choose?",
    "Why does it matter to us?",
    "What will be different when we are there?",
)
COMMITMENTS: Final = "Commitments"
OPEN_COMMITMENTS: Final = "Open until now"
NEW_COMMITMENTS: Final = "New today"
NEW_HEADINGS: Final = ("What we will do", "By when")
NEW_LINES: Final = 5
NEW_ASK: Final = "What will we do next, and by when?"
"""Where there is no room for lines to write on."""
OTHERS: Final = "The others are in the pack's page."
"""Where there is no room for all open commitments."""
REST: Final = "The rest of the digest, word for word"
EXIT: Final = "Before you leave"
EXIT_ASKS: Final = ("A discovery", "A disturbance", "A delight")


@dataclass(frozen=True, slots=True)
class TimedStep:
    """One step of the running order."""

    begins: str
    """Hours and minutes since the start: "0:05"."""
    minutes: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class PackQuestion:
    """One question, and all that stands with it."""

    part: AskedQuestion
    heading: str
    text: str
    result: tuple[str, ...]
    """What the digest says of it, or why it says nothing."""
    instead: str
    """What to do with a question of which nothing can be shown; otherwise empty."""
    quotes: tuple[str, ...]
    prompt: str


@dataclass(frozen=True, slots=True)
class OpenCommitment:
    """A commitment of the group that is open."""

    text: str
    due: str

    @property
    def sentence(self) -> str:
        """What was promised, and by when."""
        return f"{self.text} By {self.due}."


@dataclass(frozen=True, slots=True)
class PackContent:
    """A pack in words."""

    partnership: str
    title: str
    day: str
    headline: str
    order: tuple[TimedStep, ...]
    minutes: int
    questions: tuple[PackQuestion, ...]
    nothing: str
    """Said where no question has anything to show; otherwise empty."""
    commitments: tuple[OpenCommitment, ...]
    rest: tuple[str, ...]

    @property
    def order_heading(self) -> str:
        """The heading of the running order."""
        return f"{ORDER}, {self.minutes} minutes"


def lay_out_pack(pack: Pack) -> PackContent:
    """The pack in words. The same pack gives the same words."""
    questions, steps = list_questions(pack), running_order(pack)
    has_result = any(part.has_result for part in questions)
    return PackContent(
        partnership=pack.partnership,
        title=pack.title,
        day=f"{format_date(pack.workshop_on)} {pack.workshop_on.year}",
        headline=pack.digest.statements[0].text if pack.digest.statements else "",
        order=tuple(_time_steps(steps)),
        minutes=sum(step.minutes for step in steps),
        questions=tuple(_lay_out_question(part, note=has_result) for part in questions),
        nothing="" if has_result else ALL_INSTEAD,
        commitments=tuple(
            OpenCommitment(entry.text, f"{format_date(entry.due)} {entry.due.year}")
            for entry in pack.commitments
        ),
        rest=tuple(entry.text for entry in other_statements(pack)),
    )


def _time_steps(steps: Sequence[WorkshopStep]) -> Iterator[TimedStep]:
    begins = 0
    for step in steps:
        hours, minutes = divmod(begins, 60)
        yield TimedStep(f"{hours}:{minutes:02}", f"{step.minutes} min", step.title, step.what)
        begins += step.minutes


def _lay_out_question(part: AskedQuestion, *, note: bool) -> PackQuestion:
    """`note`: say it of this question alone where it has nothing to show."""
    return PackQuestion(
        part=part,
        heading=f"Question {part.number}",
        text=part.item.text,
        # A question's words stand above it already.
        result=tuple(statement.result or statement.text for statement in part.results),
        instead=INSTEAD if note and not part.has_result else "",
        quotes=tuple(statement.result or statement.text for statement in part.quotes),
        prompt=part.item.talk,
    )
