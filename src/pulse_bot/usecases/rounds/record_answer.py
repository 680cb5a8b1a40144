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

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.sealing import Envelope, make_tag, seal_answer
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.items import COMMENT, InvalidAnswer, validate_answer
from pulse_bot.domain.asking.programme import next_opening
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import envelopes, partnerships, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.rounds import SeatedMember
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NotAMember


class Submission(NamedTuple):
    """What one member answers in one round: all of it is recorded, or nothing."""

    address: Address
    round: int
    answers: Mapping[AnswerTarget, str]


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """A member's answers are on disk."""

    round: Round
    time_zone: str
    """The member's."""
    language: str
    """The member's."""
    envelopes: Sequence[Envelope] = field(repr=False)

    @property
    def localized_round(self) -> Round:
        """The round in the member's language."""
        return self.round.in_language(self.language)

    @property
    def until(self) -> str:
        """When the round closes, as the member would say it."""
        return format_moment(self.round.closes_at, parse_zone(self.time_zone))


RecordAnswers = Callable[[Submission], Awaitable[RecordedAnswers]]
"""Records answers together with those of whoever else answers now.

Raises Refused with a message for the member, and StorageError."""


def record_answers(
    installation: Installation, submissions: Sequence[Submission]
) -> list[RecordedAnswers | Refused]:
    """Record what some members answer at one time, in one transaction."""
    with installation.database.read() as session:
        seats = rounds.find_seated(session, {(entry.address, entry.round) for entry in submissions})
        frozen_rounds = {
            entry.round: _load_frozen(session, installation, entry.round) for entry in submissions
        }
    tag_keys = {
        number: _load_tag_key(installation, number)
        for number in frozen_rounds
        if frozen_rounds[number]
    }
    drafts = [
        _draft_answers(installation, entry, seats, frozen_rounds, tag_keys) for entry in submissions
    ]
    sealed = [
        envelope
        for entry in drafts
        if isinstance(entry, RecordedAnswers)
        for envelope in entry.envelopes
    ]
    # A refusal writes nothing, so it waits for no writer.
    accepted = envelopes.write_envelopes(installation.database, sealed) if sealed else []
    open_rounds = {envelope.round for envelope, ok in zip(sealed, accepted, strict=True) if ok}
    return [
        entry
        if isinstance(entry, Refused) or entry.round.id in open_rounds
        # It closed between the look and the commit.
        else Refused(_explain_refusal(installation, entry.round, entry.time_zone))
        for entry in drafts
    ]


def _load_frozen(session: Session, installation: Installation, round_id: int) -> Round | None:
    """A round as it was frozen at its opening; its state here may be old."""
    round_ = installation.frozen_rounds.get(round_id) or rounds.load_round(session, round_id)
    if round_ is not None:
        installation.frozen_rounds[round_id] = round_
    return round_


def _load_tag_key(installation: Installation, round_id: int) -> bytes | None:
    keys = installation.keys.load(round_id)
    return keys.tag_key if keys else None


def _draft_answers(
    installation: Installation,
    submission: Submission,
    seats: Mapping[tuple[Address, int], SeatedMember],
    frozen_rounds: Mapping[int, Round | None],
    tag_keys: Mapping[int, bytes | None],
) -> RecordedAnswers | Refused:
    try:
        seat, round_ = _match_round(
            submission,
            seats.get((submission.address, submission.round)),
            frozen_rounds[submission.round],
        )
        if not (seat.has_seat and round_.takes_answers(installation.clock.now())):
            return Refused(_explain_refusal(installation, round_, seat.time_zone))
        answers = {
            target: check_answer(round_, target, text)
            for target, text in submission.answers.items()
        }
        return _seal_answers(seat, round_, tag_keys[round_.id], answers)
    except Refused as refused:
        return refused


def _match_round(
    submission: Submission, seat: SeatedMember | None, round_: Round | None
) -> tuple[SeatedMember, Round]:
    if seat is None:
        raise NotAMember
    if round_ is None or round_.partnership != seat.partnership:
        raise Refused("That question is not one of yours. Please open your questions again.")
    return seat, round_


def _seal_answers(
    seat: SeatedMember, round_: Round, tag_key: bytes | None, answers: Mapping[AnswerTarget, str]
) -> RecordedAnswers:
    if tag_key is None:
        raise Refused(
            "The key of this round is gone, so no answer can be kept safely. Nothing was "
            "recorded; you will be asked again."
        )
    tags = {
        target: make_tag(tag_key, seat.member, round_.items[target.position].id, target.slot)
        for target in answers
    }
    sealed = [
        seal_answer(round_.id, round_.public_key, tag_key, tags[target], text)
        for target, text in answers.items()
    ]
    return RecordedAnswers(round_, seat.time_zone, seat.language, sealed)


def check_answer(round_: Round, target: AnswerTarget, value: str) -> str:
    """An answer that fits its question. Raises Refused with a message for the member."""
    if target.round != round_.id or not 0 <= target.position < len(round_.items):
        raise Refused("That question is not in this round. Please open the questions again.")
    if target.slot == COMMENT and not round_.takes_comments:
        raise Refused("This group is too small for comments: they would give their writer away.")
    try:
        return validate_answer(round_.items[target.position], target.slot, value)
    except InvalidAnswer as error:
        raise Refused(str(error)) from None


def _explain_refusal(installation: Installation, frozen_round: Round, time_zone: str) -> str:
    now = installation.clock.now()
    with installation.database.read() as session:
        round_ = rounds.load_round(session, frozen_round.id) or frozen_round
        # Seats are gone when a round is over, so that is asked first.
        if round_.takes_answers(now):
            return "You are not on this round's list; you will be asked in a later one."
        return closed_message(session, round_, now, time_zone)


def closed_message(
    session: Session, round_: Round, now: datetime, time_zone: str | None = None
) -> str:
    """Why a round takes no answer any more, and when the next one comes, in a member's zone."""
    partnership = session.get_one(PartnershipRow, round_.partnership)
    # A programme's hours are the partnership's; only their telling is the member's own.
    calendar = partnerships.load_calendar(session, partnership)
    local_zone = parse_zone(time_zone or partnership.time_zone)
    planned = partnerships.load_programme(session, partnership.id)
    after = max(now, round_.closes_at)
    opening = next_opening(planned[0], calendar, after) if planned else None
    next_text = f"opens on {format_moment(opening, local_zone)}" if opening else "has no date yet"
    if round_.state is RoundStatus.LOST:
        return (
            f"The key of this round was lost, its answers destroyed unread; the next {next_text}."
        )
    return (
        f"This round closed on {format_moment(round_.closes_at, local_zone)}; the next {next_text}."
    )
