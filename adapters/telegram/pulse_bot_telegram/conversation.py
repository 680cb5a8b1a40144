"""Forms, field by field, in a private chat.

Where somebody is with a form is hidden in the prompt (`hidden`). What is kept in memory makes it
pleasant and is not needed: that a plainly written message belongs to the prompt above it, and that
a prompt was answered already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from telegram import CallbackQuery, Message

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Event, Field, FieldKind, Form, Outcome, Reply, Submitted
from pulse_bot_telegram.hidden import found_in
from pulse_bot_telegram.pacing import Lane
from pulse_bot_telegram.parse import TypedMessage
from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.render import SORRY, build_parts, notice_paragraphs
from pulse_bot_telegram.sending import TelegramSender
from pulse_bot_telegram.talk import (
    BACK,
    CANCEL,
    CHOOSE,
    DONE,
    FormProgress,
    answered_prompt,
    build_prompt,
    can_be_typed,
    option_value,
    progress_place,
    read_button,
    read_progress,
    tick_prefix,
)
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import TickKeyboards, ticked_values

LISTENS_FOR: Final = 3600.0
"""Seconds for which a plainly written message belongs to a prompt; a reply to it always does."""

NOT_OPEN: Final = "This question is not open any more."
CANCELLED: Final = "Cancelled. Nothing was sent."
PUT_ASIDE: Final = "Put aside. Nothing of it was sent."
DELETED: Final = "What you typed has been deleted from this chat."
NOT_DELETED: Final = (
    "What you typed could not be deleted from this chat; you can delete it yourself."
)
USE_BUTTONS: Final = "Please choose with the buttons above, or press Cancel."
TEXT_ONLY: Final = (
    "Text only, please: pictures, stickers, voice notes and files cannot be read here."
)


class ShowReply(Protocol):
    """Shows a reply to whoever acted, and what is said beside its notice."""

    async def __call__(self, event: Event, reply: Reply, *more: str) -> None: ...


@dataclass(slots=True)
class OpenPrompt:
    """The newest prompt of a chat."""

    message: int
    progress: FormProgress | None
    """None once it was answered."""
    listens_until: float


class FormConversation:
    """Every form that is being filled in. Raises AdapterError where somebody cannot be reached."""

    def __init__(
        self,
        sender: TelegramSender,
        keyboards: TickKeyboards,
        ask: Callable[[Event], Awaitable[Reply]],
        show: ShowReply,
        show_taken: Callable[[], Awaitable[None]],
    ) -> None:
        """`ask` hands an event to the core and never raises.

        `show_taken` shows the press that brought somebody further as taken, before anything else is
        shown for it; one that sends the form is so once the core has it.
        """
        self._sender = sender
        self._keyboards = keyboards
        self._ask = ask
        self._show = show
        self._show_taken = show_taken
        self._newest: dict[int, OpenPrompt] = {}

    async def begin_form(self, event: Event, form: Form, before: Sequence[Paragraph]) -> None:
        """Ask for the first field of a form that an event was answered with."""
        progress = FormProgress(event)
        newest = self._newest.get(progress_place(progress).chat)
        if newest is not None and newest.progress is not None:
            aside = build_parts([Paragraph(PUT_ASIDE)], [])[-1]
            await self._try_quietly(
                self._sender.replace_message(
                    progress_place(progress), newest.message, aside, Lane.REPLY
                )
            )
        await self._write_prompt(progress, form, before)

    def stop_listening(self, user: int) -> None:
        """Somebody does something else: what they write next is not meant for a prompt."""
        if user in self._newest:
            self._newest[user].listens_until = 0.0

    def is_prompt_open(self, query: CallbackQuery) -> bool:
        """Whether a pressed button belongs to a question that is still asked."""
        data, message = read_button(query.data or ""), query.message
        if data is None or not isinstance(message, Message):
            return False
        progress = self._read_progress(query.from_user.id, message)
        return progress is not None and progress.field_number == data[0]

    async def answer_press(self, query: CallbackQuery) -> None:
        """Somebody pressed a button of a prompt; harmless where it is not open any more."""
        data, message = read_button(query.data or ""), query.message
        if data is None or not isinstance(message, Message):
            return
        progress = self._read_progress(query.from_user.id, message)
        if progress is None or progress.field_number != data[0]:
            return  # a second tap, or an old prompt
        form = await self._fetch_form(progress, message.message_id)
        if form is None:
            return
        _, act, option = data
        if act in (CANCEL, BACK):
            await self._show_taken()
        field = form.fields[progress.field_number]
        if act == CANCEL:
            await self._close_prompt(progress, message.message_id, CANCELLED)
        elif act == BACK and progress.field_number > 0:
            before = form.fields[progress.field_number - 1].key
            values_left = {key: value for key, value in progress.values.items() if key != before}
            earlier = replace(progress, field_number=progress.field_number - 1, values=values_left)
            await self._write_prompt(earlier, form, over=message.message_id)
        elif act == CHOOSE and field.kind is FieldKind.SEVERAL:
            await self._show_taken()
            await self._keyboards.flip_tick(message, query.data or "")
        else:
            values = self._chosen_values(act, option, field, progress, message)
            await self._go_to_next(progress, form, values, message.message_id)

    async def answer_typed(self, typed: TypedMessage, bot: int) -> bool:
        """Take a message that belongs to a prompt; False where it belongs to none."""
        number, progress = self._awaited_prompt(typed, bot)
        if progress is None:
            return False
        if typed.text is None:
            await self._send_notice(progress, TEXT_ONLY)
            return True
        form = await self._fetch_form(progress, number)
        if form is None:
            return True
        field = form.fields[progress.field_number]
        if not can_be_typed(field):
            await self._send_notice(progress, USE_BUTTONS)
            return True
        if field.erased:
            progress = replace(progress, typed=(*progress.typed, typed.message))
        too_long = _length_error(typed.text, field)
        if too_long:
            await self._ask_again(progress, form, too_long, number)
        else:
            await self._go_to_next(progress, form, (typed.text,), number, below=True)
        return True

    def _read_progress(self, user: int, message: Message) -> FormProgress | None:
        """What is asked in a message of the bot's, if it is still asked."""
        newest = self._newest.get(user)
        if newest is None:
            return read_progress(found_in(message), ChatPlace(user).address)
        # Telegram tells of a message as it was when it was pressed; memory is newer.
        return newest.progress if newest.message == message.message_id else None

    def _awaited_prompt(self, typed: TypedMessage, bot: int) -> tuple[int, FormProgress | None]:
        replied = typed.reply_to
        ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot
        if replied is not None and ours and replied.forward_origin is None:
            progress = self._read_progress(typed.user, replied)
            if progress is not None:
                return replied.message_id, progress
        newest = self._newest.get(typed.user)
        if newest is None or newest.listens_until < _loop_time():
            return 0, None
        return newest.message, newest.progress

    async def _fetch_form(self, progress: FormProgress, number: int) -> Form | None:
        """The form again; where there is none any more, the person is told why."""
        reply = await self._ask(progress.origin)
        if reply.form is not None and progress.field_number < len(reply.form.fields):
            return reply.form
        await self._show_taken()
        if reply is not SORRY:  # of which nobody knows whether it lasts
            await self._close_prompt(progress, number, PUT_ASIDE)
        await self._show(progress.origin, reply)
        return None

    def _chosen_values(
        self, act: str, option: str, field: Field, progress: FormProgress, message: Message
    ) -> tuple[str, ...]:
        if act == CHOOSE:
            value = option_value(field, option)
            return () if value is None else (value,)
        if act == DONE:
            values = (choice.value for choice in field.options)
            return ticked_values(
                self._keyboards.current_keyboard(message),
                values,
                tick_prefix(progress.field_number),
            )
        return ()

    async def _go_to_next(
        self,
        progress: FormProgress,
        form: Form,
        answer: tuple[str, ...],
        number: int,
        *,
        below: bool = False,
    ) -> None:
        """To the next field, or on to the core behind the last."""
        key = form.fields[progress.field_number].key
        values = {
            field_key: earlier for field_key, earlier in progress.values.items() if field_key != key
        }
        further = replace(
            progress,
            field_number=progress.field_number + 1,
            values=values | ({key: answer} if answer else {}),
        )
        if further.field_number == len(form.fields):
            await self._submit_form(progress, further, form, number)
            return
        await self._show_taken()
        if below:
            await self._strip_prompt(progress, form, number)
            await self._write_prompt(further, form)
        else:
            await self._write_prompt(further, form, over=number)

    async def _submit_form(
        self, progress: FormProgress, complete: FormProgress, form: Form, number: int
    ) -> None:
        event = Submitted(progress.origin.address, form.key, complete.values)
        reply = await self._ask(event)
        if reply.outcome is Outcome.REFUSED and not (reply.cards or reply.form):
            await self._strip_prompt(progress, form, number)
            await self._write_prompt(progress, form, notice_paragraphs(reply))
            return
        self._newest[progress_place(progress).chat] = OpenPrompt(number, None, 0.0)
        await self._strip_prompt(progress, form, number)
        done = reply.outcome is Outcome.DONE
        more = await self._erase_typed(progress) if done and progress.typed else ()
        await self._show(event, reply, *more)

    async def _erase_typed(self, progress: FormProgress) -> tuple[str, ...]:
        try:
            await asyncio.gather(
                *(
                    self._sender.delete_message(progress_place(progress), message)
                    for message in progress.typed
                )
            )
        except AdapterError:
            return (NOT_DELETED,)
        return (DELETED,)

    async def _ask_again(self, progress: FormProgress, form: Form, why: str, number: int) -> None:
        await self._strip_prompt(progress, form, number)
        await self._write_prompt(
            progress, form, notice_paragraphs(Reply(why, outcome=Outcome.REFUSED))
        )

    async def _write_prompt(
        self, progress: FormProgress, form: Form, before: Sequence[Paragraph] = (), over: int = 0
    ) -> None:
        """Ask for a field: in place of a prompt, or below everything else."""
        place, rendered = progress_place(progress), build_prompt(form, progress, before)
        if over and len(rendered) == 1:
            await self._sender.replace_message(place, over, rendered[0], Lane.REPLY)
            self._keyboards.forget(place, over)
        else:
            _, over = await self._sender.send_parts(place, rendered, Lane.REPLY)
        self._newest[place.chat] = OpenPrompt(over, progress, _loop_time() + LISTENS_FOR)

    async def _strip_prompt(self, progress: FormProgress, form: Form, number: int) -> None:
        """Take from a prompt what it hides, and its buttons, before there are others to press."""
        left = answered_prompt(form, progress.field_number)
        await self._try_quietly(
            self._sender.replace_message(progress_place(progress), number, left, Lane.REPLY)
        )

    async def _close_prompt(self, progress: FormProgress, number: int, words: str) -> None:
        place = progress_place(progress)
        self._newest[place.chat] = OpenPrompt(number, None, 0.0)
        left = build_parts([Paragraph(words)], [])[-1]
        await self._try_quietly(self._sender.replace_message(place, number, left, Lane.REPLY))

    async def _send_notice(self, progress: FormProgress, words: str) -> None:
        notice = notice_paragraphs(Reply(words, outcome=Outcome.REFUSED))
        await self._sender.send_parts(progress_place(progress), build_parts(notice, []), Lane.REPLY)

    async def _try_quietly(self, change: Awaitable[None]) -> None:
        """What only tidies up may fail: the message may be gone."""
        try:
            await change
        except AdapterError:
            return


def _length_error(text: str, field: Field) -> str:
    if not field.longest or len(text) <= field.longest:
        return ""
    return (
        f"That has {len(text)} characters, and {field.longest} fit. Please send it again, shorter."
    )


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
