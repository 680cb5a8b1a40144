"""Answering: look, check, seal, and wait for the disk. The one path whose speed is felt.

Members who click at the same time are looked up, sealed and written together; each is told only
after the commit that holds their answer. Nothing but envelopes is written at the time of an answer:
any other change of the database beside them would tell a thief of the log who answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from pulse_bot.cards.actions import Target
from pulse_bot.crypto.sealing import Envelope, seal, tag
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.items import COMMENT, InvalidAnswer, check
from pulse_bot.domain.asking.programme import next_opening
from pulse_bot.domain.asking.rounds import Round, State
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import envelopes, partnerships, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.rounds import Seated
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NobodyThere


class Given(NamedTuple):
    """What one member answers in one round: all of it is recorded, or nothing."""

    address: Address
    round: int
    answers: Mapping[Target, str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A member's answers are on disk."""

    round: Round
    time_zone: str
    """The member's."""
    language: str
    """The member's."""
    envelopes: Sequence[Envelope] = field(repr=False)

    @property
    def read(self) -> Round:
        """The round in the member's language."""
        return self.round.in_language(self.language)

    @property
    def until(self) -> str:
        """When the round closes, as the member would say it."""
        return spoken(self.round.closes_at, zone(self.time_zone))


Record = Callable[[Given], Awaitable[Recorded]]
"""Records answers together with those of whoever else answers now.

Raises Refused with a message for the member, and StorageError."""


def record(installation: Installation, group: Sequence[Given]) -> list[Recorded | Refused]:
    """Record what some members answer at one time, in one transaction."""
    with installation.database.read() as session:
        people = rounds.seated(session, {(one.address, one.round) for one in group})
        asked = {one.round: _frozen(session, installation, one.round) for one in group}
    tag_keys = {number: _tag_key(installation, number) for number in asked if asked[number]}
    drafts = [_draft(installation, one, people, asked, tag_keys) for one in group]
    sealed = [letter for one in drafts if isinstance(one, Recorded) for letter in one.envelopes]
    # A refusal writes nothing, so it waits for no writer.
    taken = envelopes.write(installation.database, sealed) if sealed else []
    open_rounds = {letter.round for letter, ok in zip(sealed, taken, strict=True) if ok}
    return [
        one
        if isinstance(one, Refused) or one.round.id in open_rounds
        # It closed between the look and the commit.
        else Refused(_why_not(installation, one.round, one.time_zone))
        for one in drafts
    ]


def _frozen(session: Session, installation: Installation, round_id: int) -> Round | None:
    """A round as it was frozen at its opening; its state here may be old."""
    found = installation.frozen.get(round_id) or rounds.load(session, round_id)
    if found is not None:
        installation.frozen[round_id] = found
    return found


def _tag_key(installation: Installation, round_id: int) -> bytes | None:
    keys = installation.keys.load(round_id)
    return keys.tag_key if keys else None


def _draft(
    installation: Installation,
    given: Given,
    people: Mapping[tuple[Address, int], Seated],
    asked: Mapping[int, Round | None],
    tag_keys: Mapping[int, bytes | None],
) -> Recorded | Refused:
    try:
        who, frozen = _placed(given, people.get((given.address, given.round)), asked[given.round])
        if not (who.seated and frozen.takes_answers(installation.clock.now())):
            return Refused(_why_not(installation, frozen, who.time_zone))
        answers = {target: checked(frozen, target, text) for target, text in given.answers.items()}
        return _sealed(who, frozen, tag_keys[frozen.id], answers)
    except Refused as refused:
        return refused


def _placed(given: Given, who: Seated | None, asked: Round | None) -> tuple[Seated, Round]:
    if who is None:
        raise NobodyThere
    if asked is None or asked.partnership != who.partnership:
        raise Refused("That question is not one of yours. Please open your questions again.")
    return who, asked


def _sealed(
    who: Seated, asked: Round, tag_key: bytes | None, answers: Mapping[Target, str]
) -> Recorded:
    if tag_key is None:
        raise Refused(
            "The key of this round is gone, so no answer can be kept safely. Nothing was "
            "recorded; you will be asked again."
        )
    tags = {
        target: tag(tag_key, who.member, asked.items[target.position].id, target.slot)
        for target in answers
    }
    letters = [
        seal(asked.id, asked.public_key, tag_key, tags[target], text)
        for target, text in answers.items()
    ]
    return Recorded(asked, who.time_zone, who.language, letters)


def checked(asked: Round, target: Target, value: str) -> str:
    """An answer that fits its question. Raises Refused with a message for the member."""
    if target.round != asked.id or not 0 <= target.position < len(asked.items):
        raise Refused("That question is not in this round. Please open the questions again.")
    if target.slot == COMMENT and not asked.takes_comments:
        raise Refused("This group is too small for comments: they would give their writer away.")
    try:
        return check(asked.items[target.position], target.slot, value)
    except InvalidAnswer as error:
        raise Refused(str(error)) from None


def _why_not(installation: Installation, frozen: Round, time_zone: str) -> str:
    now = installation.clock.now()
    with installation.database.read() as session:
        asked = rounds.load(session, frozen.id) or frozen
        # Seats are gone when a round is over, so that is asked first.
        if asked.takes_answers(now):
            return "You are not on this round's list; you will be asked in a later one."
        return closed_message(session, asked, now, time_zone)


def closed_message(
    session: Session, asked: Round, now: datetime, time_zone: str | None = None
) -> str:
    """Why a round takes no answer any more, and when the next one comes, in a member's zone."""
    partnership = session.get_one(PartnershipRow, asked.partnership)
    # A programme's hours are the partnership's; only their telling is the member's own.
    calendar = partnerships.calendar(session, partnership)
    where = zone(time_zone or partnership.time_zone)
    planned = partnerships.programme(session, partnership.id)
    after = max(now, asked.closes_at)
    opening = next_opening(planned[0], calendar, after) if planned else None
    then = f"opens on {spoken(opening, where)}" if opening else "has no date yet"
    if asked.state is State.LOST:
        return f"The key of this round was lost, its answers destroyed unread; the next {then}."
    return f"This round closed on {spoken(asked.closes_at, where)}; the next {then}."
