"""A digest's way to people: into the group's chats, exactly as it was released, and to who asked.

Whoever seeded a workshop gets the card that everybody gets: a courtesy, and no look ahead of the
others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.errors import Refused
from pulse_bot.ports import Card, File, Picture
from pulse_bot.storage import groups, history, outbox, packs, partnerships, rounds, seedings
from pulse_bot.storage.models import GroupRow, MemberRow, OutboxRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.digest_message import MOST_DRAWN, draw_digests, message_card
from pulse_bot.usecases.rounds.pack_files import load_pack_file


def queue_digest(session: Session, installation: Installation, round_id: int) -> None:
    """Send a digest that everybody may read into every chat, and to whoever seeded its workshop."""
    now = installation.clock.now()
    row = session.get_one(RoundRow, round_id)
    for group in groups.list_linked(session, row.partnership_id):
        to = outbox.address_group(group)
        outbox.add_entry(session, OutgoingKind.DIGEST, to, now, round_id=round_id)
    seeding = seedings.find_seeding(session, round_id)
    preparer = _find_preparer(session, seeding) if seeding is not None else None
    if preparer is not None:
        to = outbox.address_member(preparer)
        outbox.add_entry(session, OutgoingKind.PACK, to, now, round_id=round_id)
    if history.says_level(session, round_id):
        _queue_suggestions(session, row, now)


def _queue_suggestions(session: Session, row: RoundRow, now: datetime) -> None:
    """Tell whoever may prepare a workshop what it may be about, at the end of a half-term.

    Whether one has ended is found when it is sent.
    """
    for member, _ in partnerships.list_members(session, row.partnership_id):
        if may_get_pack(member):
            to = outbox.address_member(member)
            outbox.add_entry(session, OutgoingKind.HALF_TERM, to, now, round_id=row.id)


def _find_preparer(session: Session, seeding: SeedingRow) -> MemberRow | None:
    """Whoever seeded a workshop, while they may."""
    member = session.get(MemberRow, seeding.seeded_by) if seeding.seeded_by else None
    return member if member is not None and may_get_pack(member) else None


def may_get_pack(member: MemberRow) -> bool:
    """Whether somebody who seeded a workshop is given its pack: they may have lost the role."""
    return member.standing is not Standing.LEFT and is_allowed(member.role, Permission.SEED)


def list_parts(session: Session, round_id: int) -> tuple[OutgoingPart, ...]:
    """What comes after the words of a digest: its picture and, of a workshop, its pack."""
    has_pack = packs.find_round_pack(session, round_id) is not None
    return (OutgoingPart.PICTURE, *((OutgoingPart.FILE,) if has_pack else ()))


def load_digest_card(session: Session, round_id: int) -> Card:
    """The words of a digest, as they come to everybody."""
    row = session.get_one(RoundRow, round_id)
    return message_card(history.load_digest(session, row.partnership_id, row.number))


def draw_part(
    installation: Installation, round_id: int, part: OutgoingPart
) -> Picture | File | None:
    """The picture or the pack of a digest; None where there is none, or another came since.

    Raises DrawingFailed where it may be drawn another time.
    """
    if part is OutgoingPart.FILE:
        return load_pack_file(installation, round_id, can_wait=True)
    with installation.database.read() as session:
        row = session.get_one(RoundRow, round_id)
        newest = history.list_digests(session, row.partnership_id, MOST_DRAWN)
        title = load_digest_card(session, round_id).title
    picture = (
        draw_digests(installation, newest, can_wait=True)
        if newest[0].number == row.number
        else None
    )
    return replace(picture, title=title) if picture else None


def post_again(
    installation: Installation, name: str, number: int | None = None, *, everywhere: bool = False
) -> tuple[int, int]:
    """Post a digest into the chats that do not have it, or everywhere once more. Raises Refused.

    Returns the number of its round, and of how many chats it goes to.
    """
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        row = find_posted_round(session, partnership.id, number)
        return row.number, queue_again(session, installation, row, everywhere=everywhere)


def find_posted_round(session: Session, partnership_id: int, number: int | None) -> RoundRow:
    """The round of a digest that everybody may read, the newest for None. Raises Refused."""
    digests = history.list_digests(session, partnership_id, 1) if number is None else []
    wanted = digests[0].number if digests else number
    row = rounds.find_by_number(session, partnership_id, wanted) if wanted is not None else None
    if row is None or not packs.is_readable(session, row.id):
        which = "yet: no round has closed" if wanted is None else f"of round {wanted} to post"
        raise Refused(f"There is no digest {which}.")
    return row


def queue_again(
    session: Session, installation: Installation, row: RoundRow, *, everywhere: bool = False
) -> int:
    """Queue a digest for the chats that do not have all of it; returns how many those are.

    Raises Refused where there is no chat.
    """
    now = installation.clock.now()
    linked = groups.list_linked(session, row.partnership_id)
    if not linked:
        raise Refused(
            "pulse-bot is in no chat of this partnership, so there is nowhere to post. Everybody "
            "can read the digest on their own page."
        )
    posts = outbox.list_digest_posts(session, row.id)
    queued = 0
    for group in linked:
        own = [post for post in posts if post.group_id == group.id]
        queued += _queue_for_group(session, group, row, own, now, everywhere=everywhere)
    return queued


def _queue_for_group(
    session: Session,
    group: GroupRow,
    row: RoundRow,
    posts: list[OutboxRow],
    now: datetime,
    *,
    everywhere: bool,
) -> bool:
    if any(post.state is OutgoingState.CLAIMED for post in posts):
        return False
    if everywhere or not posts:
        for post in posts:
            session.delete(post)
        to = outbox.address_group(group)
        outbox.add_entry(session, OutgoingKind.DIGEST, to, now, round_id=row.id)
        return True
    missing = [post for post in posts if post.state is not OutgoingState.SENT]
    outbox.send_again(session, missing, now)
    return bool(missing)
