"""Commitments themselves: how one is written down, ended and opened again, whoever says so.

A conversation about them is in `commit`, the operator's commands in `cli.commitment`; how they come
back as questions is in `follow_up`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.banks.wording import marked_words, speaks_english
from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import CommitmentMoved, CommitmentWritten
from pulse_bot.domain.partnership.commitments import (
    MOST_OPEN,
    Commitment,
    CommitmentError,
    CommitmentState,
    normalise_commitment,
    parse_due_day,
)
from pulse_bot.errors import Refused
from pulse_bot.storage import commitments, partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.members.name_check import find_names

STATE_WORDS: Final = {
    CommitmentState.OPEN: "open again",
    CommitmentState.KEPT: "kept",
    CommitmentState.DROPPED: "dropped",
}
"""Where a commitment is, in words."""


class AlreadyEnded(Refused):
    """A commitment has ended, and is written down once more."""

    def __init__(self, ended: Commitment) -> None:
        """Say which one it was."""
        super().__init__(
            f"That was commitment {ended.number}, which was {STATE_WORDS[ended.state]}. Open it "
            "again instead. Nothing was written down."
        )
        self.ended = ended


def set_commitment_state(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    number: int,
    new_state: CommitmentState,
    who: Actor,
) -> Commitment:
    """Call a commitment kept or dropped, or open it again. Raises Refused.

    Twice is as good as once: a platform may deliver one press again.
    """
    commitment = commitments.find_commitment(session, partnership.id, number)
    if commitment is None:
        raise Refused(f"There is no commitment {number} in {partnership.name}.")
    if commitment.state is new_state:
        return commitment
    is_open = commitment.state is CommitmentState.OPEN
    if not is_open and new_state is not CommitmentState.OPEN:
        raise Refused(
            f"Commitment {number} is {STATE_WORDS[commitment.state]} already. Open it again first."
        )
    if not commitments.change_state(session, partnership.id, number, commitment.state, new_state):
        raise Refused(f"Somebody else changed commitment {number} at this very moment. Look again.")
    moved = CommitmentMoved(number, commitment.text, new_state)
    audit_log.record(session, installation, partnership.id, who, moved)
    return commitment


def add_commitment(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    text: str,
    due: str,
    who: Actor,
) -> Commitment:
    """Keep what the group said it would do by a day that was typed. Raises Refused."""
    line, day = _parse_commitment(installation, partnership, text, due)
    names = find_names(session, partnership.id, line)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. A commitment is the whole "
            "group's, so please write it without names. Nothing was written down."
        )
    # Numbers follow one another, and the other runner is a second form.
    partnerships.lock_partnership(session, partnership)
    existing = commitments.list_commitments(session, partnership.id)
    still_open = [commitment for commitment in existing if commitment.state is CommitmentState.OPEN]
    _check_duplicate(existing, line)
    if len(still_open) >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} commitments are open, and nobody looks at more. Call one kept or drop "
            "one first. Nothing was written down."
        )
    number = commitments.add_commitment(session, partnership.id, line, day)
    written_down = CommitmentWritten(number, line, day)
    audit_log.record(session, installation, partnership.id, who, written_down)
    return Commitment(number, line, day, CommitmentState.OPEN)


def _check_duplicate(existing: Sequence[Commitment], line: str) -> None:
    """Raise Refused where a commitment is there already, whatever has become of it.

    Written down anew, it would be asked about anew, as often as one that nobody was asked about.
    """
    twin = next(
        (
            commitment
            for commitment in existing
            if text_identity(commitment.text) == text_identity(line)
        ),
        None,
    )
    if twin is None:
        return
    if twin.state is CommitmentState.OPEN:
        raise Refused(f"That is written down already, as commitment {twin.number}.")
    raise AlreadyEnded(twin)


def _parse_commitment(
    installation: Installation, partnership: PartnershipRow, text: str, due: str
) -> tuple[str, date]:
    try:
        line = normalise_commitment(text, english=speaks_english(partnership.language))
        return line, parse_due_day(due, local_today(installation, partnership))
    except CommitmentError as error:
        raise Refused(f"{error} Nothing was written down.") from None


def warn_about_wording(text: str) -> tuple[str, ...]:
    """What could be better in a commitment that is written down all the same.

    By lists of English words, which find little in other languages.
    """
    findings = (
        (
            marked_words("absolute", text),
            "is hard to keep. Saying how often, or how many, is easier.",
        ),
        (
            marked_words("double-barrelled", text),
            "may join two promises. Each is easier to keep alone.",
        ),
    )
    notes = tuple(
        f"One thing to look at: “{words[0]}” {reason}" for words, reason in findings if words
    )
    return (*notes, "To change it, drop it and write it anew.") if notes else ()


def local_today(installation: Installation, partnership: PartnershipRow) -> date:
    """The day that it is in a partnership's own time zone."""
    return installation.clock.now().astimezone(parse_zone(partnership.time_zone)).date()


def add_as_operator(installation: Installation, name: str, text: str, due: str) -> Commitment:
    """Write down a commitment at an operator's word. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        return add_commitment(session, installation, partnership, text, due, OPERATOR)


def set_state_as_operator(
    installation: Installation, name: str, number: int, new_state: CommitmentState
) -> Commitment:
    """Call one kept or dropped, or open it again, at an operator's word. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        return set_commitment_state(session, installation, partnership, number, new_state, OPERATOR)


def list_as_operator(installation: Installation, name: str) -> list[Commitment]:
    """Every commitment of a partnership, the oldest first. Raises Refused."""
    with installation.database.read() as session:
        return commitments.list_commitments(
            session, partnerships.find_partnership(session, name).id
        )
