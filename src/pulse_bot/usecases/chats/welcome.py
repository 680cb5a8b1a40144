"""Welcome: a card for everybody in a group's chat who is no member, and who comes and goes there.

Nothing is kept of anybody who is no member: a chat remembers that its people were invited, and
never who they are.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.outgoing import PENDING, OutgoingKind
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import MemberCameBack, MemberWentFromChat
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.ports import Address, Button, Card, CardKind, Joined, Left, Members, Reply
from pulse_bot.storage import groups, outbox, partnerships
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.chats.link import PROMISE, join_card
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.invite import make_invitation


def load_welcome_card(session: Session, installation: Installation, group_id: int) -> Card:
    """The card that invites a whole chat."""
    group = session.get_one(GroupRow, group_id)
    partnership = session.get_one(PartnershipRow, group.partnership_id)
    return join_card(installation, partnership)


def list_invitations(
    installation: Installation, group_id: int, chat_members: Members
) -> list[tuple[Address, Card]]:
    """Whom of the people in a chat to invite, and with which card: nobody who is a member."""
    with installation.database.read() as session:
        group = session.get_one(GroupRow, group_id)
        partnership = session.get_one(PartnershipRow, group.partnership_id)
        excluded = partnerships.known_addresses(session, chat_members.addresses)
        if not group.guests:
            excluded |= frozenset(chat_members.guests)
        card = _invitation_card(installation, partnership)
        return [(address, card) for address in chat_members.addresses if address not in excluded]


def _invitation_card(installation: Installation, partnership: PartnershipRow) -> Card:
    name = partnership.name
    text = (
        (
            f"pulse-bot asks the members of {name} one to three questions a week, in a chat of "
            "their own, and they answer in under a minute. When a round closes, everybody reads "
            "the same digest."
        ),
        PROMISE,
        (
            f"You are asked because you are in a chat of {name}. Do nothing, or say no, and "
            "nothing is kept of you."
        ),
    )
    choices = (
        Button("Join", invitation=make_invitation(installation, partnership)),
        Button("No, thank you", question_cards.DECLINE),
    )
    return Card(CardKind.NOTICE, f"{name} invites you to join", text, (choices,))


def decline_invitation(installation: Installation, address: Address) -> Reply | None:
    """Take a no, and keep nothing; None for a member, whom nobody invited."""
    with installation.database.read() as session:
        member = partnerships.member_at(session, address)
    if member is not None:
        return None
    return Reply(
        "That is fine. Nothing was kept of you. If you change your mind, join by the button in "
        "the group's chat."
    )


def welcome_arrival(installation: Installation, event: Joined) -> Reply:
    """Somebody came into a group's chat: invite them, or be able to reach them again."""
    with installation.database.write() as session:
        group = groups.find_group(session, event.group)
        if group is None or group.state is not LinkState.LINKED:
            return Reply()
        member = partnerships.member_at(session, event.address)
        if member is None:
            return _invite_arrival(session, installation, group, event)
        is_member = member.partnership_id == group.partnership_id
        if is_member and member.standing is Standing.UNREACHABLE:
            leave.restore_member(member)
            _note_member(session, installation, member.partnership_id, MemberCameBack())
        return Reply()


def _invite_arrival(
    session: Session, installation: Installation, group: GroupRow, event: Joined
) -> Reply:
    # As long as the chat's people wait for their cards, this one is among them.
    kinds = (OutgoingKind.WELCOME, OutgoingKind.INVITATIONS)
    waiting = outbox.has_entry(session, group.id, kinds, PENDING)
    if waiting or (event.guest and not group.guests):
        return Reply()
    partnership = session.get_one(PartnershipRow, group.partnership_id)
    return Reply(cards=(_invitation_card(installation, partnership),))


def note_departure(installation: Installation, event: Left) -> Reply:
    """A member who left the last chat of their partnership there is not asked any more."""
    with installation.database.write() as session:
        member = partnerships.member_at(session, event.address)
        group = groups.find_group(session, event.group)
        if member is None or group is None or group.partnership_id != member.partnership_id:
            return Reply()
        linked = groups.list_linked(session, member.partnership_id)
        others = [chat for chat in linked if chat.adapter == group.adapter and chat.id != group.id]
        if others or member.standing is not Standing.ACTIVE:
            return Reply()
        member.standing = Standing.UNREACHABLE
        _note_member(session, installation, member.partnership_id, MemberWentFromChat())
        name = session.get_one(PartnershipRow, member.partnership_id).name
    text = (
        "So you are asked nothing any more, until you come back or choose “Ask me again”.",
        "To have your name and your address deleted, choose “Leave”.",
    )
    choices = (Button("Ask me again", question_cards.RESUME), Button("Leave", question_cards.LEAVE))
    return Reply(cards=(Card(CardKind.NOTICE, f"You left the chat of {name}", text, (choices,)),))


def _note_member(
    session: Session,
    installation: Installation,
    partnership: int,
    event: MemberCameBack | MemberWentFromChat,
) -> None:
    # Without a name: the log stays for ever. With a line: nobody can choose unseen who is asked.
    audit_log.record(session, installation, partnership, Actor.member(Role.MEMBER), event)
