"""A partnership that writes commitments down, with the shipped bank of questions about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pulse_bot.banks.load import load_library
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.record import Statement
from pulse_bot.ports import Address, Pressed, Reply, Submitted
from pulse_bot.usecases.commitments.conversation import NEW_COMMITMENT
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot_reports.renderer import DigestRenderer
from tests.made_up import (
    CLOSES,
    POOL,
    WEEK,
    answer_all,
    at,
    opened_round,
)
from tests.usecases.scene import Talk, people_with_roles, words

LEAD, FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in range(3))
LESSONS = "We visit one another's lessons."
[BANK] = [bank for bank in load_library(()).banks if bank.id == "commitments"]


@dataclass
class Told(DigestRenderer):
    """The shipped renderer, which keeps the facts that it was handed."""

    facts: list[DigestFacts] = field(default_factory=list)

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        self.facts.append(facts)
        return super().statements(facts)


@dataclass(frozen=True)
class Valley:
    """A partnership with the shipped bank of follow-up questions, week by week."""

    talk: Talk
    told: Told
    addresses: list[Address]

    async def write_down(
        self, text: str = LESSONS, due: str = "in 2 weeks", by: Address = LEAD
    ) -> Reply:
        form = (await self.press(NEW_COMMITMENT, by)).form
        assert form is not None
        return await self.talk.handle(Submitted(by, form.key, {"text": (text,), "due": (due,)}))

    async def press(self, action: str, by: Address = LEAD) -> Reply:
        return await self.talk.handle(Pressed(by, action))

    async def listed(self, by: Address = MEMBER) -> str:
        return words([await self.talk.look(by, "commitments")])

    async def week(self, number: int, done: str = "partly") -> tuple[Round, DigestFacts]:
        """A week's round, in which everybody answers; what its digest was made of."""
        asked = opened_round(self.talk.made, number)
        own = {ItemKind.YES_NO: done, ItemKind.WORDS: "skip", ItemKind.CHOOSE: "drop"}
        await answer_all(
            self.talk.made,
            asked,
            self.addresses,
            lambda _, position: own.get(asked.items[position].kind, "4"),
        )
        at(self.talk.made, CLOSES + number * WEEK)
        close_round(self.talk.made, asked.id)
        return asked, self.told.facts[-1]


def valley_of(talk: Talk, members: int = 14) -> Valley:
    told = Told()
    made = replace(talk.made, renderer=told, pool=lambda: {**POOL, BANK.id: BANK.items})
    addresses = people_with_roles(made, members)
    return Valley(replace(talk, made=made), told, addresses)
