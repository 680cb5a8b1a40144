"""Actions: what stands on a button, a form or a field, as text out and as typed values back.

An action is a name and its values with colons between them, "answer:7:0:now:4". Each kind of action
is a frozen dataclass that names itself and types its values: whole numbers, short words, words of
an enum, or the rest of the text. What comes back from a platform may be forged or years old, so
everything is checked here, and nothing that was decoded needs to be looked at again but for
whether it is there. Pure.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import ClassVar, Final, NewType, TypeVar, get_args, get_type_hints

from pulse_bot.errors import Refused

NOT_IN_USE: Final = (
    "That is not in use any more. Please open it again; “/pulse” shows what there is now."
)
"""What a person is told who comes with an action that this version does not make."""

LARGEST_NUMBER: Final = 2**31 - 1
"""The largest whole number that every database holds."""

Rest = NewType("Rest", str)
"""Everything from here on, in characters that can be printed; the last value of an action."""

_LONGEST_TEXT: Final = 200
"""Characters of an action with an address in it; longer ones are forged."""
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_WORD: Final = re.compile(r"[A-Za-z0-9._~%+,-]*")


@dataclass(frozen=True, slots=True)
class Action:
    """The base of all kinds: values in the order of the fields, of which the last may have none."""

    NAME: ClassVar[str] = ""
    """The first word; empty where the place itself says what it is, such as a field's key."""


A = TypeVar("A", bound=Action)
Value = int | str | None


def encode(action: Action) -> str:
    """An action as text."""
    given = (getattr(action, name) for name in _kinds(type(action)))
    values = [str(one) for one in given if one is not None]
    return ":".join([action.NAME, *values] if action.NAME else values)


def parse(kind: type[A], text: str) -> A | None:
    """The action of this kind that a text stands for; None for any other text."""
    if len(text) > _LONGEST_TEXT or not text.isprintable():
        return None
    kinds = _kinds(kind)
    pieces = text.split(":", len(kinds) - (not kind.NAME))
    if kind.NAME and pieces.pop(0) != kind.NAME:
        return None
    least = len(kinds) - sum(one.default is not MISSING for one in fields(kind))
    if not least <= len(pieces) <= len(kinds):
        return None
    try:
        values = [_value(one, piece) for one, piece in zip(kinds.values(), pieces, strict=False)]
    except ValueError:
        return None
    return kind(*values)


def decode(kind: type[A], text: str) -> A:
    """The action of this kind that a text stands for. Raises Refused for any other text."""
    action = parse(kind, text)
    if action is None:
        raise Refused(NOT_IN_USE)
    return action


def claims(kind: type[Action], text: str) -> bool:
    """Whether a text would be an action of this kind, and nothing that a person typed."""
    return text.startswith(f"{kind.NAME}:")


def name_of(text: str) -> str:
    """The name of the action that a text would be; it proves nothing."""
    return text.partition(":")[0]


_KINDS: Final[dict[type[Action], dict[str, object]]] = {}
"""As `_kinds` found them: annotations are texts, and reading them takes longer than an action."""


def _kinds(kind: type[Action]) -> dict[str, object]:
    """What each value is: int, str, Rest or an enum."""
    if kind not in _KINDS:
        hints = get_type_hints(kind)
        _KINDS[kind] = {one.name: _without_none(hints[one.name]) for one in fields(kind)}
    return _KINDS[kind]


def _without_none(hint: object) -> object:
    return next((one for one in get_args(hint) if one is not NoneType), hint)


def _value(kind: object, piece: str) -> Value:
    """A value. Raises ValueError for what cannot be one."""
    if kind is int:
        if not _NUMBER.fullmatch(piece) or int(piece) > LARGEST_NUMBER:
            raise ValueError
        return int(piece)
    if kind is Rest:
        return piece
    if not _WORD.fullmatch(piece):
        raise ValueError
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(piece)
    return piece
