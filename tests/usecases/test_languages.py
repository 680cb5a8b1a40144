"""A member reads questions in their own language wherever they meet them; answers stay the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from pulse_bot.domain.asking.items import Item, Wording
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.ports import Address, Card, Submitted
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.outbox import Message, prepare_entries
from tests.made_up import (
    CLOSES,
    PARTNERSHIP,
    PLAN,
    POOL,
    answer_all,
    at,
    opened_round,
    people,
)
from tests.outbox import send_due, waiting
from tests.usecases.scene import Talk, envelopes_in

WELSH_AGREE = "Cytuno'n gryf"


def in_welsh(item: Item) -> Item:
    """The item with a translation."""
    return replace(item, translations=(Wording("cy", f"{item.id} yn Gymraeg."),))


@pytest.fixture
def bilingual(talk: Talk) -> Talk:
    """An installation whose questions are there in Welsh too; three of them are asked at once."""
    pool = {theme: [in_welsh(item) for item in items] for theme, items in POOL.items()}
    return replace(talk, made=replace(talk.made, pool=lambda: pool))


async def speaks_welsh(talk: Talk, address: Address) -> None:
    """Choose Welsh, as a member does."""
    await talk.handle(Submitted(address, "language", {"language": ("cy",)}))


def labels(card: Card) -> list[str]:
    return [button.label for row in card.buttons for button in row]


def cards_out(made: Installation, round_id: int) -> dict[Address, Card]:
    due = [one for one in waiting(made, OutgoingKind.CARD) if one.round == round_id]
    prepared = prepare_entries(made, due)
    cards = {one.address: prepared[one.id] for one in due}
    return {address: one.card for address, one in cards.items() if isinstance(one, Message)}


async def test_every_card_and_form_comes_in_the_members_language(bilingual: Talk) -> None:
    made = bilingual.made
    welsh, other, *_ = people(made)
    set_programme(made, PARTNERSHIP, replace(PLAN, items_a_round=3))
    await speaks_welsh(bilingual, welsh)
    asked = opened_round(made)
    first = asked.items[0]

    sent = cards_out(made, asked.id)
    assert sent[welsh].title == f"{first.id} yn Gymraeg."
    assert WELSH_AGREE in labels(sent[welsh])
    assert sent[other].title == first.text
    assert "Strongly agree" in labels(sent[other])

    for address, texts in ((welsh, "yn Gymraeg."), (other, "is good.")):
        form = (await bilingual.home(address)).form
        assert form is not None
        assert all(one.label.endswith(texts) for one in form.fields if one.options)
        (following,) = (await bilingual.choose(asked, address, "4")).cards
        assert following.title.endswith(texts)
        comment = (await bilingual.press(address, f"more:{asked.id}:1")).form
        assert comment is not None
        assert comment.fields[0].label.endswith(texts)


async def test_answers_of_both_languages_are_the_same_answers(bilingual: Talk) -> None:
    made = bilingual.made
    addresses = people(made)
    await speaks_welsh(bilingual, addresses[0])
    asked = opened_round(made)
    sent = cards_out(made, asked.id)

    actions = [[one.action for one in sent[address].buttons[0]] for address in addresses[:2]]

    assert actions[0] == actions[1]
    await answer_all(made, asked, addresses)
    assert envelopes_in(made) == len(addresses) * len(asked.items)


async def test_a_reminder_comes_in_the_members_language(bilingual: Talk) -> None:
    made = bilingual.made
    welsh, other, *_ = people(made)
    await speaks_welsh(bilingual, welsh)
    opened_round(made)
    send_due(made, OutgoingKind.CARD)
    at(made, CLOSES - timedelta(hours=4))

    reminded = {one.address: one.card for one in send_due(made, OutgoingKind.REMINDER)}

    assert reminded[welsh].title.endswith("yn Gymraeg.")
    assert reminded[other].title.endswith("is good.")


@pytest.mark.both_databases
async def test_a_members_language_wins_over_the_partnerships(bilingual: Talk) -> None:
    made = bilingual.made
    english, other, *_ = people(made)
    await bilingual.handle(Submitted(english, "language", {"language": ("en",)}))
    with made.database.write() as session:
        session.execute(update(PartnershipRow).values(language="cy-GB"))
    sent = cards_out(made, opened_round(made).id)
    assert sent[english].title.endswith("is good.")
    assert sent[other].title.endswith("yn Gymraeg.")


async def test_a_round_keeps_the_translations_that_it_opened_with(bilingual: Talk) -> None:
    """Whatever becomes of the files: two members must not read two versions of one question."""
    made = bilingual.made
    welsh, *_ = people(made)
    await speaks_welsh(bilingual, welsh)
    asked = opened_round(made)
    without = replace(made, pool=lambda: POOL)
    assert cards_out(without, asked.id)[welsh].title.endswith("yn Gymraeg.")
