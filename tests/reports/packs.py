"""Made-up packs: real questions, made-up answers, and whatever the release policy says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from random import Random

from pulse_bot.banks.load import load_library
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.commitments import Commitment, CommitmentState
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.closed_round import ClosedRound, MemberWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item
from pulse_bot_reports import renderer

NAME = "Colne Valley Partnership"
TITLE = "Can we hold one another to account?"
DAY = date(2026, 3, 12)
SEEDED = (
    "before-the-workshop-know-what-for",
    "partnership-reflection-hold-to-account",
    "partnership-reflection-who-does-what",
    "before-the-workshop-how-far-along",
    "before-the-workshop-leave-with",
    "before-the-workshop-on-your-mind",
)
WRITTEN = (
    "How do we say no to one another without losing a friend?",
    "Who notices when one of us goes quiet?",
    "What would we stop doing if nobody was watching?",
    "Do we look at the same results in the same way?",
    "How do small schools keep up with all of this?",
    "Why do we never finish what we start in the spring?",
    "What do our newest teachers see that we do not?",
    "How would we know that it was worth the day?",
    "Which of our meetings could we do without?",
)
"""As many as wrote: a lot leaves five of them."""
COMMITMENTS = (
    Commitment(3, "Every school opens one lesson a term to the others.", date(2026, 3, 20),
               CommitmentState.OPEN),
    Commitment(5, "We publish what we agreed within two days.", date(2026, 4, 24),
               CommitmentState.OPEN),
)  # fmt: skip


@cache
def banked(*names: str) -> tuple[Item, ...]:
    """Questions of the shipped banks."""
    found = {item.id: item for bank in load_library(()).banks for item in bank.items}
    return tuple(found[name] for name in names)


@cache
def pack(
    members: int = 14,
    answered: int | None = None,
    items: tuple[Item, ...] = banked(*SEEDED),
    commitments: tuple[Commitment, ...] = COMMITMENTS,
) -> Pack:
    """The pack of so many members, of whom six in seven answered, if nothing else is said."""
    heard = answered if answered is not None else -(-6 * members // 7)
    digest = _digest(items, members, heard)
    return Pack(NAME, "Europe/London", TITLE, DAY, items, digest, commitments)


def _digest(items: Sequence[Item], members: int, answered: int) -> Digest:
    random = Random(members)
    given = {
        item.id: [
            MemberAnswers(n % 9, _answer(random, item)) for n in range(_given(item, answered))
        ]
        for item in items
    }
    thresholds = Thresholds.for_partnership(9)
    closed = ClosedRound(
        partnership=NAME,
        number=7,
        opened_at=datetime(2026, 3, 5, 15, 30, tzinfo=UTC),
        closed_at=datetime(2026, 3, 11, 18, tzinfo=UTC),
        next_opens_at=datetime(2026, 3, 18, 15, 30, tzinfo=UTC),
        time_zone="Europe/London",
        items=tuple(items),
        tallies={item.id: tally_item(item, given[item.id], members, thresholds) for item in items},
        roster_size=members,
        answered=answered,
        newcomers=0,
        thresholds=thresholds,
        series=(),
        workshop_items=frozenset(item.id for item in items),
        organisations=min(9, answered),
    )
    in_words = [item.id for item in items if item.kind is ItemKind.WORDS]
    written = [MemberWords(answers=dict.fromkeys(in_words, words)) for words in WRITTEN[:answered]]
    # The lowest that can be drawn of texts.
    drawn = draw_words(closed, written if in_words else [], (), lambda _: 0)
    released = release_facts(replace(closed, words=drawn))
    known = replace(released, workshop=TITLE, workshop_on=DAY)
    said = renderer.statements(known)
    return Digest(closed.number, closed.closed_at, said, TITLE)


def _given(item: Item, answered: int) -> int:
    """How many answered a question: of those in words, they who wrote."""
    return min(answered, len(WRITTEN)) if item.kind is ItemKind.WORDS else answered


def _answer(random: Random, item: Item) -> dict[str, str]:
    match item.kind:
        case ItemKind.JOURNEY:
            # The longer the question, the further there is to go: no two of them alike.
            now = "1222" if len(item.text) > 60 else "2334"
            return {"now": random.choice(now), "later": random.choice("3445")}
        case ItemKind.SCALE:
            return {"answer": str(random.randint(3, 8))}
        case ItemKind.YES_NO:
            return {"answer": random.choice(("yes", "partly", "partly", "no"))}
        case ItemKind.CHOOSE:
            keys = [choice.key for choice in item.choices]
            return {"answer": random.choice([*keys[:2] * 4, *keys])}
        case ItemKind.WORDS:
            return {"answer": "words"}
        case ItemKind.AGREE | ItemKind.FREQUENCY:
            return {"answer": random.choice("23344")}
