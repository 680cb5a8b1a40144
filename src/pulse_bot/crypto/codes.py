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


class CodePurpose(StrEnum):
    """What a code is for; its first letter."""

    LINK = "g"
    """Links one group's chat to a partnership, once."""
    JOIN = "j"
    """Members join a partnership by it, until it is replaced."""


_PROOF_LENGTH: Final = 12
"""Characters at the end of what is signed: it travels in a button, which holds few."""
_SECRET_LENGTH: Final = 20
"""Characters of five bits each: nobody guesses a hundred bits."""
_CODE_PATTERN: Final = re.compile(
    rf"([gj])([1-9][0-9]{{0,8}})-([a-z2-7]{{{_SECRET_LENGTH}}})", re.ASCII
)


def make_code(installation_key: bytes, purpose: CodePurpose, partnership: int, number: int) -> str:
    """A code such as "j12-k3…": at most 48 characters of a-z, 0-9 and a hyphen."""
    # The first word keeps it apart from everything else that this key is used for.
    text = f"code\0{purpose}\0{partnership}\0{number}".encode()
    secret = b32encode(hmac.digest(installation_key, text, "sha256")).decode().lower()
    return f"{purpose}{partnership}-{secret[:_SECRET_LENGTH]}"


def read_partnership(purpose: CodePurpose, text: str) -> int | None:
    """The partnership that a code names, which proves nothing; None where it is no such code."""
    parsed = _CODE_PATTERN.fullmatch(text)
    return int(parsed[2]) if parsed is not None and parsed[1] == purpose else None


def matches_code(
    installation_key: bytes, purpose: CodePurpose, partnership: int, number: int, text: str
) -> bool:
    """Whether this is the code, compared in a time that tells nothing of it."""
    # Only ASCII can be compared so; nothing else has the shape.
    expected = make_code(installation_key, purpose, partnership, number)
    return read_partnership(purpose, text) == partnership and hmac.compare_digest(expected, text)


def sign_text(installation_key: bytes, text: str, context: str) -> str:
    """A text that comes back by way of a platform, with a proof that it was ours, and for whom.

    `context` says for whom or for what; it is not in the result, and is asked for again.
    """
    words = f"signed\0{context}\0{text}".encode(errors="surrogatepass")
    proof = b32encode(hmac.digest(installation_key, words, "sha256")).decode().lower()
    return f"{text}:{proof[:_PROOF_LENGTH]}"


def verify_text(installation_key: bytes, text: str, context: str) -> str | None:
    """What was signed; None for anything that was not, or not for this."""
    content, _, _ = text.rpartition(":")
    expected = sign_text(installation_key, content, context)
    is_same = hmac.compare_digest(
        expected.encode(errors="surrogatepass"), text.encode(errors="surrogatepass")
    )
    return content if is_same else None
