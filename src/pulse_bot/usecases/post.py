"""Posting a digest to the group's chats, exactly as it was released."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from pulse_bot.ports import Address, Card
from pulse_bot.storage import history, posts
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.models import GroupRow, PostRow, RoundRow
from pulse_bot.usecases.installation import Installation
from pulse_bot.usecases.look import digest_card


@dataclass(frozen=True, slots=True)
class Posting:
    """A digest on its way to one chat."""

    round: int
    group: int
    address: Address
    card: Card


def next_posting(
    installation: Installation, round_id: int, adapters: frozenset[str]
) -> Posting | None:
    """Claim the next post of a digest that waits for one of these adapters; None after the last.

    Claimed before it is sent: after a crash a digest is missing in a chat, and never there twice.
    The group's page always has it.
    """
    with installation.database.write() as session:
        waiting = (
            select(GroupRow)
            .join(PostRow, PostRow.group_id == GroupRow.id)
            .where(PostRow.round_id == round_id, PostRow.state == Delivery.WAITING)
            .where(GroupRow.adapter.in_(adapters))
            .limit(1)
        )
        group = session.scalar(waiting)
        if group is None or not posts.claim(session, round_id, group.id):
            return None
        asked = session.get_one(RoundRow, round_id)
        digest = history.digest(session, asked.partnership_id, asked.number)
        address = Address(group.adapter, group.workspace, group.chat)
        return Posting(round_id, group.id, address, digest_card(digest))


def posted(installation: Installation, posting: Posting, state: Delivery, reference: str) -> None:
    """Keep what became of a post."""
    with installation.database.write() as session:
        row = session.get_one(PostRow, (posting.round, posting.group))
        row.state = state
        row.reference = reference
