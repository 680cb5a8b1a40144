"""What does not arrive: leads are told in a chat of their own, the operator by the log."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import UNARRIVED, OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.ports import Card, CardKind
from pulse_bot.storage import outbox
from pulse_bot.storage.models import OutboxRow, PartnershipRow, RoundRow
from pulse_bot.usecases.chats.leads import tell_leads

_log = logging.getLogger(__name__)

_PARTS: Final = {
    OutgoingPart.WORDS: "",
    OutgoingPart.PICTURE: "the picture of ",
    OutgoingPart.FILE: "the file of ",
}


def report_overdue(session: Session, now: datetime) -> None:
    """Tell once of everything that has not arrived for an hour, or never will."""
    for row in outbox.list_overdue(session, now):
        row.reported = True
        extra = {"partnership": row.partnership_id, "round": row.round_id}
        _log.error("This does not arrive: %s %d, %s.", row.kind, row.id, row.state, extra=extra)
        tell_leads(session, row.partnership_id, OutgoingKind.UNDELIVERED, now, number=row.id)


def load_undelivered_card(session: Session, entry: int) -> Card | None:
    """What a lead is told of an entry that does not arrive; None where it has arrived since."""
    row = session.get(OutboxRow, entry)
    if row is None or row.state is OutgoingState.SENT:
        return None
    name = session.get_one(PartnershipRow, row.partnership_id).name
    what = f"{_PARTS[row.part]}{_describe_entry(session, row)}"
    going_on = (
        "I have given it up there." if row.state in UNARRIVED else "I keep trying for some days."
    )
    text = (
        f"For an hour {what} could not be sent, because {row.adapter} did not take it. {going_on}",
        _ADVICE[row.kind],
    )
    return Card(CardKind.NOTICE, f"Something of {name} does not arrive", text)


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
        f"{_READ_IT} Look whether pulse-bot is still in the chat and may write there; then post it "
        "again, with the button on your own page."
    ),
    OutgoingKind.PACK: "It is there for everybody all the same, with “/pulse pack”.",
    OutgoingKind.WELCOME: (
        "Look whether pulse-bot may write in the chat, or write “/pulse help” there."
    ),
    OutgoingKind.ANNOUNCEMENT: "Every change is in the log, with “/pulse log”.",
}
