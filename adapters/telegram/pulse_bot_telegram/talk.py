"""A form as a conversation: how far somebody is, and the prompt that asks for the next field.

Pure. Where somebody is stands in the prompt itself, hidden, so that a restart loses nothing; the
form is had again by handing in again the event that it answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from telegram import InlineKeyboardButton

from pulse_bot.adapter_kit.events import decode_event, encode_event, string_values
from pulse_bot.ports import (
    Address,
    Event,
    Field,
    FieldKind,
    Form,
)
from pulse_bot_telegram.hidden import hidden
from pulse_bot_telegram.places import Place
from pulse_bot_telegram.render import FORM, Keys, Part, choice_rows, parts, spelled_out
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import code, tick_rows

CHOOSE: Final = "="
DONE: Final = "."
EMPTY: Final = "-"
BACK: Final = "<"
CANCEL: Final = "x"
"""What a button of a prompt carries behind the number of its field."""

MOST_BUTTONS: Final = 90
"""Options with buttons of their own; Telegram takes about a hundred buttons a message."""

_HOME: Final[list[object]] = ["home", ""]
"""Handed in for what cannot be handed in again."""
_ACTS: Final = "".join(map(re.escape, (CHOOSE, DONE, EMPTY, BACK, CANCEL)))
_DATA: Final = re.compile(f"{FORM}([0-9]{{1,3}})([{_ACTS}])(.*)")


@dataclass(frozen=True, slots=True)
class Talk:
    """How far somebody is with a form."""

    origin: Event
    """What the form answered."""
    at: int = 0
    """The number of the field that is asked for."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typed: tuple[int, ...] = ()
    """Messages with what is to be deleted once it is recorded."""

    def state(self) -> list[object]:
        """As JSON has it."""
        values = {key: list(chosen) for key, chosen in self.values.items()}
        origin = encode_event(self.origin) or _HOME
        return [origin, self.at, values, list(self.typed)]


def talk_from(state: object, address: Address) -> Talk | None:
    """What `state` wrote, of the person at an address; None for anything else."""
    match state:
        case [list(words), int(number), dict(values), list(typed)]:
            origin = decode_event(words, address)
            return Talk(origin, number, string_values(values), tuple(typed)) if origin else None
        case _:
            return None


def read_data(data: str) -> tuple[int, str, str] | None:
    """The field, the act and the option of a prompt's button."""
    found = _DATA.fullmatch(data)
    return (int(found[1]), found[2], found[3]) if found else None


def tick_prefix(number: int) -> str:
    """What the data of an option of a field begins with."""
    return f"{FORM}{number}{CHOOSE}"


def can_be_typed(asked: Field) -> bool:
    """Whether a field takes a written message."""
    return asked.kind is FieldKind.TEXT or (asked.kind is FieldKind.ONE and asked.longest > 0)


def option_of(asked: Field, chosen: str) -> str | None:
    """The value that a button's code stands for; None where the form has changed since."""
    return next((one.value for one in asked.options if code(one.value) == chosen), None)


def prompt(form: Form, talk: Talk, before: Sequence[Paragraph] = ()) -> list[Part]:
    """The message that asks for a field; the last, where it takes several."""
    asked = form.fields[talk.at]
    said = [*before, *_words(form, talk.at), *_asked(asked)]
    # One that is too long to be hidden is known until the next restart.
    return parts(said, [*_options(asked, talk.at), _beside(talk.at)], hidden(talk.state()) or "")


def answered(form: Form, number: int) -> Part:
    """What is left of a prompt: the question, without a trace of the answer."""
    return parts([Paragraph(form.fields[number].label)], [])[-1]


def _words(form: Form, number: int) -> Iterator[Paragraph]:
    if len(form.fields) > 1:
        yield Paragraph(f"{number + 1} of {len(form.fields)}", "i")
    if number == 0:
        yield Paragraph(form.title, "b")
        yield from (Paragraph(one) for one in form.text if one)


def _asked(asked: Field) -> Iterator[Paragraph]:
    yield Paragraph(asked.label, "b")
    if asked.hint:
        yield Paragraph(asked.hint)
    ticked = asked.kind is FieldKind.SEVERAL
    yield from spelled_out(asked.options[:MOST_BUTTONS] if ticked else asked.options, ticked=ticked)
    if len(asked.options) > MOST_BUTTONS:
        yield Paragraph(f"There are buttons for the first {MOST_BUTTONS}.")
    if can_be_typed(asked):
        listed = "Or write it as a message." if asked.options else "Write it as a message."
        yield Paragraph(listed, "i")


def _options(asked: Field, number: int) -> Keys:
    options, prefix = asked.options[:MOST_BUTTONS], tick_prefix(number)
    if asked.kind is FieldKind.SEVERAL:
        return [*tick_rows(options, prefix), [_button("Done", number, DONE)]]
    return choice_rows([(one.label, prefix + code(one.value)) for one in options])


def _beside(number: int) -> list[InlineKeyboardButton]:
    back = [_button("Back", number, BACK)] if number else []
    return [_button("Leave empty", number, EMPTY), *back, _button("Cancel", number, CANCEL)]


def _button(label: str, number: int, act: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{FORM}{number}{act}")


def place_of_talk(talk: Talk) -> Place:
    """The private chat that it is held in."""
    return Place(int(talk.origin.address.user))
