"""Answering: check, seal, and wait for the disk. The one path whose speed is felt.

Nothing but the envelope is written at the time of an answer: any other change of the database
beside it would tell a thief of the log who answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pulse_bot.cards import Target
from pulse_bot.domain.calendar import Calendar, spoken
from pulse_bot.domain.items import InvalidAnswer, check
from pulse_bot.domain.programme import next_opening
from pulse_bot.domain.rounds import Round, State
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.sealing import Envelope, seal, tag
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.usecases.installation import Installation

Write = Callable[[Envelope], Awaitable[bool]]
"""Stores one envelope durably; False when its round no longer takes answers."""


class NobodyThere(Refused):
    """Nobody lives at this address."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A member in front of the round that asks them."""

    member: int
    round: Round
    calendar: Calendar = field(repr=False)

    @property
    def until(self) -> str:
        """When the round closes, as the member would say it."""
        return spoken(self.round.closes_at, self.calendar.zone)


async def answer(
    installation: Installation, write: Write, address: Address, answers: Mapping[Target, str]
) -> Answering:
    """Record answers, all or none. Raises Refused with a message for the member."""
    answering, envelopes = await asyncio.to_thread(_sealed, installation, address, answers)
    taken = await asyncio.gather(*(write(envelope) for envelope in envelopes))
    if not all(taken):
        # It closed between the look and the commit.
        raise Refused(await asyncio.to_thread(_closed, installation, answering.round.id))
    return answering


def _sealed(
    installation: Installation, address: Address, answers: Mapping[Target, str]
) -> tuple[Answering, Sequence[Envelope]]:
    with installation.database.read() as session:
        answering = _answering(session, installation, address, {one.round for one in answers})
    tag_key = _tag_key(installation, answering.round.id)
    return answering, [
        seal(
            answering.round.id,
            answering.round.public_key,
            tag_key,
            tag(tag_key, answering.member, answering.round.items[target.position].id, target.slot),
            checked(answering.round, target, value),
        )
        for target, value in answers.items()
    ]


def checked(asked: Round, target: Target, value: str) -> str:
    """An answer that fits its question. Raises Refused with a message for the member."""
    if not 0 <= target.position < len(asked.items):
        raise Refused("That question is not in this round. Please open the questions again.")
    try:
        return check(asked.items[target.position], target.slot, value)
    except InvalidAnswer as error:
        raise Refused(str(error)) from None


def _answering(
    session: Session, installation: Installation, address: Address, wanted: set[int]
) -> Answering:
    member, partnership = someone(session, address)
    [round_id] = wanted or {-1}
    asked = rounds.load(session, round_id)
    if asked is None or asked.partnership != partnership.id:
        raise Refused("That question is not one of yours. Please open your questions again.")
    if not asked.takes_answers(installation.clock.now()):
        raise Refused(closed_message(session, partnership, asked))
    if not rounds.is_seated(session, round_id, member.id):
        raise Refused("You are not on this round's list; you will be asked in a later one.")
    return Answering(member.id, asked, partnerships.calendar(session, partnership, member))


def someone(session: Session, address: Address) -> tuple[MemberRow, PartnershipRow]:
    """The member at an address and their partnership. Raises NobodyThere."""
    member = partnerships.member_at(session, address)
    partnership = session.get(PartnershipRow, member.partnership_id) if member else None
    if member is None or partnership is None:
        raise NobodyThere(
            "This link is not valid any more. Ask your partnership's lead for a new one."
        )
    return member, partnership


def _tag_key(installation: Installation, round_id: int) -> bytes:
    keys = installation.keys.load(round_id)
    if keys is None:
        raise Refused(
            "The key of this round is gone, so no answer can be kept safely. Nothing was "
            "recorded; you will be asked again."
        )
    return keys.tag_key


def _closed(installation: Installation, round_id: int) -> str:
    with installation.database.read() as session:
        asked = rounds.load(session, round_id)
        partnership = session.get(PartnershipRow, asked.partnership) if asked else None
        if asked is None or partnership is None:
            return "This round is over."
        return closed_message(session, partnership, asked)


def closed_message(session: Session, partnership: PartnershipRow, asked: Round) -> str:
    """Why a round takes no answer any more, and when the next one comes."""
    calendar = partnerships.calendar(session, partnership)
    planned = partnerships.programme(session, partnership.id)
    opening = next_opening(planned[0], calendar, asked.closes_at) if planned else None
    then = f"opens on {spoken(opening, calendar.zone)}" if opening else "has no date yet"
    if asked.state is State.LOST:
        return f"The key of this round was lost, its answers destroyed unread; the next {then}."
    return f"This round closed on {spoken(asked.closes_at, calendar.zone)}; the next {then}."
