"""What a round froze at its opening, authenticated under its tag key. Pure.

Whoever writes to the database could otherwise change a question, a bar or a seat of an open round,
and read in its digest what was never promised. The tag key lives in the key store alone, so nobody
else makes these codes (MACs). Each part has one of its own: a deadline that is intact still counts
where a question was changed, and the log says which of them it was.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

MAC_BYTES: Final = 32
_EDITION: Final = b"1\0"
"""Of what is said below, and in which form: it changes with either of them."""


class FrozenPart(StrEnum):
    """What may have been changed since the opening, in the words of a log."""

    KEY = "public key"
    TIMES = "times"
    QUESTIONS = "questions"
    BARS = "bars"
    SEATS = "seats"


_WITH_MAC: Final = (FrozenPart.TIMES, FrozenPart.QUESTIONS, FrozenPart.BARS)
"""In the order in which their MACs stand. The key proves itself, and each seat has its own."""


def make_round_mac(tag_key: bytes, parts: Mapping[FrozenPart, object]) -> bytes:
    """The MACs of a round's parts, one behind the other. A part is what JSON can hold."""
    return b"".join(_make_part_mac(tag_key, part, parts[part]) for part in _WITH_MAC)


def list_changed(
    tag_key: bytes, parts: Mapping[FrozenPart, object], mac: bytes | None
) -> list[FrozenPart]:
    """Those of some parts that are not what the MACs were made for: all where there are none."""
    kept = mac if mac is not None and len(mac) == MAC_BYTES * len(_WITH_MAC) else b""
    changed = []
    for place, part in enumerate(_WITH_MAC):
        own = kept[MAC_BYTES * place : MAC_BYTES * (place + 1)]
        if part in parts and not _is_same(own, _make_part_mac(tag_key, part, parts[part])):
            changed.append(part)
    return changed


def make_seat_mac(tag_key: bytes, round_id: int, member: int, organisation: int) -> bytes:
    """That a member has a seat in a round, for an organisation."""
    seat = f"{round_id}\0{member}\0{organisation}"
    return hmac.digest(tag_key, b"seat\0" + _EDITION + seat.encode(), "sha256")


def is_seat_authentic(
    tag_key: bytes, round_id: int, member: int, organisation: int, mac: object
) -> bool:
    """Whether a seat was made at the opening. `mac` is whatever stands in the database."""
    return _is_same(mac, make_seat_mac(tag_key, round_id, member, organisation))


def _make_part_mac(tag_key: bytes, part: FrozenPart, value: object) -> bytes:
    # One way to write each value, whatever the order of keys that a database gives back.
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    head = b"frozen\0" + _EDITION + part.value.encode() + b"\0"
    return hmac.digest(tag_key, head + text.encode(), "sha256")


def _is_same(kept: object, own: bytes) -> bool:
    return isinstance(kept, bytes) and hmac.compare_digest(kept, own)
