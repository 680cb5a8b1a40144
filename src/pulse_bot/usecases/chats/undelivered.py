"""What does not arrive: leads are told in a chat of their own, the operator by the log.

A lead can have a digest posted again, by a button of that message or of their own page.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import Action, decode, encode
from pulse_bot.cards import question_cards
from pulse_bot.domain.outgoing import UNARRIVED, OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.ports import Button, Card, CardKind, Pressed, Reply
from pulse_bot.storage import outbox
from pulse_bot.storage.models import MemberRow, OutboxRow, PartnershipRow, RoundRow
from pulse_bot.usecases import permissions
from pulse_bot.usecases.chats.leads import tell_leads
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.rounds import post

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RepostDigest(Action):
    """The button that posts a digest again."""

    NAME: ClassVar[str] = question_cards.REPOST
    round: int
    """Its number."""


_CHANCE: Final = timedelta(minutes=10)
"""Of ticks in which a sender could have taken it."""
_SEE: Final = "See: pulse-bot trouble list"
_PARTS: Final = {
    OutgoingPart.WORDS: "",
    OutgoingPart.PICTURE: "the picture of ",
    OutgoingPart.FILE: "the file of ",
}


def report_overdue(session: Session, installation: Installation, now: datetime) -> None:
    """Tell once of everything that has not arrived for an hour, or never will.

    What was never even tried has its chance first: it was due long ago, too, where no worker ran.
    """
    overdue = outbox.list_overdue(session, now)
    seen = installation.seen_untried
    untried = {row.id: seen.get(row.id, now) for row in overdue if row.tried_at is None}
    seen.clear()
    seen.update(untried)
    for row in overdue:
        if now - untried.get(row.id, now - _CHANCE) < _CHANCE:
            continue
        row.reported = True
        extra = {"partnership": row.partnership_id, "round": row.round_id}
        _log.error("A message (%s) does not arrive. %s", row.kind.value, _SEE, extra=extra)
        tell_leads(session, row.partnership_id, OutgoingKind.UNDELIVERED, now, number=row.id)


def load_undelivered_card(session: Session, entry: int) -> Card | None:
    """What a lead is told of an entry that does not arrive; None where it has arrived since."""
    row = session.get(OutboxRow, entry)
    if row is None or row.state is OutgoingState.SENT:
        return None
    name = session.get_one(PartnershipRow, row.partnership_id).name
    what = f"{_PARTS[row.part]}{_describe_entry(session, row)}"
    if row.state in UNARRIVED:
        told = f"{what[:1].upper()}{what[1:]} could not be sent: {row.adapter} did not take it."
    else:
        told = (
            f"For an hour {what} could not be sent, because {row.adapter} did not take it. I keep "
            "trying for some days."
        )
    text = (told, _ADVICE[row.kind])
    title = f"Something of {name} does not arrive"
    return Card(CardKind.NOTICE, title, text, _again_buttons(session, row))


def _again_buttons(session: Session, row: OutboxRow) -> tuple[tuple[Button, ...], ...]:
    if row.kind is not OutgoingKind.DIGEST:
        return ()
    return ((again_button(_round_number(session, row)),),)


def again_button(number: int) -> Button:
    """The button that posts the digest of a round, by its number, again."""
    return Button("Post it again", encode(RepostDigest(number)))


def list_unarrived_cards(
    session: Session, installation: Installation, member: MemberRow
) -> Iterator[Card]:
    """For who sets up chats, a card for each digest that has not come into every chat."""
    if not is_allowed(member.role, Permission.SET_UP_CHATS):
        return
    now = installation.clock.now()
    for round_id in outbox.list_unarrived_digests(session, member.partnership_id, now):
        number = session.get_one(RoundRow, round_id).number
        text = ("Look whether pulse-bot is still in the chat and may write there.",)
        title = f"The digest of round {number} has not arrived in a chat"
        yield Card(CardKind.NOTICE, title, text, ((again_button(number),),))


def press_repost(installation: Installation, event: Pressed) -> Reply:
    """Post a digest again into the chats that do not have it. Raises Refused."""
    wanted = decode(RepostDigest, event.action)
    with installation.database.write() as session:
        member, partnership = find_member(session, event.address)
        permissions.check_permission(member, Permission.SET_UP_CHATS)
        row = post.find_posted_round(session, partnership.id, wanted.round)
        queued = post.queue_again(session, installation, row)
    if not queued:
        return Reply("Every chat has it, or gets it at this moment.")
    return Reply("It is posted again within a minute.")


def _describe_entry(session: Session, row: OutboxRow) -> str:
    match row.kind:
        case OutgoingKind.DIGEST:
            return f"the digest of round {_round_number(session, row)} to the group's chat"
        case OutgoingKind.PACK:
            return f"the pack of round {_round_number(session, row)} to whoever asked for it"
        case OutgoingKind.WELCOME:
            return "the card by which people join to the group's chat"
        case _:
            return "a message about what was changed to the group's chat"


def _round_number(session: Session, row: OutboxRow) -> int:
    return session.get_one(RoundRow, row.round_id).number


_READ_IT: Final = "Everybody can read it all the same, with “/pulse group” or on the group's page."
_ADVICE: Final = {
    OutgoingKind.DIGEST: (
        f"{_READ_IT} Look whether pulse-bot is still in the chat and may write there."
    ),
    OutgoingKind.PACK: "It is there for everybody all the same, with “/pulse pack”.",
    OutgoingKind.WELCOME: (
        "Look whether pulse-bot may write in the chat, or write “/pulse help” there."
    ),
    OutgoingKind.ANNOUNCEMENT: "Every change is in the log, with “/pulse log”.",
}
