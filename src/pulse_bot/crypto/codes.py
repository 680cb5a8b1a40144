"""Codes that let somebody in: one links a group's chat, one invites members; and signed texts.

Derived from the installation's key and kept nowhere, so that a copy of the database lets nobody in.
What makes an old code worthless is the number that it was made with; who keeps the number, and
raises it, is `usecases.invite` and `usecases.groups`.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a code is for; its first letter."""

    LINK = "g"
    """Links one group's chat to a partnership, once."""
    JOIN = "j"
    """Members join a partnership by it, until it is replaced."""


_PROOF: Final = 12
"""Characters at the end of what is signed: it travels in a button, which holds few."""
_SECRET: Final = 20
"""Characters of five bits each: nobody guesses a hundred bits."""
_SHAPE: Final = re.compile(rf"([gj])([1-9][0-9]{{0,8}})-([a-z2-7]{{{_SECRET}}})", re.ASCII)


def code(installation_key: bytes, purpose: Purpose, partnership: int, number: int) -> str:
    """A code such as "j12-k3…": at most 48 characters of a-z, 0-9 and a hyphen."""
    # The first word keeps it apart from everything else that this key is used for.
    text = f"code\0{purpose}\0{partnership}\0{number}".encode()
    secret = b32encode(hmac.digest(installation_key, text, "sha256")).decode().lower()
    return f"{purpose}{partnership}-{secret[:_SECRET]}"


def partnership_of(purpose: Purpose, text: str) -> int | None:
    """The partnership that a code names, which proves nothing; None where it is no such code."""
    read = _SHAPE.fullmatch(text)
    return int(read[2]) if read is not None and read[1] == purpose else None


def fits(
    installation_key: bytes, purpose: Purpose, partnership: int, number: int, text: str
) -> bool:
    """Whether this is the code, compared in a time that tells nothing of it."""
    # Only ASCII can be compared so; nothing else has the shape.
    right = code(installation_key, purpose, partnership, number)
    return partnership_of(purpose, text) == partnership and hmac.compare_digest(right, text)


def sign(installation_key: bytes, text: str, context: str) -> str:
    """A text that comes back by way of a platform, with a proof that it was ours, and for whom.

    `context` says for whom or for what; it is not in the result, and is asked for again.
    """
    words = f"signed\0{context}\0{text}".encode(errors="surrogatepass")
    proof = b32encode(hmac.digest(installation_key, words, "sha256")).decode().lower()
    return f"{text}:{proof[:_PROOF]}"


def signed(installation_key: bytes, text: str, context: str) -> str | None:
    """What was signed; None for anything that was not, or not for this."""
    own, _, _ = text.rpartition(":")
    right = sign(installation_key, own, context)
    same = hmac.compare_digest(
        right.encode(errors="surrogatepass"), text.encode(errors="surrogatepass")
    )
    return own if same else None
