"""A facilitator with a workshop ahead, and a clock that opens and closes what is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from pulse_bot.domain.asking.items import Choice, Item, ItemKind
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address, Commanded, Pressed, Reply, Submitted
from pulse_bot.storage import rounds
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from tests.made_up import POOL, THEMES, at
from tests.outbox import send_due, tick
from tests.usecases.scene import Talk, people_with_roles

LEAD, FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in range(3))

COURAGE: Final = [
    Item(
        id=f"courage-{n}",
        bank="courage",
        text=f"We say the hard thing when it is number {n}.",
        kind=(ItemKind.AGREE, ItemKind.CHOOSE, ItemKind.JOURNEY)[n % 3 if n > 7 else 0],
        dimension="courage",
        talk=f"When was number {n} last said?",
        core=n < 2,
        choices=(Choice("a", "At once"), Choice("b", "Later")) if n == 10 else (),
    )
    for n in range(14)
]
TUESDAY: Final = "27 January 2026"
"""The Wednesday opening before it is six days before, and a fortnight after the first."""
ASKED: Final = datetime(2026, 1, 21, 15, 30, tzinfo=UTC)
CLOSED: Final = datetime(2026, 1, 26, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Workshop:
    """A conversation about workshops."""

    talk: Talk

    @property
    def made(self) -> Installation:
        return self.talk.made

    async def begin(
        self, who: Address = FACILITATOR, *, bank: str = "courage", on: str = TUESDAY, **more: str
    ) -> Reply:
        given = {"bank": bank, "on": on, **more}
        values = {key: (value,) for key, value in given.items() if value}
        return await self.talk.handle(Submitted(who, "seed", values))

    async def press(self, verb: str, seeding: int = 1, who: Address = FACILITATOR) -> Reply:
        return await self.talk.handle(Pressed(who, f"seed:{verb}:{seeding}"))

    async def send(
        self, verb: str, seeding: int = 1, who: Address = FACILITATOR, **values: tuple[str, ...]
    ) -> Reply:
        return await self.talk.handle(Submitted(who, f"seed:{verb}:{seeding}", values))

    async def planned(
        self, on: str = TUESDAY, seeding: int = 1, *, own: str = "", together: str = ""
    ) -> Reply:
        await self.begin(on=on, own=own, together=together)
        return await self.press("plan", seeding)

    async def listed(self, who: Address = MEMBER) -> Reply:
        return await self.talk.handle(Commanded(who, "workshops"))

    def run(self, now: datetime) -> list[str]:
        """Do what is due, but for what adapters do; the names of all jobs."""
        return run(self.made, now)

    def asked(self) -> list[str]:
        """The ids of what the newest round asks."""
        return [item.id for item in self.newest().items]

    def newest(self) -> Round:
        with self.made.database.read() as session:
            row = rounds.latest_round(session, 1)
            assert row is not None
            return rounds.round_from_row(row)


def workshop(talk: Talk, members: int = 14) -> Workshop:
    """A partnership with a lead, a facilitator, and a bank of fourteen questions."""
    people_with_roles(talk.made, members)
    pool = {**{theme: POOL[theme] for theme in THEMES}, "courage": COURAGE}
    return Workshop(replace(talk, made=replace(talk.made, pool=lambda: pool)))


def run(made: Installation, now: datetime) -> list[str]:
    """Let a moment come; which rounds were opened, closed or revealed then, and what was sent."""
    at(made, now)
    before = _states(made)
    tick(made)
    after = _states(made)
    done = [name for number, name in after.items() if before.get(number) != name]
    return [*done, *(one.kind.value for one in send_due(made))]


def _states(made: Installation) -> dict[int, str]:
    with made.database.read() as session:
        query = select(RoundRow.id, RoundRow.state, RoundRow.held).order_by(RoundRow.id)
        return {
            number: "held" if held else state.value
            for number, state, held in session.execute(query)
        }
