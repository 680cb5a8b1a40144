"""Events as a button's value: pressed, it asks again for the form that the event was answered with.

Nothing is kept here of who asked for which form: the button in their own chat remembers it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Commanded,
    Event,
    Joined,
    OpenedHome,
    Pressed,
    Wrote,
)
from pulse_bot_slack.places import address_of
from pulse_bot_slack.render import AGAIN, VALUE, Part, button
from pulse_bot_slack.texts import packed

ALL_AT_ONCE: Final = "Answer all at once"


def again(event: Event, label: str, numbers: Iterator[int]) -> list[Part]:
    """A button that hands an event in once more; nothing where no button can carry it."""
    value = written(event)
    if value is None:
        return []
    return [Part({"type": "actions", "elements": [button(AGAIN, next(numbers), label, value)]}, "")]


def all_at_once(address: Address, cards: Iterable[Card], numbers: Iterator[int]) -> list[Part]:
    """A button that opens every question in one window, where the first of several is shown."""
    if not any(card.kind is CardKind.QUESTION and card.progress for card in cards):
        return []
    return again(OpenedHome(address, at_once=True), ALL_AT_ONCE, numbers)


def written(event: Event) -> str | None:
    """An event as text; None for one that no button may carry, such as a form's answers."""
    match event:
        case Pressed(action=action):
            parts = ["pressed", action]
        case Commanded(command=command, text=text, group=group):
            parts = ["commanded", command, text, group.user if group else ""]
        case OpenedHome(at_once=at_once):
            parts = ["home", "at once" if at_once else ""]
        case Joined(group=group, name=name, invitation=invitation):
            parts = ["joined", group.user, name, invitation]
        case Wrote(text=text):
            parts = ["wrote", text]
        case _:
            return None
    value = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return value if len(packed(value)) <= VALUE else None


def read(value: str, address: Address) -> Event | None:
    """The event again, of whoever pressed the button."""
    match json.loads(value):
        case ["pressed", str(action)]:
            return Pressed(address, action)
        case ["commanded", str(command), str(text), str(group)]:
            group_ = address_of(address.workspace, group) if group else None
            return Commanded(address, command, text, group_)
        case ["home", str(at_once)]:
            return OpenedHome(address, at_once=bool(at_once))
        case ["joined", str(group), str(name), str(invitation)]:
            return Joined(address, address_of(address.workspace, group), name, invitation)
        case ["wrote", str(text)]:
            return Wrote(address, text)
    return None
