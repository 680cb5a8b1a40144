"""Pausing, coming back and leaving: one tap, no reason asked."""

from __future__ import annotations

import logging
import secrets

from sqlalchemy import delete

from pulse_bot import cards
from pulse_bot.domain.people import Standing
from pulse_bot.errors import StorageError
from pulse_bot.ports import Address, Button, Card, CardKind, Reply
from pulse_bot.storage.models import InvitationRow
from pulse_bot.usecases.answer import someone
from pulse_bot.usecases.installation import Installation

_log = logging.getLogger(__name__)


def pause(installation: Installation, address: Address) -> Reply:
    """Ask no more questions until the member comes back."""
    _stand(installation, address, Standing.PAUSED)
    return Reply("Paused. You are asked nothing until you choose “Ask me again”.")


def resume(installation: Installation, address: Address) -> Reply:
    """Ask again from the next round on."""
    _stand(installation, address, Standing.ACTIVE)
    return Reply("Welcome back. You are asked again from the next round on.")


def unreachable(installation: Installation, address: Address) -> Reply:
    """The platform no longer reaches this member; says nothing about their answers."""
    _stand(installation, address, Standing.UNREACHABLE)
    return Reply()


def reachable(installation: Installation, address: Address) -> None:
    """The platform reaches this member again; whoever paused stays paused."""
    with installation.database.write() as session:
        member, _ = someone(session, address)
        if member.standing is Standing.UNREACHABLE:
            member.standing = Standing.ACTIVE


def _stand(installation: Installation, address: Address, standing: Standing) -> None:
    with installation.database.write() as session:
        member, _ = someone(session, address)
        member.standing = standing


def ask_leave(installation: Installation, address: Address) -> Reply:
    """Make sure, because leaving cannot be undone by the member."""
    with installation.database.read() as session:
        _, partnership = someone(session, address)
    text = (
        "Your name and your address are deleted at once. To come back you need a new invitation.",
        "Answers of a round that is still open stay sealed in it and are destroyed when it closes.",
    )
    buttons = ((Button("Yes, leave", cards.LEAVE_SURELY),),)
    return Reply(cards=(Card(CardKind.NOTICE, f"Leave {partnership.name}?", text, buttons),))


def leave(installation: Installation, address: Address) -> Reply:
    """Forget a member: name and address go; the bare row stays, because a roster refers to it."""
    with installation.database.write() as session:
        member, partnership = someone(session, address)
        member.standing = Standing.LEFT
        member.name = ""
        member.time_zone = None
        member.user = f"left-{secrets.token_hex(16)}"
        # Their card in the open round has their address too.
        session.execute(delete(InvitationRow).where(InvitationRow.member_id == member.id))
        name = partnership.name
    _scrub(installation)
    text = ("Your name and your address are deleted. Thank you for having been part of it.",)
    return Reply(cards=(Card(CardKind.NOTICE, f"You have left {name}", text),))


def _scrub(installation: Installation) -> None:
    try:
        installation.database.scrub()
    except StorageError as error:
        # Somebody reads the file just now; the closing of the next round cleans it.
        _log.warning("What a member who left had could not be cleaned yet. %s", error)
