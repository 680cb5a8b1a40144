"""TelegramPerson: reads a private chat with the bot and acts in it, as a person would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from pulse_bot.ports import Address, Field, FieldKind, Form
from pulse_bot.testing import Seen, plain
from tests.platforms.telegram import spec
from tests.platforms.telegram.screen import seen
from tests.platforms.telegram.server import TelegramServer
from tests.platforms.telegram.texts import typed
from tests.platforms.telegram.world import Json, Message

UNTICKED = "☐ "
NUMBER = re.compile(r"(?<=^☐ )\d+\. ")
DONE = "Done"
EMPTY = "Leave empty"
STICKER = {
    "file_id": "sticker-1",
    "file_unique_id": "s1",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
}
VOICE = {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3}


class TelegramPerson:
    """A person with an account, in the terms of `Person`.

    Every act waits until the bot has answered it; those named `…_and_go` do not.
    """

    def __init__(self, server: TelegramServer, *, started: bool = True, name: str = "") -> None:
        self.server = server
        self.user = server.world.new_user(name)
        self.user.started = started
        self.chat = server.world.chats[self.user.id]
        self.since = server.world.moment()
        """When the last act began."""

    @property
    def address(self) -> Address:
        """As the adapter knows it."""
        return Address("telegram", "", str(self.user.id))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What names this person on the platform."""
        return (str(self.user.id), self.user.first_name, self.user.username)

    @property
    def newest(self) -> Message:
        """The bot's last message here."""
        return [one for one in self.chat.messages.values() if one.sender.is_bot][-1]

    async def look(self) -> Seen:
        """What is on the screen."""
        return seen(self.server.world, self.chat.messages.values(), self.user.id, self.since)

    async def open_home(self) -> Seen:
        """Press "Start"."""
        return await self.start()

    async def start(self, payload: str = "") -> Seen:
        """Press "Start", or follow a link that carries something."""
        self.user.started = True
        return await self.command(f"start {payload}".strip())

    async def command(self, command: str) -> Seen:
        """Type a command."""
        return await self.write(f"/{command}")

    async def write(self, text: str, *, reply_to: Message | None = None) -> Seen:
        """Type a message, or a reply to one."""
        self.write_and_go(text, reply_to=reply_to)
        return await self.settled()

    def write_and_go(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Type a message, and do not wait."""
        content: Json = {"text": text}
        if entities := typed(text):
            content["entities"] = entities
        return self.post(content, reply_to=reply_to)

    async def sticker(self, *, reply_to: Message | None = None) -> Seen:
        """Send a sticker."""
        self.post({"sticker": STICKER}, reply_to=reply_to)
        return await self.settled()

    async def voice(self, *, reply_to: Message | None = None) -> Seen:
        """Send a voice note."""
        self.post({"voice": VOICE}, reply_to=reply_to)
        return await self.settled()

    async def rewrite(self, message: Message, text: str) -> Seen:
        """Edit one's own message; bots that ask for it are told."""
        self._act()
        message.content["text"] = text
        self.server.updates.tell("edited_message", {**message.as_json(), "edit_date": message.date})
        return await self.settled()

    def forward(self, message: Message) -> Message:
        """Send the bot a message that anybody has from it, and do not wait.

        Words and links go along, buttons do not; the copy is this person's own.
        """
        content = {name: value for name, value in message.content.items() if name != "reply_markup"}
        origin = {"type": "user", "date": message.date, "sender_user": message.sender.as_json()}
        return self.post({**content, "forward_origin": origin})

    async def press(self, label: str, *, times: int = 1) -> Seen:
        """Press the newest button of this label; one that is a link is followed."""
        _, button = self.find(label)
        if "url" in button:
            return await self.follow(button["url"])
        self.press_and_go(label, times=times)
        return await self.settled()

    def press_and_go(self, label: str, *, times: int = 1) -> None:
        """Press a button, and do not wait."""
        message, button = self.find(label)
        self.press_on(message, button, times=times)

    def press_on(
        self, message: Message, button: Json, *, times: int = 1, old: bool = False
    ) -> None:
        """Press a button of a message wherever it is, and even if it is gone by now.

        Of one that is very `old`, Telegram tells no more than that there was one.
        """
        self._act()
        query = self.server.world.new_query(self.user, message)
        body: Json = {"id": query.id, "from": self.user.as_json(), "chat_instance": "-27182818284"}
        body["message"] = message.as_json()
        if old:
            body["message"] = {"chat": message.chat.as_json(), "message_id": message.id, "date": 0}
        body["data"] = button["callback_data"]
        self.server.updates.tell("callback_query", body, query=query, times=times)

    async def follow(self, url: str) -> Seen:
        """Open a link that leads to the bot."""
        parts = urlsplit(url)
        there = (parts.hostname, parts.path.strip("/").lower())
        assert there == ("t.me", self.server.world.bot.username), f"Leads elsewhere: {url}"
        return await self.start(parse_qs(parts.query).get("start", [""])[0])

    def find(self, label: str) -> tuple[Message, Json]:
        """The newest message with such a button. Raises AssertionError if there is none."""
        return find_button(list(self.chat.messages.values()), label)

    async def fill(self, form: Form, values: Mapping[str, tuple[str, ...]]) -> Seen:
        """Go through the conversation, field by field; or tick what is on a card."""
        views = [await self.look()]
        for field in form.fields:
            chosen = values.get(field.key, ())
            views += [await self.press(label) for label in _labels(field, chosen)]
            if not chosen:
                last = await self.press(EMPTY)
            elif field.kind is FieldKind.SEVERAL:
                there = [button["text"] for button in self.newest.buttons]
                last = await self.press(DONE if DONE in there else form.submit)
            elif field.kind is FieldKind.TEXT or not _listed(field, chosen):
                last = await self.write(chosen[0])
            else:
                continue
            views.append(last)
        words = [word for view in views for word in (view.text, *view.buttons)]
        return Seen(plain(" ".join(words)), views[-1].buttons, views[-1].outcome)

    def deactivate(self) -> None:
        """Delete the account; bots are not told."""
        self.user.deactivated = True

    def block(self) -> None:
        """Stop the bot."""
        self._change("member", "kicked")
        self.user.blocked = True

    def unblock(self) -> None:
        """Let it write again."""
        self.user.blocked = False
        self._change("kicked", "member")

    def post(self, content: Json, *, reply_to: Message | None = None) -> Message:
        """Put a message of this person's into the chat, and tell the bot."""
        self._act()
        self.user.started = True
        message = self.server.world.post(self.chat, self.user, content, reply_to=reply_to)
        self.server.updates.tell("message", message.as_json())
        return message

    async def settled(self) -> Seen:
        """Wait until the bot has answered, and look."""
        await self.server.quiet()
        return await self.look()

    def _act(self) -> None:
        self.since = self.server.world.moment()

    def _change(self, old: str, new: str) -> None:
        self._act()
        told = {"chat": self.chat.as_json(), "from": self.user.as_json()}
        self.server.updates.tell("my_chat_member", {**told, **bot_change(self.server, old, new)})


def bot_change(server: TelegramServer, old: str, new: str) -> Json:
    """What an update about the bot's own place in a chat tells."""
    return {
        "date": 1_790_000_000,
        "old_chat_member": _place(server, old),
        "new_chat_member": _place(server, new),
    }


def _place(server: TelegramServer, status: str) -> Json:
    told: Json = {"user": server.world.bot.as_json(), "status": status}
    if status == "administrator":
        declared = spec.TYPES["ChatMemberAdministrator"]
        rights = [name for name, (_, types, *_) in declared.items() if types == ["Boolean"]]
        return {**told, **dict.fromkeys(rights, False)}
    return {**told, "until_date": 0} if status == "kicked" else told


def find_button(messages: list[Message], label: str) -> tuple[Message, Json]:
    """The newest button of a label, and its message. Raises AssertionError if there is none.

    A box to tick may have a number before its label.
    """
    for message in sorted(messages, key=lambda one: -one.id):
        for button in message.buttons:
            if plain(label) in (plain(button["text"]), plain(NUMBER.sub("", button["text"]))):
                return message, button
    there = [button["text"] for message in messages for button in message.buttons]
    raise AssertionError(f"No button {label!r}; there are {there}.")


def _labels(field: Field, chosen: tuple[str, ...]) -> list[str]:
    """The buttons to press for these values of a field."""
    lead = UNTICKED if field.kind is FieldKind.SEVERAL else ""
    return [lead + one.label for one in field.options if one.value in chosen]


def _listed(field: Field, chosen: tuple[str, ...]) -> bool:
    return set(chosen) <= {one.value for one in field.options}
