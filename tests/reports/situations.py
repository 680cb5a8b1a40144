"""Situations that a partnership can be in, played through real rounds with made-up answers.

What comes out are digests as groups read them; `pictures` draws them for the docs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from pulse_bot.app import assemble_installation
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.domain.asking.items import SKIP, Item, ItemKind, list_slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Address
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.commitments.register import add_as_operator
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import read_digests
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission, record_answers
from tests.lots import lots_drawn_by
from tests.made_up import KEY, OPENS, PARTNERSHIP, PLAN, START, at, opened_round, people

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
    members: int = MEMBERS
    asks: tuple[str, ...] = ()
    """Questions of the banks that are asked instead of the weekly ones, each once."""
    skips: tuple[str, ...] = ()
    """Themes that everybody skips."""
    promised: tuple[str, ...] = ()
    """Commitments that were written down before the first round, due in its week."""


def _steady(_member: int, _week: int, theme: str) -> float:
    return {"trust": 3.6, "honesty": 3.0, "accountability": 3.3}[theme]


def _up(member: int, week: int, theme: str) -> float:
    return _steady(member, week, theme) + (1.0 if theme == "trust" and week >= 14 else 0.0)


def _camps(member: int, week: int, theme: str) -> float:
    if theme != "honesty":
        return _steady(member, week, theme)
    return 1.4 if member % 2 else 4.6


def _ambitious(_member: int, _week: int, theme: str) -> float:
    return {"later": 4.4, "reflection-talent": 2.6}.get(theme, 3.0)


def _kept(member: int, week: int, theme: str) -> float:
    return 4.6 if theme == "commitments" else _steady(member, week, theme)


SITUATIONS = (
    Situation("too-few", 3, _steady, answer=0.1),
    Situation("five-rounds", 5, _steady),
    Situation("steady", 20, _steady),
    Situation("up", 20, _up),
    Situation("two-camps", 12, _camps, chance=0.4),
    Situation("small-group", 12, _steady, answer=1.0, members=7),
    Situation(
        "journey",
        1,
        _ambitious,
        asks=(
            "partnership-reflection-most-of-our-talent",
            "partnership-reflection-know-who-is-good",
            "partnership-reflection-learn-elsewhere",
        ),
    ),
    Situation(
        "choose",
        1,
        _ambitious,
        members=30,
        asks=(
            "decisive-collaboration-belief-stronger",
            "before-the-workshop-how-far-along",
            "peer-review-lead-to-action",
        ),
    ),
    Situation(
        "commitments",
        1,
        _kept,
        promised=("We visit one another's schools once this half-term.",),
    ),
)


def played(situation: Situation, folder: Path) -> list[Digest]:
    """Its digests, newest first. The same situation gives the same ones."""
    made = assemble_installation(
        f"sqlite:///{folder / f'{situation.name}.db'}", MemoryKeyStore(), KEY, FixedClock(START)
    )
    random = Random(situation.name)
    addresses = people(made, situation.members)
    made = _asking(made, situation.asks)
    for text in situation.promised:
        add_as_operator(made, PARTNERSHIP, text, f"{OPENS:%Y-%m-%d}")
    with lots_drawn_by(random.randrange):
        for week in range(situation.rounds):
            _play_week(made, situation, week, random, addresses)
    found = read_digests(made, PARTNERSHIP)
    made.database.close()
    return found


def _play_week(
    made: Installation,
    situation: Situation,
    week: int,
    random: Random,
    addresses: Sequence[Address],
) -> None:
    asked = opened_round(made, week)
    record_answers(
        made,
        [
            Submission(address, asked.id, _answers(random, situation, asked, member))
            for member, address in enumerate(addresses)
            if random.random() < situation.answer
        ],
    )
    at(made, asked.closes_at)
    close_round(made, asked.id)


def _asking(made: Installation, ids: Sequence[str]) -> Installation:
    """With a programme of these questions alone, where there are some: each is its own theme."""
    if not ids:
        return made
    known = {item.id: item for items in made.pool().values() for item in items}
    own = {one: [known[one]] for one in ids}
    asking = replace(made, pool=lambda: own)
    set_programme(asking, PARTNERSHIP, replace(PLAN, themes=tuple(ids)))
    return asking


def _answers(
    random: Random, situation: Situation, asked: Round, member: int
) -> dict[AnswerTarget, str]:
    found = {}
    for position, item in enumerate(asked.items):
        for slot in list_slots(item):
            mean = situation.leaning(
                member, asked.number - 1, "later" if slot == "later" else item.dimension
            )
            leans = random.gauss(mean, situation.chance)
            skipped = item.dimension in situation.skips
            answer = SKIP if skipped else _answer(random, item, leans)
            found[AnswerTarget(asked.id, position, slot)] = answer
    return found


def _answer(random: Random, item: Item, leans: float) -> str:
    """What somebody says who stands there, from 1 to 5."""
    drawn = min(5, max(1, round(leans)))
    match item.kind:
        case ItemKind.SCALE:
            return str(min(10, max(0, round(2.5 * (leans - 1)))))
        case ItemKind.YES_NO:
            return "yes" if drawn >= 4 else "partly" if drawn == 3 else "no"
        case ItemKind.CHOOSE:
            keys = [one.key for one in item.choices]
            return random.choices(keys, [4 ** (len(keys) - n) for n in range(len(keys))])[0]
        case ItemKind.WORDS:
            return SKIP
    # Who finds a thing good says little of its opposite.
    return str(6 - drawn if item.reverse else drawn)
