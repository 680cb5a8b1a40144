"""Events as a button's value: pressed, it asks again for the form that the event was answered with.

Nothing is kept here of who asked for which form: the button in their own chat remembers it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from pulse_bot.adapter_kit.events import decode_event, encode_event
from pulse_bot.ports import Address, Card, CardKind, Event, OpenedHome, Submitted
from pulse_bot_slack.render import AGAIN, VALUE, SlackPart, action_button
from pulse_bot_slack.texts import pack_value

ALL_AT_ONCE: Final = "Answer all at once"


def again(event: Event, label: str, numbers: Iterator[int]) -> list[SlackPart]:
    """A button that hands an event in once more; nothing where no button can carry it."""
    value = written(event)
    if value is None:
        return []
    return [
        SlackPart(
            {"type": "actions", "elements": [action_button(AGAIN, next(numbers), label, value)]}, ""
        )
    ]


def all_at_once(address: Address, cards: Iterable[Card], numbers: Iterator[int]) -> list[SlackPart]:
    """A button that opens every question in one window, where the first of several is shown."""
    if not any(card.kind is CardKind.QUESTION and card.progress for card in cards):
        return []
    return again(OpenedHome(address, at_once=True), ALL_AT_ONCE, numbers)


def written(event: Event) -> str | None:
    """An event as text; None for one that no button may carry, such as a form's answers."""
    parts = None if isinstance(event, Submitted) else encode_event(event)
    if parts is None:
        return None
    value = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return value if len(pack_value(value)) <= VALUE else None


def read(value: str, address: Address) -> Event | None:
    """The event again, of whoever pressed the button."""
    return decode_event(json.loads(value), address)
