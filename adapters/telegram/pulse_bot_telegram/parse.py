"""What people do in Telegram, as the core's events. Pure: updates in, events out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from telegram import Chat, ChatMember, ChatMemberRestricted, ChatMemberUpdated, Message, User
from telegram.constants import ChatMemberStatus, ChatType

from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Removed,
)
from pulse_bot_telegram.places import Place
from pulse_bot_telegram.render import HELLO

START: Final = "start"

_COMMAND: Final = re.compile(
    r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL
)
_GROUPS: Final = (ChatType.GROUP, ChatType.SUPERGROUP)
_THERE: Final = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, and the group's chat that it came from."""

    event: Event
    group: Place | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A message in a private chat that is no command. Without text it is a picture, a voice, …"""

    user: int
    message: int
    text: str | None
    replied: Message | None
    """The message that it is a reply to."""


def address_of(user: User) -> Address:
    """Where a person can be written to."""
    return Place(user.id).address


def heard_in(message: Message, username: str) -> Heard | Typed | None:
    """What a new message means; None where it is none of the bot's business."""
    if message.migrate_to_chat_id:
        old, new = Place(message.chat.id), Place(message.migrate_to_chat_id)
        return Heard(Moved(old.address, new.address), new)
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat is not None:
        return None  # bots, channels, and administrators who hide behind their group
    if message.chat.type == ChatType.PRIVATE:
        return _private(message, user, username)
    if message.chat.type in _GROUPS:
        command = _command(message.text or "", username)
        return _in_group(message, user, *command) if command else None
    return None


def _private(message: Message, user: User, username: str) -> Heard | Typed | None:
    text = message.text
    if text is not None and (command := _command(text, username)):
        return Heard(_alone(user, *command))
    if text is None and message.effective_attachment is None:
        return None  # Telegram's own news: a pinned message, a new picture
    return Typed(user.id, message.message_id, text, message.reply_to_message)


def _command(text: str, username: str) -> tuple[str, str] | None:
    found = _COMMAND.fullmatch(text)
    if found is None or (found["bot"] or username).lower() != username.lower():
        return None
    return found["name"].lower(), (found["rest"] or "").strip()


def _alone(user: User, command: str, rest: str) -> Event:
    address = address_of(user)
    if command != START:
        return Commanded(address, command, rest)
    if rest and rest != HELLO:
        return Joined(address, address, user.full_name, rest)
    return OpenedHome(address, promised=True, at_once=False)


def _in_group(message: Message, user: User, command: str, rest: str) -> Heard:
    # A reply has a thread, too; only a forum's threads are topics.
    topic = message.message_thread_id if message.is_topic_message else None
    group = Place(message.chat.id, topic)
    return Heard(Commanded(address_of(user), command, rest, group.address), group)


def heard_of(change: ChatMemberUpdated) -> Heard | None:
    """What a change of the bot's own place in a chat means."""
    was_there = _is_there(change.old_chat_member)
    is_there = _is_there(change.new_chat_member)
    if was_there == is_there:
        return None  # made an administrator, or no longer one
    if change.chat.type == ChatType.PRIVATE:
        address = address_of(change.from_user)
        if is_there:
            return Heard(Joined(address, address, change.from_user.full_name))
        return Heard(Left(address, address))
    if change.chat.type in _GROUPS:
        return _group_change(change.chat, change.from_user, is_there)
    return None


def _is_there(member: ChatMember) -> bool:
    # A member with fewer rights than others may have left, too.
    return member.status in _THERE or (
        isinstance(member, ChatMemberRestricted) and member.is_member
    )


def _group_change(chat: Chat, user: User, is_there: bool) -> Heard:
    group, by = Place(chat.id), address_of(user)
    if is_there:
        return Heard(Added(by, group.address, chat.title or "A group"), group)
    return Heard(Removed(by, group.address), group)
