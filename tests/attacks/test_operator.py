"""What whoever runs the server could try with commands alone, and with the keys at hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.closed_round import Comment
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import history, partnerships, rounds
from pulse_bot.storage.models import MemberRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_member, remove_member
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.tick import find_due_jobs
from tests.domain.soft_borders import lowest
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


async def test_sums_of_too_few_answers_are_not_kept_even_sealed(made: Installation) -> None:
    everybody = people(made)
    for week, answering in enumerate((4, 9)):
        asked = opened_round(made, week)
        await answer_all(made, asked, everybody[:answering])
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)

    with made.database.read() as session:
        kept = history.load_tallies(session, [1, 2], KEY)
    assert {one.n for one in kept[1]} == {0}
    assert not any(one.moments for one in kept[1])
    # The control: enough answers are kept.
    assert {one.n for one in kept[2]} == {9}


def test_five_comments_of_one_writer_are_no_crowd() -> None:
    words = [f"Comment {number}." for number in range(6)]
    alone = tuple(Comment(one, first=number == 0) for number, one in enumerate(words))
    crowd = tuple(Comment(one, first=True) for one in words)
    heard = replace(closed(), roster_size=14, answered=9, organisations=4)

    assert release_facts(replace(heard, comments=alone), lowest).comments == ()
    assert release_facts(replace(heard, comments=crowd), lowest).comments == tuple(words)


def test_comments_need_answers_out_of_enough_organisations() -> None:
    crowd = tuple(Comment(f"Comment {number}.", first=True) for number in range(6))
    heard = replace(closed(), roster_size=14, answered=9, comments=crowd)

    assert release_facts(replace(heard, organisations=3), lowest).comments == ()
    assert len(release_facts(replace(heard, organisations=4), lowest).comments) == 6


def test_one_school_in_four_spellings_is_one_organisation(made: Installation) -> None:
    people(made, 1)
    for number, name in enumerate(("St Mary", "st  mary", "ST MARY", " St Mary ")):
        new = NewMember(f"Person {number}", name)
        add_member(made, PARTNERSHIP, new, Address("fake", "", f"mary-{number}"))

    with made.database.read() as session:
        schools = {school for _, school in partnerships.list_members(session, 1)}
    assert schools == {"School 0", "St Mary"}


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


def test_a_pause_lowers_no_bar_and_coming_back_waits(made: Installation) -> None:
    everybody = people(made, 12, 4)
    at(made, OPENS)
    first = opened_round(made)
    assert first.thresholds.organisations == 4
    close_round(made, first.id)
    # Everybody of one school pauses.
    for address in everybody[::4]:
        leave.pause_questions(made, address)
    second = opened_round(made, 1)
    assert second.thresholds.organisations == 4
    close_round(made, second.id)
    leave.resume_questions(made, everybody[0])

    # Nine are left, under the bar: nothing is at stake, and who comes back is asked at once.
    assert opened_round(made, 2).roster_size == 10


def test_who_comes_back_among_ten_or_more_waits_for_the_next_block(made: Installation) -> None:
    everybody = people(made, 14)
    close_round(made, opened_round(made).id)
    leave.pause_questions(made, everybody[0])
    close_round(made, opened_round(made, 1).id)
    leave.resume_questions(made, everybody[0])

    sizes = []
    for week in range(2, 7):
        asked = opened_round(made, week)
        sizes.append(asked.roster_size)
        close_round(made, asked.id)
    assert sizes == [13, 13, 13, 13, 14]


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


def test_a_lost_round_does_not_move_the_start_of_a_block(made: Installation) -> None:
    people(made, 12)
    lost = opened_round(made)
    made.keys.destroy(lost.id)
    close_round(made, lost.id)
    sizes = []
    for week in range(1, 8):
        if week == 2:
            late = NewMember("Late", "School 1")
            add_member(made, PARTNERSHIP, late, Address("fake", "", "late"))
        asked = opened_round(made, week)
        sizes.append(asked.roster_size)
        close_round(made, asked.id)
    # Six rounds that count, then the newcomer is asked.
    assert sizes == [12] * 6 + [13]
    with made.database.read() as session:
        assert rounds.count_pulse_rounds(session, 1) == 7
