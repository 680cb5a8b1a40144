"""What stays after a round: the releases, and the lots of a block under way."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from pulse_bot.crypto.sealing import seal_tally, unseal_tally
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.same_question import text_identity, was_asked
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.earlier import ROUNDS_RECALLED
from pulse_bot.domain.release.kinds import carry_over
from pulse_bot.domain.release.printed_record import ROUNDS_READ, PrintedRound
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedFact,
    ReleasedQuestion,
    SentenceFact,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import ReleasedValue, Silence
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import Lot
from pulse_bot.errors import SealError
from pulse_bot.storage.models import ReleaseRow, RoundRow, TallyRow
from pulse_bot.storage.releases import (
    BLOCK_KIND,
    QUESTION_KIND,
    RECALLED_KINDS,
    keep_fact,
    read_fact,
)
from pulse_bot.storage.workshop_tables import SeedingRow

_log = logging.getLogger(__name__)


_NOTHING: Final = Lot(0, 0)
"""Kept of a round in which too few answered, so that it looks like any other without the key."""
_LONGEST_BLOCK: Final = timedelta(days=366)
"""A theme that is asked no more ends no block. So long a block's sums are kept for one."""


def keep_lots(
    session: Session, round_: Round, lots: Mapping[str, Lot | None], installation_key: bytes
) -> None:
    """Keep, sealed, the lot of each core question of a round, by item id. Of others nothing is."""
    for position, item in enumerate(round_.items):
        if item.core:
            lot = lots.get(item.id) or _NOTHING
            session.add(
                TallyRow(
                    round_id=round_.id,
                    position=position,
                    series=item.dimension,
                    bank=item.bank,
                    sealed=seal_tally(installation_key, _dump_lot(lot)),
                )
            )


def forget_lots(session: Session, round_: Round) -> None:
    """Delete what no block that is under way needs: of a round that closes, and those before it.

    What stays of a question is that it was asked, which the digest tells too.
    """
    session.flush()
    asked = {item.dimension: item.bank for item in round_.items if item.core}
    lengths = series_lengths(session, round_.partnership)
    kept = dict.fromkeys(lengths, 0)
    over = []
    for series, row in _list_kept(session, round_.partnership):
        theme, bank = series
        kept[series] += 1
        # Where another bank's core has taken over, this series is over.
        is_under_way = asked.get(theme, bank) == bank
        needed = lengths[series] % BLOCK_ROUNDS if is_under_way else 0
        is_old = row.closes_at < round_.closes_at - _LONGEST_BLOCK
        if is_old or (theme in asked and kept[series] > needed):
            over.append((row.round_id, row.position))
    if over:
        match = tuple_(TallyRow.round_id, TallyRow.position).in_(over)
        session.execute(update(TallyRow).where(match).values(sealed=None))


def has_old_lots(session: Session, now: datetime) -> bool:
    """Whether lots are kept of a block that nobody will end."""
    return session.scalar(_select_old(now).limit(1)) is not None


def forget_old_lots(session: Session, now: datetime) -> None:
    """Delete them, whether their partnership still has rounds or not."""
    old = TallyRow.round_id.in_(_select_old(now))
    session.execute(update(TallyRow).where(old).values(sealed=None))


def _select_old(now: datetime) -> Select[int]:
    return (
        select(TallyRow.round_id)
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(TallyRow.sealed.is_not(None), RoundRow.closes_at < now - _LONGEST_BLOCK)
    )


def _list_kept(
    session: Session, partnership_id: int
) -> Iterator[tuple[tuple[str, str], Row[int, int, str, str, datetime]]]:
    """Each lot that is kept, by (theme, bank) of its series, the newest first."""
    query = (
        select(
            TallyRow.round_id, TallyRow.position, TallyRow.series, TallyRow.bank, RoundRow.closes_at
        )
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(RoundRow.partnership_id == partnership_id, TallyRow.sealed.is_not(None))
        .order_by(RoundRow.number.desc())
    )
    yield from (((row.series, row.bank), row) for row in session.execute(query).all())


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


def says_level(session: Session, round_id: int) -> bool:
    """Whether a digest says anything of a theme's block, as the last one of a half-term does."""
    query = select(ReleaseRow.round_id).where(
        ReleaseRow.round_id == round_id, ReleaseRow.kind == BLOCK_KIND
    )
    return session.scalar(query.limit(1)) is not None


def _dump_lot(lot: Lot) -> bytes:
    return json.dumps(asdict(lot), separators=(",", ":")).encode()


def _load_lot(written: bytes) -> Lot | None:
    stored = json.loads(written)
    lot = Lot(int(stored["counted"]), int(stored["total"]))
    if not 0 <= lot.counted <= lot.total <= 5 * lot.counted:
        raise ValueError("No lot adds up to that.")
    return lot if lot.counted else None


def series_lengths(session: Session, partnership_id: int) -> dict[tuple[str, str], int]:
    """How many closed rounds asked a question of each series, by theme and bank."""
    query = (
        select(TallyRow.series, TallyRow.bank, func.count())
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(RoundRow.partnership_id == partnership_id, TallyRow.series != "")
        .group_by(TallyRow.series, TallyRow.bank)
    )
    return {(theme, bank): rounds for theme, bank, rounds in session.execute(query)}


def load_block(
    session: Session, partnership_id: int, item: Item, most: int, installation_key: bytes
) -> list[PastRound]:
    """The last rounds of an item's series of which something is kept, oldest first.

    What cannot be read is marked, and counts as too few answers.
    """
    query = (
        select(TallyRow.round_id, TallyRow.sealed)
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
        _open_lot(round_id, sealed, installation_key)
        for round_id, sealed in reversed(rows)
        if sealed is not None
    ]


def _open_lot(round_id: int, sealed: bytes, installation_key: bytes) -> PastRound:
    """A round of the past; unreadable where it does not open, or is not what was kept there."""
    try:
        return PastRound(_load_lot(unseal_tally(installation_key, sealed)))
    except (SealError, ValueError, KeyError, TypeError, AttributeError) as error:
        name = type(error).__name__
        _log.error("A tally of the past cannot be read: %s.", name, extra={"round": round_id})
        return PastRound(None, unreadable=True)


_ROUNDS_REMEMBERED: Final = 60
"""Rounds in which the last number of a question is looked for: more than a year of them."""


def load_printed(
    session: Session, partnership_id: int, items: Sequence[Item]
) -> dict[str, ReleasedValue]:
    """What was printed last of each of these questions, by item id; nothing of those without.

    A question is known again as the rotation knows it, so that another id makes it no new one.
    """
    newest = (
        select(RoundRow.id)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state == RoundStatus.CLOSED)
        .order_by(RoundRow.number.desc())
        .limit(_ROUNDS_REMEMBERED)
    )
    query = (
        select(ReleaseRow)
        .join(RoundRow, RoundRow.id == ReleaseRow.round_id)
        .where(ReleaseRow.round_id.in_(newest), ReleaseRow.kind == QUESTION_KIND)
        .order_by(RoundRow.number.desc(), ReleaseRow.position)
    )
    printed: dict[str, ReleasedValue] = {}
    for row in session.scalars(query):
        fact = _read_fact(row)
        if not isinstance(fact, ReleasedQuestion) or isinstance(fact.says, Silence | None):
            continue
        marks = {fact.item, text_identity(fact.text)}
        for item in items:
            if item.id in printed or not was_asked(item, marks):
                continue
            memory = carry_over(fact.says, fact.kind, item, reverse=fact.reverse)
            if memory is not None:
                printed[item.id] = memory
    return printed


def load_printed_rounds(session: Session, partnership_id: int) -> list[PrintedRound]:
    """What the newest digests said, oldest first, as far as later ones look at it.

    Of questions and blocks in so many rounds as a trend is computed from, and in the newest few
    what else a digest does not say twice. Those that are held are among them, and marked: what is
    said over time is replayed from all digests.
    """
    newest = (
        select(RoundRow.id)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state == RoundStatus.CLOSED)
        .order_by(RoundRow.number.desc())
        .limit(ROUNDS_READ - 1)
    )
    query = (
        select(
            RoundRow.number, RoundRow.held, ReleaseRow.round_id, ReleaseRow.kind, ReleaseRow.fields
        )
        .join(RoundRow, RoundRow.id == ReleaseRow.round_id)
        .where(
            or_(
                ReleaseRow.round_id.in_(newest) & ReleaseRow.kind.in_((QUESTION_KIND, BLOCK_KIND)),
                ReleaseRow.round_id.in_(newest.limit(ROUNDS_RECALLED))
                & ReleaseRow.kind.in_(RECALLED_KINDS),
            )
        )
        .order_by(RoundRow.number, ReleaseRow.position)
    )
    by_round: dict[tuple[int, bool], list[ReleasedFact]] = {}
    # Columns, and no rows that the session would watch: there are hundreds of them.
    for number, held, round_id, kind, fields in session.execute(query):
        by_round.setdefault((number, held), []).append(_read_kept(round_id, kind, fields))
    return [PrintedRound(number, tuple(facts), held) for (number, held), facts in by_round.items()]


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
    return _read_kept(row.round_id, row.kind, row.fields)


def _read_kept(round_id: int, kind: str, fields: Mapping[str, Any]) -> ReleasedFact:
    try:
        return read_fact(kind, fields)
    except (ValueError, TypeError, AttributeError):
        _log.error("A released fact cannot be read.", extra={"round": round_id})
        return SentenceFact(StatementKind.NOTE)
