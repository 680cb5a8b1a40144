"""Letting people in: the code that links a chat, the invitation that members join by."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pulse_bot.crypto import codes
from pulse_bot.crypto.codes import CodePurpose
from pulse_bot.domain.partnership.audit_events import InvitationReplaced
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation


@dataclass(frozen=True, slots=True)
class PartnershipCodes:
    """What the operator gives out: to whoever links a chat, to members."""

    link: str = field(repr=False)
    invitation: str = field(repr=False)


def find_codes(installation: Installation, name: str) -> PartnershipCodes:
    """The codes of a partnership that are good now. Raises Refused."""
    with installation.database.read() as session:
        return _make_codes(installation, partnerships.find_partnership(session, name))


def renew_invitation(installation: Installation, name: str) -> PartnershipCodes:
    """Make every older invitation worthless; members who are in stay in. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        # In the database, not here: an operator may type it twice at once.
        row.invitation_series = PartnershipRow.invitation_series + 1
        session.flush()
        session.refresh(row)
        audit_log.record(session, installation, row.id, OPERATOR, InvitationReplaced())
        return _make_codes(installation, row)


def _make_codes(installation: Installation, row: PartnershipRow) -> PartnershipCodes:
    key = installation.installation_key
    link = codes.make_code(key, CodePurpose.LINK, row.id, row.chats_linked)
    return PartnershipCodes(link, make_invitation(installation, row))


def make_invitation(installation: Installation, row: PartnershipRow) -> str:
    """The invitation to a partnership."""
    key = installation.installation_key
    return codes.make_code(key, CodePurpose.JOIN, row.id, row.invitation_series)


def verify_invitation(session: Session, installation: Installation, code: str) -> PartnershipRow:
    """The partnership that an invitation lets into. Raises Refused."""
    number = codes.read_partnership(CodePurpose.JOIN, code)
    row = session.get(PartnershipRow, number) if number is not None else None
    key = installation.installation_key
    if row is None or not codes.matches_code(
        key, CodePurpose.JOIN, row.id, row.invitation_series, code
    ):
        raise Refused(
            "This invitation is not valid any more. Press “Join the pulse” in your group's chat "
            "again, or ask your partnership's lead for a new one."
        )
    return row
