"""What the methods that change and delete messages do to the world."""

from __future__ import annotations

import time

from tests.platforms.telegram import limits
from tests.platforms.telegram.refusals import avoidable, bad_request
from tests.platforms.telegram.texts import parsed
from tests.platforms.telegram.world import Json, Message, World

DELETABLE = 48 * 60 * 60
"""For how many seconds a message can be deleted."""


class Editing:
    """The methods, to be called with a call's values."""

    def __init__(self, world: World) -> None:
        self._world = world

    def edit_text(self, values: Json) -> Json:
        """Another text; the buttons go unless they are sent again."""
        message = self._editable(values)
        if "text" not in message.content:
            raise bad_request("there is no text in the message to edit")
        text, entities = parsed(
            values.get("text", ""), values.get("parse_mode"), values.get("entities")
        )
        limits.check_text(text)
        content: Json = {"text": text}
        if entities:
            content["entities"] = entities
        return self._change(message, content, values)

    def edit_markup(self, values: Json) -> Json:
        """Other buttons, or none."""
        message = self._editable(values)
        return self._change(message, _without(message.content, "reply_markup"), values)

    def delete(self, values: Json) -> bool:
        """Take a message away: the bot's own, or anybody's in a private chat."""
        chat = self._world.chat_for(values["chat_id"])
        message = chat.messages.get(values["message_id"])
        if message is None:
            if values["message_id"] not in chat.gone:
                self._world.violate("deleteMessage: there never was such a message.")
            raise bad_request("message to delete not found")
        foreign = message.sender is not self._world.bot
        if (foreign and chat.user is None) or time.time() - message.date > DELETABLE:
            raise bad_request("message can't be deleted")
        self._world.answer_first(chat)
        del chat.messages[message.id]
        chat.gone.add(message.id)
        return True

    def _editable(self, values: Json) -> Message:
        if "chat_id" not in values or "message_id" not in values:
            raise avoidable("message identifier is not specified")
        chat = self._world.writable(values["chat_id"])
        message = chat.messages.get(values["message_id"])
        if message is None:
            raise bad_request("message to edit not found")
        kept = message.content.get("reply_markup", {"inline_keyboard": []})
        if message.sender is not self._world.bot or "inline_keyboard" not in kept:
            raise bad_request("message can't be edited")
        return message

    def _change(self, message: Message, content: Json, values: Json) -> Json:
        markup = values.get("reply_markup")
        limits.check_keyboard(markup)
        if markup is not None and markup.get("inline_keyboard"):
            content["reply_markup"] = markup
        if content == message.content:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        if _without(content, "reply_markup") != _without(message.content, "reply_markup"):
            message.touched = self._world.moment()
        self._world.answer_first(message.chat)
        message.content = content
        return {**message.as_json(), "edit_date": int(time.time())}


def _without(content: Json, *names: str) -> Json:
    return {name: value for name, value in content.items() if name not in names}
