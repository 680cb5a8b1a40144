"""What each method of the Bot API does to the world. Editing and deleting are in `editing`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.platforms.telegram import limits
from tests.platforms.telegram.editing import Editing
from tests.platforms.telegram.refusals import ApiError, avoidable, bad_request
from tests.platforms.telegram.texts import parsed, units
from tests.platforms.telegram.world import Chat, Json, Message, World


class Methods:
    """Every method that this server plays, by name, beside those that are about updates."""

    def __init__(self, world: World) -> None:
        self._world = world
        editing = Editing(world)
        self.table: dict[str, Callable[[Json], Any]] = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "editMessageText": editing.edit_text,
            "editMessageReplyMarkup": editing.edit_markup,
            "deleteMessage": editing.delete,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "getChatMemberCount": self._get_chat_member_count,
        }

    def _get_me(self, values: Json) -> Json:
        told = self._world.bot.as_json()
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return {**told, **dict.fromkeys(abilities, False), "can_join_groups": True}

    def _send_message(self, values: Json) -> Json:
        text, entities = parsed(values["text"], values.get("parse_mode"), values.get("entities"))
        limits.check_text(text)
        content: Json = {"text": text}
        if entities:
            content["entities"] = entities
        return self._send(values, content).as_json()

    def _send_photo(self, values: Json) -> Json:
        width, height = limits.check_photo(values["photo"])
        mode, given = values.get("parse_mode"), values.get("caption_entities")
        text, entities = parsed(values.get("caption", ""), mode, given)
        limits.check_caption(text)
        number = self._world.moment()
        size = {"file_id": f"photo-{number}", "file_unique_id": f"unique-{number}"}
        content: Json = {"photo": [{**size, "width": width, "height": height}]}
        if text:
            content["caption"] = text
        if entities:
            content["caption_entities"] = entities
        return self._send(values, content).as_json()

    def _send_document(self, values: Json) -> Json:
        file = limits.check_document(values["document"])
        mode, given = values.get("parse_mode"), values.get("caption_entities")
        text, entities = parsed(values.get("caption", ""), mode, given)
        limits.check_caption(text)
        number = self._world.moment()
        told = {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}"}
        content: Json = {"document": {**told, "file_name": file.name}}
        if text:
            content["caption"] = text
        if entities:
            content["caption_entities"] = entities
        sent = self._send(values, content, files=True)
        self._world.files[told["file_id"]] = file
        return sent.as_json()

    def _send(self, values: Json, content: Json, *, files: bool = False) -> Message:
        markup = values.get("reply_markup")
        limits.check_keyboard(markup)
        if markup and markup != {"inline_keyboard": []}:
            content["reply_markup"] = markup
        chat = self._world.writable(values["chat_id"])
        if files and chat.without_files:
            raise bad_request("not enough rights to send documents to the chat")
        thread = _open_topic(chat, values.get("message_thread_id"))
        replied = _replied(chat, values.get("reply_parameters"))
        self._world.answer_first(chat)
        return self._world.post(chat, self._world.bot, content, reply_to=replied, thread=thread)

    def _answer_callback_query(self, values: Json) -> bool:
        query = self._world.queries.get(values["callback_query_id"])
        if query is None:
            raise _too_old()
        if query.answered >= query.handed:
            self._world.violate("A pressed button is answered twice.")
        query.answered += 1
        query.answered_at = self._world.moment()
        if query.answered > 1:
            raise _too_old()
        if text := values.get("text", ""):
            if units(text) > limits.TOAST:
                raise avoidable("MESSAGE_TOO_LONG")
            self._world.toasts.append((self._world.moment(), query.user.id, text))
        return True

    def _set_my_commands(self, values: Json) -> bool:
        limits.check_commands(values["commands"])
        scope = values.get("scope", {"type": "default"})
        if "chat_id" in scope:
            self._world.chat_for(scope["chat_id"])
        menu = json.dumps(scope, sort_keys=True), str(values.get("language_code", ""))
        self._world.commands[menu] = values["commands"]
        return True

    def _get_chat_member_count(self, values: Json) -> int:
        chat = self._world.writable(values["chat_id"])
        return len(chat.members) + 1 if chat.user is None else 2


def _too_old() -> ApiError:
    return bad_request(
        "query is too old and response timeout expired or query ID is invalid",
    )


def _open_topic(chat: Chat, thread: int | None) -> int | None:
    if thread is None:
        return None
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    if chat.topics[thread] == "closed":
        raise bad_request("TOPIC_CLOSED")
    return thread


def _replied(chat: Chat, parameters: Json | None) -> Message | None:
    if parameters is None:
        return None
    found = chat.messages.get(parameters["message_id"])
    if found is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found
