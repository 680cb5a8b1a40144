"""Forms as modals, pure: a form becomes a view, and a view that was sent becomes values.

Nothing is ever filled in beforehand. Every field may be left empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Field, FieldKind, Form
from pulse_bot_slack.render import (
    BLOCKS_A_VIEW,
    CHOSEN,
    CONTEXT,
    TYPED,
    Block,
    SlackPart,
    choice_element,
    field_id,
    plain_text,
    section_parts,
)
from pulse_bot_slack.texts import pack_value, shorten_text, unpack_value

TITLE: Final = 24
LONGEST_TEXT: Final = 3000
ONE_LINE: Final = 200
"""Characters of a text that has one line; a longer one may have several."""
REMEMBERED: Final = 3000
DEFAULT_TITLE: Final = "pulse-bot"
DEFAULT_SUBMIT: Final = "Send"

Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was asked for, and so where its answer belongs."""

    channel: str = ""
    home: bool = False


def build_modal(form: Form, origin: Origin) -> Block:
    """A form as a view. Raises AdapterError where Slack could not show it."""
    remembered = pack_value(json.dumps([form.key, origin.channel, origin.home]))
    blocks = [part.block for part in _form_parts(form)]
    if len(remembered) > REMEMBERED or len(blocks) > BLOCKS_A_VIEW:
        raise AdapterError("This form is too long for Slack.", permanent=True)
    return {
        "type": "modal",
        "callback_id": "form",
        "private_metadata": remembered,
        "title": plain_text(form.title if 0 < len(form.title) <= TITLE else DEFAULT_TITLE),
        "submit": plain_text(form.submit if len(form.submit) <= TITLE else DEFAULT_SUBMIT),
        "close": plain_text("Cancel"),
        "blocks": blocks,
    }


def read_metadata(view: Mapping[str, Any]) -> tuple[str, Origin]:
    """The key of the form that a view showed, and where it was asked for."""
    key, channel, home = json.loads(unpack_value(view["private_metadata"]))
    return key, Origin(channel, home)


def read_values(state: Mapping[str, Any], only: str = "") -> Values:
    """The values by field, without those left empty; of one block alone where its number is given.

    Words win over a choice: a radio button cannot be let go of again, and words can be deleted.
    """
    chosen: Values = {}
    typed: Values = {}
    for block_id, elements in state.get("values", {}).items():
        number, _, rest = block_id.partition(":")
        kind, _, key = rest.partition(":")
        if kind not in (CHOSEN, TYPED) or number != (only or number):
            continue
        for element in elements.values():
            if kind == CHOSEN and (values := _chosen_values(element)):
                chosen[unpack_value(key)] = values
            elif (element.get("value") or "").strip():
                typed[unpack_value(key)] = (element["value"],)
    return chosen | typed


def length_errors(view: Mapping[str, Any]) -> dict[str, str]:
    """What to say beside each field whose text is too long, by block. Slack's own windows hold
    people to it; whatever else may send one keeps what was typed, and says why."""
    errors = {}
    for block in view.get("blocks", ()):
        element = block.get("element") or {}
        room = element.get("max_length")
        state = view.get("state", {}).get("values", {}).get(block.get("block_id"), {})
        typed = state.get(element.get("action_id"), {}).get("value") or ""
        if room and len(typed) > room:
            errors[block["block_id"]] = (
                f"That is {len(typed):,} characters, and there is room for {room:,}. "
                "Please shorten it."
            )
    return errors


def refusal_errors(view: Mapping[str, Any], why: str) -> dict[str, str]:
    """What to say in a view that was refused, beside the last thing that is filled in: there the
    person looks who has just sent it. Nothing where there is no reason."""
    input_ids = [
        block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"
    ]
    return {input_ids[-1]: shorten_text(why, CONTEXT)} if why and input_ids else {}


def _form_parts(form: Form) -> Iterator[SlackPart]:
    if len(form.title) > TITLE:
        yield from section_parts(form.title)
    for paragraph in form.text:
        yield from section_parts(paragraph)
    numbers = count()
    for field in form.fields:
        yield from _field_parts(field, numbers)


def _field_parts(field: Field, numbers: Iterator[int]) -> Iterator[SlackPart]:
    number = next(numbers)
    if field.kind is FieldKind.TEXT:
        yield _input_part(
            field_id(number, TYPED, field.key), field.label, _text_input(field, number), field
        )
        return
    if field.options:
        spelled, element = choice_element(field, number)
        yield from spelled
        yield _input_part(field_id(number, CHOSEN, field.key), field.label, element, field)
    if field.longest and field.kind is FieldKind.ONE:
        number = next(numbers)
        block_id = field_id(number, TYPED, field.key)
        label = "Or type it" if field.options else field.label
        yield _input_part(
            block_id, label, _text_input(field, number), None if field.options else field
        )


def _text_input(field: Field, number: int) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": f"field:{number}",
        "multiline": field.kind is FieldKind.TEXT and not 0 < field.longest <= ONE_LINE,
    }
    return element | {"max_length": min(field.longest, LONGEST_TEXT)} if field.longest else element


def _input_part(block_id: str, label: str, element: Block, hinted: Field | None) -> SlackPart:
    block = {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain_text(shorten_text(label, CONTEXT)),
        "element": element,
    }
    if hinted and hinted.hint:
        block["hint"] = plain_text(shorten_text(hinted.hint, CONTEXT))
    return SlackPart(block, label)


def _chosen_values(element: Mapping[str, Any]) -> tuple[str, ...]:
    selected = element.get("selected_option")
    options = element.get("selected_options") or ([selected] if selected else [])
    return tuple(unpack_value(option["value"]) for option in options)
