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
from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.render import HELLO

START: Final = "start"

_COMMAND: Final = re.compile(
    r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL
)
_GROUPS: Final = (ChatType.GROUP, ChatType.SUPERGROUP)
_MEMBER_STATUSES: Final = (
    ChatMemberStatus.MEMBER,
    ChatMemberStatus.ADMINISTRATOR,
    ChatMemberStatus.OWNER,
)


@dataclass(frozen=True, slots=True)
class TelegramEvent:
    """An event, and the group's chat that it came from."""

    event: Event
    group: ChatPlace | None = None


@dataclass(frozen=True, slots=True)
class TypedMessage:
    """A message in a private chat that is no command. Without text it is a picture, a voice, …"""

    user: int
    message: int
    text: str | None
    reply_to: Message | None
    """The message that it is a reply to."""


def user_address(user: User) -> Address:
    """Where a person can be written to."""
    return ChatPlace(user.id).address


def read_message(message: Message, username: str) -> TelegramEvent | TypedMessage | None:
    """What a new message means; None where it is none of the bot's business."""
    if message.migrate_to_chat_id:
        old, new = ChatPlace(message.chat.id), ChatPlace(message.migrate_to_chat_id)
        return TelegramEvent(Moved(old.address, new.address), new)
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat is not None:
        return None  # bots, channels, and administrators who hide behind their group
    if message.chat.type == ChatType.PRIVATE:
        return _read_private(message, user, username)
    if message.chat.type in _GROUPS:
        command = _match_command(message.text or "", username)
        return _group_command(message, user, *command) if command else None
    return None


def _read_private(
    message: Message, user: User, username: str
) -> TelegramEvent | TypedMessage | None:
    text = message.text
    if text is not None and (command := _match_command(text, username)):
        return TelegramEvent(_private_event(user, *command))
    if text is None and message.effective_attachment is None:
        return None  # Telegram's own news: a pinned message, a new picture
    return TypedMessage(user.id, message.message_id, text, message.reply_to_message)


def _match_command(text: str, username: str) -> tuple[str, str] | None:
    match = _COMMAND.fullmatch(text)
    if match is None or (match["bot"] or username).lower() != username.lower():
        return None
    return match["name"].lower(), (match["rest"] or "").strip()


def _private_event(user: User, command: str, rest: str) -> Event:
    address = user_address(user)
    if command != START:
        return Commanded(address, command, rest)
    if rest and rest != HELLO:
        return Joined(address, address, user.full_name, rest)
    return OpenedHome(address, promised=True, at_once=False)


def _group_command(message: Message, user: User, command: str, rest: str) -> TelegramEvent:
    # A reply has a thread, too; only a forum's threads are topics.
    topic = message.message_thread_id if message.is_topic_message else None
    group = ChatPlace(message.chat.id, topic)
    return TelegramEvent(Commanded(user_address(user), command, rest, group.address), group)


def read_membership(change: ChatMemberUpdated) -> TelegramEvent | None:
    """What a change of the bot's own place in a chat means."""
    was_member = _is_member(change.old_chat_member)
    is_member = _is_member(change.new_chat_member)
    if was_member == is_member:
        return None  # made an administrator, or no longer one
    if change.chat.type == ChatType.PRIVATE:
        address = user_address(change.from_user)
        if is_member:
            return TelegramEvent(Joined(address, address, change.from_user.full_name))
        return TelegramEvent(Left(address, address))
    if change.chat.type in _GROUPS:
        return _group_membership(change.chat, change.from_user, is_member)
    return None


def _is_member(member: ChatMember) -> bool:
    # A member with fewer rights than others may have left, too.
    return member.status in _MEMBER_STATUSES or (
        isinstance(member, ChatMemberRestricted) and member.is_member
    )


def _group_membership(chat: Chat, user: User, is_member: bool) -> TelegramEvent:
    group, by = ChatPlace(chat.id), user_address(user)
    if is_member:
        return TelegramEvent(Added(by, group.address, chat.title or "A group"), group)
    return TelegramEvent(Removed(by, group.address), group)
