"""A workshop is prepared by facilitators and leads, with questions of one bank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.items import Item, Kind
from pulse_bot.domain.people import Role
from pulse_bot.ports import Address, Commanded, Outcome, Submitted
from pulse_bot.usecases.people import change_role
from tests.made_up import PARTNERSHIP, POOL, people
from tests.usecases.scene import Talk, words

FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in (1, 2))


COURAGE = [
    Item(
        id=f"courage-{n}",
        bank="courage",
        text=f"We say the difficult thing number {n}.",
        kind=Kind.AGREE,
        dimension="courage",
        talk=f"When was number {n} last said?",
        core=n < 2,
    )
    for n in range(10)
]


@pytest.fixture
async def valley(talk: Talk) -> Talk:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 2, Role.FACILITATOR)
    pool = {"trust": POOL["trust"], "courage": COURAGE}
    return replace(talk, made=replace(talk.made, pool=lambda: pool))


async def test_a_facilitator_gets_six_questions_with_prompts(valley: Talk) -> None:
    asked = await valley.handle(Commanded(FACILITATOR, "seed"))
    assert asked.form is not None
    [about] = asked.form.fields
    assert [option.value for option in about.options] == ["courage", "trust"]

    reply = await valley.handle(Submitted(FACILITATOR, asked.form.key, {"bank": ("courage",)}))

    [card] = reply.cards
    shown = [item for item in COURAGE if item.text in words([reply])]
    assert len(card.text) == len(shown) == 6
    assert [item.talk for item in shown if item.talk not in words([reply])] == []
    assert [item.id for item in shown if item.core] == []


@pytest.mark.parametrize("values", [{}, {"bank": ("no-such-bank",)}, {"bank": ("trust", "x")}])
async def test_what_is_not_in_the_list_is_refused(
    valley: Talk, values: dict[str, tuple[str, ...]]
) -> None:
    reply = await valley.handle(Submitted(FACILITATOR, "seed", values))

    assert reply.outcome is Outcome.REFUSED
    assert "lease choose" in reply.notice


async def test_a_member_is_told_whom_to_ask(valley: Talk) -> None:
    for event in (Commanded(MEMBER, "seed"), Submitted(MEMBER, "seed", {"bank": ("trust",)})):
        reply = await valley.handle(event)

        assert reply.outcome is Outcome.REFUSED
        assert "facilitators and leads" in reply.notice
