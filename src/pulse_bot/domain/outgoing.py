"""What leaves: its kinds, the states of one message, and when it is tried again. Pure.

Everything that pulse-bot sends by itself is an entry of one outbox. A second copy of most of it
does no harm and a missing one does, so that it is sent at least once; reminders and invitations
must not come twice, so that they are sent at most once, and what surely did not arrive is sent
again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class OutgoingKind(StrEnum):
    """What an entry of the outbox is."""

    CARD = "card"
    """A member's question card in a round."""
    REMINDER = "reminder"
    """To all in one workspace who have not answered: worked out when it is sent, kept nowhere."""
    DIGEST = "digest"
    PACK = "pack"
    """A digest with its pack, to whoever seeded the workshop."""
    HALF_TERM = "half-term"
    """A half-term's report, into a group's chat once the digest that ended it is there; and what
    the next workshop may be about, to whoever may prepare one."""
    ANNOUNCEMENT = "announcement"
    """What was changed, into a group's chat."""
    COUNT = "count"
    """How many in a group's chat have not joined, never who."""
    WELCOME = "welcome"
    """The card that invites everybody, into a group's chat."""
    INVITATIONS = "invitations"
    """To everybody in a group's chat who is no member: kept nowhere who they are."""
    CHAT_LOST = "chat lost"
    """To a lead: pulse-bot was removed from a group's chat."""
    UNDELIVERED = "undelivered"
    """To a lead: something has not arrived for an hour."""


class OutgoingPart(StrEnum):
    """A message is sent in parts, each with a state of its own; the words come first."""

    WORDS = "words"
    PICTURE = "picture"
    FILE = "file"


class OutgoingState(StrEnum):
    """How far an entry is."""

    WAITING = "waiting"
    """Nothing of it has arrived."""
    CLAIMED = "claimed"
    """Handed to the platform at this moment; after a crash nobody knows whether it arrived."""
    UNCERTAIN = "uncertain"
    """It may have arrived, and is looked for, or sent once more."""
    SENT = "sent"
    FAILED = "failed"
    """The platform will never take it."""
    MISSED = "missed"
    """It did not arrive for as long as it was news."""


class SendOutcome(StrEnum):
    """Where one attempt ended."""

    SENT = "sent"
    FAILED = "failed"
    """The platform will never take it: the member blocked the bot, or is gone."""
    NOT_YET = "not yet"
    """It surely has not arrived."""
    UNCERTAIN = "uncertain"
    """It may have arrived."""


PENDING: Final = (OutgoingState.WAITING, OutgoingState.UNCERTAIN)
"""States from which an entry is sent."""
UNARRIVED: Final = (OutgoingState.FAILED, OutgoingState.MISSED)
"""States in which an entry stays, though nobody has it."""
TOLD_TO_LEADS: Final = frozenset(
    {OutgoingKind.DIGEST, OutgoingKind.PACK, OutgoingKind.ANNOUNCEMENT, OutgoingKind.WELCOME}
)
"""What a whole group waits for: leads are told where it does not arrive."""

OVERDUE_AFTER: Final = timedelta(hours=1)
"""From the first attempt, until leads and operator are told that something does not arrive."""
_MINUTE: Final = timedelta(minutes=1)
_PAUSES: Final = tuple(_MINUTE * minutes for minutes in (1, 2, 4, 8, 15))
_LONGEST_UNCERTAIN_PAUSE: Final = timedelta(days=1)

NEWS: Final = {
    OutgoingKind.DIGEST: timedelta(days=6),
    OutgoingKind.PACK: timedelta(days=6),
    OutgoingKind.HALF_TERM: timedelta(days=6),
    OutgoingKind.ANNOUNCEMENT: timedelta(days=2),
    OutgoingKind.WELCOME: timedelta(days=2),
    OutgoingKind.INVITATIONS: timedelta(days=2),
    OutgoingKind.CHAT_LOST: timedelta(days=6),
    OutgoingKind.UNDELIVERED: timedelta(days=2),
}
"""How long something is tried for. What belongs to an open round is news until it closes."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where an entry is after an attempt, and from when on it is tried again where it is."""

    state: OutgoingState
    due_at: datetime


def plan_next_step(
    outcome: SendOutcome,
    attempts: int,
    now: datetime,
    retry_after: timedelta = timedelta(0),
    *,
    since: datetime | None = None,
) -> NextStep:
    """What follows an attempt, the last of so many, the first of which was at `since`.

    `retry_after` is the platform's wish. Only an answer ends it: what passes is tried again for as
    long as it is news.
    """
    match outcome:
        case SendOutcome.SENT:
            return NextStep(OutgoingState.SENT, now)
        case SendOutcome.FAILED:
            return NextStep(OutgoingState.FAILED, now)
        case SendOutcome.NOT_YET:
            pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
            return NextStep(OutgoingState.WAITING, now + max(pause, retry_after))
        case SendOutcome.UNCERTAIN:
            pause = _pause_uncertain(now - (since or now))
            return NextStep(OutgoingState.UNCERTAIN, now + max(pause, retry_after))


def _pause_uncertain(tried_for: timedelta) -> timedelta:
    """After one, four, sixteen, … minutes: every attempt may bring one more copy.

    By the time that passed and not by attempts, of which an outage brings many that bring nothing.
    """
    return max(_MINUTE, min(3 * tried_for, _LONGEST_UNCERTAIN_PAUSE))
