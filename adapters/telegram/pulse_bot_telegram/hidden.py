"""What a message of ours remembers, hidden in the message itself.

A link on a character that nobody sees holds it behind its "#". So a half-filled form outlives a
restart, and nothing of it is ever in a file or a database of ours. Only the person's own chat has
it, and it goes from there as soon as the form is sent.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final

from telegram import Message
from telegram.constants import MessageEntityType

LONGEST: Final = 3000
"""Characters of such a link. Telegram names no limit; this one is kept in tests with its parser."""

_LONGEST_UNPACKED: Final = 100_000
_START: Final = "https://t.me/#"
_INVISIBLE: Final = "\u200b"


def hidden(state: object) -> str | None:
    """A state, of JSON's types, as HTML of one character; None where it is too long to hide."""
    packed = zlib.compress(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    link = _START + urlsafe_b64encode(packed).decode().rstrip("=")
    return f'<a href="{link}">{_INVISIBLE}</a>' if len(link) <= LONGEST else None


def found_in(message: Message) -> object:
    """The state hidden in a message, which must be one of the bot's own; None where there is none.

    Not to be called with what others wrote or forwarded: they can make such links, too.
    """
    for entity in message.entities:
        if entity.type == MessageEntityType.TEXT_LINK and (entity.url or "").startswith(_START):
            return _unpacked((entity.url or "").removeprefix(_START))
    return None


def _unpacked(link: str) -> object:
    try:
        packed = urlsafe_b64decode(link + "=" * (-len(link) % 4))
        state: object = json.loads(zlib.decompressobj().decompress(packed, _LONGEST_UNPACKED))
    except (NotBase64, zlib.error, ValueError):
        return None
    return state
