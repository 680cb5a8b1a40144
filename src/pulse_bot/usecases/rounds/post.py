"""Posting a digest to the group's chats, exactly as it was released."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select

from pulse_bot.ports import Address, Card
from pulse_bot.storage import groups, history, posts
from pulse_bot.storage.columns import DeliveryState, LinkState
from pulse_bot.storage.models import GroupRow, PostRow, RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.digest_message import MOST_DRAWN, draw_digests, message_card
from pulse_bot.usecases.rounds.pack_files import load_pack_file


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A digest on its way to one chat."""

    round: int
    group: int
    address: Address
    card: Card


def claim_next_post(
    installation: Installation,
    round_id: int,
    adapters: frozenset[str],
    tried: Collection[int] = (),
) -> DigestPost | None:
    """Claim the next post of a digest that waits for one of these adapters; None after the last.

    Those groups that were `tried` just now are passed over: one that is away holds up no other.
    Claimed before it is sent: after a crash a digest is missing in a chat, and never there twice.
    The group's page always has it.
    """
    claimed = _claim_chat(installation, round_id, adapters, tried)
    if claimed is None:
        return None
    # Drawn while nothing is locked: it takes a second.
    card = render_digest_post(installation, round_id)
    return DigestPost(round_id, claimed.id, groups.group_address(claimed), card)


def render_digest_post(installation: Installation, round_id: int) -> Card:
    """A digest as it comes to everybody: its message, its picture and, of a workshop, its pack."""
    with installation.database.read() as session:
        round_row = session.get_one(RoundRow, round_id)
        digest = history.load_digest(session, round_row.partnership_id, round_row.number)
        newest = history.list_digests(session, round_row.partnership_id, MOST_DRAWN)
    picture = draw_digests(installation, newest) if newest[0].number == digest.number else None
    return replace(
        message_card(digest), picture=picture, file=load_pack_file(installation, round_id)
    )


def _claim_chat(
    installation: Installation, round_id: int, adapters: frozenset[str], tried: Collection[int]
) -> GroupRow | None:
    with installation.database.write() as session:
        waiting = (
            select(GroupRow)
            .join(PostRow, PostRow.group_id == GroupRow.id)
            .where(PostRow.round_id == round_id, PostRow.state == DeliveryState.WAITING)
            .where(GroupRow.state == LinkState.LINKED, GroupRow.adapter.in_(adapters))
            .where(GroupRow.id.not_in(tried))
            .order_by(GroupRow.id)
            .limit(1)
        )
        group = session.scalar(waiting)
        if group is None or not posts.claim_post(session, round_id, group.id):
            return None
        return group


def record_posted(installation: Installation, post: DigestPost, state: DeliveryState) -> None:
    """Keep what became of a post."""
    with installation.database.write() as session:
        row = session.get_one(PostRow, (post.round, post.group))
        row.state = state
