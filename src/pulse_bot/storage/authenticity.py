"""Rounds and seats held against what was frozen at their opening; how, is in `crypto.authenticity`.

Nothing here mends anything: a round that was changed takes no answer, and closes without a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from pulse_bot.crypto.authenticity import (
    FrozenPart,
    is_seat_authentic,
    list_changed,
    make_round_mac,
    make_seat_mac,
)
from pulse_bot.crypto.sealing import derive_public_key
from pulse_bot.domain.asking.rounds import Round, RoundStatus, Seat
from pulse_bot.errors import ForgedRound
from pulse_bot.ports import RoundKeys
from pulse_bot.storage.models import RoundRow, SeatRow
from pulse_bot.storage.rounds import round_from_row, salvage_round

_ENDED: Final = (RoundStatus.CLOSED, RoundStatus.LOST)


def authenticate_round(row: RoundRow, seats: Iterable[SeatRow], keys: RoundKeys) -> None:
    """Make the MACs of a round that opens, in the transaction that opens it."""
    row.mac = make_round_mac(keys.tag_key, {**_list_facts(row), FrozenPart.TIMES: _list_times(row)})
    for seat in seats:
        seat.mac = make_seat_mac(keys.tag_key, seat.round_id, seat.member_id, seat.organisation_id)


def authenticate_earlier(session: Session, round_id: int, keys: RoundKeys) -> None:
    """The same for a round that was opened before there were MACs. Raises nothing for any other."""
    row = session.get(RoundRow, round_id)
    if row is not None and row.mac is None:
        row.closes_by = row.closes_at
        authenticate_round(row, _list_seats(session, round_id), keys)


def load_checked(session: Session, round_id: int, keys: RoundKeys) -> Round | None:
    """A round as it was frozen, with its present state. Raises ForgedRound, and UnreadableItem.

    Its seats are not looked at.
    """
    row = session.get(RoundRow, round_id, populate_existing=True)
    if row is None:
        return None
    refuse_changed(row.id, _find_changed(row, keys))
    return round_from_row(row)


class ClosingRound(NamedTuple):
    """A round that closes, held against its opening: all its facts, and all its seats."""

    round: Round
    is_whole: bool
    """Every question can be read."""
    roster: list[Seat]


def load_closing(session: Session, round_id: int, keys: RoundKeys) -> ClosingRound:
    """A round that closes, and who has a seat in it. Raises ForgedRound.

    A seat that was put in by hand counts for nothing. One that is missing makes the round a forged
    one: nobody's seat is taken away while a round is open, and whoever could do so would choose
    out of whose answers the result is made.
    """
    row = session.get_one(RoundRow, round_id, populate_existing=True)
    roster = load_roster(session, round_id, keys)
    changed = _find_changed(row, keys)
    if len(roster) < row.roster_size:
        changed.append(FrozenPart.SEATS)
    refuse_changed(round_id, changed)
    round_, is_whole = salvage_round(row)
    return ClosingRound(round_, is_whole, roster)


def load_roster(session: Session, round_id: int, keys: RoundKeys) -> list[Seat]:
    """Who got a seat at the opening of a round that is not closed."""
    return [
        Seat(seat.member_id, seat.organisation_id)
        for seat in _list_seats(session, round_id)
        if _is_authentic(seat, keys)
    ]


def list_all_changes(session: Session, round_id: int, keys: RoundKeys) -> list[FrozenPart]:
    """Everything of a round and its seats that is not as it was at the opening.

    The other runner is a worker that closes it, and takes its seats away: it waits for this.
    """
    no_key = {"key_share": True}
    row = session.get(RoundRow, round_id, populate_existing=True, with_for_update=no_key)
    if row is None or row.state in _ENDED:
        return []
    seats = _list_seats(session, round_id)
    whole = len(seats) == row.roster_size and all(_is_authentic(seat, keys) for seat in seats)
    return _find_changed(row, keys) + ([] if whole else [FrozenPart.SEATS])


class UnclosedRound(NamedTuple):
    """A round that is not closed, as far as it is looked at with every tick."""

    row: RoundRow
    """When it is open, its public key, its roster's size and its MACs, and nothing else."""
    seats: int
    """How many there are."""


def list_unclosed(session: Session) -> list[UnclosedRound]:
    """The rounds that are not closed, in one query however many there are."""
    columns = load_only(
        RoundRow.partnership_id,
        RoundRow.number,
        RoundRow.opens_at,
        RoundRow.closes_at,
        RoundRow.closes_by,
        RoundRow.public_key,
        RoundRow.roster_size,
        RoundRow.mac,
    )
    # In one statement: a round that closes at this moment has its seats, or is not in the list.
    seats = select(func.count()).where(SeatRow.round_id == RoundRow.id).scalar_subquery()
    query = select(RoundRow, seats).where(RoundRow.state.not_in(_ENDED)).options(columns)
    return [UnclosedRound(*found) for found in session.execute(query.order_by(RoundRow.id))]


def find_obvious_changes(unclosed: UnclosedRound, keys: RoundKeys) -> list[FrozenPart]:
    """What can be seen without its questions: key, times, and how many seats there are."""
    changed = _find_changed_times(unclosed.row, keys)
    return changed + [FrozenPart.SEATS] * (unclosed.seats != unclosed.row.roster_size)


def _find_changed_times(row: RoundRow, keys: RoundKeys) -> list[FrozenPart]:
    changed = list_changed(keys.tag_key, {FrozenPart.TIMES: _list_times(row)}, row.mac)
    closes_at: datetime | None = row.closes_at
    # A closing may be brought forward, and never be put off.
    is_late = closes_at is None or row.closes_by is None or closes_at > row.closes_by
    if is_late and not changed:
        changed.append(FrozenPart.TIMES)
    if derive_public_key(keys) != row.public_key:
        changed.insert(0, FrozenPart.KEY)
    return changed


def refuse_changed(round_id: int, changed: Iterable[FrozenPart]) -> None:
    """Raise ForgedRound where anything was changed."""
    if words := tuple(part.value for part in changed):
        raise ForgedRound(round_id, words)


def _find_changed(row: RoundRow, keys: RoundKeys) -> list[FrozenPart]:
    return _find_changed_times(row, keys) + list_changed(keys.tag_key, _list_facts(row), row.mac)


def _is_authentic(seat: SeatRow, keys: RoundKeys) -> bool:
    return is_seat_authentic(
        keys.tag_key, seat.round_id, seat.member_id, seat.organisation_id, seat.mac
    )


def _list_seats(session: Session, round_id: int) -> list[SeatRow]:
    query = select(SeatRow).where(SeatRow.round_id == round_id).order_by(SeatRow.member_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _list_facts(row: RoundRow) -> Mapping[FrozenPart, object]:
    return {
        FrozenPart.QUESTIONS: [*_name_round(row), row.items, row.again],
        FrozenPart.BARS: [
            *_name_round(row),
            row.thresholds,
            row.policy_version,
            row.roster_size,
            row.newcomers,
        ],
    }


def _list_times(row: RoundRow) -> list[object]:
    return [*_name_round(row), _write_moment(row.opens_at), _write_moment(row.closes_by)]


def _name_round(row: RoundRow) -> tuple[int, int, int]:
    # Each part says whose it is: a digest is posted in the chats of its partnership.
    return row.id, row.partnership_id, row.number


def _write_moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
