"""Pausing, coming back and leaving: one tap, no reason asked."""

from __future__ import annotations

import secrets

from pulse_bot import cards
from pulse_bot.domain.people import Standing
from pulse_bot.ports import Address, Button, Card, CardKind, Reply
from pulse_bot.usecases.answer import someone
from pulse_bot.usecases.installation import Installation


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
    """Forget a member: name and address go, the row stays while a roster refers to it."""
    with installation.database.write() as session:
        member, partnership = someone(session, address)
        member.standing = Standing.LEFT
        member.name = ""
        member.time_zone = None
        member.user = f"left-{secrets.token_hex(16)}"
        name = partnership.name
    text = ("Your name and your address are deleted. Thank you for having been part of it.",)
    return Reply(cards=(Card(CardKind.NOTICE, f"You have left {name}", text),))
