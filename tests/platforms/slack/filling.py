"""Fills in what is on the screen as somebody would: by the labels that are seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulse_bot.ports import Field, Form
from pulse_bot.testing import plain
from tests.platforms.slack.drawing import FILLED_IN, Control, Drawing
from tests.platforms.slack.mrkdwn import draw_text

Json = dict[str, Any]


def controls_by_field(drawing: Drawing, form: Form) -> dict[str, list[Control]]:
    """What belongs to each field: a field begins where its label is read."""
    found: dict[str, list[Control]] = {}
    waiting = list(form.fields)
    current = ""
    for control in drawing.controls:
        if control.kind not in FILLED_IN:
            continue
        if waiting and plain(waiting[0].label or waiting[0].hint) in plain(control.caption):
            current = waiting.pop(0).key
        found.setdefault(current, []).append(control)
    if waiting or "" in found:
        missing = [field.label for field in waiting]
        raise AssertionError(f"Not on the screen: {missing}; it reads {drawing.words}.")
    return found


def choices(
    drawing: Drawing, form: Form, values: Mapping[str, tuple[str, ...]]
) -> list[tuple[Control, Json]]:
    """What is chosen and typed where, as Slack keeps it."""
    made = []
    for key, controls in controls_by_field(drawing, form).items():
        field = next(one for one in form.fields if one.key == key)
        chosen = values.get(key, ())
        if chosen:
            made += _fill(drawing, field, controls, chosen)
        elif not all(control.optional for control in controls):
            raise AssertionError(f"{field.label!r} cannot be left empty.")
    return made


def _fill(
    drawing: Drawing, field: Field, controls: list[Control], chosen: tuple[str, ...]
) -> list[tuple[Control, Json]]:
    labels = {option.value: plain(option.label) for option in field.options}
    listed = next((one for one in controls if "options" in one.element), None)
    typed = next((one for one in controls if one.kind == "plain_text_input"), None)
    if listed and set(chosen) <= labels.keys():
        places = [list(labels).index(value) for value in chosen]
        options = [
            _option(drawing, listed, labels[value], place)
            for value, place in zip(chosen, places, strict=True)
        ]
        many = listed.kind in ("checkboxes", "multi_static_select")
        if not many and len(options) > 1:
            raise AssertionError(f"{field.label!r} takes one choice.")
        picked: Json = {"selected_options": options} if many else {"selected_option": options[0]}
        return [(listed, {"type": listed.kind, **picked})]
    if typed is None:
        raise AssertionError(f"{field.label!r} does not offer {chosen} and cannot be typed.")
    longest = typed.element.get("max_length", 3000)
    if len(chosen[0]) > longest:
        raise AssertionError(f"Slack lets nobody type more than {longest} characters here.")
    return [(typed, {"type": typed.kind, "value": chosen[0]})]


def _option(drawing: Drawing, control: Control, label: str, place: int) -> Json:
    """The option of this label; where labels are too long to be options, the one in this place."""
    options: list[Json] = control.element["options"]
    for option in options:
        if plain(draw_text(option["text"], drawing.names)) == label:
            return option
    if label not in plain(control.caption):
        raise AssertionError(f"There is no option {label!r}; it reads {drawing.words}.")
    return options[place]
