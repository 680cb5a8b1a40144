"""A county of partnerships in a new PostgreSQL database: two made by use cases, the others copies.

A copy is a row whose ids are moved, so that a thousand take seconds. They are in the Slack
workspaces of the county and on one Telegram bot, each of which has as many as its pace allows; each
partnership has a chat of its own and eight closed rounds, so that there is something to draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks._county_people import (
    ALL_PACES,
    PACES,
    SLACK,
    SLACK_BOT,
    TEAM,
    TEAMS,
    TELEGRAM,
    WORKSPACES,
    bot_token,
)
from pulse_bot.domain.asking.calendar import parse_week_time
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.ports import Address
from pulse_bot.storage import history
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.models import GroupRow, LogEntryRow, MemberRow, RoundRow
from pulse_bot.storage.vault import DatabaseVault
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_members,
    create_partnership,
)
from pulse_bot_slack.installs import OAuthWorkspaces
from tests.reports.history import history as made_up_history

OPENS: Final = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
CLOSES: Final = OPENS + timedelta(hours=48, minutes=30)
ROUNDS: Final = 8
SCHOOLS: Final = 5
THEMES: Final = ("trust", "honesty", "accountability")
STRIDE: Final = 1000
"""Between the ids of one copy and the next; a partnership has fewer rows of any kind."""


def share_partnerships(partnerships: int) -> dict[str, int]:
    """How many are on each platform: as their paces are to each other, one on each at least."""
    telegram = round(partnerships * PACES[TELEGRAM] / sum(ALL_PACES.values()))
    telegram = min(max(telegram, 1), partnerships - 1)
    return {SLACK: partnerships - telegram, TELEGRAM: telegram}


async def install_slack(installation: Installation) -> None:
    """Let every workspace install the app, as far as we keep anything of it."""
    workspaces = OAuthWorkspaces(AsyncWebClient, "", "")
    workspaces.keep_in(DatabaseVault(installation.database, installation.installation_key, SLACK))
    for team in TEAMS:
        agreed = SlackInstallation(
            user_id="U0", team_id=team, bot_user_id=SLACK_BOT, bot_token=bot_token(team)
        )
        await workspaces.save_installation(agreed)


def make_county(installation: Installation, partnerships: int, members: int) -> None:
    """So many partnerships, on both platforms."""
    places = ((SLACK, TEAMS[0], "U1", "C1"), (TELEGRAM, "", "1", "-1001"))
    shares = share_partnerships(partnerships)
    for number, (adapter, workspace, user, chat) in enumerate(places[:partnerships], 1):
        addresses = (Address(adapter, workspace, f"{user}{n:03}") for n in range(members))
        _make_partnership(installation, adapter, list(addresses))
        _make_past(installation, number, GroupRow(
            partnership_id=number, adapter=adapter, workspace=workspace, chat=chat
        ))  # fmt: skip
    with installation.database.write() as session:
        for number, (adapter, *_) in enumerate(places[:partnerships], 1):
            for statement in _copy_statements(number, shares[adapter] - 1):
                session.execute(sa.text(statement))
        for table in TableBase.metadata.sorted_tables:
            if "id" in table.c and table.c.id.autoincrement is not False:
                session.execute(sa.text(_sequence_statement(table.name)))


def _make_partnership(installation: Installation, name: str, addresses: list[Address]) -> None:
    create_partnership(installation, NewPartnership(name))
    people = ((NewMember(f"M{n}", f"S{n % SCHOOLS}"), at) for n, at in enumerate(addresses))
    add_members(installation, name, people)
    opens, closes = parse_week_time("Wed 15:30"), parse_week_time("Fri 16:00")
    # Reminders are another fan-out, which would stand in the way of what is measured.
    set_programme(installation, name, Programme(THEMES, opens, closes, reminders=()))


def _make_past(installation: Installation, partnership: int, group: GroupRow) -> None:
    """Closed rounds a week apart, with their digests; nobody is a newcomer any more."""
    with installation.database.write() as session:
        # What was done here is no news to anybody.
        own = LogEntryRow.partnership_id == partnership
        group.announced = session.scalar(sa.select(sa.func.max(LogEntryRow.id)).where(own)) or 0
        session.add(group)
        session.execute(sa.update(MemberRow).values(seated=True))
        for digest in reversed(made_up_history(ROUNDS, THEMES, seed=partnership)):
            ago = timedelta(weeks=ROUNDS + 1 - digest.number)
            row = RoundRow(
                id=partnership * 100 + digest.number,
                partnership_id=partnership,
                number=digest.number,
                slot=OPENS - ago,
                state=RoundStatus.CLOSED,
                opens_at=OPENS - ago,
                closes_at=CLOSES - ago,
                public_key=b"",
                roster_size=14,
                newcomers=0,
                thresholds=Thresholds().to_json(),
                items=[],
                again=False,
                forgotten=True,
            )
            session.add(row)
            session.flush()
            history.keep_releases(session, row.id, digest.statements)


def _copy_statements(partnership: int, copies: int) -> Iterator[str]:
    for table in TableBase.metadata.sorted_tables:
        if (own := _own_rows(table, partnership)) is not None:
            columns = ", ".join(f'"{column.name}"' for column in table.c)
            values = ", ".join(_copied_value(table, column) for column in table.c)
            yield (
                f'INSERT INTO "{table.name}" ({columns}) SELECT {values} '  # noqa: S608 - our names
                f'FROM "{table.name}", generate_series(1, {copies}) AS copy WHERE {own}'
            )


def _own_rows(table: sa.Table, partnership: int) -> str | None:
    """Which rows of a table are those of the partnership that is copied."""
    if table.name == "partnership":
        return f"id = {partnership}"
    if "partnership_id" in table.c:
        return f"partnership_id = {partnership}"
    if table.name == "release":
        return f"round_id BETWEEN {partnership * 100} AND {partnership * 100 + 99}"
    return None


def _copied_value(table: sa.Table, column: sa.Column[object]) -> str:
    name = f'"{column.name}"'
    if isinstance(column.type, sa.Integer) and (
        column.name == "id" or column.name.endswith("_id") or column.name == "announced"
    ):
        return f"{name} + copy * {STRIDE}"
    if (table.name, column.name) == ("partnership", "name"):
        return f"{name} || ' ' || copy"
    if (table.name, column.name) in (("member", "user"), ("group_chat", "chat")):
        return f"{name} || lpad(copy::text, 5, '0')"
    if column.name == "workspace":
        return f"CASE {name} WHEN '' THEN '' ELSE '{TEAM}' || copy % {WORKSPACES} END"
    return name


def _sequence_statement(table: str) -> str:
    return (
        f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), "  # noqa: S608 - our names
        f'(SELECT coalesce(max(id), 0) + {STRIDE} FROM "{table}"))'
    )
