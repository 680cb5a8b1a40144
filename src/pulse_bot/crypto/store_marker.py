"""The marker that lives in a key store, and what it says of whose store it is. Pure.

A store is a database's own when its marker has the fingerprint that the database knows. The marker
is random and lives in the store alone, so it goes where the keys go, and whoever holds the database
learns nothing of it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from pulse_bot.errors import KeyStoreError

_SECRET_BYTES: Final = 32
DATABASE_BYTES: Final = 16
"""Of the random number by which a marker names its database."""
_MARKER_BYTES: Final = 2 * _SECRET_BYTES + DATABASE_BYTES
_NO_SECRET: Final = bytes(_SECRET_BYTES)
_AUTHENTICATED: Final = b"\1"
"""Behind a marker: every open round has MACs. Markers of before end without it."""


@dataclass(frozen=True, slots=True)
class StoreMarker:
    """A marker. `previous` is the one that it took the place of, in case of a crash just then."""

    database: bytes
    secret: bytes = field(repr=False)
    previous: bytes = field(default=_NO_SECRET, repr=False)
    authenticated: bool = False
    """Once and for all, every round of this store has MACs. It stands here because whoever writes
    to the database could otherwise take away the MACs, and have new ones made of what they wrote.
    """

    @property
    def print(self) -> bytes:
        """What the database may know of it: 32 bytes."""
        return _fingerprint(self.secret)

    @property
    def previous_print(self) -> bytes:
        """The same of the one before."""
        return _fingerprint(self.previous)

    def to_bytes(self) -> bytes:
        """As it is kept in a store."""
        end = _AUTHENTICATED if self.authenticated else b""
        return self.secret + self.previous + self.database + end


class Ownership(Enum):
    """Whose a key store is, by its marker."""

    OWN = "own"
    HALF_RENEWED = "half renewed"
    """Its own: the marker was renewed, and the database does not know yet."""
    FREE = "free"
    """Neither the database nor the store belongs to anybody yet."""
    BLANK = "blank"
    """The database has another store; this one has no marker."""
    OUTDATED = "outdated"
    """It was this database's own: a copy that stayed behind, or one that was replaced."""
    FOREIGN = "foreign"
    """Another database's."""


def make_marker(database: bytes, before: StoreMarker | None = None) -> StoreMarker:
    """A new random marker, for a store whose marker was `before`."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    if before is None:
        return StoreMarker(database, secret)
    return StoreMarker(database, secret, before.secret, before.authenticated)


def parse_marker(kept: bytes | None) -> StoreMarker | None:
    """A marker as it was kept. Raises KeyStoreError for a damaged one."""
    if kept is None:
        return None
    end = kept[_MARKER_BYTES:]
    if len(kept) < _MARKER_BYTES or end not in (b"", _AUTHENTICATED):
        raise KeyStoreError(
            f"The marker of the key store is damaged: {len(kept)} bytes instead of "
            f"{_MARKER_BYTES}. Restore the disk if you can; otherwise run: pulse-bot keys adopt"
        )
    previous_end = 2 * _SECRET_BYTES
    return StoreMarker(
        database=kept[previous_end:_MARKER_BYTES],
        secret=kept[:_SECRET_BYTES],
        previous=kept[_SECRET_BYTES:previous_end],
        authenticated=bool(end),
    )


def judge_marker(marker: StoreMarker | None, database: bytes, known: bytes | None) -> Ownership:
    """Whose store a marker stands in. `known` is the fingerprint that the database has, if any."""
    if marker is None:
        return Ownership.FREE if known is None else Ownership.BLANK
    if marker.database != database:
        return Ownership.FOREIGN
    if known is None:
        # A crash between the marker and the database: nobody else can have begun with it.
        return Ownership.FREE
    if hmac.compare_digest(marker.print, known):
        return Ownership.OWN
    if marker.previous != _NO_SECRET and hmac.compare_digest(marker.previous_print, known):
        return Ownership.HALF_RENEWED
    return Ownership.OUTDATED


def fingerprint_installation_key(installation_key: bytes, database: bytes) -> bytes:
    """What the database may know of the key that seals its tallies: 32 bytes."""
    return hmac.digest(installation_key, b"pulse-bot installation key\0" + database, "sha256")


def _fingerprint(secret: bytes) -> bytes:
    return hmac.digest(secret, b"pulse-bot key store", "sha256")
