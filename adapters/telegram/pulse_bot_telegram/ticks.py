"""Choices with ticks: which are ticked stands on the buttons themselves, and nowhere else."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from hashlib import blake2s
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from pulse_bot.ports import Option
from pulse_bot_telegram.places import ChatPlace

EMPTY: Final = "☐ "
TICKED: Final = "☑ "

LINE: Final = 32
"""Characters that a phone shows in one row of buttons, all its buttons together."""

_REMEMBERED: Final = 1000


def option_code(value: str) -> str:
    """Eight characters that stand for an option's value on a button."""
    return urlsafe_b64encode(blake2s(value.encode(), digest_size=6).digest()).decode()


def number_labels(options: Sequence[Option]) -> list[str]:
    """The labels, with numbers where a phone cuts one short: many begin with the same words."""
    labels = [option.label for option in options]
    if all(len(label) <= LINE for label in labels):
        return labels
    return [f"{number}. {label}" for number, label in enumerate(labels, 1)]


def tick_rows(options: Sequence[Option], prefix: str) -> list[list[InlineKeyboardButton]]:
    """A row for each option, not ticked."""
    return [
        [InlineKeyboardButton(EMPTY + label, callback_data=prefix + option_code(option.value))]
        for option, label in zip(options, number_labels(options), strict=True)
    ]


def flip_tick(keyboard: InlineKeyboardMarkup, pressed: str) -> InlineKeyboardMarkup:
    """The keyboard with one tick set or taken away."""
    return _redraw_keyboard(keyboard, _ticked_codes(keyboard) ^ {pressed})


def clear_ticks(keyboard: InlineKeyboardMarkup) -> InlineKeyboardMarkup:
    """The keyboard without any tick."""
    return _redraw_keyboard(keyboard, set())


def ticked_values(
    keyboard: InlineKeyboardMarkup, values: Iterable[str], prefix: str = ""
) -> tuple[str, ...]:
    """Those of the values whose buttons are ticked, in their own order."""
    ticked = _ticked_codes(keyboard)
    return tuple(value for value in values if prefix + option_code(value) in ticked)


def _ticked_codes(keyboard: InlineKeyboardMarkup) -> set[str]:
    return {
        str(button.callback_data)
        for button in _all_buttons(keyboard)
        if button.text.startswith(TICKED)
    }


def _all_buttons(keyboard: InlineKeyboardMarkup) -> Iterator[InlineKeyboardButton]:
    for row in keyboard.inline_keyboard:
        yield from row


def _redraw_keyboard(keyboard: InlineKeyboardMarkup, ticked: set[str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_redraw_button(button, ticked) for button in row] for row in keyboard.inline_keyboard]
    )


def _redraw_button(button: InlineKeyboardButton, ticked: set[str]) -> InlineKeyboardButton:
    if not button.text.startswith((EMPTY, TICKED)):
        return button
    mark = TICKED if button.callback_data in ticked else EMPTY
    return InlineKeyboardButton(
        mark + button.text[len(EMPTY) :], callback_data=button.callback_data
    )


ShowKeys = Callable[[ChatPlace, int, InlineKeyboardMarkup], Awaitable[None]]
"""Replaces the buttons under a message of a chat. Raises AdapterError."""


class TickKeyboards:
    """The keyboards that were changed last.

    Two boxes that are tapped quickly both come with the keyboard as it was before the first. After
    a restart that can lose one tick, which the person sees.
    """

    def __init__(self, show_keys: ShowKeys) -> None:
        self._show_keys = show_keys
        self._newest: OrderedDict[tuple[int, int], InlineKeyboardMarkup] = OrderedDict()

    def current_keyboard(self, message: Message) -> InlineKeyboardMarkup:
        """What is under a message now, whatever Telegram told of it."""
        reported = message.reply_markup or InlineKeyboardMarkup(())
        return self._newest.get((message.chat.id, message.message_id), reported)

    async def flip_tick(self, message: Message, pressed: str) -> None:
        """Set or take away one tick. Raises AdapterError."""
        await self._replace_keyboard(message, flip_tick(self.current_keyboard(message), pressed))

    async def clear_ticks(self, message: Message) -> None:
        """Take all ticks away. Raises AdapterError."""
        await self._replace_keyboard(message, clear_ticks(self.current_keyboard(message)))

    def forget(self, place: ChatPlace, message: int) -> None:
        """Something else is shown there now, and Telegram tells what."""
        self._newest.pop((place.chat, message), None)

    async def _replace_keyboard(self, message: Message, keyboard: InlineKeyboardMarkup) -> None:
        await self._show_keys(ChatPlace(message.chat.id), message.message_id, keyboard)
        self._newest[message.chat.id, message.message_id] = keyboard
        self._newest.move_to_end((message.chat.id, message.message_id))
        while len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)
