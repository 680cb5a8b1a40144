"""One update after another: what it means, what the core says to it, and showing that.

Knows Telegram's updates and the core's replies; how updates come is in `listening`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Final

from telegram import CallbackQuery, Message, Update

from pulse_bot.adapter_kit.turns import Turns, screen_of
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Event, Handle, Left, Moved, Pressed, Removed, Reply, Submitted, Wrote
from pulse_bot_telegram.commands import CommandMenu
from pulse_bot_telegram.conversation import NOT_OPEN, TEXT_ONLY, FormConversation
from pulse_bot_telegram.hidden import found_in
from pulse_bot_telegram.inbox import TakenUpdate
from pulse_bot_telegram.pacing import Lane
from pulse_bot_telegram.parse import (
    TelegramEvent,
    TypedMessage,
    read_membership,
    read_message,
    user_address,
)
from pulse_bot_telegram.places import ChatPlace, read_address
from pulse_bot_telegram.render import (
    ACTION,
    DONE,
    FORM,
    SORRY,
    TICK,
    TelegramPart,
    build_parts,
    notice_paragraphs,
    open_button,
)
from pulse_bot_telegram.sending import Bot, TelegramSender
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import TickKeyboards, ticked_values

log = logging.getLogger(__name__)

OPEN_FIRST: Final = "Please open a private chat with me first: I may not write to you before that."
TOO_OLD: Final = "Telegram does not tell me any more what this card says. Please send /pulse."

_TOLD_NOBODY: Final = (Left, Moved, Removed)
"""Events after which there is nobody to show anything to."""


_TAKEN: ContextVar[TakenUpdate] = ContextVar("taken")
"""The update that is being answered; each has a task of its own."""


class TelegramResponder:
    """Answers updates; one person's at a time, or their clicks would be swapped."""

    def __init__(self, bot: Bot, sender: TelegramSender, handle: Handle, turns: Turns) -> None:
        """What is shown waits its turn in `turns`, behind what was shown to the same person."""
        self._turns = turns
        self._bot = bot
        self._sender = sender
        self._handle = handle
        self._menu = CommandMenu(bot)
        self._keyboards = TickKeyboards(sender.show_keys)
        self._conversation = FormConversation(
            sender, self._keyboards, self._handle_event, self._show_reply, _show_taken
        )

    @property
    def menu(self) -> CommandMenu:
        """The menu of commands."""
        return self._menu

    def explain_press(self, update: Update) -> str:
        """Why nothing will come of a press; empty where something will."""
        query = update.callback_query
        if query is None or not isinstance(query.data, str) or not query.data.startswith(FORM):
            return ""
        if self._conversation.is_prompt_open(query):
            return ""
        readable = query.message is None or query.message.is_accessible
        return NOT_OPEN if readable else TOO_OLD

    async def acknowledge_press(self, update: Update, toast: str) -> None:
        """Show a press as taken: until then the person sees their click hang."""
        if update.callback_query is not None:
            await self._sender.acknowledge_press(update.callback_query.id, toast)

    async def answer_update(self, update: Update, taken: TakenUpdate) -> None:
        """Answer one update. Never raises: the next one must be answered, too."""
        _TAKEN.set(taken)
        if await _run_quietly(self._dispatch_update(update)):
            taken.record()  # it has been answered to its end, or would fail again

    async def _dispatch_update(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._answer_press(update.callback_query)
        elif update.my_chat_member is not None:
            if incoming := read_membership(update.my_chat_member):
                await self._answer_event(incoming)
        elif update.message is not None:
            parsed = read_message(update.message, await self._sender.bot_username())
            if isinstance(parsed, TelegramEvent):
                await self._answer_event(parsed)
            elif parsed is not None:
                await self._answer_typed(parsed)

    async def _answer_typed(self, typed: TypedMessage) -> None:
        await self._turns.wait_for(screen_of(typed.user))  # a form may be on its way there
        if await self._conversation.answer_typed(typed, self._bot.id):
            return
        place = ChatPlace(typed.user)
        if typed.text is None:
            await self._sender.send_parts(
                place, build_parts(_refusal_paragraphs(TEXT_ONLY), []), Lane.REPLY
            )
        else:
            await self._answer_event(TelegramEvent(Wrote(place.address, typed.text)))

    async def _answer_press(self, query: CallbackQuery) -> None:
        data = query.data or ""
        if not data.startswith(ACTION):
            await self._turns.wait_for(screen_of(query.from_user.id))
        if data.startswith(FORM):
            await self._conversation.answer_press(query)
        elif data.startswith(ACTION):
            event = Pressed(user_address(query.from_user), data.removeprefix(ACTION))
            await self._answer_event(TelegramEvent(event, _query_group(query)))
        elif data.startswith((TICK, DONE)):
            await self._answer_tick(query, data)

    async def _answer_tick(self, query: CallbackQuery, data: str) -> None:
        person, message = user_address(query.from_user), query.message
        # The library makes a Message of what Telegram no longer tells, too.
        if not isinstance(message, Message) or not message.is_accessible:
            await _show_taken()
            too_old = build_parts(_refusal_paragraphs(TOO_OLD), [])
            await self._sender.send_parts(read_address(person), too_old, Lane.REPLY)
            return
        self._conversation.stop_listening(query.from_user.id)
        if data.startswith(TICK):
            await _show_taken()
            await self._keyboards.flip_tick(message, data)
            return
        match found_in(message):
            case [str(form), str(key), list(values)]:
                ticked = ticked_values(
                    self._keyboards.current_keyboard(message), map(str, values), TICK
                )
                event = Submitted(person, form, {key: ticked} if ticked else {})
                reply = await self._handle_event(event)
                # The card never shows what was chosen. Where that fails, "recorded" is still due.
                with suppress(AdapterError):
                    await self._keyboards.clear_ticks(message)
                await self._show_reply(event, reply)

    async def _answer_event(self, incoming: TelegramEvent) -> None:
        event = incoming.event
        self._conversation.stop_listening(read_address(event.address).chat)
        reply = await self._handle_event(event)
        if isinstance(event, _TOLD_NOBODY):
            if reply is SORRY:
                _TAKEN.get().give_up()  # as nobody is told, it had better come again
            return
        taken = _TAKEN.get()
        taken.begin_showing()
        taken.record()
        await _show_taken()
        # While it is shown, which may take its time, what they do next is put on disk.
        self._turns.append(
            screen_of(read_address(event.address).chat),
            lambda: self._show_to_end(taken, incoming, reply),
        )

    async def _show_to_end(self, taken: TakenUpdate, incoming: TelegramEvent, reply: Reply) -> None:
        try:
            await _run_quietly(self._show_reply_from(incoming.group, incoming.event, reply))
        finally:
            taken.end_showing()

    async def _handle_event(self, event: Event) -> Reply:
        """The core's reply, of which the person is told.

        A form that was sent is on disk then. What else is handled in the middle of a conversation
        only asks for the form again: where somebody is with it stands in their chat.
        """
        try:
            reply = await self._handle(event)
        except Exception:
            log.exception("An event was not handled.")
            reply = SORRY
        if isinstance(event, Submitted):
            if reply is not SORRY:
                _TAKEN.get().record()
            await _show_taken()
        return reply

    async def _show_reply(self, event: Event, reply: Reply, *more: str) -> None:
        await self._show_reply_from(None, event, reply, *more)

    async def _show_reply_from(
        self, group: ChatPlace | None, event: Event, reply: Reply, *more: str
    ) -> None:
        """Show a reply where it belongs, to an event that came from a group or from nowhere."""
        person = read_address(event.address)
        place = group if reply.public and group is not None else person
        before = notice_paragraphs(reply, *more)
        try:
            for card in reply.cards:
                await self._sender.send_card(place, card, Lane.REPLY, before)
                before = []
            if reply.form is not None:
                await self._conversation.begin_form(event, reply.form, before)
            elif before:
                await self._sender.send_parts(place, build_parts(before, []), Lane.REPLY)
        except AdapterError as error:
            if group is None or not error.gone or place == group:
                raise
            await self._sender.send_parts(group, await self._open_first_parts(), Lane.REPLY)
            return
        if reply.commands is not None:
            async with self._sender.showing.call():
                await self._menu.offer_to_person(person, reply.commands)

    async def _open_first_parts(self) -> list[TelegramPart]:
        return build_parts(
            [Paragraph(OPEN_FIRST)], [[open_button(await self._sender.bot_username())]]
        )


async def _run_quietly(answer: Awaitable[None]) -> bool:
    """Whether it ended, well or in a way that it would end in again; not so where Telegram failed.

    Whoever acted cannot be reached then; where it was not handled, it comes again.
    """
    try:
        await answer
    except AdapterError as error:
        return error.permanent
    except Exception:
        log.exception("An update was not answered.")
    return True


async def _show_taken() -> None:
    """The press that is being answered brought somebody further."""
    await _TAKEN.get().show_taken()


def _query_group(query: CallbackQuery) -> ChatPlace | None:
    message = query.message
    if message is None:
        return None
    topic = message.message_thread_id if isinstance(message, Message) else None
    if topic is not None and isinstance(message, Message) and not message.is_topic_message:
        topic = None
    place = ChatPlace(message.chat.id, topic)
    return None if place.is_private else place


def _refusal_paragraphs(words: str) -> Sequence[Paragraph]:
    return notice_paragraphs(Reply(words, outcome=SORRY.outcome))
