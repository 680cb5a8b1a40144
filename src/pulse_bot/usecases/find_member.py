"""Who somebody is: the member at an address, and their partnership."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import MemberRow, PartnershipRow


class NotAMember(Refused):
    """Nobody lives at this address."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__(
            "You are not a member here, or your link is not valid any more. Press “Join the pulse” "
            "in your group's chat, or ask your partnership's lead for a new link or an invitation."
        )


def find_member(session: Session, address: Address) -> tuple[MemberRow, PartnershipRow]:
    """The member at an address and their partnership. Raises NotAMember."""
    member = partnerships.member_at(session, address)
    if member is None:
        raise NotAMember
    return member, session.get_one(PartnershipRow, member.partnership_id)
