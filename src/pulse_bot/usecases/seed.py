"""Seeding: a facilitator prepares a workshop with questions from the banks."""

from __future__ import annotations

from typing import Final

from pulse_bot import cards
from pulse_bot.domain.items import Item
from pulse_bot.domain.people import Role
from pulse_bot.domain.seeding import suggest
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.usecases import fields
from pulse_bot.usecases.answer import someone
from pulse_bot.usecases.installation import Installation

_LONGEST: Final = {"bank": 60}


def ask_seed(installation: Installation, address: Address) -> Reply:
    """The form in which a facilitator says what a workshop is about. Raises Refused for others."""
    _check(installation, address)
    options = tuple(Option(bank, _title(bank)) for bank in sorted(_banks(installation)))
    about = Field("bank", "What is the workshop about?", FieldKind.ONE, options)
    text = ("You get six questions for it, each with a prompt for talking about it.",)
    return Reply(form=Form(cards.SEED, "Prepare a workshop", (about,), text, "Suggest six"))


def seed(installation: Installation, event: Submitted) -> Reply:
    """Suggest questions from one bank. Raises Refused."""
    _check(installation, event.address)
    bank = fields.read(event.values, _LONGEST)["bank"]
    found = _banks(installation).get(bank)
    if found is None:
        raise Refused("Please choose from the list what the workshop is about.")
    lines = tuple(f"{item.text} To talk about: {item.talk}" for item in suggest(found))
    return Reply(cards=(Card(CardKind.NOTICE, f"For a workshop: {_title(bank)}", lines),))


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a draft or of a planned workshop does. Raises Refused."""
    raise Refused("This is not there yet.")


def _check(installation: Installation, address: Address) -> None:
    with installation.database.read() as session:
        member, _ = someone(session, address)
        if member.role is Role.MEMBER:
            raise Refused("Workshops are prepared by facilitators and leads. Ask one of them.")


def _banks(installation: Installation) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for items in installation.pool().values():
        for item in items:
            found.setdefault(item.bank, []).append(item)
    return found


def _title(bank: str) -> str:
    words = bank.replace("-", " ")
    return words[:1].upper() + words[1:]
