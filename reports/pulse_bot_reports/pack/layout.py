"""The words of a pack, laid out for the page, the PDF and the slides alike; pure.

What is said of answers is the digest's own, word for word; the rest says how to use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.calendar import spoken_date
from pulse_bot.domain.partnership.pack import Pack, Part, Step, parts, rest, running_order

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
REST: Final = "The rest of the digest, word for word"
EXIT: Final = "Before you leave"
EXIT_ASKS: Final = ("A discovery", "A disturbance", "A delight")


@dataclass(frozen=True, slots=True)
class Timed:
    """One step of the running order."""

    begins: str
    """Hours and minutes since the start: "0:05"."""
    minutes: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and all that stands with it."""

    part: Part
    heading: str
    text: str
    result: tuple[str, ...]
    """What the digest says of it, or why it says nothing."""
    instead: str
    """What to do with a question of which nothing can be shown; otherwise empty."""
    quotes: tuple[str, ...]
    prompt: str


@dataclass(frozen=True, slots=True)
class Promised:
    """A commitment of the group that is open."""

    text: str
    due: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A pack in words."""

    partnership: str
    title: str
    day: str
    headline: str
    order: tuple[Timed, ...]
    minutes: int
    asked: tuple[Asked, ...]
    nothing: str
    """Said where no question has anything to show; otherwise empty."""
    commitments: tuple[Promised, ...]
    rest: tuple[str, ...]


def laid(pack: Pack) -> Laid:
    """The pack in words. The same pack gives the same words."""
    questions, steps = parts(pack), running_order(pack)
    shown = any(part.shown for part in questions)
    return Laid(
        partnership=pack.partnership,
        title=pack.title,
        day=f"{spoken_date(pack.workshop_on)} {pack.workshop_on.year}",
        headline=pack.digest.statements[0].text if pack.digest.statements else "",
        order=tuple(_timed(steps)),
        minutes=sum(step.minutes for step in steps),
        asked=tuple(_asked(part, note=shown) for part in questions),
        nothing="" if shown else ALL_INSTEAD,
        commitments=tuple(
            Promised(one.text, f"{spoken_date(one.due)} {one.due.year}") for one in pack.commitments
        ),
        rest=tuple(one.text for one in rest(pack)),
    )


def _timed(steps: Sequence[Step]) -> Iterator[Timed]:
    begins = 0
    for step in steps:
        hours, minutes = divmod(begins, 60)
        yield Timed(f"{hours}:{minutes:02}", f"{step.minutes} min", step.title, step.what)
        begins += step.minutes


def _asked(part: Part, *, note: bool) -> Asked:
    """`note`: say it of this question alone where it has nothing to show."""
    return Asked(
        part=part,
        heading=f"Question {part.number}",
        text=part.item.text,
        # A question's words stand above it already.
        result=tuple(one.result or one.text for one in part.said),
        instead=INSTEAD if note and not part.shown else "",
        quotes=tuple(one.result or one.text for one in part.words),
        prompt=part.item.talk,
    )
