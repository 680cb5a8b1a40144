"""One outbox for everything that leaves, in place of a table and a column for each kind.

What waits goes on waiting. A digest that was being posted when pulse-bot last stopped is uncertain,
and is news for a week after its round closed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - as it stands in the database
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
STATES = {"waiting": "waiting", "sending": "uncertain", "sent": "sent", "failed": "failed"}
COLUMNS = (
    "kind",
    "part",
    "partnership_id",
    "round_id",
    "group_id",
    "member_id",
    "number",
    "adapter",
    "workspace",
    "user",
    "state",
    "attempts",
    "reported",
)
NEW = {
    "part": "words",
    "round_id": None,
    "group_id": None,
    "member_id": None,
    "number": 0,
    "user": "",
    "state": "waiting",
    "attempts": 0,
    "reported": False,
}


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    _create_tables()
    connection, now = op.get_bind(), datetime.now(UTC).replace(tzinfo=None)
    outbox = sa.table(
        "outbox",
        *map(sa.column, COLUMNS),
        sa.column("due_at", sa.DateTime()),
        sa.column("news_until", sa.DateTime()),
    )
    for entries in (
        _list_cards(connection),
        _list_reminders(connection),
        _list_digests(connection),
        _list_packs(connection, now),
        _list_of_chats(connection, now),
    ):
        rows = [NEW | entry for entry in entries]
        if rows:
            connection.execute(sa.insert(outbox), rows)
    for table in ("invitation", "reminder", "post"):
        op.drop_table(table)
    op.execute("UPDATE group_chat SET state = 'gone' WHERE state = 'told'")
    # Not by batch: SQLite takes a column out in place, which keeps keys and indexes.
    for table, column in (
        ("seeding", "handed"),
        ("group_chat", "counted_round"),
        ("group_chat", "welcome"),
    ):
        op.drop_column(table, column)


def _create_tables() -> None:
    op.add_column(
        "partnership",
        sa.Column("look_at", sa.DateTime(), nullable=False, server_default=str(LONG_AGO)),
    )
    op.create_index("ix_partnership_look_at", "partnership", ["look_at"])
    op.create_index("ix_log_entry_announce", "log_entry", ["announce", "partnership_id", "id"])
    op.create_table(
        "reminded",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_reminded_round_id_round"),
        sa.PrimaryKeyConstraint("round_id", "tag", name="pk_reminded"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer()),
        sa.Column("group_id", sa.Integer()),
        sa.Column("member_id", sa.Integer()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("news_until", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime()),
        sa.Column("reported", sa.Boolean(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_outbox_{column}_{table}")
            for column, table in (
                ("partnership_id", "partnership"),
                ("round_id", "round"),
                ("group_id", "group_chat"),
                ("member_id", "member"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_round", "outbox", ["round_id", "kind"])
    op.create_index("ix_outbox_group_id", "outbox", ["group_id"])
    op.create_index("ix_outbox_member_id", "outbox", ["member_id"])


def _select(connection: sa.Connection, query: str, **types: Any) -> Iterator[dict[str, Any]]:
    moments = {name: sa.DateTime() for name in ("due_at", "news_until", "opens_at", "closes_at")}
    statement = sa.text(query)
    wanted = {name: kind for name, kind in {**moments, **types}.items() if f" AS {name}" in query}
    rows = connection.execute(statement.columns(**wanted) if wanted else statement)
    return (dict(row) for row in rows.mappings().all())


def _list_cards(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    query = """
        SELECT round.partnership_id AS partnership_id, round_id AS round_id,
            member_id AS member_id, adapter AS adapter, workspace AS workspace,
            "user" AS "user", invitation.state AS state,
            invitation.not_before AS due_at, round.closes_at AS news_until
        FROM invitation JOIN round ON round.id = invitation.round_id
    """
    for row in _select(connection, query):
        yield {**row, "kind": "card", "state": STATES[row["state"]]}


def _list_reminders(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Those that went out, as sent; and those to come of rounds that are open."""
    query = """
        SELECT DISTINCT round.partnership_id AS partnership_id, round.id AS round_id,
            invitation.adapter AS adapter, invitation.workspace AS workspace,
            round.opens_at AS opens_at, round.closes_at AS closes_at,
            seeding.id AS seeding
        FROM round JOIN invitation ON invitation.round_id = round.id
            LEFT JOIN seeding ON seeding.round_id = round.id
        WHERE round.state = 'open'
    """
    done = connection.execute(
        sa.text("SELECT round_id, MAX(which) FROM reminder GROUP BY round_id")
    )
    reminded: dict[int, int] = dict(done.all())
    plans = _select(
        connection,
        "SELECT partnership_id AS id, reminder_minutes AS minutes FROM programme",
        minutes=sa.JSON(),
    )
    minutes = {plan["id"]: plan["minutes"] for plan in plans}
    for row in _select(connection, query):
        opens_at, closes_at = row.pop("opens_at"), row.pop("closes_at")
        after = minutes.get(row["partnership_id"])
        for which, at in enumerate(_times(opens_at, closes_at, after, row.pop("seeding")), 1):
            state = "sent" if which <= reminded.get(row["round_id"], 0) else "waiting"
            due = {"kind": "reminder", "number": which, "due_at": at, "news_until": closes_at}
            yield {**row, **due, "state": state}


def _times(
    opens_at: datetime, closes_at: datetime, minutes: list[int] | None, seeding: int | None
) -> list[datetime]:
    if seeding is None:
        return [opens_at + timedelta(minutes=after) for after in minutes or []]
    first, last = opens_at + DAY, closes_at - DAY
    return [first, last] if last - first >= DAY / 2 else [first]


def _list_digests(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    query = """
        SELECT round.partnership_id AS partnership_id, round.id AS round_id,
            group_chat.id AS group_id, group_chat.adapter AS adapter,
            group_chat.workspace AS workspace, group_chat.chat AS "user", post.state AS state,
            round.closes_at AS closes_at, round.held AS held
        FROM post JOIN round ON round.id = post.round_id
            JOIN group_chat ON group_chat.id = post.group_id
    """
    for row in _select(connection, query):
        closes_at, held = row.pop("closes_at"), row.pop("held")
        # A held digest is put here when it is opened.
        if not held:
            due = {"due_at": closes_at, "news_until": closes_at + WEEK}
            yield {**row, **due, "kind": "digest", "state": STATES[row["state"]]}


def _list_packs(connection: sa.Connection, now: datetime) -> Iterator[dict[str, Any]]:
    query = """
        SELECT round.partnership_id AS partnership_id, round.id AS round_id,
            member.id AS member_id, member.adapter AS adapter, member.workspace AS workspace,
            member."user" AS "user", seeding.handed AS state, round.closes_at AS closes_at
        FROM seeding JOIN round ON round.id = seeding.round_id
            JOIN member ON member.id = seeding.seeded_by
        WHERE round.state = 'closed' AND NOT round.held
    """
    for row in _select(connection, query):
        closes_at = row.pop("closes_at")
        due = {"due_at": min(closes_at, now), "news_until": closes_at + WEEK}
        yield {**row, **due, "kind": "pack", "state": STATES[row["state"]]}


def _list_of_chats(connection: sa.Connection, now: datetime) -> Iterator[dict[str, Any]]:
    """Chats whose people have yet to be invited, and leads who do not know of a lost one."""
    query = """
        SELECT partnership_id AS partnership_id, id AS group_id, adapter AS adapter,
            workspace AS workspace, chat AS "user", welcome AS welcome
        FROM group_chat WHERE state = 'linked' AND welcome IN ('due', 'shown')
    """
    due = {"due_at": now, "news_until": now + WEEK}
    for row in _select(connection, query):
        kind = {"due": "welcome", "shown": "invitations"}[row.pop("welcome")]
        yield {**row, **due, "kind": kind}
    query = """
        SELECT group_chat.partnership_id AS partnership_id, group_chat.id AS group_id,
            member.id AS member_id, member.adapter AS adapter, member.workspace AS workspace,
            member."user" AS "user"
        FROM group_chat JOIN member ON member.partnership_id = group_chat.partnership_id
        WHERE group_chat.state = 'gone' AND member.role = 'lead'
            AND member.standing IN ('active', 'paused')
    """
    for row in _select(connection, query):
        yield {**row, **due, "kind": "chat lost"}
