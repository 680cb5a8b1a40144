"""What the database knows of its keys: fingerprints that tell nothing, and where they were last.

One row. What is proven with it, and when, is the business of `proven_keys`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Final

from sqlalchemy import BigInteger, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pulse_bot.crypto.store_marker import DATABASE_BYTES
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.models import RoundRow, SecretRow, TallyRow

_ONLY_ROW: Final = 1
_SAMPLES: Final = 50
"""Of each kind of sealed thing, the newest: enough to know a key by."""


class KeyIdentityRow(TableBase):
    """Which keys belong to this database. Times in whole seconds, by the database's clock."""

    __tablename__ = "key_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    database: Mapped[bytes]
    """A random number by which a key store names this database: 16 bytes."""
    installation_print: Mapped[bytes | None]
    """Fingerprint of the installation key; None until one is known."""
    store_print: Mapped[bytes | None]
    """Fingerprint of the marker in the key store; None until there is one."""
    place: Mapped[str] = mapped_column(default="")
    """Where the key store was last, for people."""
    medium: Mapped[str] = mapped_column(default="")
    """The very folder or server, which a copy is not."""
    holder: Mapped[str] = mapped_column(default="")
    life: Mapped[str] = mapped_column(default="")
    """With `holder`: the memory in which it was, as `StoreSite` says."""
    since: Mapped[int] = mapped_column(BigInteger, default=0)
    """When a store became this database's own."""
    proven_at: Mapped[int] = mapped_column(BigInteger, default=0)
    """When a worker last began with it."""


NOBODY: Final = KeyIdentityRow(database=b"", place="", medium="", since=0)
"""A database that knows no keys yet; never stored."""


def find_identity(session: Session) -> KeyIdentityRow | None:
    """The row, to look at."""
    return session.get(KeyIdentityRow, _ONLY_ROW, populate_existing=True)


def lock_identity(session: Session) -> KeyIdentityRow:
    """The row, made where it is missing, and nobody else's until this transaction ends.

    The other runner is another worker that starts. Raises Conflict where it made the row first.
    """
    row = session.get(KeyIdentityRow, _ONLY_ROW, with_for_update=True, populate_existing=True)
    if row is None:
        row = KeyIdentityRow(id=_ONLY_ROW, database=secrets.token_bytes(DATABASE_BYTES))
        session.add(row)
        session.flush()
    return row


def read_clock(session: Session) -> int:
    """Now, by the one clock that all workers share."""
    if session.get_bind().dialect.name == "sqlite":
        return int(time.time())
    return int(session.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)


def list_unclosed_keys(session: Session) -> dict[int, bytes]:
    """The rounds that still have envelopes to keep, each with its public key."""
    unclosed = RoundRow.state.in_([RoundStatus.OPEN, RoundStatus.CLOSING])
    query = select(RoundRow.id, RoundRow.public_key).where(unclosed).order_by(RoundRow.id)
    return {row.id: row.public_key for row in session.execute(query)}


def sample_sealed(session: Session) -> Iterator[bytes]:
    """Some of what is sealed with the installation key, the newest tallies first."""
    kept = TallyRow.sealed.is_not(None)
    tallies = select(TallyRow.sealed).where(kept).order_by(TallyRow.round_id.desc())
    for query in (tallies, select(SecretRow.sealed)):
        yield from (sealed for sealed in session.scalars(query.limit(_SAMPLES)) if sealed)


def count_tallied_rounds(session: Session) -> int:
    """How many closed rounds have sums that are sealed with the installation key."""
    kept = TallyRow.sealed.is_not(None)
    return session.scalar(select(func.count(TallyRow.round_id.distinct())).where(kept)) or 0
