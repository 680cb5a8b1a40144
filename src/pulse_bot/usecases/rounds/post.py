"""Posting a digest to the group's chats, exactly as it was released."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select

from pulse_bot.ports import Address, Card
from pulse_bot.storage import groups, history, posts
from pulse_bot.storage.columns import Delivery, Link
from pulse_bot.storage.models import GroupRow, PostRow, RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.digest_message import DRAWN, drawn, message_card
from pulse_bot.usecases.rounds.pack_files import file_of


@dataclass(frozen=True, slots=True)
class Posting:
    """A digest on its way to one chat."""

    round: int
    group: int
    address: Address
    card: Card


def next_posting(
    installation: Installation,
    round_id: int,
    adapters: frozenset[str],
    tried: Collection[int] = (),
) -> Posting | None:
    """Claim the next post of a digest that waits for one of these adapters; None after the last.

    Those groups that were `tried` just now are passed over: one that is away holds up no other.
    Claimed before it is sent: after a crash a digest is missing in a chat, and never there twice.
    The group's page always has it.
    """
    claimed = _claim(installation, round_id, adapters, tried)
    if claimed is None:
        return None
    # Drawn while nothing is locked: it takes a second.
    card = posting_card(installation, round_id)
    return Posting(round_id, claimed.id, groups.address_of(claimed), card)


def posting_card(installation: Installation, round_id: int) -> Card:
    """A digest as it comes to everybody: its message, its picture and, of a workshop, its pack."""
    with installation.database.read() as session:
        asked = session.get_one(RoundRow, round_id)
        said = history.digest(session, asked.partnership_id, asked.number)
        newest = history.digests(session, asked.partnership_id, DRAWN)
    picture = drawn(installation, newest) if newest[0].number == said.number else None
    return replace(message_card(said), picture=picture, file=file_of(installation, round_id))


def _claim(
    installation: Installation, round_id: int, adapters: frozenset[str], tried: Collection[int]
) -> GroupRow | None:
    with installation.database.write() as session:
        waiting = (
            select(GroupRow)
            .join(PostRow, PostRow.group_id == GroupRow.id)
            .where(PostRow.round_id == round_id, PostRow.state == Delivery.WAITING)
            .where(GroupRow.state == Link.LINKED, GroupRow.adapter.in_(adapters))
            .where(GroupRow.id.not_in(tried))
            .order_by(GroupRow.id)
            .limit(1)
        )
        group = session.scalar(waiting)
        if group is None or not posts.claim(session, round_id, group.id):
            return None
        return group


def posted(installation: Installation, posting: Posting, state: Delivery) -> None:
    """Keep what became of a post."""
    with installation.database.write() as session:
        row = session.get_one(PostRow, (posting.round, posting.group))
        row.state = state
