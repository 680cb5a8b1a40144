"""Every shipped question goes the whole way: sent, answered, added up, told to the group."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.load import load_library
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import Item, ItemKind, list_options, list_slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.release.record import CommentFact, Digest, ReleasedQuestion
from pulse_bot.domain.release.results import Silence
from pulse_bot.ports import Address, Card, Event, Form, Reply
from pulse_bot.storage import history, partnerships
from pulse_bot.testing import FakeAdapter, running
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.pages import digest_card
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import RecordAnswers, Submission, record_answers
from pulse_bot.usecases.router import route_event
from tests.made_up import (
    CLOSES,
    GROUP,
    PARTNERSHIP,
    PLAN,
    POOL,
    WEEK,
    at,
    installation,
    opened_round,
    people,
    recording,
)
from tests.outbox import send_due

SEATS = ("first", "second", "third")
"""Themes that ask one question each in every round."""
MEMBERS = 14
"""Who all answer: the last class begins at twelve, from which choices are told, too."""
WORDS = "In words of our own."


@dataclass
class Next:
    """The questions of the next round: an installation's pool, which asks whatever it is told."""

    pool: Mapping[str, Sequence[Item]] = field(
        default_factory=lambda: {**POOL, **dict.fromkeys(SEATS, ())}
    )

    def ask(self, items: Sequence[Item]) -> None:
        """Ask these, in any order."""
        self.pool = {seat: [item] for seat, item in zip(SEATS, items, strict=False)}


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a partnership, whose programme asks three questions a round."""
    file = tmp_path_factory.mktemp("set-up") / "pulse-bot.db"
    asked = Next()
    made = replace(installation(f"sqlite:///{file}"), pool=lambda: asked.pool)
    people(made, MEMBERS)
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=SEATS, items_a_round=len(SEATS)))
    made.database.scrub()
    made.database.close()
    return file


def values(item: Item, person: int) -> str:
    """An answer, another one for the next person; as many choices as may be taken."""
    keys = [choice.key for choice in list_options(item)]
    if not keys:
        return WORDS
    first = person % len(keys)
    return ",".join((*keys[first:], *keys[:first])[: item.most])


@dataclass
class Talk:
    """A conversation over the fake platform, with the last reply that came of it."""

    made: Installation
    take: RecordAnswers
    fake: FakeAdapter
    last: Reply = field(default_factory=Reply)

    async def handle(self, event: Event) -> Reply:
        """What an adapter is given."""
        self.last = await route_event(self.made, self.take, event)
        return self.last


async def answer_on_screen(talk: Talk, address: Address, asked: Round) -> None:
    """Answer every question as a member does: with what their screen shows, card after card."""
    person, shown = talk.fake.person(address.user), talk.fake.cards(address)[-1]
    for position, item in enumerate(asked.items):
        for slot in list_slots(item):
            seen = await person.look()
            assert item.text in seen.text
            if item.kind is ItemKind.WORDS:
                await person.press("Write a few words")
                assert talk.last.form is not None
                await person.fill(talk.last.form, {f"{position}:{slot}": (WORDS,)})
            elif item.most > 1:
                ticks = shown.ticks
                assert ticks is not None
                chosen = tuple(values(item, 0).split(","))
                await person.fill(Form(ticks.form, "", (ticks.field,)), {ticks.field.key: chosen})
            else:
                await person.press(list_options(item)[0].label)
            assert talk.last.notice.startswith("Recorded."), (item.id, talk.fake.errors)
            shown = talk.last.cards[0] if talk.last.cards else shown


def in_threes(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in rounds of three."""
    return (items[start : start + 3] for start in range(0, len(items), 3))


async def play(talk: Talk, week: int) -> tuple[Digest, Card]:
    """One round from its opening to its digest, as it is kept and in the group's chat."""
    made, fake = talk.made, talk.fake
    asked = opened_round(made, week)
    sent = send_due(made, OutgoingKind.CARD)
    for one in sent:
        await fake.send(one.address, one.shown)
    first, *others = (one.address for one in sent)
    await answer_on_screen(talk, first, asked)
    given = [
        Submission(
            address,
            asked.id,
            {
                AnswerTarget(asked.id, position, slot): values(item, person)
                for position, item in enumerate(asked.items)
                for slot in list_slots(item)
            },
        )
        for person, address in enumerate(others, start=1)
    ]
    assert not [one for one in record_answers(made, given) if isinstance(one, Exception)]
    at(made, CLOSES + week * WEEK)
    close_round(made, asked.id)
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
        (said,) = history.list_digests(session, partnership, most=1)
    await fake.send(GROUP, digest_card(said))
    return said, fake.cards(GROUP)[-1]


def told_of(digest: Digest) -> dict[str, bool]:
    """Of which items a result was told that answers added up to, or words that were written."""
    written = {fact.item for fact in digest.facts if isinstance(fact, CommentFact)}
    return {
        fact.item: not isinstance(fact.says, Silence | None) or fact.item in written
        for fact in digest.facts
        if isinstance(fact, ReleasedQuestion)
    }


@pytest.mark.parametrize("bank", load_library().banks, ids=lambda bank: bank.id)
async def test_every_item_is_sent_answered_added_up_and_told(
    bank: Bank, set_up: Path, tmp_path: Path
) -> None:
    file = tmp_path / "pulse-bot.db"
    shutil.copy(set_up, file)
    asking = Next()
    made = replace(installation(f"sqlite:///{file}"), pool=lambda: asking.pool)
    told: set[str] = set()
    last: Sequence[Item] = ()
    async with recording(made) as take:
        talk = Talk(made, take, FakeAdapter())
        async with running(talk.fake, talk.handle):
            for week, items in enumerate(in_threes(bank.items)):
                asking.ask(items)
                said, card = await play(talk, week)
                words = " ".join(card.text)
                assert told_of(said) == {one.id: True for one in items}
                assert [one.id for one in items if f"“{one.text}”" not in words] == []
                # A prompt of this week or the last; of a commitment's questions there is none.
                assert any(one.talk in words for one in (*items, *last)) or bank.id == "commitments"
                last = items
                told |= {one.id for one in items}
    made.database.close()

    assert told == {item.id for item in bank.items}
