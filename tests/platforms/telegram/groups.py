"""TelegramGroup: a group's chat, with its topics and its move to a supergroup."""

from __future__ import annotations

from pulse_bot.ports import Address
from pulse_bot.testing import Person, Seen
from tests.platforms.telegram.people import TelegramPerson, bot_change, find_button
from tests.platforms.telegram.screen import seen
from tests.platforms.telegram.server import TelegramServer
from tests.platforms.telegram.texts import typed
from tests.platforms.telegram.world import Chat, Json, Message, User

ANONYMOUS = User(1_087_968_824, "Group", "GroupAnonymousBot", is_bot=True)
"""Who writes where an administrator hides behind the group."""


class TelegramGroup:
    """A group's chat, or one topic of it, in the terms of `Group`.

    The bot does not read along: as by default on Telegram, it is told of commands, of replies to
    itself, and of who comes and goes.
    """

    def __init__(
        self, server: TelegramServer, *, title: str = "Schools <together> & Co", large: bool = False
    ) -> None:
        self.server = server
        make = server.world.new_supergroup if large else server.world.new_group
        self.chat: Chat = make(title)
        self.thread: int | None = None
        self.since = server.world.moment()

    @property
    def address(self) -> Address:
        """As the adapter knows it."""
        topic = "" if self.thread is None else f"/{self.thread}"
        return Address("telegram", "", f"{self.chat.id}{topic}")

    async def look(self) -> Seen:
        """What everybody in the chat, or in the topic, can see."""
        shown = [one for one in self.chat.messages.values() if self.thread in (None, one.thread)]
        return seen(self.server.world, shown, 0, self.since)

    async def add_bot(self, by: Person) -> Seen:
        """A member brings the bot in."""
        self._act()
        self.enter(by)
        self._change(by, self.chat.bot, "member")
        self._post(_user(by), {"new_chat_members": [self.server.world.bot.as_json()]})
        return await self.settled()

    async def remove_bot(self, by: Person) -> None:
        """A member takes it out again."""
        self._act()
        self._change(by, self.chat.bot, "kicked")
        await self.server.quiet()

    def enter(self, person: Person) -> None:
        """A person comes into the chat."""
        user = _user(person)
        if user.id not in self.chat.members:
            self.chat.members[user.id] = user
            if self.chat.bot != "left":
                self._post(user, {"new_chat_members": [user.as_json()]})

    async def promote_bot(self, by: Person) -> None:
        """The bot becomes an administrator: it was in the chat before, and stays."""
        self._act()
        self._change(by, self.chat.bot, "administrator")
        await self.server.quiet()

    async def command(self, person: Person, command: str) -> Seen:
        """A person gives a command in the chat."""
        return await self.write(person, f"/{command}")

    async def write(self, person: Person, text: str, *, reply_to: Message | None = None) -> Seen:
        """A person types a message in the chat."""
        self._act()
        self.enter(person)
        self._write(_user(person), {"text": text}, reply_to)
        return await self.settled()

    async def write_anonymously(self, text: str) -> Seen:
        """An administrator who hides behind the group types a message."""
        self._act()
        self._write(ANONYMOUS, {"text": text, "sender_chat": self.chat.as_json()}, None)
        return await self.settled()

    def find(self, label: str) -> tuple[Message, Json]:
        """The newest message with such a button. Raises AssertionError if there is none."""
        return find_button(list(self.chat.messages.values()), label)

    async def press(self, person: Person, label: str) -> Seen:
        """A person presses a button in the chat; shows what they see in their own."""
        assert isinstance(person, TelegramPerson)
        self._act()
        self.enter(person)
        message, button = self.find(label)
        if "url" in button:
            return await person.follow(button["url"])
        person.press_on(message, button)
        await self.server.quiet()
        return await person.look()

    def migrate(self, by: Person) -> Address:
        """The group becomes a supergroup with another id; returns the old address."""
        self._act()
        old, before = self.chat, self.address
        new = self.server.world.new_supergroup(old.title)
        new.members, new.bot, old.moved_to = old.members, old.bot, new.id
        self._post(_user(by), {"migrate_to_chat_id": new.id})
        self.chat = new
        self._post(_user(by), {"migrate_from_chat_id": old.id})
        return before

    def topic(self, name: str) -> TelegramGroup:
        """A new topic of a supergroup, which is a forum from now on."""
        made = TelegramGroup.__new__(TelegramGroup)
        made.server, made.chat, made.since = self.server, self.chat, self.since
        # The topic's number is that of the message that made it.
        opened = self.server.world.post(self.chat, ANONYMOUS, {})
        opened.content["forum_topic_created"] = {"name": name, "icon_color": 7322096}
        opened.thread = made.thread = opened.id
        self.chat.topics[opened.id] = "open"
        return made

    def close(self) -> None:
        """Nobody but administrators may write in this topic any more."""
        assert self.thread is not None
        self.chat.topics[self.thread] = "closed"

    async def settled(self) -> Seen:
        """Wait until the bot has answered, and look."""
        await self.server.quiet()
        return await self.look()

    def _act(self) -> None:
        self.since = self.server.world.moment()

    def _write(self, sender: User, content: Json, reply_to: Message | None) -> None:
        entities = typed(content["text"])
        if entities:
            content["entities"] = entities
        command = any(one["type"] == "bot_command" and one["offset"] == 0 for one in entities)
        to_bot = reply_to is not None and reply_to.sender is self.server.world.bot
        message = self._posted(sender, content, reply_to)
        if command or to_bot:
            self.server.updates.tell("message", message.as_json())

    def _post(self, sender: User, content: Json) -> None:
        """A message that tells of the chat itself."""
        self.server.updates.tell("message", self._posted(sender, content, None).as_json())

    def _posted(self, sender: User, content: Json, reply_to: Message | None) -> Message:
        thread = self.thread
        if thread is not None and reply_to is None:
            # In a topic, what replies to nothing replies to the topic's first message.
            reply_to = self.chat.messages[thread]
        elif reply_to is not None and self.chat.kind == "supergroup":
            # Replies are threads of their own, which are no topics.
            thread = thread or reply_to.thread or reply_to.id
        return self.server.world.post(self.chat, sender, content, reply_to=reply_to, thread=thread)

    def _change(self, by: Person, old: str, new: str) -> None:
        self.chat.bot = new
        told = {"chat": self.chat.as_json(), "from": _user(by).as_json()}
        self.server.updates.tell("my_chat_member", {**told, **bot_change(self.server, old, new)})


def _user(person: Person) -> User:
    assert isinstance(person, TelegramPerson)
    return person.user
