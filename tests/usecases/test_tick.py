"""The tick asks in sets: however many partnerships there are, it is the same handful of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.storage.models import (
    GroupRow,
    LogEntryRow,
    MemberRow,
    OrganisationRow,
    PartnershipRow,
    ProgrammeRow,
    RoundRow,
)
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.chats import weekly_limit
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.trouble_list import list_troubles
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.tick import find_due_jobs
from tests.made_up import CLOSES, OPENS, PARTNERSHIP, START, at, opened_round, people
from tests.outbox import rows, send_due, tick, waiting

MINUTE = timedelta(minutes=1)


@contextmanager
def counted(made: Installation) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(made.database.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(made.database.engine, "before_cursor_execute", note)


def copies(made: Installation, count: int) -> None:
    """The partnership so many times more, with the same plan, three members and a chat."""
    with made.database.write() as session:
        first = session.get_one(PartnershipRow, 1)
        plan = session.get_one(ProgrammeRow, 1)
        columns = {
            name: getattr(plan, name)
            for name in ProgrammeRow.__table__.columns.keys()  # noqa: SIM118 - it is no mapping
            if name != "partnership_id"
        }
        for number in range(count):
            row = PartnershipRow(
                name=f"Copy {number}",
                time_zone=first.time_zone,
                language="en",
                quiet_from=first.quiet_from,
                quiet_until=first.quiet_until,
            )
            session.add(row)
            session.flush()
            session.add(ProgrammeRow(partnership_id=row.id, **columns))
            school = OrganisationRow(partnership_id=row.id, name="School")
            session.add(school)
            session.flush()
            to = {"adapter": "fake", "workspace": ""}
            chat = GroupRow(partnership_id=row.id, chat=f"chat-{row.id}", announced=10**9, **to)
            session.add(chat)
            session.add_all(
                MemberRow(
                    partnership_id=row.id,
                    organisation_id=school.id,
                    name=f"Member {member}",
                    role=Role.MEMBER,
                    standing=Standing.ACTIVE,
                    user=f"{row.id}-{member}",
                    seated=False,
                    **to,
                )
                for member in range(3)
            )


def queries_of_a_tick(made: Installation) -> int:
    with counted(made) as sent:
        assert find_due_jobs(made, made.clock.now(), live=()) == []
    return len(sent)


@pytest.mark.both_databases
def test_a_tick_with_nothing_due_is_a_handful_of_queries(made: Installation) -> None:
    people(made, 3)
    with made.database.write() as session:
        session.execute(sa.delete(LogEntryRow))
    tick(made)
    alone = queries_of_a_tick(made)
    copies(made, 120)
    # Each is looked at once, and then nothing is due.
    while "rounds" in tick(made):
        pass
    many = queries_of_a_tick(made)

    assert many == alone <= 50


@pytest.mark.parametrize("count", [4, 44])
def test_a_round_costs_the_same_however_many_there_are(made: Installation, count: int) -> None:
    people(made, 3)
    copies(made, count - 1)
    tick(made)
    costs = []
    for moment in (OPENS, CLOSES):
        at(made, moment)
        with counted(made) as sent:
            tick(made)
        costs.append(len(sent) / count)
        send_due(made)
    print(costs)  # noqa: T201 - figures to read
    # What all share is the more to each, the fewer there are.
    assert costs[0] < 40 + 100 / count
    # The last printed numbers, which lots are over, and which commitment comes due next, are asked
    # for at every close.
    assert costs[1] < 68 + 100 / count


@pytest.mark.both_databases
def test_every_partnership_opens_and_closes_in_its_minute(made: Installation) -> None:
    people(made, 3)
    copies(made, 30)
    tick(made)
    at(made, OPENS)
    assert "rounds" in tick(made)
    cards = waiting(made, OutgoingKind.CARD)
    assert len(cards) == 31 * 3
    # How many are asked was noted in every log: that is looked at once, and told to no chat.
    assert tick(made)[-1:] == ["send"]
    assert tick(made) == ["send"]
    send_due(made)
    at(made, CLOSES)
    tick(made)
    assert len({row.round_id for row in rows(made, OutgoingKind.DIGEST)}) == 31
    assert not waiting(made, OutgoingKind.CARD)


def test_one_partnership_that_fails_keeps_no_other_from_opening(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(made, 3)
    copies(made, 8)
    real = open_round

    def stumbling(installation: Installation, plan: object) -> object:
        if plan.partnership == 5:  # type: ignore[attr-defined] # it is a plan
            raise RuntimeError("Nobody foresaw this.")
        return real(installation, plan)  # type: ignore[arg-type] # the same

    monkeypatch.setattr("pulse_bot.usecases.due.open_round", stumbling)
    at(made, OPENS)
    tick(made)
    opened = {entry.partnership for entry in waiting(made, OutgoingKind.CARD)}
    assert opened == {*range(1, 10)} - {5}
    [listed] = list_troubles(made)
    assert (listed["partnership"], listed["what"], listed["attempts"]) == ("Copy 3", "open", 1)
    assert str(listed["why"]).startswith("RuntimeError at test_tick.py:")
    # And it is tried again a minute later.
    at(made, OPENS + MINUTE)
    tick(made)
    assert [row["attempts"] for row in list_troubles(made)] == [2]
    monkeypatch.setattr("pulse_bot.usecases.due.open_round", real)
    at(made, OPENS + 2 * MINUTE)
    tick(made)
    assert 5 in {entry.partnership for entry in waiting(made, OutgoingKind.CARD)}
    assert list_troubles(made) == []


def test_a_digest_that_cannot_be_revealed_is_listed(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(made, 3)
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    send_due(made)
    with made.database.write() as session:
        session.get_one(RoundRow, asked.id).held = True
        workshop = SeedingRow(
            partnership_id=1,
            title="A workshop",
            workshop_on=CLOSES.date(),
            items=[],
            state=SeedingState.ASKED,
            arranged=ArrangementKind.INSTEAD,
            round_id=asked.id,
        )
        session.add(workshop)

    def stumble(*_: object) -> None:
        raise RuntimeError("Nobody foresaw this.")

    at(made, CLOSES + timedelta(days=1))
    with monkeypatch.context() as patched:
        patched.setattr("pulse_bot.usecases.workshops.pack.reveal_pack", stumble)
        tick(made)
    [listed] = list_troubles(made)
    assert (listed["partnership"], listed["what"]) == (
        PARTNERSHIP,
        f"reveal round {asked.number} ({asked.id} in the log)",
    )
    tick(made)
    assert list_troubles(made) == []


def test_plans_that_are_changed_are_looked_at_at_once(made: Installation) -> None:
    people(made, 3)
    tick(made)
    with made.database.read() as session:
        before = session.get_one(PartnershipRow, 1).look_at
    assert before > START
    assert "rounds" not in tick(made)
    weekly_limit.change_limit(made, PARTNERSHIP, 5)
    assert "rounds" in tick(made)
