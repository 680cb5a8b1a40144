"""Posts: the way of a digest into the groups' chats."""

from __future__ import annotations

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from pulse_bot.storage.columns import DeliveryState, LinkState
from pulse_bot.storage.models import GroupRow, PostRow, RoundRow
from pulse_bot.storage.rounds import execute_update


def list_unposted(
    session: Session, partnership_id: int, adapters: frozenset[str] | None
) -> tuple[int, ...]:
    """Closed rounds whose digest still waits for a chat of one of these adapters; None is all."""
    query = (
        select(PostRow.round_id)
        .join(RoundRow, RoundRow.id == PostRow.round_id)
        .join(GroupRow, GroupRow.id == PostRow.group_id)
        .where(true() if adapters is None else GroupRow.adapter.in_(adapters))
        .where(RoundRow.partnership_id == partnership_id, PostRow.state == DeliveryState.WAITING)
        .where(GroupRow.state == LinkState.LINKED)
        # What is held is nobody's to read before it is opened together.
        .where(RoundRow.held.is_(False))
        .distinct()
        .order_by(PostRow.round_id)
    )
    return tuple(session.scalars(query))


def claim_post(session: Session, round_id: int, group_id: int) -> bool:
    """Take on a post before it is sent: after a crash a digest is missing in a chat, never double.

    The group's page always has it. The other runner is a second worker.
    """
    change = update(PostRow).where(
        PostRow.round_id == round_id,
        PostRow.group_id == group_id,
        PostRow.state == DeliveryState.WAITING,
    )
    return execute_update(session, change.values(state=DeliveryState.SENDING)) == 1
