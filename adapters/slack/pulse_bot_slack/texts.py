"""Text on its way to Slack and back: what Slack would take for markup, and what it makes of it."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r"<((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")
_MENTION: Final = re.compile(r"<([@#!])([^<>|]*)(?:\|([^<>]*))?>")
_PACKED: Final = (("%", "%25"), ("&", "%26"), ("<", "%3C"), (">", "%3E"))


def escape_markup(text: str) -> str:
    """Text where Slack reads markup: the three characters that begin some."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape_markup(text: str) -> str:
    """The reverse."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def restore_typed(text: str) -> str:
    """A message as its author typed it: Slack has made links and mentions of parts of it."""
    text = _LINK.sub(lambda match: match[2] or match[1].removeprefix("mailto:"), text)
    text = _MENTION.sub(lambda match: f"{match[1].replace('!', '@')}{match[3] or match[2]}", text)
    return unescape_markup(text)


def pack_value(value: str) -> str:
    """A value that comes back exactly: Slack escapes what it returns of a message's blocks."""
    for character, code in _PACKED:
        value = value.replace(character, code)
    return value


def unpack_value(value: str) -> str:
    """The reverse."""
    for character, code in reversed(_PACKED):
        value = value.replace(code, character)
    return value


def split_text(text: str, room: int) -> list[str]:
    """A text in pieces that fit, broken at a line's end or between words where there is one."""
    chunks = []
    while len(text) > room:
        cut = max(text.rfind("\n", 1, room), text.rfind(" ", room // 2, room)) + 1 or room
        chunks.append(text[:cut])
        text = text[cut:]
    return [*chunks, text]


def shorten_text(text: str, room: int) -> str:
    """The beginning of a text that is shown whole elsewhere."""
    return text if len(text) <= room else f"{text[: room - 1]}…"
