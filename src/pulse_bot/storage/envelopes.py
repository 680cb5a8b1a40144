"""Envelopes in the database: written by group commit, without the ORM, because every click waits.

The statements are texts, the same at each click, which the driver and the server keep prepared;
to build and compile them anew took more than half of a click's time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pulse_bot.crypto.sealing import Envelope
from pulse_bot.storage.models import EnvelopeRow

_PAUSES: Final = (0.005, 0.01, 0.02, 0.04, 0.08)
"""Seconds between looks at a round that somebody else holds."""

# The other runner is the closing of the round: it waits for this statement, or this sees it. What
# somebody holds is skipped, or one closing that hangs would keep everybody's clicks waiting. The
# rows go in as they are listed, in the order of tags: it hides who came first, and two workers
# cannot deadlock.
_STORE_ON_POSTGRES: Final = """
WITH taking AS MATERIALIZED (
  SELECT id FROM round WHERE id = ANY(%(wanted)s::int[]) AND state = 'open'
  FOR SHARE SKIP LOCKED
), stored AS (
  INSERT INTO envelope (round_id, tag, ciphertext)
  SELECT round_id, tag, ciphertext
  FROM unnest(%(rounds)s::int[], %(tags)b::bytea[], %(ciphertexts)b::bytea[])
    WITH ORDINALITY AS sealed (round_id, tag, ciphertext, position)
  WHERE round_id IN (SELECT id FROM taking)
  ORDER BY position
  ON CONFLICT (round_id, tag) DO UPDATE SET ciphertext = excluded.ciphertext
)
SELECT id FROM taking
"""
_OPEN_ON_POSTGRES: Final = (
    "SELECT id FROM round WHERE id = ANY(%(wanted)s::int[]) AND state = 'open'"
)
_OPEN_ON_SQLITE: Final = (
    "SELECT id FROM round WHERE state = 'open' AND id IN (SELECT value FROM json_each(?))"
)
_UPSERT_ON_SQLITE: Final = (
    "INSERT INTO envelope (round_id, tag, ciphertext) VALUES (?, ?, ?) "
    "ON CONFLICT (round_id, tag) DO UPDATE SET ciphertext = excluded.ciphertext"
)

_Rows = Mapping[tuple[int, bytes], bytes]
"""Ciphertexts by round and tag."""


def write_envelopes(connection: Connection, envelopes: Sequence[Envelope]) -> list[bool | None]:
    """Store envelopes in one transaction, the last one winning where tags are equal.

    `connection` is one of the clicks' own. Returns for each whether its round took it: False when
    the round is no longer open, None while somebody holds it, which is nearly always its closing.
    What was held at first is stored a moment later than the rest.
    """
    rows = {(sealed.round, sealed.tag): sealed.ciphertext for sealed in envelopes}
    wanted = {round_id for round_id, _ in rows}
    if connection.dialect.name == "sqlite":
        taking, held = _store_on_sqlite(connection, wanted, rows), set[int]()
    else:
        taking, held = _store_or_wait(connection, wanted, rows)
    return [None if sealed.round in held else sealed.round in taking for sealed in envelopes]


def _store_or_wait(
    connection: Connection, wanted: set[int], rows: _Rows
) -> tuple[set[int], set[int]]:
    """Which rounds took their rows, and which are held by somebody still."""
    taking = _store_on_postgres(connection, wanted, rows)
    held = _list_held(connection, wanted - taking)
    for pause in _PAUSES if held else ():
        time.sleep(pause)
        taking |= _store_on_postgres(connection, held, rows)
        held = _list_held(connection, held - taking)
    return taking, held


def _store_on_postgres(connection: Connection, wanted: Collection[int], rows: _Rows) -> set[int]:
    ordered = sorted(key for key in rows if key[0] in wanted)
    if not wanted:
        return set()
    values = {
        "wanted": list(wanted),
        "rounds": [round_id for round_id, _ in ordered],
        "tags": [tag for _, tag in ordered],
        "ciphertexts": [rows[key] for key in ordered],
    }
    return set(connection.exec_driver_sql(_STORE_ON_POSTGRES, values).scalars())


def _list_held(connection: Connection, among: Collection[int]) -> set[int]:
    """Those of some rounds that took nothing, and are open all the same."""
    if not among:
        return set()
    return set(connection.exec_driver_sql(_OPEN_ON_POSTGRES, {"wanted": list(among)}).scalars())


def _store_on_sqlite(connection: Connection, wanted: Collection[int], rows: _Rows) -> set[int]:
    # SQLite has one writer: who holds this transaction is alone.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        found = connection.exec_driver_sql(_OPEN_ON_SQLITE, (json.dumps(list(wanted)),))
        taking = set(found.scalars())
        # In the order of tags, which hides who came first.
        taken = [(*key, rows[key]) for key in sorted(rows) if key[0] in taking]
        if taken:
            connection.exec_driver_sql(_UPSERT_ON_SQLITE, taken)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        # A full disk has ended it already.
        with suppress(OperationalError):
            connection.exec_driver_sql("ROLLBACK")
        raise
    return taking


def load_envelopes(session: Session, round_id: int) -> list[Envelope]:
    """Every envelope of a round."""
    query = select(EnvelopeRow.tag, EnvelopeRow.ciphertext).where(EnvelopeRow.round_id == round_id)
    return [Envelope(round_id, tag, ciphertext) for tag, ciphertext in session.execute(query)]


def load_tags(session: Session, round_id: int) -> frozenset[bytes]:
    """The tags of a round: what has been answered, without by whom."""
    query = select(EnvelopeRow.tag).where(EnvelopeRow.round_id == round_id)
    return frozenset(session.scalars(query))
