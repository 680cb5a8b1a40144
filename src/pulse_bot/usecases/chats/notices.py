"""Notices: that pulse-bot was removed from a chat, and how many in one have not joined."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.people import Standing
from pulse_bot.ports import Card, CardKind, Members
from pulse_bot.storage import partnerships
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases.chats.link import join_button
from pulse_bot.usecases.context import Installation


def load_loss_card(session: Session, group_id: int) -> Card | None:
    """That pulse-bot was removed from a chat; None where it is in it again."""
    group = session.get_one(GroupRow, group_id)
    if group.state is LinkState.LINKED:
        return None
    return _lost_card(_load_partnership(session, group_id))


def _lost_card(partnership: PartnershipRow) -> Card:
    text = (
        "Digests do not come there any more. Questions still come to every member as before.",
        "Add it to the chat again, and it goes on where it was; if that was meant, do nothing.",
    )
    title = f"pulse-bot was removed from a chat of {partnership.name}"
    return Card(CardKind.NOTICE, title, text)


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
