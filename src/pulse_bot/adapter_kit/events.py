"""Events as plain values, so that a message can remember the event that it came from.

Handed in again, an event that was answered with a form brings the form again. Where the values are
kept (in a button, behind a link) is the adapter's; the chat of whoever acted alone has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulse_bot.ports import (
    Address,
    Commanded,
    Event,
    Joined,
    OpenedHome,
    Pressed,
    Submitted,
    Wrote,
)

_AT_ONCE = "at once"


def encode_event(event: Event) -> list[object] | None:
    """An event in JSON's types, without its address; None for one that no form answers."""
    values: list[object] | None = None
    match event:
        case Pressed(action=action):
            values = ["pressed", action]
        case Commanded(command=command, text=text, group=group):
            values = ["commanded", command, text, group.user if group else ""]
        case OpenedHome(at_once=at_once):
            values = ["home", _AT_ONCE if at_once else ""]
        case Joined(group=group, name=name, invitation=invitation):
            values = ["joined", group.user, name, invitation]
        case Wrote(text=text):
            values = ["wrote", text]
        case Submitted(form=form, values=filled):
            values = ["submitted", form, {key: list(chosen) for key, chosen in filled.items()}]
    return values


def decode_event(values: object, address: Address) -> Event | None:
    """The event again, of the person at an address; None for what `encode_event` did not make."""
    match values:
        case [str(kind), *words]:
            return _decode_short(kind, words, address) or _decode_long(kind, words, address)
    return None


def _decode_short(kind: str, words: Sequence[object], address: Address) -> Event | None:
    match kind, *words:
        case "pressed", str(action):
            return Pressed(address, action)
        case "wrote", str(text):
            return Wrote(address, text)
        case "home", str(at_once):
            return OpenedHome(address, at_once=bool(at_once))
        # As messages of older versions have it, which are in chats for ever.
        case ("home",):
            return OpenedHome(address, at_once=False)
    return None


def _decode_long(kind: str, words: Sequence[object], address: Address) -> Event | None:
    match kind, *words:
        case "commanded", str(command), str(text), str() | None as group:
            return Commanded(address, command, text, _beside(address, group) if group else None)
        case "joined", str(group), str(name), str(invitation):
            return Joined(address, _beside(address, group), name, invitation)
        case "submitted", str(form), dict(values):
            return Submitted(address, form, string_values(values))
        # As messages of older versions have it: always into one's own chat.
        case "joined", str(name), str(invitation):
            return Joined(address, address, name, invitation)
    return None


def _beside(address: Address, user: str) -> Address:
    """Another address of the same platform and workspace."""
    return Address(address.adapter, address.workspace, user)


def string_values(values: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """A form's values as `Submitted` holds them, from what JSON made of them."""
    return {str(key): tuple(map(str, chosen)) for key, chosen in values.items()}
