"""Answering: look, check, seal, and wait for the disk. The one path whose speed is felt.

Members who click at the same time are looked up, sealed and written together; each is told only
after the commit that holds their answer. What is wrong with one round or one answer costs those
alone. Nothing but envelopes is written at the time of an answer: any other change of the database
beside them would tell a thief of the log who answered.

A round is remembered as it was frozen until it is over, once it was held against what its key
vouches for. Its keys are not remembered at all: they are read for each group that answers it, so
that none outlives its round here, whoever closes it. The key store is not asked about a round that
is over: that a key is gone would have to be proven first. An answer is sealed to the public half of
the key that this process holds, and never to one that stands in the database.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.cards.frozen_round import FrozenRound, say_moment
from pulse_bot.crypto.authenticity import FrozenPart, is_seat_authentic
from pulse_bot.crypto.sealing import Envelope, derive_public_key, make_tag, seal_answer
from pulse_bot.domain.asking.items import COMMENT, InvalidAnswer, validate_answer
from pulse_bot.domain.asking.programme import next_opening
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.errors import DamagedKey, ForgedRound, KeyStoreError, Refused, StorageError
from pulse_bot.ports import Address, Card, RoundKeys
from pulse_bot.storage import authenticity, envelopes, partnerships, rounds
from pulse_bot.storage.database import ConnectionLost
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.rounds import SeatedMember
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NotAMember
from pulse_bot.usecases.frozen_rounds import note_suspect

_log = logging.getLogger(__name__)

_WORTH_THREADS: Final = 16
"""Answers from which on sealing on several cores is quicker than the hand-over."""
_CORES: Final = min(4, os.cpu_count() or 1)
_sealers: Final = ThreadPoolExecutor(_CORES, thread_name_prefix="sealing")

_UNFORESEEN: Final = "An answer could not be taken."
_DAMAGED: Final = (
    "Nothing was recorded: something in this round has to be mended first. It stands in the log of "
    "whoever runs pulse-bot. Please try again later."
)
_AWAY: Final = (
    "Your answer could not be saved just now. Nothing was recorded; please try again in a minute."
)
_NOT_THEIRS: Final = "That question is not one of yours. Please open your questions again."
_HELD: Final = "This round is closing just now. Nothing was recorded; please try again in a minute."


class Submission(NamedTuple):
    """What one member answers in one round: all of it is recorded, or nothing."""

    address: Address
    round: int
    answers: Mapping[AnswerTarget, str]


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """A member's answers are on disk."""

    frozen: FrozenRound
    time_zone: str
    """The member's."""
    language: str
    """The member's."""
    envelopes: Sequence[Envelope] = field(repr=False)

    @property
    def until(self) -> str:
        """When the round closes, as the member would say it."""
        return self.frozen.until(self.time_zone)

    def next_card(self, after: AnswerTarget) -> Card | None:
        """The card that follows an answer, in the member's language; None after the last."""
        return self.frozen.next_card(after, self.language, self.time_zone)


RecordAnswers = Callable[[Submission], Awaitable[RecordedAnswers]]
"""Records answers together with those of whoever else answers now.

Raises Refused with a message for the member, and StorageError."""


class _OpenedRound(NamedTuple):
    """What is needed to take answers to a round."""

    frozen: FrozenRound
    tag_key: bytes | None

    def takes_answers(self, now: datetime) -> bool:
        """Whether an answer given now counts."""
        return self.frozen.round.takes_answers(now)


def record_answers(
    installation: Installation, submissions: Sequence[Submission]
) -> list[RecordedAnswers | Refused]:
    """Record what some members answer at one time, in one transaction.

    What fails for one of them is a refusal for that one. Raises what fails for the whole group:
    StorageError, or, where there are several, what nobody foresaw; then one of them is to blame.
    """
    try:
        return _record_group(installation, submissions)
    except ConnectionLost:
        # The server was restarted. Writing once more what was written is harmless.
        return _record_group(installation, submissions)
    except StorageError:
        raise
    except Exception:
        if len(submissions) > 1:
            raise
        _log.exception(_UNFORESEEN, extra={"round": submissions[0].round})
        return [Refused(_DAMAGED)]


def _record_group(
    installation: Installation, submissions: Sequence[Submission]
) -> list[RecordedAnswers | Refused]:
    with installation.database.connect_clicks() as connection:
        seats = rounds.find_seated(
            connection, {(entry.address, entry.round) for entry in submissions}
        )
        asked = {
            number: _open_guarded(installation, connection, number)
            for number in {number for (_, number), seat in seats.items() if seat.is_round_open}
        }
        drafts = _draft_all(
            lambda entry: _draft_guarded(
                installation, entry, seats.get((entry.address, entry.round)), asked
            ),
            submissions,
        )
        sealed = [
            envelope
            for entry in drafts
            if isinstance(entry, RecordedAnswers)
            for envelope in entry.envelopes
        ]
        # A refusal writes nothing, so it waits for no writer.
        stored = envelopes.write_envelopes(connection, sealed) if sealed else []
    taken = {envelope.round: answer for envelope, answer in zip(sealed, stored, strict=True)}
    return [
        entry
        if isinstance(entry, Refused) or taken[entry.frozen.round.id]
        else _refuse_unwritten(installation, entry, taken)
        for entry in drafts
    ]


def _open_guarded(
    installation: Installation, connection: Connection, round_id: int
) -> _OpenedRound | Refused | None:
    """A round as it was frozen at its opening; its state here may be old. None: it is over."""
    try:
        return _open_round(installation, connection, round_id)
    except SQLAlchemyError:
        raise
    except ForgedRound as forged:
        note_suspect(installation, forged)
        return Refused(_DAMAGED)
    except KeyStoreError as error:
        _log.exception(_UNFORESEEN, extra={"round": round_id})
        return Refused(_DAMAGED if isinstance(error, DamagedKey) else _AWAY)
    except Exception:
        # A key file, an item or a row of this round; others that answer now have nothing to do
        # with it.
        _log.exception(_UNFORESEEN, extra={"round": round_id})
        return Refused(_DAMAGED)


def _open_round(
    installation: Installation, connection: Connection, round_id: int
) -> _OpenedRound | None:
    frozen = installation.frozen_rounds.get(round_id)
    if frozen is not None and not frozen.round.takes_answers(installation.clock.now()):
        return None
    keys = installation.keys.load(round_id)
    if frozen is None:
        frozen = _load_frozen(installation, connection, round_id, keys)
    if frozen is None:
        return None
    if keys is not None:
        _check_fits(keys, frozen)
    return _OpenedRound(frozen, keys.tag_key if keys else None)


def _check_fits(keys: RoundKeys, frozen: FrozenRound) -> None:
    """Raise DamagedKey where nothing that is sealed for this round would ever open."""
    if derive_public_key(keys) != frozen.seal_to:
        raise DamagedKey(f"The key of round {frozen.round.id} is another round's.")


def _load_frozen(
    installation: Installation, connection: Connection, round_id: int, keys: RoundKeys | None
) -> FrozenRound | None:
    """A round held against its MACs. Without its key it takes no answers, and is not remembered."""
    with Session(connection) as session:
        if keys is None:
            unkeyed = rounds.load_round(session, round_id)
            return None if unkeyed is None else FrozenRound(unkeyed)
        round_ = authenticity.load_checked(session, round_id, keys)
    if round_ is None:
        return None
    return _remember_frozen(installation, FrozenRound(round_, derive_public_key(keys)))


def _remember_frozen(installation: Installation, frozen: FrozenRound) -> FrozenRound:
    now, round_ = installation.clock.now(), frozen.round
    remembered = installation.frozen_rounds
    for number in [number for number, old in remembered.items() if old.round.closes_at <= now]:
        remembered.pop(number, None)
    # A round that is read after its end is not open, and is read again by the next who comes.
    if round_.takes_answers(now):
        remembered[round_.id] = frozen
    return frozen


def _draft_all(
    draft: Callable[[Submission], RecordedAnswers | Refused], submissions: Sequence[Submission]
) -> list[RecordedAnswers | Refused]:
    """Sealing takes longer than all the rest, and libsodium needs no Python: use every core."""
    if len(submissions) < _WORTH_THREADS:
        return [draft(entry) for entry in submissions]
    size = -(-len(submissions) // _CORES)
    parts = [submissions[first : first + size] for first in range(0, len(submissions), size)]
    return [
        one for part in _sealers.map(lambda part: list(map(draft, part)), parts) for one in part
    ]


def _draft_guarded(
    installation: Installation,
    submission: Submission,
    seat: SeatedMember | None,
    asked: Mapping[int, _OpenedRound | Refused | None],
) -> RecordedAnswers | Refused:
    try:
        return _draft_answers(installation, submission, seat, asked.get(submission.round))
    except Refused as refused:
        return refused
    except Exception:
        _log.exception(_UNFORESEEN, extra={"round": submission.round})
        return Refused(_DAMAGED)


def _draft_answers(
    installation: Installation,
    submission: Submission,
    seat: SeatedMember | None,
    opened: _OpenedRound | Refused | None,
) -> RecordedAnswers:
    if seat is None:
        raise NotAMember
    if seat.round_state is None:
        raise Refused(_NOT_THEIRS)
    if isinstance(opened, Refused):
        raise opened
    if not (opened and seat.has_seat and opened.takes_answers(installation.clock.now())):
        raise Refused(_explain_refusal(installation, submission.round, seat.time_zone))
    round_ = opened.frozen.round
    if opened.tag_key is not None:
        _check_seat(installation, seat, round_.id, opened.tag_key)
    answers = {
        target: check_answer(round_, target, text) for target, text in submission.answers.items()
    }
    return _seal_answers(seat, opened, answers)


def _check_seat(
    installation: Installation, seat: SeatedMember, round_id: int, tag_key: bytes
) -> None:
    if not is_seat_authentic(tag_key, round_id, seat.member, seat.organisation, seat.mac):
        note_suspect(installation, ForgedRound(round_id, (FrozenPart.SEATS.value,)))
        raise Refused(_DAMAGED)


def _seal_answers(
    seat: SeatedMember, opened: _OpenedRound, answers: Mapping[AnswerTarget, str]
) -> RecordedAnswers:
    round_, tag_key = opened.frozen.round, opened.tag_key
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
        seal_answer(round_.id, opened.frozen.seal_to, tag_key, tags[target], text)
        for target, text in answers.items()
    ]
    return RecordedAnswers(opened.frozen, seat.time_zone, seat.language, sealed)


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


def _refuse_unwritten(
    installation: Installation, entry: RecordedAnswers, taken: Mapping[int, bool | None]
) -> Refused:
    """Why an answer was not stored that was right when it was looked at."""
    round_ = entry.frozen.round
    if taken[round_.id] is None:
        return Refused(_HELD)
    # It closed between the look and the commit.
    installation.frozen_rounds.pop(round_.id, None)
    return Refused(_explain_refusal(installation, round_.id, entry.time_zone))


def _explain_refusal(installation: Installation, round_id: int, time_zone: str) -> str:
    now = installation.clock.now()
    try:
        with (
            installation.database.connect_clicks() as connection,
            Session(connection) as session,
        ):
            round_ = rounds.load_round(session, round_id)
            if round_ is None:
                return _NOT_THEIRS
            # Seats are gone when a round is over, so that is asked first.
            if round_.takes_answers(now):
                return "You are not on this round's list; you will be asked in a later one."
            return closed_message(session, round_, now, time_zone)
    except StorageError:
        raise
    except Exception:
        # A calendar or a programme that cannot be read is no reason to say nothing.
        _log.exception("A round's end could not be told.", extra={"round": round_id})
        return "This round takes no answers now. Nothing was recorded."


def closed_message(
    session: Session, round_: Round, now: datetime, time_zone: str | None = None
) -> str:
    """Why a round takes no answer any more, and when the next one comes, in a member's zone."""
    partnership = session.get_one(PartnershipRow, round_.partnership)
    # A programme's hours are the partnership's; only their telling is the member's own.
    calendar = partnerships.load_calendar(session, partnership)
    zone_name = time_zone or partnership.time_zone
    planned = partnerships.load_programme(session, partnership.id)
    after = max(now, round_.closes_at)
    opening = next_opening(planned[0], calendar, after) if planned else None
    next_text = f"opens on {say_moment(opening, zone_name)}" if opening else "has no date yet"
    if round_.state is RoundStatus.LOST:
        return (
            f"The key of this round was lost, its answers destroyed unread; the next {next_text}."
        )
    return f"This round closed on {say_moment(round_.closes_at, zone_name)}; the next {next_text}."
