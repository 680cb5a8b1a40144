"""How tests of stories talk to pulse-bot: by events alone, as adapters do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from pulse_bot.cards.actions import AnswerTarget, form_key
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import (
    Address,
    Commanded,
    Event,
    Form,
    OpenedHome,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.models import EnvelopeRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.rounds.record_answer import RecordAnswers
from pulse_bot.usecases.router import COMMANDS, route_event
from tests.made_up import PARTNERSHIP, people, stage_once

LOOKS = ("group", "report", "roster", "privacy", "log", "help")
"""The commands that only show something."""

assert set(LOOKS) < COMMANDS.keys()


def people_with_roles(made: Installation, members: int = 14) -> list[Address]:
    """The partnership, whose first member leads and whose second facilitates; the addresses."""

    def stage() -> list[Address]:
        addresses = people(made, members)
        change_role(made, PARTNERSHIP, 1, Role.LEAD)
        change_role(made, PARTNERSHIP, 2, Role.FACILITATOR)
        return addresses

    return stage_once(made, ("people with roles", members), stage)


@dataclass(frozen=True)
class Talk:
    """An installation and its one writer of answers: what `App.handle` is made of."""

    made: Installation
    record: RecordAnswers

    async def handle(self, event: Event) -> Reply:
        return await route_event(self.made, self.record, event)

    async def press(self, address: Address, action: str) -> Reply:
        return await self.handle(Pressed(address, action))

    async def choose(
        self, asked: Round, address: Address, value: str, position: int = 0, slot: str = "answer"
    ) -> Reply:
        """Press the button of an answer."""
        return await self.press(address, AnswerTarget(asked.id, position, slot).action_for(value))

    async def submit(self, asked: Round, address: Address, values: Mapping[str, str]) -> Reply:
        """Send the round's form with one value a field."""
        chosen = {key: (value,) for key, value in values.items()}
        return await self.handle(Submitted(address, form_key(asked.id), chosen))

    async def home(self, address: Address, *, promised: bool = True, page: bool = False) -> Reply:
        return await self.handle(OpenedHome(address, promised, page=page))

    async def look(self, address: Address, command: str) -> Reply:
        return await self.handle(Commanded(address, command))

    async def all_views(self, address: Address) -> list[Reply]:
        """Everything that a member can look at."""
        homes = [await self.home(address, page=page) for page in (False, True)]
        return [*homes, *[await self.look(address, one) for one in LOOKS]]


def envelopes_in(made: Installation) -> int:
    """How many answers are in the database."""
    with made.database.read() as session:
        return session.scalar(select(func.count()).select_from(EnvelopeRow)) or 0


def words(replies: Iterable[Reply]) -> str:
    """Everything that replies show, in one text."""
    return "\n".join(line for reply in replies for line in _lines(reply))


def _lines(reply: Reply) -> Iterator[str]:
    yield reply.notice
    for card in reply.cards:
        yield from (card.title, *card.text, card.progress)
        yield from (button.label for row in card.buttons for button in row)
    if reply.form is not None:
        yield from _form_lines(reply.form)


def _form_lines(form: Form) -> Iterator[str]:
    yield from (form.title, *form.text)
    for one in form.fields:
        yield from (one.label, one.hint, *(option.label for option in one.options))


def snapshot(made: Installation, *, without: Iterable[str] = ()) -> dict[str, list[str]]:
    """Every row of every table, to compare; random bytes and moments are left in."""
    with made.database.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in TableBase.metadata.sorted_tables
            if table.name not in without
        }


def rows_with(made: Installation, text: str) -> set[str]:
    """The tables in any of whose rows a text stands."""
    return {name for name, rows in snapshot(made).items() if any(text in row for row in rows)}
