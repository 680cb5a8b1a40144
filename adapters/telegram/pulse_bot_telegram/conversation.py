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
from pulse_bot_telegram.parse import Typed
from pulse_bot_telegram.places import Place
from pulse_bot_telegram.render import SORRY, notice_of, parts
from pulse_bot_telegram.sending import Post
from pulse_bot_telegram.talk import (
    BACK,
    CANCEL,
    CHOOSE,
    DONE,
    Talk,
    answered,
    can_be_typed,
    option_of,
    place_of_talk,
    prompt,
    read_data,
    talk_from,
    tick_prefix,
)
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import Keyboards, chosen

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


class Show(Protocol):
    """Shows a reply to whoever acted, and what is said beside its notice."""

    async def __call__(self, event: Event, reply: Reply, *more: str) -> None: ...


@dataclass(slots=True)
class Prompt:
    """The newest prompt of a chat."""

    message: int
    talk: Talk | None
    """None once it was answered."""
    listens_until: float


class Conversation:
    """Every form that is being filled in. Raises AdapterError where somebody cannot be reached."""

    def __init__(
        self, post: Post, keyboards: Keyboards, ask: Callable[[Event], Awaitable[Reply]], show: Show
    ) -> None:
        """`ask` hands an event to the core and never raises."""
        self._post = post
        self._keyboards = keyboards
        self._ask = ask
        self._show = show
        self._newest: dict[int, Prompt] = {}

    async def begin(self, event: Event, form: Form, before: Sequence[Paragraph]) -> None:
        """Ask for the first field of a form that an event was answered with."""
        talk = Talk(event)
        known = self._newest.get(place_of_talk(talk).chat)
        if known is not None and known.talk is not None:
            aside = parts([Paragraph(PUT_ASIDE)], [])[-1]
            await self._quietly(
                self._post.replace(place_of_talk(talk), known.message, aside, Lane.REPLY)
            )
        await self._write(talk, form, before)

    def look_away(self, user: int) -> None:
        """Somebody does something else: what they write next is not meant for a prompt."""
        if user in self._newest:
            self._newest[user].listens_until = 0.0

    def is_open(self, query: CallbackQuery) -> bool:
        """Whether a pressed button belongs to a question that is still asked."""
        data, message = read_data(query.data or ""), query.message
        if data is None or not isinstance(message, Message):
            return False
        talk = self._talk(query.from_user.id, message)
        return talk is not None and talk.at == data[0]

    async def pressed(self, query: CallbackQuery) -> None:
        """Somebody pressed a button of a prompt; harmless where it is not open any more."""
        data, message = read_data(query.data or ""), query.message
        if data is None or not isinstance(message, Message):
            return
        talk = self._talk(query.from_user.id, message)
        if talk is None or talk.at != data[0]:
            return  # a second tap, or an old prompt
        form = await self._form(talk, message.message_id)
        if form is None:
            return
        _, act, option = data
        asked = form.fields[talk.at]
        if act == CANCEL:
            await self._close(talk, message.message_id, CANCELLED)
        elif act == BACK and talk.at > 0:
            before = form.fields[talk.at - 1].key
            kept = {key: value for key, value in talk.values.items() if key != before}
            earlier = replace(talk, at=talk.at - 1, values=kept)
            await self._write(earlier, form, over=message.message_id)
        elif act == CHOOSE and asked.kind is FieldKind.SEVERAL:
            await self._keyboards.flip(message, query.data or "")
        else:
            values = self._chosen(act, option, asked, talk, message)
            await self._go_on(talk, form, values, message.message_id)

    async def typed(self, typed: Typed, bot: int) -> bool:
        """Take a message that belongs to a prompt; False where it belongs to none."""
        number, talk = self._awaited(typed, bot)
        if talk is None:
            return False
        if typed.text is None:
            await self._tell(talk, TEXT_ONLY)
            return True
        form = await self._form(talk, number)
        if form is None:
            return True
        asked = form.fields[talk.at]
        if not can_be_typed(asked):
            await self._tell(talk, USE_BUTTONS)
            return True
        if asked.erased:
            talk = replace(talk, typed=(*talk.typed, typed.message))
        too_long = _too_long(typed.text, asked)
        if too_long:
            await self._again(talk, form, too_long, number)
        else:
            await self._go_on(talk, form, (typed.text,), number, below=True)
        return True

    def _talk(self, user: int, message: Message) -> Talk | None:
        """What is asked in a message of the bot's, if it is still asked."""
        known = self._newest.get(user)
        if known is None:
            return talk_from(found_in(message), Place(user).address)
        # Telegram tells of a message as it was when it was pressed; memory is newer.
        return known.talk if known.message == message.message_id else None

    def _awaited(self, typed: Typed, bot: int) -> tuple[int, Talk | None]:
        replied = typed.replied
        ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot
        if replied is not None and ours and replied.forward_origin is None:
            talk = self._talk(typed.user, replied)
            if talk is not None:
                return replied.message_id, talk
        known = self._newest.get(typed.user)
        if known is None or known.listens_until < _now():
            return 0, None
        return known.message, known.talk

    async def _form(self, talk: Talk, number: int) -> Form | None:
        """The form again; where there is none any more, the person is told why."""
        reply = await self._ask(talk.origin)
        if reply.form is not None and talk.at < len(reply.form.fields):
            return reply.form
        if reply is not SORRY:  # of which nobody knows whether it lasts
            await self._close(talk, number, PUT_ASIDE)
        await self._show(talk.origin, reply)
        return None

    def _chosen(
        self, act: str, option: str, asked: Field, talk: Talk, message: Message
    ) -> tuple[str, ...]:
        if act == CHOOSE:
            value = option_of(asked, option)
            return () if value is None else (value,)
        if act == DONE:
            values = (one.value for one in asked.options)
            return chosen(self._keyboards.of(message), values, tick_prefix(talk.at))
        return ()

    async def _go_on(
        self,
        talk: Talk,
        form: Form,
        given: tuple[str, ...],
        number: int,
        *,
        below: bool = False,
    ) -> None:
        """To the next field, or on to the core behind the last."""
        key = form.fields[talk.at].key
        values = {one: kept for one, kept in talk.values.items() if one != key}
        further = replace(talk, at=talk.at + 1, values=values | ({key: given} if given else {}))
        if further.at == len(form.fields):
            await self._submit(talk, further, form, number)
        elif below:
            await self._strip(talk, form, number)
            await self._write(further, form)
        else:
            await self._write(further, form, over=number)

    async def _submit(self, talk: Talk, complete: Talk, form: Form, number: int) -> None:
        event = Submitted(talk.origin.address, form.key, complete.values)
        reply = await self._ask(event)
        if reply.outcome is Outcome.REFUSED and not (reply.cards or reply.form):
            await self._strip(talk, form, number)
            await self._write(talk, form, notice_of(reply))
            return
        self._newest[place_of_talk(talk).chat] = Prompt(number, None, 0.0)
        await self._strip(talk, form, number)
        done = reply.outcome is Outcome.DONE
        more = await self._erase(talk) if done and talk.typed else ()
        await self._show(event, reply, *more)

    async def _erase(self, talk: Talk) -> tuple[str, ...]:
        try:
            await asyncio.gather(
                *(self._post.delete(place_of_talk(talk), one) for one in talk.typed)
            )
        except AdapterError:
            return (NOT_DELETED,)
        return (DELETED,)

    async def _again(self, talk: Talk, form: Form, why: str, number: int) -> None:
        await self._strip(talk, form, number)
        await self._write(talk, form, notice_of(Reply(why, outcome=Outcome.REFUSED)))

    async def _write(
        self, talk: Talk, form: Form, before: Sequence[Paragraph] = (), over: int = 0
    ) -> None:
        """Ask for a field: in place of a prompt, or below everything else."""
        place, rendered = place_of_talk(talk), prompt(form, talk, before)
        if over and len(rendered) == 1:
            await self._post.replace(place, over, rendered[0], Lane.REPLY)
            self._keyboards.forget(place, over)
        else:
            _, over = await self._post.parts(place, rendered, Lane.REPLY)
        self._newest[place.chat] = Prompt(over, talk, _now() + LISTENS_FOR)

    async def _strip(self, talk: Talk, form: Form, number: int) -> None:
        """Take from a prompt what it hides, and its buttons, before there are others to press."""
        left = answered(form, talk.at)
        await self._quietly(self._post.replace(place_of_talk(talk), number, left, Lane.REPLY))

    async def _close(self, talk: Talk, number: int, words: str) -> None:
        place = place_of_talk(talk)
        self._newest[place.chat] = Prompt(number, None, 0.0)
        left = parts([Paragraph(words)], [])[-1]
        await self._quietly(self._post.replace(place, number, left, Lane.REPLY))

    async def _tell(self, talk: Talk, words: str) -> None:
        notice = notice_of(Reply(words, outcome=Outcome.REFUSED))
        await self._post.parts(place_of_talk(talk), parts(notice, []), Lane.REPLY)

    async def _quietly(self, change: Awaitable[None]) -> None:
        """What only tidies up may fail: the message may be gone."""
        try:
            await change
        except AdapterError:
            return


def _too_long(text: str, asked: Field) -> str:
    if not asked.longest or len(text) <= asked.longest:
        return ""
    return (
        f"That has {len(text)} characters, and {asked.longest} fit. Please send it again, shorter."
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
