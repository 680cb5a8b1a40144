"""What stays after a round: sealed tallies and the releases, and nothing of any member."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.digest import Statement, StatementKind
from pulse_bot.domain.items import Kind
from pulse_bot.domain.rounds import State
from pulse_bot.domain.tallies import Moments, Tally
from pulse_bot.sealing import seal_tally, unseal_tally
from pulse_bot.storage.models import ReleaseRow, RoundRow, TallyRow


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was released."""

    round: int
    number: int
    closed_at: datetime
    statements: tuple[Statement, ...]


def keep(
    session: Session,
    round_id: int,
    tallies: Sequence[Tally],
    statements: Sequence[Statement],
    installation_key: bytes,
) -> None:
    """Keep the sealed tallies and the releases of a round, once."""
    for position, tally in enumerate(tallies):
        sealed = seal_tally(installation_key, _written(tally))
        session.add(TallyRow(round_id=round_id, position=position, sealed=sealed))
    for position, said in enumerate(statements):
        session.add(
            ReleaseRow(
                round_id=round_id,
                position=position,
                kind=said.kind.value,
                subject=said.subject,
                text=said.text,
            )
        )


def _written(tally: Tally) -> bytes:
    return json.dumps(asdict(tally), separators=(",", ":")).encode()


def _read(written: bytes) -> Tally:
    kept = json.loads(written)
    moments = {part: Moments(**values) for part, values in kept["moments"].items()}
    return Tally(**{**kept, "kind": Kind(kept["kind"]), "moments": moments})


def tallies(
    session: Session, rounds: Sequence[int], installation_key: bytes
) -> Mapping[int, Sequence[Tally]]:
    """The tallies of some closed rounds, by round, in the order of their questions.

    Raises SealError under another installation's key.
    """
    query = (
        select(TallyRow.round_id, TallyRow.sealed)
        .where(TallyRow.round_id.in_(rounds))
        .order_by(TallyRow.round_id, TallyRow.position)
    )
    found: dict[int, list[Tally]] = {}
    for round_id, sealed in session.execute(query):
        found.setdefault(round_id, []).append(_read(unseal_tally(installation_key, sealed)))
    return found


def digests(session: Session, partnership_id: int, most: int | None = None) -> list[Digest]:
    """The digests of a partnership, newest first."""
    rounds = (
        select(RoundRow.id, RoundRow.number, RoundRow.closes_at)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state == State.CLOSED)
        .order_by(RoundRow.number.desc())
        .limit(most)
    )
    found = session.execute(rounds).all()
    said: dict[int, list[Statement]] = {}
    releases = (
        select(ReleaseRow)
        .where(ReleaseRow.round_id.in_([row.id for row in found]))
        .order_by(ReleaseRow.round_id, ReleaseRow.position)
    )
    for row in session.scalars(releases):
        said.setdefault(row.round_id, []).append(
            Statement(StatementKind(row.kind), row.text, row.subject)
        )
    return [Digest(row.id, row.number, row.closes_at, tuple(said.get(row.id, ()))) for row in found]
