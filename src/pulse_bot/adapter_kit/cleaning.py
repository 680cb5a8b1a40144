"""What people and platforms send, before the core sees it: cleaned, or refused.

No database takes a NUL, a lone surrogate cannot be written in UTF-8 at all, and a name with a
bidirectional override rewrites the line that it stands in. What buttons carry comes back exactly or
is forged; so it is refused, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Handle,
    Joined,
    Outcome,
    Reply,
    Submitted,
    Wrote,
)

LONGEST_TEXT: Final = 50_000
"""Characters of anything that is typed: above what a platform's own window takes."""
LONGEST_VALUE: Final = 4000
"""Characters of what a button, a form or an option carries."""
LONGEST_NAME: Final = 200
"""Characters of a person's or a chat's name; the rest is cut, as nobody reads it."""
MOST_FIELDS: Final = 1000

TOO_LONG: Final = Reply(
    f"That is too long: at most {LONGEST_TEXT:,} characters fit. Nothing was recorded; please send "
    "it again, shorter.",
    outcome=Outcome.REFUSED,
)
UNREADABLE: Final = Reply(
    "That could not be read. Nothing was recorded; “/pulse” shows what there is now.",
    outcome=Outcome.REFUSED,
)

_BIDI: Final = "\u202a-\u202e\u2066-\u2069"
_UNTYPED: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}\ufffe\uffff]")
"""Control characters but for tabs and the ends of lines."""
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\s+")


class Unclean(ValueError):
    """An event that the core must not see. Says nothing of what was in it."""

    def __init__(self, reply: Reply) -> None:
        """`reply` is for whoever sent it."""
        super().__init__()
        self.reply = reply


def clean_events(handle: Handle) -> Handle:
    """The core, behind a door that lets in nothing that it cannot keep."""

    async def handle_cleaned(event: Event) -> Reply:
        try:
            cleaned = clean_event(event)
        except Unclean as unclean:
            return unclean.reply
        return await handle(cleaned)

    return handle_cleaned


def clean_event(event: Event) -> Event:
    """An event as the core may see it. Raises Unclean."""
    check_address(event.address)
    for place in ("group", "to"):
        if (address := getattr(event, place, None)) is not None:
            check_address(address)
    for value in ("action", "form", "command", "invitation"):
        _check_value(getattr(event, value, ""))
    match event:
        case Wrote() | Commanded():
            return replace(event, text=clean_text(event.text))
        case Submitted():
            return replace(event, values=_clean_values(event.values))
        case Joined() | Added():
            return replace(event, name=clean_name(event.name))
    return event


def clean_text(text: object) -> str:
    """What somebody typed, without what cannot be kept. Raises Unclean where it is too long."""
    if not isinstance(text, str):
        raise Unclean(UNREADABLE)
    if len(text) > LONGEST_TEXT:
        raise Unclean(TOO_LONG)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNTYPED.sub("", text))


def clean_name(name: object) -> str:
    """A person's or a chat's name on one line. Raises Unclean where it is no text."""
    if not isinstance(name, str):
        raise Unclean(UNREADABLE)
    return _BLANKS.sub(" ", clean_text(name[: 2 * LONGEST_NAME])).strip()[:LONGEST_NAME]


def _clean_values(values: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(values, Mapping) or len(values) > MOST_FIELDS:
        raise Unclean(UNREADABLE)
    cleaned: dict[str, tuple[str, ...]] = {}
    for key, chosen in values.items():
        _check_value(key)
        if not isinstance(chosen, tuple) or len(chosen) > MOST_FIELDS:
            raise Unclean(UNREADABLE)
        cleaned[key] = tuple(map(clean_text, chosen))
    return cleaned


def check_address(address: object) -> None:
    """Raises Unclean where nobody can have such an address."""
    if not isinstance(address, Address):
        raise Unclean(UNREADABLE)
    for part in (address.adapter, address.workspace, address.user):
        _check_value(part, LONGEST_NAME)


def _check_value(value: object, longest: int = LONGEST_VALUE) -> None:
    if not isinstance(value, str) or len(value) > longest or _UNPRINTABLE.search(value):
        raise Unclean(UNREADABLE)
