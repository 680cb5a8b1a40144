"""One update after another: what it means, what the core says to it, and showing that.

Knows Telegram's updates and the core's replies; how updates come is in `listening`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from telegram import CallbackQuery, Message, Update

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Event, Handle, Left, Moved, Pressed, Removed, Reply, Submitted, Wrote
from pulse_bot_telegram.commands import Menu
from pulse_bot_telegram.conversation import NOT_OPEN, TEXT_ONLY, Conversation
from pulse_bot_telegram.hidden import found_in
from pulse_bot_telegram.pacing import Lane
from pulse_bot_telegram.parse import Heard, Typed, address_of, heard_in, heard_of
from pulse_bot_telegram.places import Place, place_of
from pulse_bot_telegram.render import (
    ACTION,
    DONE,
    FORM,
    SORRY,
    TICK,
    Part,
    notice_of,
    open_button,
    parts,
)
from pulse_bot_telegram.sending import Bot, Post
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import Keyboards, chosen

log = logging.getLogger(__name__)

OPEN_FIRST: Final = "Please open a private chat with me first: I may not write to you before that."
TOO_OLD: Final = "Telegram does not tell me any more what this card says. Please send /pulse."

_TOLD_NOBODY: Final = (Left, Moved, Removed)
"""Events after which there is nobody to show anything to."""


class Answering:
    """Answers updates; one person's at a time, or their clicks would be swapped."""

    def __init__(self, bot: Bot, post: Post, handle: Handle) -> None:
        self._bot = bot
        self._post = post
        self._handle = handle
        self._menu = Menu(bot)
        self._keyboards = Keyboards(post.show_keys)
        self._conversation = Conversation(post, self._keyboards, self._ask, self._show)

    @property
    def menu(self) -> Menu:
        """The menu of commands."""
        return self._menu

    async def acknowledge(self, update: Update, toast: str) -> None:
        """Say at once that a press has come: until then the person sees their click hang."""
        query = update.callback_query
        if query is None:
            return
        if (
            not toast
            and (query.data or "").startswith(FORM)
            and not self._conversation.is_open(query)
        ):
            readable = query.message is None or query.message.is_accessible
            toast = NOT_OPEN if readable else TOO_OLD
        await self._post.acknowledge(query.id, toast)

    async def take(self, update: Update) -> None:
        """Answer one update. Never raises: the next one must be answered, too."""
        try:
            await self._taken(update)
        except AdapterError:
            return  # whoever acted cannot be reached now
        except Exception:
            log.exception("An update was not answered.")

    async def _taken(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif update.my_chat_member is not None:
            if heard := heard_of(update.my_chat_member):
                await self._answer(heard)
        elif update.message is not None:
            meant = heard_in(update.message, await self._post.username())
            if isinstance(meant, Heard):
                await self._answer(meant)
            elif meant is not None:
                await self._typed(meant)

    async def _typed(self, typed: Typed) -> None:
        if await self._conversation.typed(typed, self._bot.id):
            return
        place = Place(typed.user)
        if typed.text is None:
            await self._post.parts(place, parts(_refused(TEXT_ONLY), []), Lane.REPLY)
        else:
            await self._answer(Heard(Wrote(place.address, typed.text)))

    async def _pressed(self, query: CallbackQuery) -> None:
        data = query.data or ""
        if data.startswith(FORM):
            await self._conversation.pressed(query)
        elif data.startswith(ACTION):
            event = Pressed(address_of(query.from_user), data.removeprefix(ACTION))
            await self._answer(Heard(event, _group_of(query)))
        elif data.startswith((TICK, DONE)):
            await self._ticked(query, data)

    async def _ticked(self, query: CallbackQuery, data: str) -> None:
        person, message = address_of(query.from_user), query.message
        # The library makes a Message of what Telegram no longer tells, too.
        if not isinstance(message, Message) or not message.is_accessible:
            too_old = parts(_refused(TOO_OLD), [])
            await self._post.parts(place_of(person), too_old, Lane.REPLY)
            return
        self._conversation.look_away(query.from_user.id)
        if data.startswith(TICK):
            await self._keyboards.flip(message, data)
            return
        match found_in(message):
            case [str(form), str(key), list(values)]:
                ticked = chosen(self._keyboards.of(message), map(str, values), TICK)
                event = Submitted(person, form, {key: ticked} if ticked else {})
                reply = await self._ask(event)
                # The card never shows what was chosen. Where that fails, "recorded" is still due.
                with suppress(AdapterError):
                    await self._keyboards.clear(message)
                await self._show(event, reply)

    async def _answer(self, heard: Heard) -> None:
        event = heard.event
        self._conversation.look_away(place_of(event.address).chat)
        reply = await self._ask(event)
        if not isinstance(event, _TOLD_NOBODY):
            await self._show_from(heard.group, event, reply)

    async def _ask(self, event: Event) -> Reply:
        try:
            return await self._handle(event)
        except Exception:
            log.exception("An event was not handled.")
            return SORRY

    async def _show(self, event: Event, reply: Reply, *more: str) -> None:
        await self._show_from(None, event, reply, *more)

    async def _show_from(self, group: Place | None, event: Event, reply: Reply, *more: str) -> None:
        """Show a reply where it belongs, to an event that came from a group or from nowhere."""
        person = place_of(event.address)
        place = group if reply.public and group is not None else person
        before = notice_of(reply, *more)
        try:
            for card in reply.cards:
                await self._post.card(place, card, Lane.REPLY, before)
                before = []
            if reply.form is not None:
                await self._conversation.begin(event, reply.form, before)
            elif before:
                await self._post.parts(place, parts(before, []), Lane.REPLY)
        except AdapterError as error:
            if group is None or not error.gone or place == group:
                raise
            await self._post.parts(group, await self._open_first(), Lane.REPLY)
            return
        if reply.commands is not None:
            async with self._post.showing.call():
                await self._menu.offer(person, reply.commands)

    async def _open_first(self) -> list[Part]:
        return parts([Paragraph(OPEN_FIRST)], [[open_button(await self._post.username())]])


def _group_of(query: CallbackQuery) -> Place | None:
    message = query.message
    if message is None:
        return None
    topic = message.message_thread_id if isinstance(message, Message) else None
    if topic is not None and isinstance(message, Message) and not message.is_topic_message:
        topic = None
    place = Place(message.chat.id, topic)
    return None if place.is_private else place


def _refused(words: str) -> Sequence[Paragraph]:
    return notice_of(Reply(words, outcome=SORRY.outcome))
