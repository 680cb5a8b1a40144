"""Commitments themselves: how one is written down, ended and opened again, whoever says so.

A conversation about them is in `commit`, the operator's commands in `cli.commitment`; how they come
back as questions is in `follow_up`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.banks.wording import marked, speaks_english
from pulse_bot.domain.asking.calendar import zone
from pulse_bot.domain.asking.same_question import identity
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import CommitmentMoved, CommitmentWritten
from pulse_bot.domain.partnership.commitments import (
    MOST_OPEN,
    CannotBeCommitted,
    Commitment,
    CommitmentState,
    due_day,
    worded,
)
from pulse_bot.errors import Refused
from pulse_bot.storage import commitments, partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.members.name_check import names_in

STANDS: Final = {
    CommitmentState.OPEN: "open again",
    CommitmentState.KEPT: "kept",
    CommitmentState.DROPPED: "dropped",
}
"""Where a commitment is, in words."""


class WasThere(Refused):
    """A commitment has ended, and is written down once more."""

    def __init__(self, ended: Commitment) -> None:
        """Say which one it was."""
        super().__init__(
            f"That was commitment {ended.number}, which was {STANDS[ended.state]}. Open it again "
            "instead. Nothing was written down."
        )
        self.ended = ended


def end(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    number: int,
    to: CommitmentState,
    who: Actor,
) -> Commitment:
    """Call a commitment kept or dropped, or open it again. Raises Refused.

    Twice is as good as once: a platform may deliver one press again.
    """
    one = commitments.numbered(session, partnership.id, number)
    if one is None:
        raise Refused(f"There is no commitment {number} in {partnership.name}.")
    if one.state is to:
        return one
    ends = one.state is CommitmentState.OPEN
    if not ends and to is not CommitmentState.OPEN:
        raise Refused(f"Commitment {number} is {STANDS[one.state]} already. Open it again first.")
    if not commitments.move(session, partnership.id, number, one.state, to):
        raise Refused(f"Somebody else changed commitment {number} at this very moment. Look again.")
    moved = CommitmentMoved(number, one.text, to)
    audit_log.record(session, installation, partnership.id, who, moved)
    return one


def write_down(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    text: str,
    due: str,
    who: Actor,
) -> Commitment:
    """Keep what the group said it would do by a day that was typed. Raises Refused."""
    line, day = _read(installation, partnership, text, due)
    names = names_in(session, partnership.id, line)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. A commitment is the whole "
            "group's, so please write it without names. Nothing was written down."
        )
    # Numbers follow one another, and the other runner is a second form.
    partnerships.hold(session, partnership)
    everything = commitments.every(session, partnership.id)
    still = [one for one in everything if one.state is CommitmentState.OPEN]
    _check_new(everything, line)
    if len(still) >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} commitments are open, and nobody looks at more. Call one kept or drop "
            "one first. Nothing was written down."
        )
    number = commitments.write_down(session, partnership.id, line, day)
    written_down = CommitmentWritten(number, line, day)
    audit_log.record(session, installation, partnership.id, who, written_down)
    return Commitment(number, line, day, CommitmentState.OPEN)


def _check_new(everything: Sequence[Commitment], line: str) -> None:
    """Raise Refused where a commitment is there already, whatever has become of it.

    Written down anew, it would be asked about anew, as often as one that nobody was asked about.
    """
    twin = next((one for one in everything if identity(one.text) == identity(line)), None)
    if twin is None:
        return
    if twin.state is CommitmentState.OPEN:
        raise Refused(f"That is written down already, as commitment {twin.number}.")
    raise WasThere(twin)


def _read(
    installation: Installation, partnership: PartnershipRow, text: str, due: str
) -> tuple[str, date]:
    try:
        line = worded(text, english=speaks_english(partnership.language))
        return line, due_day(due, today(installation, partnership))
    except CannotBeCommitted as error:
        raise Refused(f"{error} Nothing was written down.") from None


def warnings(text: str) -> tuple[str, ...]:
    """What could be better in a commitment that is written down all the same.

    By lists of English words, which find little in other languages.
    """
    found = (
        (marked("absolute", text), "is hard to keep. Saying how often, or how many, is easier."),
        (marked("double-barrelled", text), "may join two promises. Each is easier to keep alone."),
    )
    notes = tuple(f"One thing to look at: “{words[0]}” {why}" for words, why in found if words)
    return (*notes, "To change it, drop it and write it anew.") if notes else ()


def today(installation: Installation, partnership: PartnershipRow) -> date:
    """The day that it is in a partnership's own time zone."""
    return installation.clock.now().astimezone(zone(partnership.time_zone)).date()


def written(installation: Installation, name: str, text: str, due: str) -> Commitment:
    """Write down a commitment at an operator's word. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        return write_down(session, installation, partnership, text, due, OPERATOR)


def ended(installation: Installation, name: str, number: int, to: CommitmentState) -> Commitment:
    """Call one kept or dropped, or open it again, at an operator's word. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        return end(session, installation, partnership, number, to, OPERATOR)


def of_partnership(installation: Installation, name: str) -> list[Commitment]:
    """Every commitment of a partnership, the oldest first. Raises Refused."""
    with installation.database.read() as session:
        return commitments.every(session, partnerships.by_name(session, name).id)
