"""Made-up groups played through the real pipeline: rounds opened, answered, closed and worded.

Members lean as in `_trend_scenarios`. Some write a comment, and every quarter the group writes a
commitment down, of which every other one is kept. The clock is moved, and every lot is drawn from
the seed, so that a group is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final
from unittest.mock import patch

from benchmarks._made_up import CLOSES, OPENS, PARTNERSHIP, made_up_installation, member_address
from benchmarks._promise_years import DIFFICULTY, LEANING, STRAYING
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import COMMENT, SKIP, Item, ItemKind, list_slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.trend import Direction
from pulse_bot.ports import Card
from pulse_bot.storage import history, rounds
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.commitments.register import add_as_operator
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.post import load_digest_card
from pulse_bot.usecases.rounds.record_answer import Submission, record_answers

WEEKS: Final = 78
HAPPENS: Final = 26
"""The place of the first week in which something is otherwise."""
CHANGE: Final = 0.8
"""Points of a lasting change, of one theme."""
BAD_WEEK: Final = -1.0
MOVED: Final = "trust"
LEVEL: Final = 3.5
RESPONSE: Final = 0.7
WRITES: Final = 0.15
"""The share of those who answer who write a comment."""
COMMITS: Final = 13
"""Weeks from one commitment to the next."""
DUE_AFTER: Final = timedelta(weeks=4)

OPENINGS: Final = (
    "The visit on Tuesday",
    "Our last meeting",
    "The new shared calendar",
    "Planning lessons in pairs",
    "The open lesson in maths",
    "Waiting for the timetable",
    "Having the minutes the same day",
    "The second half of term",
)
CLOSINGS: Final = (
    "helped me more than I expected.",
    "left too little time to talk about what did not work.",
    "showed that we want the same and say it differently.",
    "would have been better with everybody in the room.",
    "made it easier to ask for help.",
    "was cut short again, and I should like to know why.",
)
PROMISES: Final = (
    "We visit one another's schools once this half-term.",
    "We send the minutes to everybody on the same day.",
    "We open one lesson a term to our neighbours.",
    "We begin every meeting with what did not work.",
    "We agree the dates of the next year before the summer.",
    "We ask pupils of all our schools the same three questions.",
)


@dataclass(frozen=True)
class Scenario:
    """What a group lives through."""

    name: str
    lasting: float = 0.0
    """Points by which one theme changes for good."""
    one_week: float = 0.0
    """Points by which all themes are off in one week."""

    @property
    def direction(self) -> Direction | None:
        """Which way the lasting change goes."""
        if not self.lasting:
            return None
        return Direction.UP if self.lasting > 0 else Direction.DOWN

    def move(self, week: int, theme: str) -> float:
        """By how much a theme is off in a week, in points."""
        lasting = self.lasting if theme == MOVED and week >= HAPPENS else 0.0
        return lasting + (self.one_week if week == HAPPENS else 0.0)


SCENARIOS: Final = (
    Scenario("steady"),
    Scenario("lasting change down", lasting=-CHANGE),
    Scenario("lasting change up", lasting=CHANGE),
    Scenario("one bad week", one_week=BAD_WEEK),
)


@dataclass(frozen=True)
class Plan:
    """Which group is played: `number` tells groups of the same size and scenario apart."""

    members: int
    scenario: Scenario
    number: int = 1
    weeks: int = WEEKS
    seed: int = 1

    @property
    def name(self) -> str:
        """Of its file, without an ending."""
        return f"{self.members:02}-{self.scenario.name.replace(' ', '-')}-{self.number}"


@dataclass(frozen=True)
class PlayedWeek:
    """A digest as it was kept, the message that the chat got, and each question's own prompt."""

    digest: Digest
    message: Card
    prompts: Mapping[str, str]
    """By item id; empty for a question without one."""
    text: str
    """The whole digest, as a terminal shows it."""


@dataclass(frozen=True)
class PlayedGroup:
    """A group and its weeks, the oldest first."""

    plan: Plan
    weeks: tuple[PlayedWeek, ...]


class _Crowd:
    """How members lean on each theme, for good, and how difficult each question is."""

    def __init__(self, plan: Plan, chance: Random) -> None:
        self._plan = plan
        self._chance = chance
        self._leanings: dict[tuple[int, str], float] = {}
        self._difficulties: dict[str, float] = {}

    def answer(self, item: Item, member: int, week: int) -> str:
        """What a member says in a week."""
        if item.commitment is not None:
            return self._judge_commitment(item)
        theme = item.dimension
        difficulty = self._difficulties.setdefault(item.id, DIFFICULTY * self._chance.gauss(0, 1))
        leaning = self._leanings.setdefault((member, theme), LEANING * self._chance.gauss(0, 1))
        opinion = LEVEL + difficulty + leaning + self._plan.scenario.move(week, theme)
        return _word_answer(item, opinion + STRAYING * self._chance.gauss(0, 1))

    def _judge_commitment(self, item: Item) -> str:
        kept = (item.commitment or 0) % 2 == 1
        return _word_answer(item, (4.6 if kept else 2.4) + STRAYING * self._chance.gauss(0, 1))


def _word_answer(item: Item, opinion: float) -> str:
    """The answer of somebody who stands there, from 1 to 5."""
    nearest = min(5, max(1, round(opinion)))
    match item.kind:
        case ItemKind.SCALE:
            return str(min(10, max(0, round(2.5 * (opinion - 1)))))
        case ItemKind.YES_NO:
            return "yes" if nearest >= 4 else "partly" if nearest == 3 else "no"
        case ItemKind.CHOOSE:
            return item.choices[nearest % len(item.choices)].key
        case ItemKind.WORDS:
            return SKIP
    return str(6 - nearest if item.reverse else nearest)


def play_group(plan: Plan) -> PlayedGroup:
    """Play all weeks of a group; the same plan gives the same words."""
    chance = Random(f"{plan.seed} {plan.name}")
    with (
        patch("secrets.randbelow", chance.randrange),
        made_up_installation("sqlite", plan.members) as (installation, clock),
    ):
        crowd = _Crowd(plan, chance)
        weeks = tuple(_play_weeks(installation, clock, plan, crowd, chance))
    return PlayedGroup(plan, weeks)


def _play_weeks(
    installation: Installation, clock: FixedClock, plan: Plan, crowd: _Crowd, chance: Random
) -> Iterator[PlayedWeek]:
    for week in range(plan.weeks):
        opens_at, closes_at = OPENS + timedelta(weeks=week), CLOSES + timedelta(weeks=week)
        clock.set(opens_at)
        if week % COMMITS == COMMITS - 1 and (number := week // COMMITS) < len(PROMISES):
            due = (opens_at + DUE_AFTER).date()
            add_as_operator(installation, PARTNERSHIP, PROMISES[number], due.isoformat())
        asked = _open_round(installation, OpenRound(1, opens_at, closes_at))
        record_answers(installation, list(_answer_round(asked, plan, crowd, chance, week)))
        clock.set(closes_at)
        close_round(installation, asked.id)
        yield _read_week(installation, asked)


def _open_round(installation: Installation, slot: OpenRound) -> Round:
    round_id = open_round(installation, slot)
    with installation.database.read() as session:
        asked = rounds.load_round(session, round_id) if round_id is not None else None
    if asked is None:
        raise RuntimeError("The round did not open.")
    return asked


def _answer_round(
    asked: Round, plan: Plan, crowd: _Crowd, chance: Random, week: int
) -> Iterator[Submission]:
    for member in range(plan.members):
        if chance.random() >= RESPONSE:
            continue
        answers = {
            AnswerTarget(asked.id, position, slot): crowd.answer(item, member, week)
            for position, item in enumerate(asked.items)
            for slot in list_slots(item)
        }
        if chance.random() < WRITES:
            comment = f"{chance.choice(OPENINGS)} {chance.choice(CLOSINGS)}"
            answers[AnswerTarget(asked.id, 0, COMMENT)] = comment
        yield Submission(member_address(member), asked.id, answers)


def _read_week(installation: Installation, asked: Round) -> PlayedWeek:
    with installation.database.read() as session:
        digest = history.load_digest(session, asked.partnership, asked.number)
        message = load_digest_card(session, asked.id)
    text = installation.renderer.text(digest.statements)
    return PlayedWeek(digest, message, {item.id: item.talk for item in asked.items}, text)


def write_group(group: PlayedGroup, folder: Path) -> Path:
    """A group's text file: of each week the chat's message, then the whole digest."""
    file = folder / f"{group.plan.name}.txt"
    file.write_text("\n\n".join(_lay_out_weeks(group.weeks)) + "\n", encoding="utf-8")
    return file


def _lay_out_weeks(weeks: Sequence[PlayedWeek]) -> Iterator[str]:
    for week in weeks:
        yield f"{'=' * 30} round {week.digest.number}: the chat's message {'=' * 30}"
        yield message_text(week.message)
        yield f"{'-' * 30} round {week.digest.number}: the whole digest {'-' * 30}"
        yield week.text


def message_text(message: Card) -> str:
    """A message as a chat shows it, without its button."""
    return "\n".join((message.title, *message.text))
