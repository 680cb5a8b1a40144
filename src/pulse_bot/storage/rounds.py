"""Rounds, their rosters and invitations. Changes that two runners can race for are guarded."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, delete, func, select, update
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import ALLOWED_MOVES, Round, RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.asking.workshop import ArrangementKind
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.ports import Address
from pulse_bot.storage.frozen import thaw_item, thaw_readable
from pulse_bot.storage.models import (
    EnvelopeRow,
    MemberRow,
    OutboxRow,
    RemindedRow,
    RoundRow,
    SeatRow,
)
from pulse_bot.storage.workshop_tables import SeedingRow


def move_round(session: Session, round_id: int, to: RoundStatus) -> bool:
    """Compare-and-set of a round's state: False where another runner was first.

    The other runner is a second worker, or an operator at the command line.
    """
    # A state that nobody knows keeps no round from its end.
    refused = [state for state, next_states in ALLOWED_MOVES.items() if to not in next_states]
    change = update(RoundRow).where(RoundRow.id == round_id, RoundRow.state.not_in(refused))
    return execute_update(session, change.values(state=to)) == 1


def bring_closing_forward(session: Session, round_id: int, now: datetime) -> None:
    """Note when a round's closing began, where that is sooner, or its time cannot be read."""
    row = session.get_one(RoundRow, round_id, populate_existing=True)
    closes_at: datetime | None = row.closes_at
    row.closes_at = now if closes_at is None else min(closes_at, now)


def execute_update(session: Session, change: Any) -> int:
    """Carry out an update, and say how many rows it found as it expected them."""
    return int(session.connection().execute(change).rowcount)


def load_round(session: Session, round_id: int) -> Round | None:
    """A round as it was frozen, with its present state. Raises UnreadableItem."""
    row = session.get(RoundRow, round_id, populate_existing=True)
    return None if row is None else round_from_row(row)


def round_from_row(row: RoundRow) -> Round:
    """The domain's round of a row. Raises UnreadableItem.

    No question is left out: an answer says by its place which question it is to.
    """
    return _build_round(row, tuple(thaw_item(item) for item in row.items))


def salvage_round(row: RoundRow) -> tuple[Round, bool]:
    """A round with the questions that can be read, for its closing, and whether these are all.

    Answers are found by a question's id, so that those to the others are where they were.
    """
    items = tuple(thaw_readable(row.items))
    return _build_round(row, items), len(items) == len(row.items) > 0


def _build_round(row: RoundRow, items: tuple[Item, ...]) -> Round:
    return Round(
        id=row.id,
        partnership=row.partnership_id,
        number=row.number,
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        roster_size=row.roster_size,
        thresholds=Thresholds.from_json(row.thresholds, row.policy_version),
        items=items,
        newcomers=row.newcomers,
        policy_version=row.policy_version,
        again=row.again,
    )


def find_owner(session: Session, round_id: int) -> int:
    """Whose round it is; 0 where there is none of this id."""
    return session.scalar(select(RoundRow.partnership_id).where(RoundRow.id == round_id)) or 0


def name_round(session: Session, round_id: int) -> str:
    """A round as people know it, and as the log does, which counts all partnerships' together."""
    number = session.scalar(select(RoundRow.number).where(RoundRow.id == round_id))
    return f"round {number or '?'} ({round_id} in the log)"


def latest_round(session: Session, partnership_id: int) -> RoundRow | None:
    """The newest round of a partnership."""
    return session.scalar(_select_rounds(partnership_id).order_by(RoundRow.number.desc()).limit(1))


def find_by_number(session: Session, partnership_id: int, number: int) -> RoundRow | None:
    """A round of a partnership by its number."""
    return session.scalar(_select_rounds(partnership_id).where(RoundRow.number == number))


def find_ended(session: Session, among: Iterable[int]) -> frozenset[int]:
    """Those of some rounds that are closed or lost, whose keys must not exist."""
    query = select(RoundRow.id).where(
        RoundRow.id.in_(among), RoundRow.state.in_([RoundStatus.CLOSED, RoundStatus.LOST])
    )
    return frozenset(session.scalars(query))


def list_unforgotten(session: Session) -> frozenset[int]:
    """Rounds that are over, and whose keys may still exist."""
    query = select(RoundRow.id).where(
        RoundRow.state.in_([RoundStatus.CLOSED, RoundStatus.LOST]), RoundRow.forgotten.is_(False)
    )
    return frozenset(session.scalars(query))


def mark_forgotten(session: Session, among: Iterable[int]) -> None:
    """Note that the keys of some rounds are destroyed."""
    session.execute(update(RoundRow).where(RoundRow.id.in_(among)).values(forgotten=True))


def count_pulse_rounds(session: Session, partnership_id: int) -> int:
    """How many rounds of the weekly pulse a partnership has had, those that were lost not counted.

    Nor are those that asked for a workshop alone: no series goes on in them, and no block.
    """
    alone = select(SeedingRow.round_id).where(
        SeedingRow.partnership_id == partnership_id,
        SeedingRow.round_id.is_not(None),
        SeedingRow.arranged != ArrangementKind.MERGED,
    )
    query = select(func.count()).where(
        RoundRow.partnership_id == partnership_id,
        RoundRow.state != RoundStatus.LOST,
        RoundRow.id.not_in(alone),
    )
    return session.scalar(query) or 0


def _select_rounds(partnership_id: int) -> Select[RoundRow]:
    return select(RoundRow).where(RoundRow.partnership_id == partnership_id)


class SeatedMember(NamedTuple):
    """Who lives at an address, and whether they have a seat in the round that was asked for."""

    member: int
    partnership: int
    time_zone: str
    language: str
    has_seat: bool
    organisation: int
    """That the seat is for; 0 where there is none."""
    mac: bytes | None
    """The seat's, as it stands there; None where there is none."""
    round_state: str | None
    """Of the round that was asked for, as it stands there; None where it is another's."""

    @property
    def is_round_open(self) -> bool:
        """Whether it stands there as open; its time may be over."""
        return self.round_state == RoundStatus.OPEN.value


def find_seated(
    connection: Connection, lookups: Collection[tuple[Address, int]]
) -> dict[tuple[Address, int], SeatedMember]:
    """Who lives at some addresses, each with a round; nobody where the member has left.

    One statement whose text is always the same, because every click waits for it.
    """
    asked = [(at.adapter, at.workspace, at.user, round_id) for at, round_id in lookups]
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(_SEATED_ON_SQLITE, (json.dumps(asked),))
    else:
        names = ("adapters", "workspaces", "users", "rounds")
        values = {name: [row[n] for row in asked] for n, name in enumerate(names)}
        found = connection.exec_driver_sql(_SEATED_ON_POSTGRES, values)
    return {
        (Address(adapter, workspace, user), round_id): SeatedMember(
            member, partnership, time_zone, language, bool(has_seat), organisation or 0, mac, state
        )
        for (
            adapter,
            workspace,
            user,
            round_id,
            member,
            partnership,
            time_zone,
            language,
            has_seat,
            organisation,
            mac,
            state,
        ) in found
    }


_SEATED: Final = """
SELECT wanted.adapter, wanted.workspace, wanted.account, wanted.round_id,
  member.id, member.partnership_id,
  coalesce(member.time_zone, partnership.time_zone),
  coalesce(member.language, partnership.language),
  seat.round_id IS NOT NULL, seat.organisation_id, seat.mac, round.state
FROM {wanted}
CROSS JOIN member
JOIN partnership ON partnership.id = member.partnership_id
LEFT JOIN seat ON seat.round_id = wanted.round_id AND seat.member_id = member.id
LEFT JOIN round ON round.id = wanted.round_id AND round.partnership_id = member.partnership_id
WHERE member.adapter = wanted.adapter AND member.workspace = wanted.workspace
  AND member."user" = wanted.account AND member.standing <> 'left'
"""
_SEATED_ON_POSTGRES: Final = _SEATED.format(
    wanted="""unnest(%(adapters)s::text[], %(workspaces)s::text[], %(users)s::text[],
  %(rounds)s::int[]) AS wanted (adapter, workspace, account, round_id)"""
)
_SEATED_ON_SQLITE: Final = _SEATED.format(
    # SQLite keeps to the order of a CROSS JOIN: first who is wanted, then their rows by index.
    wanted="""(SELECT json_extract(value, '$[0]') AS adapter,
  json_extract(value, '$[1]') AS workspace, json_extract(value, '$[2]') AS account,
  json_extract(value, '$[3]') AS round_id FROM json_each(?)) AS wanted"""
)


def find_open_round(session: Session, member_id: int) -> int | None:
    """The id of the open round on whose roster a member is."""
    query = (
        select(RoundRow.id)
        .join(SeatRow, SeatRow.round_id == RoundRow.id)
        .where(SeatRow.member_id == member_id, RoundRow.state == RoundStatus.OPEN)
        .order_by(RoundRow.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_reachable(
    session: Session, round_id: int, adapter: str, workspace: str
) -> list[tuple[MemberRow, Address]]:
    """Everybody on a roster who had their card and can be reached in one workspace, and where."""
    query = (
        select(MemberRow)
        .join(OutboxRow, OutboxRow.member_id == MemberRow.id)
        .where(
            OutboxRow.round_id == round_id,
            OutboxRow.kind == OutgoingKind.CARD,
            # A card that waits, for its hour or for the platform, needs no reminder of it.
            OutboxRow.state != OutgoingState.WAITING,
            MemberRow.standing == Standing.ACTIVE,
            MemberRow.adapter == adapter,
            MemberRow.workspace == workspace,
        )
    )
    return [
        (member, Address(member.adapter, member.workspace, member.user))
        for member in session.scalars(query)
    ]


OF_MEMBERS: Final = (OutgoingKind.CARD, OutgoingKind.REMINDER, OutgoingKind.COUNT)
"""What leaves for a round only while it is open."""


def erase_members(session: Session, round_id: int) -> None:
    """Delete what a round holds of its members: envelopes, seats, cards and reminders."""
    for table in (EnvelopeRow, SeatRow, RemindedRow):
        session.execute(delete(table).where(table.round_id == round_id))
    waiting = delete(OutboxRow).where(OutboxRow.round_id == round_id)
    session.execute(waiting.where(OutboxRow.kind.in_(OF_MEMBERS)))
