"""A group's chat: how it becomes a partnership's, and what everybody in it is shown.

Nothing here is private: each reply goes into the chat.
"""

from __future__ import annotations

import logging
from functools import partial

from sqlalchemy.orm import Session

from pulse_bot.cards import actions
from pulse_bot.crypto import codes
from pulse_bot.crypto.codes import CodePurpose
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.domain.partnership.audit_events import ChatBack, ChatLinked, ChatLost
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    LONGEST_ACTION,
    Added,
    Address,
    Button,
    Card,
    CardKind,
    Commanded,
    Moved,
    Removed,
    Reply,
)
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import groups, outbox, partnerships
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.database import Conflict, retry_on_conflict
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.chats.leads import tell_leads
from pulse_bot.usecases.context import PULSE_BOT, Installation
from pulse_bot.usecases.members.invite import make_invitation

_log = logging.getLogger(__name__)

BAD_CODE = (
    "That code is not valid: it was used before, was mistyped, or belongs to another installation. "
    "Nothing was changed; ask whoever runs pulse-bot for a new one."
)
_NO_CODE = (
    "To link this chat, write “/pulse link” and the code after it, or “/pulse setup”. Whoever runs "
    "pulse-bot has the code, and a lead of the partnership needs none."
)
LINKED_ELSEWHERE = (
    "This chat belongs to a partnership already, so it was not linked to another. Use another chat."
)

PROMISE = (
    "The other members, your lead and the facilitator never see who answered or what: answers are "
    "sealed, added up when the round closes, and then destroyed."
)
"""In one sentence, for whoever is no member yet."""


def greet_chat(installation: Installation, event: Added) -> Reply:
    """Pulse-bot came into a chat: greet, or link it where a lead brought it along."""
    return retry_on_conflict(partial(_greet_or_link, installation, event))


def _greet_or_link(installation: Installation, event: Added) -> Reply:
    with installation.database.write() as session:
        group = groups.find_group(session, event.group)
        partnership = find_led_partnership(session, event.address)
        if group is None and partnership is None:
            return _public_reply(_greeting_card(installation, event.group))
        if group is None and partnership is not None:
            group = link_chat(session, installation, partnership, event.group)
        if group is not None:
            note_return(session, installation, group)
            outbox.skip_welcome(session, group.id)
        return _invitation_reply(session, installation, group, event.group)


def _greeting_card(installation: Installation, chat: Address | None) -> Card:
    text = (
        (
            "I ask the members of a school partnership one to three questions a week, and tell the "
            "group what is true of all of them. Nobody is told who said what."
        ),
        (
            "I need to know which partnership this chat belongs to. Whoever runs pulse-bot has a "
            "code for it: press “Set up”, or write “/pulse link” and the code after it."
        ),
    )
    action = sign_setup_key(installation, chat) if chat is not None else ""
    is_carried = 0 < len(action.encode()) <= LONGEST_ACTION
    buttons = ((Button("Set up", action),),) if is_carried else ()
    return Card(CardKind.NOTICE, "Hello, this is pulse-bot", text, buttons)


def sign_setup_key(installation: Installation, chat: Address) -> str:
    """What the button and the form carry that set up a chat.

    Signed, because it comes back by way of a platform: nobody sets up a chat that pulse-bot was not
    asked about.
    """
    return codes.sign_text(installation.installation_key, actions.setup_key(chat), chat.adapter)


def link_by_command(installation: Installation, event: Commanded) -> Reply:
    """Link a chat to a partnership by a code, or at the word of a lead. Raises Refused."""
    if event.group is None:
        raise Refused("Write that in the group's chat that is to be linked, not here.")
    # Phones write the first letter of a line in capitals.
    code = event.text.strip().lower()
    return retry_on_conflict(partial(_link_by_code, installation, event.address, event.group, code))


def _link_by_code(installation: Installation, address: Address, chat: Address, code: str) -> Reply:
    with installation.database.write() as session:
        partnership, may_link = resolve_code(session, installation, address, code)
        group = groups.find_group(session, chat)
        if group is None and partnership is not None and may_link:
            group = link_chat(session, installation, partnership, chat)
        elif (
            group is not None and partnership is not None and partnership.id == group.partnership_id
        ):
            # The code that linked this chat is used up; sent again, it does no harm. From who may
            # link, in another topic of the chat: digests come there from now on.
            group.chat = chat.user if may_link else group.chat
        elif group is None or partnership is not None:
            raise Refused(LINKED_ELSEWHERE if may_link else BAD_CODE if code else _NO_CODE)
        note_return(session, installation, group)
        outbox.skip_welcome(session, group.id)
        return _invitation_reply(session, installation, group, chat)


def resolve_code(
    session: Session, installation: Installation, address: Address, code: str
) -> tuple[PartnershipRow | None, bool]:
    """The partnership that a code names, or that a lead leads, and whether that links a chat to it.

    Raises Refused.
    """
    if code:
        number = codes.read_partnership(CodePurpose.LINK, code)
        row = session.get(PartnershipRow, number) if number is not None else None
        if row is None:
            raise Refused(BAD_CODE)
    else:
        row = find_led_partnership(session, address)
    if row is None:
        return None, False
    # The other runner is the same command, delivered twice, or the same code in another chat.
    partnerships.lock_partnership(session, row)
    key = installation.installation_key
    is_valid = not code or codes.matches_code(key, CodePurpose.LINK, row.id, row.chats_linked, code)
    return row, is_valid


def find_led_partnership(session: Session, address: Address) -> PartnershipRow | None:
    """The partnership of somebody who may set up its chats."""
    member = partnerships.member_at(session, address)
    if member is None or not is_allowed(member.role, Permission.SET_UP_CHATS):
        return None
    return session.get_one(PartnershipRow, member.partnership_id)


def link_chat(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    chat: Address,
    *,
    welcomed: bool = True,
) -> GroupRow:
    """Link a chat to a held partnership, and have its people invited.

    `welcomed`: the card by which everybody joins comes into the chat at once, as the reply.
    """
    group = groups.link_chat(session, partnership, chat)
    if group is None:
        raise Conflict("That code was used at this very moment. Nothing was changed.")
    kind = OutgoingKind.INVITATIONS if welcomed else OutgoingKind.WELCOME
    to = outbox.address_group(group)
    outbox.add_entry(session, kind, to, installation.clock.now())
    chat_itself = Actor(ActorKind.GROUP_CHAT)
    audit_log.record(session, installation, partnership.id, chat_itself, ChatLinked())
    # What was changed before is no news there.
    group.announced = stored_log.newest_id(session, partnership.id)
    return group


def _invitation_reply(
    session: Session, installation: Installation, group: GroupRow | None, chat: Address | None
) -> Reply:
    """The card that invites members."""
    if group is None:
        return _public_reply(_greeting_card(installation, chat))
    partnership = session.get_one(PartnershipRow, group.partnership_id)
    return _public_reply(join_card(installation, partnership))


def note_return(session: Session, installation: Installation, group: GroupRow) -> None:
    """Note that pulse-bot is in a chat, if it was not."""
    if group.state is not LinkState.LINKED:
        group.state = LinkState.LINKED
        outbox.hurry_group(session, group.id, installation.clock.now())
        audit_log.record(session, installation, group.partnership_id, PULSE_BOT, ChatBack())


def join_card(installation: Installation, partnership: PartnershipRow) -> Card:
    """The card that invites everybody in a group's chat."""
    text = (
        (
            f"Members of {partnership.name} get one to three questions a week, each in a chat of "
            "their own, and answer in under a minute. When a round closes, everybody reads the "
            "same digest here."
        ),
        PROMISE,
    )
    return Card(CardKind.NOTICE, "Join the pulse", text, join_button(installation, partnership))


def join_button(
    installation: Installation, partnership: PartnershipRow
) -> tuple[tuple[Button, ...], ...]:
    """The button that leads whoever presses it to joining."""
    return ((Button("Join the pulse", invitation=make_invitation(installation, partnership)),),)


def show_join_card(installation: Installation, event: Commanded) -> Reply:
    """Show the card that invites members."""
    with installation.database.write() as session:
        group = groups.find_group(session, event.group) if event.group else None
        return _invitation_reply(session, installation, group, event.group)


def start_in_chat(installation: Installation, event: Commanded) -> Reply:
    """The first word in a chat: a code links it, nothing asks what this is."""
    return (
        link_by_command(installation, event)
        if event.text.strip()
        else show_chat_help(installation, event)
    )


def show_chat_help(installation: Installation, event: Commanded) -> Reply:
    """What pulse-bot does here, for everybody in the chat."""
    with installation.database.read() as session:
        group = groups.find_group(session, event.group) if event.group else None
        if group is None:
            return _public_reply(_greeting_card(installation, event.group))
        partnership = session.get_one(PartnershipRow, group.partnership_id)
        text = (
            (
                f"I ask the members of {partnership.name} one to three questions a week, in a chat "
                "of their own, and post the digest here when a round has closed."
            ),
            (
                "Join with the button below. Write “/pulse help” in your own chat with me for "
                "everything else: what is kept about you, your time, a pause."
            ),
        )
        buttons = join_button(installation, partnership)
        return _public_reply(Card(CardKind.NOTICE, "How this works", text, buttons))


def note_removed(installation: Installation, event: Removed) -> Reply:
    """Pulse-bot was removed from a chat: no posts go there, and the leads are told."""
    with installation.database.read() as session:
        group = groups.find_group(session, event.group)
    if group is not None:
        mark_chat_lost(installation, group.id)
    return Reply()


def mark_chat_lost(installation: Installation, group_id: int) -> None:
    """Note that pulse-bot is in a chat no more, once, and have the leads told."""
    with installation.database.write() as session:
        if not groups.change_link(session, group_id, LinkState.LINKED, LinkState.GONE):
            return
        partnership = session.get_one(GroupRow, group_id).partnership_id
        tell_leads(
            session,
            partnership,
            OutgoingKind.CHAT_LOST,
            installation.clock.now(),
            group_id=group_id,
        )
        audit_log.record(session, installation, partnership, PULSE_BOT, ChatLost())
    _log.warning(
        "pulse-bot was removed from a group's chat, which gets no digests until it is added again.",
        extra={"partnership": partnership},
    )


def move_chat(installation: Installation, event: Moved) -> Reply:
    """A chat has a new address: it is written to there from now on."""
    with installation.database.write() as session:
        group = groups.find_group(session, event.address)
        target = groups.find_group(session, event.to)
        if group is None:
            return Reply()
        if target is None or target.id == group.id:
            group.workspace, group.chat = event.to.workspace, event.to.user
            group.state = LinkState.LINKED
            outbox.move_group(session, group)
        else:
            # Linked anew there before the move was told.
            group.state = LinkState.GONE
    return Reply()


def _public_reply(card: Card) -> Reply:
    return Reply(cards=(card,), public=True)
