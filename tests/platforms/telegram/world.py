"""What the loopback Telegram knows: users, chats, messages, pressed buttons, what went wrong."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.telegram.refusals import bad_request, forbidden
from tests.platforms.telegram.spec import Upload

Json = dict[str, Any]


@dataclass
class User:
    """A person or a bot."""

    id: int
    first_name: str
    username: str
    is_bot: bool = False
    language: str = "en"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def full_name(self) -> str:
        """As people and libraries say it; nobody here has a last name."""
        return self.first_name

    def as_json(self) -> Json:
        """As the Bot API tells of a user."""
        told = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        told["username"] = self.username
        return told if self.is_bot else {**told, "language_code": self.language}


@dataclass
class Message:
    """One message in a chat."""

    id: int
    chat: Chat
    sender: User
    date: int
    content: Json
    """Everything but the fields that this class has: text, entities, photo, reply_markup, …"""
    touched: int
    """When its text was last written, in the order of all such moments."""
    reply_to: Message | None = None
    thread: int | None = None

    def as_json(self, *, alone: bool = False) -> Json:
        """As the Bot API tells of a message; `alone` without the message that it replies to."""
        told = {
            "message_id": self.id,
            "from": self.sender.as_json(),
            "chat": self.chat.as_json(),
            "date": self.date,
            **self.content,
        }
        if "reply_markup" in told and "inline_keyboard" not in told["reply_markup"]:
            del told["reply_markup"]
        if self.thread is not None:
            told["message_thread_id"] = self.thread
            if self.thread in self.chat.topics:
                told["is_topic_message"] = True
        if self.reply_to is not None and not alone:
            told["reply_to_message"] = self.reply_to.as_json(alone=True)
        return told

    @property
    def text(self) -> str:
        """The words of it, a caption's too."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def buttons(self) -> list[Json]:
        """The buttons under it, in reading order."""
        rows = self.content.get("reply_markup", {}).get("inline_keyboard", ())
        return [button for row in rows for button in row]


@dataclass
class Chat:
    """A private chat, a group, or a supergroup."""

    id: int
    kind: str
    title: str
    ids: itertools.count[int]
    user: User | None = None
    members: dict[int, User] = field(default_factory=dict)
    bot: str = "left"
    """The bot's status in a group."""
    muted: bool = False
    """Whether the bot may not write in it."""
    without_files: bool = False
    """Whether nobody may send documents in it."""
    moved_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    """Of a forum: "open" or "closed"."""
    messages: dict[int, Message] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """The messages that were deleted."""

    def as_json(self) -> Json:
        """As the Bot API tells of a chat."""
        told: Json = {"id": self.id, "type": self.kind}
        if self.user is not None:
            return {**told, "first_name": self.user.first_name, "username": self.user.username}
        told["title"] = self.title
        return {**told, "is_forum": True} if self.topics else told


@dataclass
class Query:
    """A pressed button, which waits for its answer."""

    id: str
    user: User
    message: Message
    handed: int = 0
    """How often the bot was told."""
    answered: int = 0
    handed_at: int = 0
    answered_at: int = 0
    """The moments of the first hand-over and of the last answer."""


class World:
    """Everything, without the wire."""

    def __init__(self, token: str, username: str) -> None:
        self.token = token
        number = int(token.partition(":")[0])
        self.bot = User(number, "Pulse", username, is_bot=True)
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, Upload] = {}
        """The documents that were sent, by the name that Telegram gave them."""
        self.toasts: list[tuple[int, int, str]] = []
        """The moment, the user, and what was shown to them at the top of their screen."""
        self.commands: dict[tuple[str, str], list[Json]] = {}
        """The menus, by scope (as JSON) and language."""
        self.posted: list[tuple[int, str]] = []
        """The chat of each message of the bot that was ever posted, and how it read then."""
        self.violations: list[str] = []
        """What the bot did that it must never do."""
        self._moments = itertools.count(1)
        # Identifiers of today's Telegram do not fit into 32 bits.
        self._user_ids = itertools.count(6_100_000_001, 7_919)
        self._group_ids = itertools.count(-4_200_000_001, -7_919)
        self._message_ids = itertools.count(101)
        self._query_ids = itertools.count(3_141_592_653_589_793)

    def violate(self, what: str) -> None:
        """Write down what the bot must not do."""
        self.violations.append(what)

    def moment(self) -> int:
        """A number that grows with each thing that people could notice."""
        return next(self._moments)

    def new_user(self, first_name: str = "") -> User:
        """Somebody who has never written to the bot, and the chat they would do it in."""
        number = next(self._user_ids)
        # Names hold what must be escaped.
        user = User(number, first_name or f"Ada <{number % 1000}> & Co", f"ada_{number}")
        self.users[number] = user
        self.chats[number] = Chat(number, "private", "", self._message_ids, user)
        return user

    def new_group(self, title: str) -> Chat:
        """A basic group with nobody in it."""
        chat = Chat(next(self._group_ids), "group", title, self._message_ids)
        self.chats[chat.id] = chat
        return chat

    def new_supergroup(self, title: str) -> Chat:
        """A supergroup; its messages are counted from one."""
        number = next(self._group_ids) - 1_000_000_000_000
        chat = Chat(number, "supergroup", title, itertools.count(1))
        self.chats[chat.id] = chat
        return chat

    def refuse_files(self) -> None:
        """Let nobody send documents in any group that there is."""
        for chat in self.chats.values():
            chat.without_files = chat.user is None

    def post(
        self,
        chat: Chat,
        sender: User,
        content: Json,
        *,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """Put a message into a chat."""
        message = Message(
            next(chat.ids),
            chat,
            sender,
            int(time.time()),
            content,
            self.moment(),
            reply_to,
            thread,
        )
        chat.messages[message.id] = message
        if sender.id == self.bot.id:
            self.posted.append((chat.id, json.dumps(content, ensure_ascii=False)))
        return message

    def new_query(self, user: User, message: Message) -> Query:
        """A button of the message was pressed."""
        query = Query(str(next(self._query_ids)), user, message)
        self.queries[query.id] = query
        return query

    def chat_for(self, chat_id: object) -> Chat:
        """The chat that a call names, if the bot knows it. Raises ApiError."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, chat_id: object) -> Chat:
        """The chat, if the bot can write in it. Raises ApiError."""
        chat = self.chat_for(chat_id)
        if chat.moved_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to
            )
        if chat.user is not None:
            _refuse_unwilling(chat.user)
        elif chat.bot == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        elif chat.bot == "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        if chat.muted:
            raise bad_request("not enough rights to send text messages to the chat")
        return chat

    def answer_first(self, chat: Chat) -> None:
        """A pressed button turns round and round until it is answered: that comes first.

        Of several that wait, only the first must be answered: what is done then may be for it.
        """
        here = [
            one for one in self.queries.values() if chat.id in (one.user.id, one.message.chat.id)
        ]
        waiting = [one for one in here if one.handed and not one.answered]
        if waiting and not any(one.answered_at > waiting[0].handed_at for one in here):
            self.violate("Something is done in a chat before its pressed button is answered.")

    def unanswered(self) -> list[Query]:
        """The pressed buttons of which the bot was told, and which it has not answered."""
        return [one for one in self.queries.values() if one.handed and not one.answered]


def _refuse_unwilling(user: User) -> None:
    if user.deactivated:
        raise forbidden("user is deactivated")
    if user.blocked:
        raise forbidden("bot was blocked by the user")
    if not user.started:
        raise forbidden("bot can't initiate conversation with a user")
