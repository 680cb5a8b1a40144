"""Messages out: cards and texts to a chat, edited, deleted; chats that moved are followed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from functools import partial
from typing import Final, TypeVar

from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from pulse_bot.adapter_kit.attachments import words_alone
from pulse_bot.adapter_kit.showing import Showing, show_until_arrived
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Card, File, Picture, Sendable
from pulse_bot_telegram.errors import error_mentions, translate_errors
from pulse_bot_telegram.pacing import Lane
from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.render import TelegramPart, card_parts, picture_caption, picture_parts
from pulse_bot_telegram.texts import Paragraph

log = logging.getLogger(__name__)

T = TypeVar("T")
Bot = ExtBot[Lane]
Write = Callable[[ChatPlace], Awaitable[Message]]
"""Writes to a chat, once."""

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramSender:
    """What goes out through one bot. Every method raises AdapterError."""

    def __init__(self, bot: Bot) -> None:
        """Nothing is connected before something is sent."""
        self._bot = bot
        self._username = ""
        self.showing = Showing()

    async def bot_username(self) -> str:
        """The bot's name, which links to it hold; Telegram is asked once."""
        if not self._username:
            with translate_errors():
                self._username = (await self._bot.get_me()).username or ""
        return self._username

    async def send(self, place: ChatPlace, shown: Sendable) -> ChatPlace:
        """Show what nobody waits for, once; returns where it went."""
        match shown:
            case Card():
                return await self.send_card(place, words_alone(shown), Lane.SENDING)
            case Picture():
                if not picture_caption(shown):
                    parts = picture_parts(shown)
                    place, _ = await self.send_parts(place, parts, Lane.SENDING)
                return await self._send_picture(place, shown, Lane.SENDING)
            case File():
                return await self._send_file(place, shown, Lane.SENDING)

    async def send_card(
        self, place: ChatPlace, card: Card, lane: Lane, before: Sequence[Paragraph] = ()
    ) -> ChatPlace:
        """Show a card to somebody who waits for it; returns where it went.

        Its text has arrived when its picture and its file come, and says what they are: where they
        fail, to fail now would bring it a second time.
        """
        invites = any(button.invitation for row in card.buttons for button in row)
        rendered = card_parts(card, await self.bot_username() if invites else "", before)
        place, _ = await self.send_parts(place, rendered, lane)
        try:
            if card.picture:
                place = await self._send_picture(place, card.picture, lane)
        except AdapterError:
            log.warning("A picture could not be sent in Telegram; its card was.")
        try:
            if card.file:
                await self._send_file(place, card.file, lane)
        except AdapterError:
            log.warning("A file could not be sent in Telegram; its card was.")
        return place

    async def send_parts(
        self, place: ChatPlace, rendered: Sequence[TelegramPart], lane: Lane
    ) -> tuple[ChatPlace, int]:
        """Show messages one after another; returns where they went, and the last one's number."""
        message = 0
        for number, part in enumerate(rendered):
            try:
                place, message = await self._send_part(place, part, lane)
            except AdapterError as error:
                if number and not error.permanent:
                    # Trying it all again would show the first part twice.
                    error.uncertain = True
                raise
        return place, message

    async def replace_message(
        self, place: ChatPlace, message: int, part: TelegramPart, lane: Lane
    ) -> None:
        """Replace a message."""
        with translate_errors():
            await self._apply_edit(
                lane,
                self._bot.edit_message_text(
                    part.html,
                    chat_id=place.chat,
                    message_id=message,
                    parse_mode=ParseMode.HTML,
                    reply_markup=part.keyboard,
                    link_preview_options=NO_PREVIEW,
                    rate_limit_args=lane,
                ),
            )

    async def show_keys(
        self, place: ChatPlace, message: int, keyboard: InlineKeyboardMarkup
    ) -> None:
        """Replace the buttons under a message."""
        with translate_errors():
            await self._apply_edit(
                Lane.REPLY,
                self._bot.edit_message_reply_markup(
                    chat_id=place.chat,
                    message_id=message,
                    reply_markup=keyboard,
                    rate_limit_args=Lane.REPLY,
                ),
            )

    async def delete_message(self, place: ChatPlace, message: int) -> None:
        """Delete a message, a person's own too where it is in their private chat."""
        with translate_errors():
            await self._bot.delete_message(place.chat, message)

    async def acknowledge_press(self, query: str, toast: str = "") -> None:
        """Stop the waiting sign on a pressed button. Never fails: it may be too late for it."""
        async with self.showing.call():
            with suppress(TelegramError):
                await self._bot.answer_callback_query(query, text=toast or None)

    async def count_members(self, place: ChatPlace) -> int:
        """How many are in a group's chat, the bot not counted."""
        with translate_errors():
            return max(0, await self._bot.get_chat_member_count(place.chat) - 1)

    async def _send_part(
        self, place: ChatPlace, part: TelegramPart, lane: Lane
    ) -> tuple[ChatPlace, int]:
        def write(to: ChatPlace) -> Awaitable[Message]:
            return self._bot.send_message(
                to.chat,
                part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=part.keyboard,
                message_thread_id=to.topic,
                link_preview_options=NO_PREVIEW,
                rate_limit_args=lane,
            )

        return await self._show(place, write, lane)

    async def _send_picture(self, place: ChatPlace, picture: Picture, lane: Lane) -> ChatPlace:
        """A picture with what it says, as far as that fits; or that alone, where it is refused."""
        caption = picture_caption(picture)

        def write(to: ChatPlace) -> Awaitable[Message]:
            return self._bot.send_photo(
                to.chat,
                picture.png,
                caption=caption or None,
                message_thread_id=to.topic,
                rate_limit_args=lane,
            )

        try:
            return (await self._show(place, write, lane))[0]
        except AdapterError as error:
            # Nobody may send pictures in some groups; nobody shall miss what this one says.
            if not error.permanent or error.gone:
                raise
        return (await self.send_parts(place, picture_parts(picture), lane))[0] if caption else place

    async def _send_file(self, place: ChatPlace, file: File, lane: Lane) -> ChatPlace:
        def write(to: ChatPlace) -> Awaitable[Message]:
            return self._bot.send_document(
                to.chat,
                InputFile(file.content, file.name),
                # It is a document, even where Telegram thinks it is a film or a song.
                disable_content_type_detection=True,
                message_thread_id=to.topic,
                rate_limit_args=lane,
            )

        return (await self._show(place, write, lane))[0]

    async def _show(self, place: ChatPlace, write: Write, lane: Lane) -> tuple[ChatPlace, int]:
        """Show it once; or as a reply, which would be missed, until it has arrived."""
        message = 0  # of what was given up, which nobody looks for
        async with self._show_context(lane):
            show = partial(_show_once, place, write)
            place, message = await (show_until_arrived(show) if lane is Lane.REPLY else show())
        return place, message

    def _show_context(self, lane: Lane) -> AbstractAsyncContextManager[None]:
        """What the core sends is its own to repeat; a reply is nobody's once it was given up."""
        return self.showing.call() if lane is Lane.REPLY else nullcontext()

    async def _apply_edit(self, lane: Lane, edit: Coroutine[None, None, object]) -> None:
        async with self._show_context(lane):
            try:
                await edit
            except BadRequest as error:
                if not error_mentions(error, "message is not modified"):
                    raise


async def _show_once(place: ChatPlace, write: Write) -> tuple[ChatPlace, int]:
    with translate_errors():
        destination, message = await _follow_moved(place, write)
    return destination, message.message_id


async def _follow_moved(
    place: ChatPlace, call: Callable[[ChatPlace], Awaitable[T]]
) -> tuple[ChatPlace, T]:
    """Call for a place, or for the one it has moved to."""
    try:
        return place, await call(place)
    except ChatMigrated as moved:
        destination = ChatPlace(moved.new_chat_id)
    except BadRequest as error:
        if place.topic is None or not error_mentions(error, "thread not found"):
            raise
        destination = ChatPlace(place.chat)  # the topic was deleted; the group is still there
    return destination, await call(destination)
