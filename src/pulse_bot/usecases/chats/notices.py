"""Notices: that pulse-bot was removed from a chat, and how many in one have not joined."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.ports import Address, Card, CardKind, Members
from pulse_bot.storage import groups, partnerships
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, MemberRow, PartnershipRow, RoundRow
from pulse_bot.usecases.chats.link import join_button
from pulse_bot.usecases.context import Installation

_TOLD_STANDINGS: Final = (Standing.ACTIVE, Standing.PAUSED)
"""Who paused is asked nothing, and is told what concerns the chat all the same."""


def claim_loss_notices(
    installation: Installation, group_id: int, adapters: Collection[str]
) -> list[tuple[Address, Card]]:
    """Claim the telling of a chat that was lost, and say whom to tell on these adapters.

    Claimed before it is sent: after a crash somebody is not told, and nobody is told twice.
    """
    with installation.database.write() as session:
        if not groups.change_link(session, group_id, LinkState.GONE, LinkState.TOLD):
            return []
        partnership = _load_partnership(session, group_id)
        card = _lost_card(partnership)
        return [
            (_member_address(member), card)
            for member, _ in partnerships.list_members(session, partnership.id)
            if is_allowed(member.role, Permission.SET_UP_CHATS)
            and member.standing in _TOLD_STANDINGS
            and member.adapter in adapters
        ]


def unclaim_loss_notices(installation: Installation, group_id: int) -> None:
    """Nobody could be told yet, and it is due again."""
    with installation.database.write() as session:
        groups.change_link(session, group_id, LinkState.TOLD, LinkState.GONE)


def _lost_card(partnership: PartnershipRow) -> Card:
    text = (
        "Digests do not come there any more. Questions still come to every member as before.",
        "Add it to the chat again, and it goes on where it was; if that was meant, do nothing.",
    )
    title = f"pulse-bot was removed from a chat of {partnership.name}"
    return Card(CardKind.NOTICE, title, text)


def claim_count(installation: Installation, round_id: int, group_id: int) -> Address | None:
    """Claim the counting of a chat for a round: where it is, or None where it was claimed."""
    with installation.database.write() as session:
        number = session.get_one(RoundRow, round_id).number
        group = session.get_one(GroupRow, group_id)
        if group.state is not LinkState.LINKED or not groups.claim_count(session, group_id, number):
            return None
        return groups.group_address(group)


def missing_card(installation: Installation, group_id: int, chat_members: Members) -> Card | None:
    """How many of those in a chat have not joined, never who; None where nobody is missing."""
    with installation.database.read() as session:
        partnership = _load_partnership(session, group_id)
        group = session.get_one(GroupRow, group_id)
        # Who went away from their own chat with pulse-bot has not come either.
        joined = sum(
            member.adapter == group.adapter and member.standing is not Standing.UNREACHABLE
            for member, _ in partnerships.list_members(session, partnership.id)
        )
        # Whoever is not invited is not missing.
        missing = chat_members.count - joined - (0 if group.guests else len(chat_members.guests))
        if missing <= 0:
            return None
        people = (
            "1 person in this chat has" if missing == 1 else f"{missing} people in this chat have"
        )
        text = (
            (
                f"{people} not started yet. It takes a minute: press the button, choose your "
                "school, and the questions come to you in a chat of your own."
            ),
            "Whoever does not want to join need do nothing. Nobody is named.",
        )
        buttons = join_button(installation, partnership)
        return Card(CardKind.NOTICE, f"The pulse of {partnership.name}", text, buttons)


def _load_partnership(session: Session, group_id: int) -> PartnershipRow:
    group = session.get_one(GroupRow, group_id)
    return session.get_one(PartnershipRow, group.partnership_id)


def _member_address(member: MemberRow) -> Address:
    return Address(member.adapter, member.workspace, member.user)
