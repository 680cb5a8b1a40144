"""What stays after a round: sealed tallies and the releases, and nothing of any member."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pulse_bot.crypto.sealing import seal_tally, unseal_tally
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedFact,
    SentenceFact,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import Moments, Tally
from pulse_bot.errors import SealError
from pulse_bot.storage.models import ReleaseRow, RoundRow, TallyRow
from pulse_bot.storage.releases import keep_fact, read_fact
from pulse_bot.storage.workshop_tables import SeedingRow

_log = logging.getLogger(__name__)


def keep_tallies(
    session: Session, round_: Round, tallies: Sequence[Tally], installation_key: bytes
) -> None:
    """Keep the sealed tallies of a round, once."""
    for position, (item, tally) in enumerate(zip(round_.items, tallies, strict=True)):
        session.add(
            TallyRow(
                round_id=round_.id,
                position=position,
                series=item.dimension if item.core else "",
                bank=item.bank if item.core else "",
                sealed=seal_tally(installation_key, _dump_tally(tally)),
            )
        )


def keep_releases(session: Session, round_id: int, statements: Iterable[Statement]) -> None:
    """Keep what was said of a round, once and for ever."""
    for position, statement in enumerate(statements):
        kind, fields = keep_fact(statement.fact)
        session.add(
            ReleaseRow(
                round_id=round_id,
                position=position,
                text=statement.text,
                result=statement.result,
                kind=kind,
                fields=fields,
            )
        )


def has_releases(session: Session, round_id: int) -> bool:
    """Whether anything was said of a round: then nothing else is ever said of it."""
    query = select(ReleaseRow.round_id).where(ReleaseRow.round_id == round_id).limit(1)
    return session.scalar(query) is not None


def _dump_tally(tally: Tally) -> bytes:
    return json.dumps(asdict(tally), separators=(",", ":")).encode()


def _load_tally(written: bytes) -> Tally:
    stored = json.loads(written)
    moments = {part: Moments(**values) for part, values in stored["moments"].items()}
    return Tally(**{**stored, "kind": ItemKind(stored["kind"]), "moments": moments})


def series_lengths(session: Session, partnership_id: int) -> dict[tuple[str, str], int]:
    """How many closed rounds asked a question of each series, by theme and bank."""
    query = (
        select(TallyRow.series, TallyRow.bank, func.count())
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(RoundRow.partnership_id == partnership_id, TallyRow.series != "")
        .group_by(TallyRow.series, TallyRow.bank)
    )
    return {(theme, bank): rounds for theme, bank, rounds in session.execute(query)}


def load_series_end(
    session: Session, partnership_id: int, item: Item, most: int, installation_key: bytes
) -> list[PastRound]:
    """The last rounds of an item's series, oldest first. No other question of theirs is opened.

    A tally that cannot be read is one of too few answers, and is marked: the rounds beside it are
    where they were.
    """
    query = (
        select(
            TallyRow.round_id,
            TallyRow.sealed,
            RoundRow.thresholds,
            RoundRow.policy_version,
            RoundRow.roster_size,
        )
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(
            RoundRow.partnership_id == partnership_id,
            TallyRow.series == item.dimension,
            TallyRow.bank == item.bank,
        )
        .order_by(RoundRow.number.desc())
        .limit(most)
    )
    rows = session.execute(query).all()
    return [
        _past_round(_open_tally(round_id, sealed, installation_key), *row)
        for round_id, sealed, *row in reversed(rows)
    ]


def _past_round(
    tally: Tally | None, stored: Mapping[str, object], version: int, roster_size: int
) -> PastRound:
    thresholds = Thresholds.from_json(stored, version)
    if tally is None:
        nothing = Tally("", ItemKind.AGREE, n=0, organisations=0)
        return PastRound(nothing, thresholds, unreadable=True)
    return PastRound(tally, thresholds, small_roster=roster_size < thresholds.roster)


def _open_tally(round_id: int, sealed: bytes, installation_key: bytes) -> Tally | None:
    """A tally of the past; None where it does not open, or is not what was kept there."""
    try:
        return _load_tally(unseal_tally(installation_key, sealed))
    except (SealError, ValueError, KeyError, TypeError, AttributeError) as error:
        name = type(error).__name__
        _log.error("A tally of the past cannot be read: %s.", name, extra={"round": round_id})
        return None


def load_tallies(
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
    by_round: dict[int, list[Tally]] = {}
    for round_id, sealed in session.execute(query):
        by_round.setdefault(round_id, []).append(
            _load_tally(unseal_tally(installation_key, sealed))
        )
    return by_round


def list_digests(session: Session, partnership_id: int, most: int | None = None) -> list[Digest]:
    """The digests of a partnership, newest first."""
    return _load_digests(
        session, _select_closed(partnership_id).order_by(RoundRow.number.desc()).limit(most)
    )


def load_digest(session: Session, partnership_id: int, number: int) -> Digest:
    """The digest of one round. Raises LookupError where there is none."""
    matches = _load_digests(
        session, _select_closed(partnership_id).where(RoundRow.number == number)
    )
    if not matches:
        raise LookupError(f"Round {number} has no digest.")
    return matches[0]


def _select_closed(partnership_id: int) -> Select[int, int, datetime, int, str | None]:
    # What is held is nobody's to read before it is opened together.
    return (
        select(
            RoundRow.id,
            RoundRow.number,
            RoundRow.closes_at,
            RoundRow.policy_version,
            SeedingRow.title,
        )
        .outerjoin(SeedingRow, SeedingRow.round_id == RoundRow.id)
        .where(RoundRow.partnership_id == partnership_id)
        .where(RoundRow.state == RoundStatus.CLOSED, RoundRow.held.is_(False))
    )


def _load_digests(
    session: Session, rounds: Select[int, int, datetime, int, str | None]
) -> list[Digest]:
    closed_rounds = session.execute(rounds).all()
    statements: dict[int, list[Statement]] = {}
    releases = (
        select(ReleaseRow)
        .where(ReleaseRow.round_id.in_([row.id for row in closed_rounds]))
        .order_by(ReleaseRow.round_id, ReleaseRow.position)
    )
    for row in session.scalars(releases):
        statements.setdefault(row.round_id, []).append(
            Statement(_read_fact(row), row.text, row.result)
        )
    return [
        Digest(
            row.number,
            row.closes_at,
            tuple(statements.get(row.id, ())),
            row.title or "",
            row.policy_version,
        )
        for row in closed_rounds
    ]


def _read_fact(row: ReleaseRow) -> ReleasedFact:
    """The fact of a statement; where it cannot be read, that it was said in these words."""
    try:
        return read_fact(row.kind, row.fields)
    except (ValueError, TypeError, AttributeError):
        _log.error("A released fact cannot be read.", extra={"round": row.round_id})
        return SentenceFact(StatementKind.NOTE)
