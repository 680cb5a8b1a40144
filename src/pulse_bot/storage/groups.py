"""Groups: the chats in which partnerships read their digests, and whether pulse-bot is in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from pulse_bot.ports import Address
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.storage.rounds import execute_update


def find_group(session: Session, address: Address) -> GroupRow | None:
    """The group of a chat, in whichever of the chat's topics it reads and this was said."""
    chat = _chat_id(address.user)
    query = select(GroupRow).where(
        GroupRow.adapter == address.adapter,
        GroupRow.workspace == address.workspace,
        or_(GroupRow.chat == chat, GroupRow.chat.startswith(f"{chat}/", autoescape=True)),
    )
    return session.scalar(query.order_by(GroupRow.id).limit(1))


def _chat_id(user: str) -> str:
    """A chat's id without the topic that adapters write after a slash."""
    return user.partition("/")[0]


def list_linked(session: Session, partnership_id: int) -> Sequence[GroupRow]:
    """The chats of a partnership that pulse-bot is in."""
    query = select(GroupRow).where(
        GroupRow.partnership_id == partnership_id, GroupRow.state == LinkState.LINKED
    )
    return session.scalars(query.order_by(GroupRow.id)).all()


def link_chat(session: Session, partnership: PartnershipRow, address: Address) -> GroupRow | None:
    """Link a chat; None where another runner linked one with the same code at this moment.

    The other runner is whoever sends the code at the same time, to another worker.
    """
    before = partnership.chats_linked
    change = update(PartnershipRow).where(
        PartnershipRow.id == partnership.id, PartnershipRow.chats_linked == before
    )
    if execute_update(session, change.values(chats_linked=before + 1)) != 1:
        return None
    session.refresh(partnership)
    row = GroupRow(
        partnership_id=partnership.id,
        adapter=address.adapter,
        workspace=address.workspace,
        chat=address.user,
        state=LinkState.LINKED,
    )
    session.add(row)
    session.flush()
    return row


def change_link(session: Session, group_id: int, before: LinkState, after: LinkState) -> bool:
    """Compare-and-set of whether pulse-bot is in a chat: False where another runner was first.

    The other runner is the same event, delivered twice, or a second worker that posts there.
    """
    change = update(GroupRow).where(GroupRow.id == group_id, GroupRow.state == before)
    return execute_update(session, change.values(state=after)) == 1
