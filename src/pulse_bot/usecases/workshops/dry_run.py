"""A dry run: what a digest would show and hide of some questions, with made-up answers.

The answers are drawn from a seed, so that the same questions look the same twice; everything after
them is the real release policy and the real renderer. Nothing is kept.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item, ItemKind, list_options, list_slots
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.closed_round import ClosedRound, MemberWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.record import Statement, StatementKind
from pulse_bot.domain.release.results import Silence
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.thresholds import compute_thresholds

ANSWER_COUNTS: Final = (6, 9, 14, 20)
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
class DryRun:
    """One run: how many of how many answer, and what a digest would say of the questions."""

    answers: int
    members: int
    questions_shown: int
    """Questions of which a digest would say something."""
    questions: int
    pooled: bool
    """Whether it would say one level of the questions together."""
    statements: tuple[Statement, ...]


def simulate_digests(
    session: Session, installation: Installation, partnership: PartnershipRow, items: Sequence[Item]
) -> list[DryRun]:
    """A run for each number of answers that the members could give.

    Where there is no member yet, all of them are made up.
    """
    members = partnerships.list_members(session, partnership.id)
    same = partnerships.map_organisations(session, partnership.id)
    schools = [
        same[entry.organisation_id] for entry, _ in members if entry.standing is Standing.ACTIVE
    ]
    thresholds = compute_thresholds(session, partnership.id)
    now = installation.clock.now()
    most = len(schools) or max(ANSWER_COUNTS)
    return [
        _simulate_digest(
            installation,
            partnership,
            items,
            thresholds,
            now,
            schools or _make_up_schools(answers, thresholds),
            answers,
        )
        for answers in [entry for entry in ANSWER_COUNTS if entry <= most] or [most]
    ]


def _make_up_schools(members: int, thresholds: Thresholds) -> list[int]:
    """The schools of members that there are not."""
    return [number % thresholds.organisations for number in range(members)]


def _simulate_digest(
    installation: Installation,
    partnership: PartnershipRow,
    items: Sequence[Item],
    thresholds: Thresholds,
    now: datetime,
    seats: Sequence[int],
    answers: int,
) -> DryRun:
    seed = f"{answers}:{':'.join(item.id for item in items)}"
    chance = random.Random(seed)  # noqa: S311 - made-up answers, not secrets
    answering = chance.sample(list(seats), answers)
    answers_by_item = {item.id: _make_up_answers(item, answering, chance) for item in items}
    closed = ClosedRound(
        partnership=partnership.name,
        number=1,
        opened_at=now,
        closed_at=now + timedelta(days=6),
        next_opens_at=None,
        time_zone=partnership.time_zone,
        items=tuple(items),
        tallies={
            item.id: tally_item(item, answers_by_item[item.id], len(seats), thresholds)
            for item in items
        },
        roster_size=len(seats),
        answered=answers,
        newcomers=0,
        thresholds=thresholds,
        series=(),
        organisations=len(set(answering)),
        workshop_items=frozenset(item.id for item in items),
    )
    drawn = draw_words(closed, _collect_words(items, answers_by_item), (), chance.randrange)
    return _show_digest(installation, replace(closed, words=drawn))


def _show_digest(installation: Installation, closed: ClosedRound) -> DryRun:
    digest_facts = release_facts(closed)
    hidden = sum(
        isinstance(entry.result, Silence) and not entry.word_answers
        for entry in digest_facts.questions
    )
    statements = installation.renderer.statements(digest_facts)
    question_statements = tuple(entry for entry in statements if entry.kind in _OF_QUESTIONS)
    shown = len(closed.items) - hidden
    return DryRun(
        closed.answered,
        closed.roster_size,
        shown,
        len(closed.items),
        digest_facts.pooled is not None,
        question_statements,
    )


def _make_up_answers(
    item: Item, answering: Sequence[int], chance: random.Random
) -> list[MemberAnswers]:
    level = chance.uniform(0.35, 0.8)
    return [MemberAnswers(school, _answer_slots(item, level, chance)) for school in answering]


def _answer_slots(item: Item, level: float, chance: random.Random) -> Mapping[str, str]:
    answers = {slot: _make_up_answer(item, level, chance) for slot in list_slots(item)}
    if item.kind is ItemKind.JOURNEY:
        # Nobody wants to be further back in a year.
        answers["later"] = str(max(int(answers["now"]), int(answers["later"])))
    return answers


def _make_up_answer(item: Item, level: float, chance: random.Random) -> str:
    if item.kind is ItemKind.WORDS:
        return chance.choice(_WORDS)
    keys = [choice.key for choice in list_options(item)]
    if item.kind is ItemKind.CHOOSE:
        weighed = sorted(keys, key=lambda key: chance.random() * (1 + keys.index(key)))
        return ",".join(weighed[: chance.randint(1, item.most)])
    # The best answer of a yes-no is its first, of any scale its last.
    ordered = keys[::-1] if item.kind is ItemKind.YES_NO else keys
    place = min(1.0, max(0.0, chance.gauss(level, 0.22)))
    return ordered[round(place * (len(ordered) - 1))]


def _collect_words(
    items: Sequence[Item], answers_by_item: Mapping[str, Sequence[MemberAnswers]]
) -> list[MemberWords]:
    in_words = [item.id for item in items if item.kind is ItemKind.WORDS]
    by_member = zip(*(answers_by_item[item] for item in in_words), strict=True)
    return [
        MemberWords(
            answers={
                item: text
                for item, member_answers in zip(in_words, members_answers, strict=True)
                for text in member_answers.by_slot.values()
            }
        )
        for members_answers in by_member
    ]
