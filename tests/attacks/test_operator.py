"""What whoever runs the server could try with commands alone, and with the keys at hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from pulse_bot.crypto.sealing import unseal_tally
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.closed_round import MemberWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import history, partnerships
from pulse_bot.storage.models import MemberRow, OrganisationRow, TallyRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_member, remove_member
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.tick import find_due_jobs
from tests.domain.draws import lowest
from tests.domain.test_release_facts import closed
from tests.made_up import (
    CLOSES,
    GROUP,
    KEY,
    OPENS,
    PARTNERSHIP,
    WEEK,
    answer_all,
    at,
    opened_round,
    people,
)
from tests.outbox import tick


async def test_nothing_finer_than_a_lot_is_kept_even_sealed(made: Installation) -> None:
    """And nothing at all of too few answers."""
    everybody = people(made)
    core = 0
    for week, answering in enumerate((5, 9)):
        asked = opened_round(made, week)
        core = sum(item.core for item in asked.items)
        await answer_all(made, asked, everybody[:answering], lambda *_: "4")
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)

    with made.database.read() as session:
        rows = session.scalars(select(TallyRow).order_by(TallyRow.round_id, TallyRow.position))
        kept = [json.loads(unseal_tally(KEY, row.sealed)) for row in rows if row.sealed]
    assert kept == [{"counted": 0, "total": 0}] * core + [{"counted": 7, "total": 28}] * core


def test_five_comments_of_one_writer_are_no_crowd() -> None:
    words = tuple(f"Comment {number}." for number in range(6))
    heard = replace(closed(), items=(), roster_size=14, answered=9, organisations=4)

    assert draw_words(heard, [MemberWords(words)], (), lowest).comments == ()
    crowd = [MemberWords((one,)) for one in words]
    assert len(draw_words(heard, crowd, (), lowest).comments) == 5


def test_comments_need_answers_out_of_enough_organisations() -> None:
    crowd = [MemberWords((f"Comment {number}.",)) for number in range(6)]
    heard = replace(closed(), items=(), roster_size=14, answered=9)

    few, enough = (replace(heard, organisations=many) for many in (3, 4))
    assert draw_words(few, crowd, (), lowest).comments == ()
    assert len(draw_words(enough, crowd, (), lowest).comments) == 5


def test_one_school_in_four_spellings_is_one_organisation(made: Installation) -> None:
    people(made, 1)
    for number, name in enumerate(("St Mary", "st  mary", "ST MARY", " St Mary ")):
        new = NewMember(f"Person {number}", name)
        add_member(made, PARTNERSHIP, new, Address("fake", "", f"mary-{number}"))

    with made.database.read() as session:
        schools = {school for _, school in partnerships.list_members(session, 1)}
    assert schools == {"School 0", "St Mary"}


FOUR_SPELLINGS = ("St Mary's", "St Mary\u2019s", "St. Mary's School", "Saint Marys")


@pytest.mark.parametrize("spelt", [False, True], ids=["control", "spelt"])
async def test_spellings_of_before_do_not_lift_the_bar_of_schools(
    made: Installation, spelt: bool
) -> None:
    """Twelve of one school passed the bar of four; the control has four schools."""
    everybody = people(made, 12)
    names = FOUR_SPELLINGS if spelt else ("Ash", "Beech", "Cedar", "Elm")
    with made.database.write() as session:
        # As rows stand that were made when each spelling was a school.
        schools = [OrganisationRow(partnership_id=1, name=name) for name in names]
        session.add_all(schools)
        session.flush()
        for number, member in enumerate(session.scalars(select(MemberRow))):
            member.organisation_id = schools[number % 4].id

    asked = opened_round(made)
    await answer_all(made, asked, everybody, lambda *_: "4")
    at(made, asked.closes_at)
    close_round(made, asked.id)

    with made.database.read() as session:
        [digest] = history.list_digests(session, 1, 1)
    levels = [statement for statement in digest.statements if statement.level]
    assert bool(levels) != spelt


def test_nobody_is_added_twice_and_whoever_has_gone_is_removed(made: Installation) -> None:
    people(made, 3)
    twin = NewMember("member  01", "School 1")
    with pytest.raises(Refused, match=r"is member 2 already\. For a new link"):
        add_member(made, PARTNERSHIP, twin, Address("fake", "", "twin"))

    remove_member(made, PARTNERSHIP, 2)

    add_member(made, PARTNERSHIP, twin, Address("fake", "", "twin"))
    with made.database.read() as session:
        gone = session.get_one(MemberRow, 2)
        assert (gone.standing, gone.name) == (Standing.LEFT, "")
    with pytest.raises(Refused, match="There is no member 2"):
        remove_member(made, PARTNERSHIP, 2)


def test_a_pause_lowers_no_bar_and_who_comes_back_is_asked_at_once(made: Installation) -> None:
    everybody = people(made, 15, 5)
    at(made, OPENS)
    first = opened_round(made)
    assert first.thresholds.organisations == 4
    close_round(made, first.id)
    # Everybody of one school pauses.
    for address in everybody[::5]:
        leave.pause_questions(made, address)
    second = opened_round(made, 1)
    assert (second.thresholds.organisations, second.roster_size) == (4, 12)
    close_round(made, second.id)
    leave.resume_questions(made, everybody[0])
    assert opened_round(made, 2).roster_size == 13


def test_silence_asked_for_outlives_being_unreachable(made: Installation) -> None:
    [one, *_] = people(made, 2)
    leave.pause_questions(made, one)
    leave.mark_unreachable(made, one)
    leave.mark_reachable(made, one)

    with made.database.read() as session:
        assert session.get_one(MemberRow, 1).standing is Standing.PAUSED


def test_a_chat_that_is_switched_off_gives_out_no_work(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    assert GROUP.adapter == "fake"
    tick(made)
    assert find_due_jobs(made, OPENS, live=(), adapters=frozenset({"web"})) == []
    assert [job.name for job in find_due_jobs(made, OPENS, (), frozenset({"fake"}))] == ["send"]

    at(made, CLOSES)
    close_round(made, asked.id)
    tick(made)
    assert find_due_jobs(made, CLOSES, live=(), adapters=frozenset({"web"})) == []
    assert [job.name for job in find_due_jobs(made, CLOSES, (), frozenset({"fake"}))] == ["send"]
