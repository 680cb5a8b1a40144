"""Blocks for the tests of the loopback Slack, as short to write as they are to read."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def text(words: str, kind: str = "plain_text") -> Json:
    """A text object."""
    return {"type": kind, "text": words}


def button(label: str, value: str = "v", action: str = "a") -> Json:
    """A button."""
    return {"type": "button", "action_id": action, "text": text(label), "value": value}


def actions(*elements: Json, **more: str) -> Json:
    """A row of buttons and the like."""
    return {"type": "actions", "elements": list(elements), **more}


def section(words: str, kind: str = "plain_text") -> Json:
    """A section."""
    return {"type": "section", "text": text(words, kind)}


def checkboxes(options: int, **more: object) -> Json:
    """So many boxes to tick."""
    made = [{"text": text(f"o{number}"), "value": str(number)} for number in range(options)]
    return {"type": "checkboxes", "action_id": "c", "options": made, **more}
