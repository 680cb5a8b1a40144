"""Choices with ticks: which are ticked stands on the buttons themselves, and nowhere else."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from hashlib import blake2s
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from pulse_bot.ports import Option
from pulse_bot_telegram.places import Place

EMPTY: Final = "☐ "
TICKED: Final = "☑ "

LINE: Final = 32
"""Characters that a phone shows in one row of buttons, all its buttons together."""

_KEPT: Final = 1000


def code(value: str) -> str:
    """Eight characters that stand for an option's value on a button."""
    return urlsafe_b64encode(blake2s(value.encode(), digest_size=6).digest()).decode()


def numbered(options: Sequence[Option]) -> list[str]:
    """The labels, with numbers where a phone cuts one short: many begin with the same words."""
    labels = [one.label for one in options]
    if all(len(label) <= LINE for label in labels):
        return labels
    return [f"{number}. {label}" for number, label in enumerate(labels, 1)]


def tick_rows(options: Sequence[Option], prefix: str) -> list[list[InlineKeyboardButton]]:
    """A row for each option, not ticked."""
    return [
        [InlineKeyboardButton(EMPTY + label, callback_data=prefix + code(one.value))]
        for one, label in zip(options, numbered(options), strict=True)
    ]


def flipped(keyboard: InlineKeyboardMarkup, pressed: str) -> InlineKeyboardMarkup:
    """The keyboard with one tick set or taken away."""
    return _drawn(keyboard, _ticked(keyboard) ^ {pressed})


def cleared(keyboard: InlineKeyboardMarkup) -> InlineKeyboardMarkup:
    """The keyboard without any tick."""
    return _drawn(keyboard, set())


def chosen(
    keyboard: InlineKeyboardMarkup, values: Iterable[str], prefix: str = ""
) -> tuple[str, ...]:
    """Those of the values whose buttons are ticked, in their own order."""
    ticked = _ticked(keyboard)
    return tuple(value for value in values if prefix + code(value) in ticked)


def _ticked(keyboard: InlineKeyboardMarkup) -> set[str]:
    return {str(one.callback_data) for one in _buttons(keyboard) if one.text.startswith(TICKED)}


def _buttons(keyboard: InlineKeyboardMarkup) -> Iterator[InlineKeyboardButton]:
    for row in keyboard.inline_keyboard:
        yield from row


def _drawn(keyboard: InlineKeyboardMarkup, ticked: set[str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_button(one, ticked) for one in row] for row in keyboard.inline_keyboard]
    )


def _button(button: InlineKeyboardButton, ticked: set[str]) -> InlineKeyboardButton:
    if not button.text.startswith((EMPTY, TICKED)):
        return button
    mark = TICKED if button.callback_data in ticked else EMPTY
    return InlineKeyboardButton(
        mark + button.text[len(EMPTY) :], callback_data=button.callback_data
    )


Show = Callable[[Place, int, InlineKeyboardMarkup], Awaitable[None]]
"""Replaces the buttons under a message of a chat. Raises AdapterError."""


class Keyboards:
    """The keyboards that were changed last.

    Two boxes that are tapped quickly both come with the keyboard as it was before the first. After
    a restart that can lose one tick, which the person sees.
    """

    def __init__(self, show: Show) -> None:
        self._show = show
        self._kept: OrderedDict[tuple[int, int], InlineKeyboardMarkup] = OrderedDict()

    def of(self, message: Message) -> InlineKeyboardMarkup:
        """What is under a message now, whatever Telegram told of it."""
        told = message.reply_markup or InlineKeyboardMarkup(())
        return self._kept.get((message.chat.id, message.message_id), told)

    async def flip(self, message: Message, pressed: str) -> None:
        """Set or take away one tick. Raises AdapterError."""
        await self._change(message, flipped(self.of(message), pressed))

    async def clear(self, message: Message) -> None:
        """Take all ticks away. Raises AdapterError."""
        await self._change(message, cleared(self.of(message)))

    def forget(self, place: Place, message: int) -> None:
        """Something else is shown there now, and Telegram tells what."""
        self._kept.pop((place.chat, message), None)

    async def _change(self, message: Message, keyboard: InlineKeyboardMarkup) -> None:
        await self._show(Place(message.chat.id), message.message_id, keyboard)
        self._kept[message.chat.id, message.message_id] = keyboard
        self._kept.move_to_end((message.chat.id, message.message_id))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
