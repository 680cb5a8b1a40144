"""A dry run: what a digest would show and hide of some questions, with made-up answers.

The answers are drawn from a seed, so that the same questions look the same twice; everything after
them is the real release policy and the real renderer. Nothing is kept.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item, Kind, options, slots
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.digest import Statement, StatementKind
from pulse_bot.domain.release.policy import facts
from pulse_bot.domain.release.results import Silence
from pulse_bot.domain.release.tallies import Answers, tally
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation

ANSWERS: Final = (6, 9, 14, 20)
"""How many answer, in one run after another; none where there are fewer members."""
_OF_QUESTIONS: Final = (StatementKind.QUESTION, StatementKind.COMMENT, StatementKind.RESPONSE)
_WORDS: Final = (
    "These words are made up, and so are the others.",
    "Somebody would say here what went well.",
    "Somebody would say here what is hard.",
    "Made up: we need more time for this.",
    "Made up: begin with what we agreed last time.",
    "Made up: it is easier to ask for help now.",
    "Made up: small schools cannot come to everything.",
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: how many of how many answer, and what a digest would say of the questions."""

    answers: int
    members: int
    shown: int
    """Questions of which a digest would say something."""
    questions: int
    said: tuple[Statement, ...]


def runs(
    session: Session, installation: Installation, partnership: PartnershipRow, items: Sequence[Item]
) -> list[Run]:
    """A run for each number of answers that the members could give.

    Where there is no member yet, all of them are made up.
    """
    members = partnerships.members(session, partnership.id)
    schools = [one.organisation_id for one, _ in members if one.standing is Standing.ACTIVE]
    bars = Thresholds.for_partnership(len({one.organisation_id for one, _ in members}))
    now = installation.clock.now()
    most = len(schools) or max(ANSWERS)
    return [
        _run(
            installation, partnership, items, bars, now, schools or _made_up(answers, bars), answers
        )
        for answers in [one for one in ANSWERS if one <= most] or [most]
    ]


def _made_up(members: int, bars: Thresholds) -> list[int]:
    """The schools of members that there are not."""
    return [number % bars.organisations for number in range(members)]


def _run(
    installation: Installation,
    partnership: PartnershipRow,
    items: Sequence[Item],
    bars: Thresholds,
    now: datetime,
    seats: Sequence[int],
    answers: int,
) -> Run:
    seed = f"{answers}:{':'.join(item.id for item in items)}"
    chance = random.Random(seed)  # noqa: S311 - made-up answers, not secrets
    answering = chance.sample(list(seats), answers)
    given = {item.id: _answers(item, answering, chance) for item in items}
    closed = ClosedRound(
        partnership=partnership.name,
        number=1,
        opened_at=now,
        closed_at=now + timedelta(days=6),
        next_opens_at=None,
        time_zone=partnership.time_zone,
        items=tuple(items),
        tallies={item.id: tally(item, given[item.id]) for item in items},
        roster_size=len(seats),
        answered=answers,
        newcomers=0,
        thresholds=bars,
        series=(),
        organisations=len(set(answering)),
        words={item.id: _words(given[item.id]) for item in items if item.kind is Kind.WORDS},
    )
    found = facts(closed, chance.randrange)
    hidden = sum(isinstance(one.says, Silence) and not one.words for one in found.questions)
    said = installation.renderer.statements(found)
    kept = tuple(one for one in said if one.kind in _OF_QUESTIONS)
    return Run(answers, len(seats), len(items) - hidden, len(items), kept)


def _answers(item: Item, answering: Sequence[int], chance: random.Random) -> list[Answers]:
    level = chance.uniform(0.35, 0.8)
    return [Answers(school, _by_slot(item, level, chance)) for school in answering]


def _by_slot(item: Item, level: float, chance: random.Random) -> Mapping[str, str]:
    given = {slot: _answer(item, level, chance) for slot in slots(item)}
    if item.kind is Kind.JOURNEY:
        # Nobody wants to be further back in a year.
        given["later"] = str(max(int(given["now"]), int(given["later"])))
    return given


def _answer(item: Item, level: float, chance: random.Random) -> str:
    if item.kind is Kind.WORDS:
        return chance.choice(_WORDS)
    keys = [choice.key for choice in options(item)]
    if item.kind is Kind.CHOOSE:
        weighed = sorted(keys, key=lambda key: chance.random() * (1 + keys.index(key)))
        return ",".join(weighed[: chance.randint(1, item.most)])
    # The best answer of a yes-no is its first, of any scale its last.
    ordered = keys[::-1] if item.kind is Kind.YES_NO else keys
    place = min(1.0, max(0.0, chance.gauss(level, 0.22)))
    return ordered[round(place * (len(ordered) - 1))]


def _words(given: Sequence[Answers]) -> tuple[Comment, ...]:
    return tuple(Comment(text, first=True) for one in given for text in one.by_slot.values())
