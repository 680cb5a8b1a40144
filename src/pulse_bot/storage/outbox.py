"""The outbox: everything that leaves, from when it is due until it arrived or is no news any more.

One sender in the whole cluster works off the entries of one workspace; what two runners can race
for is guarded all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import (
    NEWS,
    OVERDUE_AFTER,
    PENDING,
    TOLD_TO_LEADS,
    UNARRIVED,
    NextStep,
    OutgoingKind,
    OutgoingPart,
    OutgoingState,
)
from pulse_bot.ports import Address
from pulse_bot.storage.columns import LinkState, TableBase
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import GroupRow, MemberRow, OutboxRow

_TABLE: Final = TableBase.metadata.tables[OutboxRow.__tablename__]
_KEPT_AFTERWARDS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OutgoingEntry:
    """An entry as its sender knows it. Times are in UTC."""

    id: int
    kind: OutgoingKind
    part: OutgoingPart
    partnership: int
    round: int | None
    group: int | None
    member: int | None
    number: int
    address: Address
    state: OutgoingState
    attempts: int
    news_until: datetime
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an entry, written down."""

    entry: int
    step: NextStep
    follows: tuple[tuple[OutgoingKind, OutgoingPart], ...] = ()
    """What is due next at the same address, now that it has arrived."""
    workspace: str | None = None
    user: str | None = None
    """Where it is, where that has moved."""
    told: tuple[int, int] | None = None
    """A group, and the newest line of the log that it was told."""


# --- adding -------------------------------------------------------------------------------------


def address_group(row: GroupRow) -> dict[str, Any]:
    """The columns of an entry that goes into a group's chat."""
    return {
        "partnership_id": row.partnership_id,
        "group_id": row.id,
        "adapter": row.adapter,
        "workspace": row.workspace,
        "user": row.chat,
    }


def address_member(row: MemberRow) -> dict[str, Any]:
    """The columns of an entry that goes to a member."""
    return {
        "partnership_id": row.partnership_id,
        "member_id": row.id,
        "adapter": row.adapter,
        "workspace": row.workspace,
        "user": row.user,
    }


def add_entry(
    session: Session,
    kind: OutgoingKind,
    recipient: Mapping[str, Any],
    due_at: datetime,
    news_until: datetime | None = None,
    **subject: Any,
) -> None:
    """Have something sent from a moment on. `subject` are further columns, such as round_id."""
    until = news_until or due_at + NEWS[kind]
    session.add(OutboxRow(kind=kind, due_at=due_at, news_until=until, **recipient, **subject))


# --- the sender's -------------------------------------------------------------------------------


def list_due_workspaces(
    session: Session, now: datetime, adapters: frozenset[str] | None = None
) -> list[tuple[str, str]]:
    """(adapter, workspace) of everything that is due; None is all adapters."""
    query = (
        select(OutboxRow.adapter, OutboxRow.workspace)
        .where(_match_due(now))
        .where(true() if adapters is None else OutboxRow.adapter.in_(adapters))
        .distinct()
        .order_by(OutboxRow.adapter, OutboxRow.workspace)
    )
    return [(adapter, workspace) for adapter, workspace in session.execute(query)]


def _match_due(now: datetime) -> ColumnElement[bool]:
    """Waits and may be sent now; or was claimed, by a sender that may be dead."""
    due = and_(OutboxRow.state.in_(PENDING), OutboxRow.due_at <= now, OutboxRow.news_until > now)
    return or_(due, OutboxRow.state == OutgoingState.CLAIMED)


def list_due_entries(
    session: Session,
    adapter: str,
    workspace: str,
    now: datetime,
    most: int,
    *,
    words: bool = True,
) -> list[OutgoingEntry]:
    """What is to be sent now in a workspace: words, or pictures and files; the oldest first."""
    is_words = OutboxRow.part == OutgoingPart.WORDS
    query = (
        select(OutboxRow)
        .where(OutboxRow.state.in_(PENDING), OutboxRow.due_at <= now, OutboxRow.news_until > now)
        .where(OutboxRow.adapter == adapter, OutboxRow.workspace == workspace)
        .where(is_words if words else ~is_words)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(most)
    )
    return [entry_from_row(row) for row in session.scalars(query)]


def entry_from_row(row: OutboxRow) -> OutgoingEntry:
    """A row as its sender knows it."""
    return OutgoingEntry(
        row.id,
        row.kind,
        row.part,
        row.partnership_id,
        row.round_id,
        row.group_id,
        row.member_id,
        row.number,
        Address(row.adapter, row.workspace, row.user),
        row.state,
        row.attempts,
        row.news_until,
        row.tried_at,
    )


def recover_claimed(session: Session, adapter: str, workspace: str) -> None:
    """Take up what a sender that is gone had claimed: it may have arrived.

    Whom a reminder reached is known by its tags, so that it simply goes on; invitations are kept
    nowhere, and whoever got none has the card in the chat.
    """
    claimed = update(OutboxRow).where(
        OutboxRow.state == OutgoingState.CLAIMED,
        OutboxRow.adapter == adapter,
        OutboxRow.workspace == workspace,
    )
    states = {
        OutgoingKind.REMINDER: OutgoingState.WAITING,
        OutgoingKind.INVITATIONS: OutgoingState.SENT,
    }
    for kind, state in states.items():
        session.execute(claimed.where(OutboxRow.kind == kind).values(state=state))
    session.execute(claimed.values(state=OutgoingState.UNCERTAIN))


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry that is about to be sent."""

    entry: int
    now: datetime


def claim_entries(database: Database, claims: Sequence[Claim]) -> list[bool]:
    """Claim entries just before they are sent, durably; False where one is nobody's to send.

    The other runners are a worker that was taken for dead, and whoever deletes or moves the entry.
    """
    change = (
        update(_TABLE)
        .where(_TABLE.c.id.in_({claim.entry for claim in claims}), _TABLE.c.state.in_(PENDING))
        .values(
            state=OutgoingState.CLAIMED,
            attempts=_TABLE.c.attempts + 1,
            tried_at=func.coalesce(_TABLE.c.tried_at, claims[0].now),
        )
        .returning(_TABLE.c.id)
    )
    with database.connect() as connection:
        claimed = set(connection.scalars(change))
    return [claim.entry in claimed for claim in claims]


_SETTLE: Final = (
    update(_TABLE)
    # Where it is due again meanwhile, because its member moved or somebody wants it posted again,
    # or where another worker settled it, that stands.
    .where(
        _TABLE.c.id == bindparam("entry"),
        _TABLE.c.state.in_((OutgoingState.CLAIMED, OutgoingState.UNCERTAIN)),
    )
    .values(
        state=bindparam("to", type_=_TABLE.c.state.type),
        due_at=bindparam("due", type_=_TABLE.c.due_at.type),
        workspace=func.coalesce(bindparam("new_workspace"), _TABLE.c.workspace),
        user=func.coalesce(bindparam("new_user"), _TABLE.c.user),
    )
)
_INHERITED: Final = (
    "partnership_id",
    "round_id",
    "group_id",
    "member_id",
    "number",
    "adapter",
    "workspace",
    "user",
    "due_at",
    "news_until",
)


def settle_entries(database: Database, settlements: Sequence[Settlement]) -> list[None]:
    """Write down what became of entries, in one transaction, with the parts that follow."""
    values = [
        {
            "entry": settlement.entry,
            "to": settlement.step.state,
            "due": settlement.step.due_at,
            "new_workspace": settlement.workspace,
            "new_user": settlement.user,
        }
        for settlement in settlements
    ]
    with database.connect() as connection:
        for settlement, row in zip(settlements, values, strict=True):
            is_settled = connection.execute(_SETTLE, row).rowcount == 1
            for kind, part in settlement.follows if is_settled else ():
                connection.execute(_follow_statement(settlement.entry, kind, part))
            if settlement.told is not None:
                connection.execute(_told_statement(*settlement.told))
    return [None] * len(settlements)


def _follow_statement(entry: int, kind: OutgoingKind, part: OutgoingPart) -> Any:
    fixed = {
        "kind": kind,
        "part": part,
        "state": OutgoingState.WAITING,
        "attempts": 0,
        "reported": False,
    }
    columns = [_TABLE.c[name] for name in _INHERITED]
    literals = [
        bindparam(f"new_{name}", value, type_=_TABLE.c[name].type) for name, value in fixed.items()
    ]
    source = select(*columns, *literals).where(_TABLE.c.id == entry)
    return insert(_TABLE).from_select([*_INHERITED, *fixed], source)


def _told_statement(group: int, newest: int) -> Any:
    groups = TableBase.metadata.tables[GroupRow.__tablename__]
    told = update(groups).where(groups.c.id == group, groups.c.announced < newest)
    return told.values(announced=newest)


def drop_entry(session: Session, entry: int) -> None:
    """Nobody waits for it any more."""
    session.execute(delete(OutboxRow).where(OutboxRow.id == entry))


def postpone_entry(session: Session, entry: int, until: datetime) -> None:
    """Send it later, at an hour at which people may be written to."""
    change = update(OutboxRow).where(OutboxRow.id == entry, OutboxRow.state.in_(PENDING))
    session.execute(change.values(due_at=until))


# --- what others ask of it ----------------------------------------------------------------------


def has_entry(
    session: Session,
    group_id: int,
    kinds: Collection[OutgoingKind],
    states: Collection[OutgoingState],
) -> bool:
    """Whether a group's chat has an entry of some kinds in some states."""
    query = select(OutboxRow.id).where(
        OutboxRow.group_id == group_id, OutboxRow.kind.in_(kinds), OutboxRow.state.in_(states)
    )
    return session.scalar(query.limit(1)) is not None


def list_digest_posts(session: Session, round_id: int) -> Sequence[OutboxRow]:
    """The ways of a round's digest into the group's chats: its words, and what goes with them."""
    query = select(OutboxRow).where(
        OutboxRow.round_id == round_id, OutboxRow.kind == OutgoingKind.DIGEST
    )
    return session.scalars(query.order_by(OutboxRow.id)).all()


def _match_unarrived(now: datetime) -> ColumnElement[bool]:
    long_ago = now - OVERDUE_AFTER
    # Due and never tried, where no adapter is switched on for it, or its sender always fails.
    untried = and_(
        OutboxRow.tried_at.is_(None),
        OutboxRow.due_at <= long_ago,
        OutboxRow.kind.in_(TOLD_TO_LEADS),
    )
    on_its_way = OutboxRow.state.in_((*PENDING, OutgoingState.CLAIMED))
    overdue = and_(on_its_way, or_(OutboxRow.tried_at <= long_ago, untried))
    return or_(overdue, OutboxRow.state.in_(UNARRIVED))


def list_unarrived_digests(session: Session, partnership_id: int, now: datetime) -> list[int]:
    """Rounds whose digest has not come into a chat for an hour, or never will by itself."""
    query = (
        select(OutboxRow.round_id)
        .where(OutboxRow.partnership_id == partnership_id, OutboxRow.kind == OutgoingKind.DIGEST)
        .where(_match_unarrived(now))
        .distinct()
        .order_by(OutboxRow.round_id)
    )
    return [number for number in session.scalars(query) if number is not None]


def send_again(session: Session, entries: Iterable[OutboxRow], now: datetime) -> None:
    """Have entries sent anew, as if nothing had been tried."""
    for row in entries:
        row.state, row.due_at, row.news_until = OutgoingState.WAITING, now, now + NEWS[row.kind]
        row.attempts, row.tried_at, row.reported = 0, None, False


def list_overdue(session: Session, now: datetime) -> Sequence[OutboxRow]:
    """What has not arrived for an hour or never will, and nobody was told: of all partnerships.

    Not of chats that pulse-bot is not in any more, of which leads are told by itself.
    """
    is_lost = select(GroupRow.id).where(
        GroupRow.id == OutboxRow.group_id, GroupRow.state == LinkState.GONE
    )
    query = (
        select(OutboxRow)
        .where(OutboxRow.reported.is_(False), OutboxRow.kind.in_(TOLD_TO_LEADS))
        .where(~is_lost.exists())
        .where(_match_unarrived(now))
        .order_by(OutboxRow.id)
    )
    return session.scalars(query).all()


def list_unarrived(session: Session, now: datetime) -> Sequence[OutboxRow]:
    """What has not arrived for an hour, or never will: of all partnerships, the oldest first."""
    query = select(OutboxRow).where(_match_unarrived(now))
    return session.scalars(query.order_by(OutboxRow.due_at, OutboxRow.id)).all()


def give_up_old(session: Session, now: datetime) -> None:
    """Mark what is no news any more as missed, and forget what is long settled."""
    old = update(OutboxRow).where(OutboxRow.state.in_(PENDING), OutboxRow.news_until <= now)
    session.execute(old.values(state=OutgoingState.MISSED))
    settled = OutboxRow.state.in_((OutgoingState.SENT, *UNARRIVED))
    long_ago = now - _KEPT_AFTERWARDS
    session.execute(delete(OutboxRow).where(settled, OutboxRow.news_until <= long_ago))


def hurry_group(session: Session, group_id: int, now: datetime) -> None:
    """Send what waits for a group's chat now: pulse-bot is back in it."""
    waiting = update(OutboxRow).where(OutboxRow.group_id == group_id, OutboxRow.due_at > now)
    session.execute(waiting.where(OutboxRow.state.in_(PENDING)).values(due_at=now))


def skip_welcome(session: Session, group_id: int) -> None:
    """The card by which everybody joins is in a chat already: its people are invited next."""
    waiting = update(OutboxRow).where(
        OutboxRow.group_id == group_id,
        OutboxRow.kind == OutgoingKind.WELCOME,
        OutboxRow.state.in_(PENDING),
    )
    session.execute(waiting.values(kind=OutgoingKind.INVITATIONS))


def move_group(session: Session, group: GroupRow) -> None:
    """What waits for a group's chat goes to where the chat is now."""
    change = update(OutboxRow).where(
        OutboxRow.group_id == group.id, OutboxRow.kind != OutgoingKind.CHAT_LOST
    )
    session.execute(
        change.values(adapter=group.adapter, workspace=group.workspace, user=group.chat)
    )


def move_member(session: Session, member: MemberRow) -> None:
    """What is meant for a member goes to their new address, and their cards go there anew."""
    own = update(OutboxRow).where(OutboxRow.member_id == member.id)
    to = {"adapter": member.adapter, "workspace": member.workspace, "user": member.user}
    session.execute(own.where(OutboxRow.state.in_(PENDING)).values(**to))
    card = own.where(OutboxRow.kind == OutgoingKind.CARD)
    session.execute(card.values(**to, state=OutgoingState.WAITING, attempts=0))


def forget_member(session: Session, member_id: int) -> None:
    """Delete whatever was to go to a member."""
    session.execute(delete(OutboxRow).where(OutboxRow.member_id == member_id))
