"""From the first edition of the release policy to the second: told a week before, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.audit_events import AuditEvent, PolicyChanges, RoundAsked
from pulse_bot.ports import Address, OpenedHome
from pulse_bot.storage import audit_log, partnerships
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_members
from pulse_bot.usecases.reading import pages
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from tests.made_up import (
    CLOSES,
    GROUP,
    OPENS,
    PARTNERSHIP,
    WEEK,
    all_told,
    at,
    found,
    opened_round,
    people,
    stage_once,
)
from tests.outbox import send_due, tick
from tests.usecases.scene import words

FIRST, SECOND, THIRD, *_ = (Address("fake", "", f"person-{number:02}") for number in range(14))
CHANGE = "In rounds that open from Wednesday 21 January 2026 on, six answers are enough"


def closed(made: Installation, week: int) -> Round:
    """The round of a week, opened and closed."""
    asked = opened_round(made, week)
    at(made, asked.closes_at)
    close_round(made, asked.id)
    return asked


def events(made: Installation, kind: type[AuditEvent]) -> list[AuditEvent]:
    """What was noted of a kind, oldest first."""
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
        entries = audit_log.newest_entries(session, partnership, 200)
    return [one.event for one in reversed(entries) if isinstance(one.event, kind)]


@pytest.fixture
def begun(made: Installation) -> Installation:
    """A partnership of fourteen whose first round was of the first edition."""
    stage_once(made, ("changeover",), lambda: begin_by_the_first_edition(made))
    return made


def begin_by_the_first_edition(made: Installation) -> None:
    people(made)
    first = closed(made, 0)
    with made.database.write() as session:
        session.execute(update(RoundRow).where(RoundRow.id == first.id).values(policy_version=1))
    all_told(made)


def test_the_next_round_keeps_the_bars_of_the_first_edition(begun: Installation) -> None:
    asked = opened_round(begun, 1)
    assert asked.policy_version == 1
    assert (asked.thresholds.answers, asked.thresholds.roster) == (7, 10)
    assert events(begun, PolicyChanges) == [PolicyChanges(2, date(2026, 1, 21))]


def test_the_promise_of_that_week_is_by_the_bars_of_the_first_edition(
    begun: Installation,
) -> None:
    """With seven a class that begins with six would be cut, so the first is that of nine."""
    opened_round(begun, 1)
    [promise] = pages.show_home(begun, OpenedHome(FIRST, promised=False)).cards
    told = " ".join(promise.text)
    assert "No number is shown from fewer than 9 answers" in told
    assert "(of each question 7 where 9 have answered" in told


def test_the_chat_is_told_with_the_first_day(begun: Installation) -> None:
    asked = opened_round(begun, 1)
    at(begun, asked.opens_at + timedelta(minutes=5))
    tick(begun)
    told = send_due(begun, OutgoingKind.ANNOUNCEMENT)
    assert [one.address for one in told] == [GROUP]
    assert CHANGE in " ".join(told[0].card.text)
    assert CHANGE in words([pages.show_log(begun, FIRST)])


def test_a_week_later_it_is_the_second_edition_and_told_no_more(begun: Installation) -> None:
    closed(begun, 1)
    all_told(begun)
    asked = opened_round(begun, 2)
    assert asked.policy_version == 2
    assert (asked.thresholds.answers, asked.thresholds.roster) == (6, 8)
    at(begun, asked.closes_at)
    close_round(begun, asked.id)
    assert opened_round(begun, 3).policy_version == 2
    assert len(events(begun, PolicyChanges)) == 1


def test_a_round_by_hand_within_the_week_is_still_of_the_first(begun: Installation) -> None:
    asked = closed(begun, 1)
    saturday = asked.closes_at + timedelta(days=1)
    at(begun, saturday)
    opened = open_round(begun, OpenRound(asked.partnership, saturday, CLOSES + 2 * WEEK))
    assert opened is not None
    assert found(begun, opened).policy_version == 1
    assert len(events(begun, PolicyChanges)) == 1


def test_a_round_that_opens_hours_early_a_week_later_is_of_the_second(begun: Installation) -> None:
    """A weekly hour may come a little sooner, when summer time begins."""
    asked = closed(begun, 1)
    early = OPENS + 2 * WEEK - timedelta(hours=1)
    at(begun, early)
    opened = open_round(begun, OpenRound(asked.partnership, early, CLOSES + 2 * WEEK))
    assert opened is not None
    assert found(begun, opened).policy_version == 2


def test_a_new_partnership_is_never_told(made: Installation) -> None:
    people(made)
    assert closed(made, 0).policy_version == 2
    assert closed(made, 1).policy_version == 2
    assert events(made, PolicyChanges) == []


def test_how_many_a_round_asks_is_in_the_log(made: Installation) -> None:
    people(made)
    closed(made, 0)
    newcomers = [
        (NewMember(f"New {number}", "School 0"), Address("fake", "", f"new-{number}"))
        for number in range(2)
    ]
    add_members(made, PARTNERSHIP, newcomers)
    leave.leave_partnership(made, FIRST)
    closed(made, 1)
    leave.pause_questions(made, SECOND)
    closed(made, 2)
    leave.resume_questions(made, SECOND)
    leave.leave_partnership(made, THIRD)
    asked = closed(made, 3)
    assert asked.roster_size == 14, "newcomers, and whoever comes back, are asked at once"
    assert events(made, RoundAsked) == [
        RoundAsked(1, 14, joined=0, left=0, policy_version=2),
        RoundAsked(2, 15, joined=2, left=1, policy_version=2),
        RoundAsked(3, 14, joined=0, left=1, policy_version=2),
        RoundAsked(4, 14, joined=1, left=1, policy_version=2),
    ]
    log = words([pages.show_log(made, SECOND)])
    assert "asked round 1: 14 people\n" in log
    assert "asked round 2: 15 people, 2 more and 1 fewer than in the round before" in log
    assert "asked round 3: 14 people, 1 fewer than in the round before" in log
    tick(made)
    assert not any(
        "asked round" in " ".join(one.card.text)
        for one in send_due(made, OutgoingKind.ANNOUNCEMENT)
    )
