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
from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.render import (
    FORM,
    Keys,
    TelegramPart,
    build_parts,
    choice_rows,
    long_labels,
)
from pulse_bot_telegram.texts import Paragraph
from pulse_bot_telegram.ticks import option_code, tick_rows

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
class FormProgress:
    """How far somebody is with a form."""

    origin: Event
    """What the form answered."""
    field_number: int = 0
    """The number of the field that is asked for."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typed: tuple[int, ...] = ()
    """Messages with what is to be deleted once it is recorded."""

    def to_state(self) -> list[object]:
        """As JSON has it."""
        values = {key: list(chosen) for key, chosen in self.values.items()}
        origin = encode_event(self.origin) or _HOME
        return [origin, self.field_number, values, list(self.typed)]


def read_progress(state: object, address: Address) -> FormProgress | None:
    """What `state` wrote, of the person at an address; None for anything else."""
    match state:
        case [list(words), int(number), dict(values), list(typed)]:
            origin = decode_event(words, address)
            return (
                FormProgress(origin, number, string_values(values), tuple(typed))
                if origin
                else None
            )
        case _:
            return None


def read_button(data: str) -> tuple[int, str, str] | None:
    """The field, the act and the option of a prompt's button."""
    match = _DATA.fullmatch(data)
    return (int(match[1]), match[2], match[3]) if match else None


def tick_prefix(number: int) -> str:
    """What the data of an option of a field begins with."""
    return f"{FORM}{number}{CHOOSE}"


def can_be_typed(form_field: Field) -> bool:
    """Whether a field takes a written message."""
    return form_field.kind is FieldKind.TEXT or (
        form_field.kind is FieldKind.ONE and form_field.longest > 0
    )


def option_value(form_field: Field, option_key: str) -> str | None:
    """The value that a button's code stands for; None where the form has changed since."""
    return next(
        (option.value for option in form_field.options if option_code(option.value) == option_key),
        None,
    )


def build_prompt(
    form: Form, progress: FormProgress, before: Sequence[Paragraph] = ()
) -> list[TelegramPart]:
    """The message that asks for a field; the last, where it takes several."""
    form_field = form.fields[progress.field_number]
    paragraphs = [
        *before,
        *_heading_paragraphs(form, progress.field_number),
        *_field_paragraphs(form_field),
    ]
    # One that is too long to be hidden is known until the next restart.
    return build_parts(
        paragraphs,
        [*_option_keys(form_field, progress.field_number), _navigation_keys(progress.field_number)],
        hidden(progress.to_state()) or "",
    )


def answered_prompt(form: Form, number: int) -> TelegramPart:
    """What is left of a prompt: the question, without a trace of the answer."""
    return build_parts([Paragraph(form.fields[number].label)], [])[-1]


def _heading_paragraphs(form: Form, number: int) -> Iterator[Paragraph]:
    if len(form.fields) > 1:
        yield Paragraph(f"{number + 1} of {len(form.fields)}", "i")
    if number == 0:
        yield Paragraph(form.title, "b")
        yield from (Paragraph(text) for text in form.text if text)


def _field_paragraphs(form_field: Field) -> Iterator[Paragraph]:
    yield Paragraph(form_field.label, "b")
    if form_field.hint:
        yield Paragraph(form_field.hint)
    ticked = form_field.kind is FieldKind.SEVERAL
    yield from long_labels(
        form_field.options[:MOST_BUTTONS] if ticked else form_field.options, ticked=ticked
    )
    if len(form_field.options) > MOST_BUTTONS:
        yield Paragraph(f"There are buttons for the first {MOST_BUTTONS}.")
    if can_be_typed(form_field):
        listed = "Or write it as a message." if form_field.options else "Write it as a message."
        yield Paragraph(listed, "i")


def _option_keys(form_field: Field, number: int) -> Keys:
    options, prefix = form_field.options[:MOST_BUTTONS], tick_prefix(number)
    if form_field.kind is FieldKind.SEVERAL:
        return [*tick_rows(options, prefix), [_prompt_button("Done", number, DONE)]]
    return choice_rows([(option.label, prefix + option_code(option.value)) for option in options])


def _navigation_keys(number: int) -> list[InlineKeyboardButton]:
    back = [_prompt_button("Back", number, BACK)] if number else []
    return [
        _prompt_button("Leave empty", number, EMPTY),
        *back,
        _prompt_button("Cancel", number, CANCEL),
    ]


def _prompt_button(label: str, number: int, act: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{FORM}{number}{act}")


def progress_place(progress: FormProgress) -> ChatPlace:
    """The private chat that it is held in."""
    return ChatPlace(int(progress.origin.address.user))
