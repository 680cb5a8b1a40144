"""What members find: their page, the digests, the roster, the log, and all that is held of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.audit_events import Sentence
from pulse_bot.domain.partnership.people import Role
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, CardKind, Commanded, Joined, Left, Outcome, Reply, Wrote
from pulse_bot.storage.models import MemberRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.chats.leads import tell_leads
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    change_address,
    create_partnership,
    remove_member,
)
from pulse_bot.usecases.members.roles import LEAD
from pulse_bot.usecases.reading.operator_lists import list_log_lines, read_digest, read_digests
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round, close_round_now
from tests.made_up import (
    CLOSES,
    OPENS,
    PARTNERSHIP,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    opened_round,
    people,
)
from tests.usecases.scene import Talk, rows_with, words
from tests.usecases.workshop_scene import ASKED, FACILITATOR, MEMBER, workshop

HOUR = timedelta(hours=1)


async def test_the_promise_is_shown_until_it_was_seen(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    before = await talk.home(one, promised=False)
    opened_round(talk.made)
    during = await talk.home(one, promised=False)

    assert [card.kind for card in before.cards] == [CardKind.PROMISE, CardKind.NOTICE]
    assert [card.kind for card in during.cards] == [CardKind.PROMISE]
    told = " ".join(during.cards[0].text)
    # Computed for this round: nine schools are in it.
    assert "No number is shown from fewer than 6 answers, or from fewer than 4 schools." in told
    assert "(of each question 5 where 6 have answered, more where more have)" in told
    assert "When this round closes, on Friday 9 January at 16:00," in told
    assert during.form is not None
    assert (await talk.home(one)).cards == ()


@pytest.mark.both_databases
async def test_the_promise_of_a_small_partnership(talk: Talk) -> None:
    [one, *_] = people(talk.made, 6, organisations=3)
    between = (await talk.home(one, promised=False)).cards[0]
    opened_round(talk.made)

    [promise] = (await talk.home(one, promised=False)).cards

    assert "from fewer than 6 answers, or from fewer than 3 schools." in " ".join(between.text)
    told = " ".join(promise.text)
    assert "no number of a week is shown; after six rounds a theme may get one word" in told
    assert "nothing from fewer than 3 schools" in told


@pytest.mark.parametrize(("members", "more"), [(8, False), (10, False), (11, True), (14, True)])
async def test_the_promise_says_more_count_only_where_more_do(
    talk: Talk, members: int, *, more: bool
) -> None:
    """Under eleven members there is one class: of eight who answered five count, too."""
    [one, *_] = people(talk.made, members, 5)
    opened_round(talk.made)
    [promise] = (await talk.home(one, promised=False)).cards
    told = " ".join(promise.text)
    assert "5 where 6 have answered" in told
    assert ("and no more where more have)" in told) is not more


async def test_the_promise_of_a_group_that_reads_nothing(talk: Talk) -> None:
    [one, *_] = people(talk.made, 5, organisations=5)
    opened_round(talk.made)

    [promise] = (await talk.home(one, promised=False)).cards

    told = " ".join(promise.text)
    assert "In a group as small as ours nothing is shown of the answers." in told
    assert "one word" not in told


async def test_the_promise_names_the_first_class_of_a_large_group(talk: Talk) -> None:
    """With twenty members a class begins at nine answers, of which seven count."""
    [one, *_] = people(talk.made, 20)
    opened_round(talk.made)

    [promise] = (await talk.home(one, promised=False)).cards

    told = " ".join(promise.text)
    assert "No number is shown from fewer than 9 answers, or from fewer than 4 schools." in told
    assert "(of each question 7 where 9 have answered, more where more have)" in told


async def test_home_tells_when_the_next_questions_come(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    [card] = (await talk.home(one)).cards
    assert card.text[0] == "The next questions come on Wednesday 7 January at 15:30."

    asked = opened_round(talk.made)
    at(talk.made, CLOSES)
    close_round(talk.made, asked.id)
    at(talk.made, CLOSES + HOUR)
    [card] = (await talk.home(one)).cards
    assert card.title == "Nothing to answer now"
    assert card.text == (
        (
            "This round closed on Friday 9 January at 16:00; the next opens on Wednesday 14 "
            "January at 15:30."
        ),
    )


async def test_home_without_a_programme(talk: Talk) -> None:
    create_partnership(talk.made, NewPartnership("Bare"))
    one = Address("fake", "", "bare")
    add_member(talk.made, "Bare", NewMember("Bare", "School"), one)

    [card] = (await talk.home(one)).cards

    assert card.text[0] == "The first questions have no date yet."


async def test_home_tells_nobody_whether_its_member_answered(talk: Talk) -> None:
    """Whoever gives out links could open one."""
    one, two, *_ = people(talk.made)
    asked = opened_round(talk.made)
    before = await talk.home(one)
    await answer_all(talk.made, asked, [one])

    assert await talk.home(one) == await talk.home(two) == before
    for address in (one, two):
        form = (await talk.home(address)).form
        assert form is not None
        # No field is filled in beforehand: a page left open shows nobody's answer.
        assert {field.key for field in form.fields} == {
            f"{n}:{slot}" for n in range(3) for slot in ("answer", "comment")
        }


async def test_everybody_reads_the_same_digests(talk: Talk) -> None:
    one, two, *_ = everybody = people(talk.made)
    [card] = (await talk.look(one, "group")).cards
    assert card.title == "No digest yet"
    for week in range(2):
        asked = opened_round(talk.made, week)
        await answer_all(talk.made, asked, everybody[:10])
        at(talk.made, CLOSES + week * WEEK)
        close_round(talk.made, asked.id)

    seen = await talk.look(one, "group")
    assert [card.title[:7] for card in seen.cards] == ["Round 2", "Round 1"]
    assert await talk.look(two, "group") == seen
    # An operator's command has the same words, and the look is in the log that everybody reads.
    found = read_digests(talk.made, PARTNERSHIP)
    told = [[one.title, *one.text] for one in seen.cards]
    assert [[said.text for said in one.statements] for one in found] == told
    log = words([await talk.look(two, "log")])
    assert "the operator looked at every digest" in log
    with pytest.raises(Refused, match="Round 3 of Colne Valley has no digest"):
        read_digest(talk.made, PARTNERSHIP, 3)


@pytest.mark.both_databases
async def test_every_line_of_the_log_can_be_come_to(talk: Talk) -> None:
    """Nobody pushes a line out of sight by changing many things."""
    one, *_ = people(talk.made)
    create_partnership(talk.made, NewPartnership("Another"))
    with talk.made.database.write() as session:
        for number in range(260):
            # Lines of another partnership lie between.
            for partnership, who in ((1, LEAD), (2, OPERATOR)):
                event = Sentence(f"did thing {number}")
                audit_log.record(session, talk.made, partnership, who, event)

    reply, found = await talk.look(one, "log"), list[str]()
    for _ in range(10):
        [card] = reply.cards
        found += card.text
        if not card.buttons:
            break
        [[button]] = card.buttons
        assert (button.label, len(card.text)) == ("Earlier lines", 100)
        reply = await talk.press(one, button.action)

    mine = [line for line in found if "a lead did thing" in line]
    assert [line.rpartition(" ")[2] for line in mine] == [str(n) for n in range(260)][::-1]
    assert found[-1].endswith("the operator created the partnership")
    assert len(found) == len(list_log_lines(talk.made, PARTNERSHIP))
    assert "somebody else" not in words([reply])


@pytest.mark.parametrize(
    "action", ["log:", "log:x", "log:-1", "log:٣", "log:1:1", "log:" + "9" * 10]
)
async def test_forged_pages_of_the_log(talk: Talk, action: str) -> None:
    one, *_ = people(talk.made)

    reply = await talk.press(one, action)

    assert (reply.outcome, reply.cards) == (Outcome.REFUSED, ())
    stranger = await talk.press(Address("fake", "", "stranger"), "log:5")
    assert stranger.outcome is Outcome.UNKNOWN


async def test_the_roster_the_log_and_help(talk: Talk) -> None:
    [one, *_] = people(talk.made, 3)
    [roster] = (await talk.look(one, "roster")).cards
    assert roster.text == tuple(f"Member {n:02}, School {n}" for n in range(3))

    at(talk.made, OPENS)
    opened_round(talk.made)
    close_round_now(talk.made, PARTNERSHIP)
    [log] = (await talk.look(one, "log")).cards
    assert log.text[0] == "Wednesday 7 January at 15:30: the operator closed round 1"
    assert log.text[-1] == "Monday 5 January at 08:00: the operator created the partnership"
    assert "added a member of School 2" in words([await talk.look(one, "log")])

    shown = await talk.look(one, "help")
    for event in (Wrote(one, "hello"), Commanded(one, "nonsense"), Commanded(one, "help", "me")):
        assert await talk.handle(event) == shown


async def test_privacy_tells_of_every_row_that_is_held(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    await answer_all(talk.made, asked, [one])

    _, held = (await talk.look(one, "privacy")).cards
    told = "\n".join(held.text)

    # All rows in the database that hold the name or the address, and where privacy tells of them.
    assert rows_with(talk.made, "Member 00") == {"member"}
    assert rows_with(talk.made, one.user) == {"member", "outbox"}
    for line in ("Your name: Member 00", "Your school: School 0", "Your role: member; you are act"):
        assert line in told
    assert "Where you are reached: fake" in told
    assert "You are on the list of: round 1" in told
    assert "Question cards for you in it, sent or waiting: 1" in told
    assert "Your time zone: the one of the partnership" in told

    close_round(talk.made, asked.id)
    _, held = (await talk.look(one, "privacy")).cards
    assert "You are on the list of: no open round" in held.text
    assert "Question cards for you in it, sent or waiting: 0" in held.text
    assert rows_with(talk.made, one.user) == {"member"}


async def test_notices_for_a_lead_are_among_what_is_kept(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    with talk.made.database.write() as session:
        session.scalars(select(MemberRow).where(MemberRow.user == one.user)).one().role = Role.LEAD
    with talk.made.database.write() as session:
        tell_leads(session, 1, OutgoingKind.CHAT_LOST, OPENS)
    _, held = (await talk.look(one, "privacy")).cards
    assert "Other messages for you, sent or waiting: 1" in held.text
    assert "Question cards for you in it, sent or waiting: 0" in held.text


def prepared_by(made: Installation) -> list[int | None]:
    with made.database.read() as session:
        return list(session.scalars(select(SeedingRow.seeded_by)))


@pytest.mark.both_databases
@pytest.mark.parametrize("removed", [False, True])
async def test_who_prepared_a_workshop_is_told_and_forgotten(talk: Talk, *, removed: bool) -> None:
    valley = workshop(talk)
    _, held = (await talk.look(FACILITATOR, "privacy")).cards
    assert "Workshops that you prepared: none" in held.text
    await valley.planned()

    _, held = (await talk.look(FACILITATOR, "privacy")).cards
    assert "Workshops that you prepared: “Courage” on Tuesday 27 January 2026" in held.text
    _, held = (await talk.look(MEMBER, "privacy")).cards
    assert "Workshops that you prepared: none" in held.text
    assert prepared_by(talk.made) == [2]

    if removed:
        remove_member(talk.made, PARTNERSHIP, 2)
    else:
        leave.leave_partnership(talk.made, FACILITATOR)
    assert prepared_by(talk.made) == [None]
    # It is the group's, and goes out all the same.
    assert "open" in valley.run(ASKED)


async def test_leaving_forgets_name_and_address_at_once(talk: Talk) -> None:
    one, two, *_ = people(talk.made)
    asked = opened_round(talk.made)
    await answer_all(talk.made, asked, [one, two])
    change_address(talk.made, PARTNERSHIP, 1, Address("fake", "", "moved-to"))
    one = Address("fake", "", "moved-to")

    sure = await talk.press(one, "leave")
    assert sure.cards[0].title == f"Leave {PARTNERSHIP}?"
    assert rows_with(talk.made, "Member 00") == {"member"}
    [button] = sure.cards[0].buttons[0]
    done = await talk.press(one, button.action)

    assert done.cards[0].title == f"You have left {PARTNERSHIP}"
    for gone in ("Member 00", "moved-to", "person-00"):
        assert rows_with(talk.made, gone) == set()
    for reply in (await talk.home(one), await talk.press(one, button.action)):
        assert reply.outcome is Outcome.UNKNOWN
    assert "Member 00" not in words([await talk.look(two, "roster")])
    # The sealed answers stay in the round, under nobody's name, and it closes as ever.
    at(talk.made, CLOSES)
    close_round(talk.made, asked.id)
    assert len(read_digests(talk.made, PARTNERSHIP)) == 1


async def test_whoever_left_is_in_no_byte_of_the_file(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("left")
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}")
    people(made)
    name, user = b"Zebedee Quillfeather", b"zebedee-at-home"
    zebedee = Address("fake", "", user.decode())
    add_member(made, PARTNERSHIP, NewMember(name.decode(), "School 1"), zebedee)
    opened_round(made)
    assert any(name in file.read_bytes() for file in folder.iterdir())

    leave.leave_partnership(made, zebedee)
    assert clean_files(made)

    for file in folder.iterdir():
        assert name not in file.read_bytes(), file.name
        assert user not in file.read_bytes(), file.name
    made.database.close()


def standing(made: Installation, address: Address) -> str:
    with made.database.read() as session:
        member = session.query(MemberRow).filter_by(user=address.user).one()
        return member.standing.value


async def test_pausing_and_coming_back(talk: Talk) -> None:
    [one, *_] = people(talk.made)

    assert "Paused." in (await talk.look(one, "pause")).notice
    assert standing(talk.made, one) == "paused"
    [card] = (await talk.home(one)).cards
    assert [button.label for button in card.buttons[0]] == ["Ask me again", "Leave"]
    assert opened_round(talk.made).roster_size == 13
    assert "Welcome back." in (await talk.press(one, card.buttons[0][0].action)).notice
    assert standing(talk.made, one) == "active"
    assert (await talk.home(one)).form is None


@pytest.mark.both_databases
async def test_going_out_of_ones_own_chat_and_coming_back(talk: Talk) -> None:
    one, paused, *_ = people(talk.made)
    await talk.look(paused, "pause")
    opened_round(talk.made)

    assert await talk.handle(Left(one, one)) == Reply()
    assert standing(talk.made, one) == "unreachable"
    for address, now in ((one, "active"), (paused, "paused")):
        back = await talk.handle(Joined(address, address, "Member"))
        assert standing(talk.made, address) == now
        # What a chat shows, one card after another; the form would be a page's.
        assert back.cards[0].kind is CardKind.PROMISE
        assert back.form is None
    stranger = Address("fake", "", "new")
    assert await talk.handle(Left(stranger, stranger)) == Reply()
    came = await talk.handle(Joined(stranger, stranger, "New"))
    assert came.outcome is Outcome.UNKNOWN
    assert "Press “Join the pulse” in your group's chat" in came.notice


async def test_the_times_of_a_member_are_their_own(talk: Talk) -> None:
    people(talk.made, 3)
    far = Address("fake", "", "far")
    new = NewMember("Far", "School 1", time_zone="Asia/Kathmandu")
    add_member(talk.made, PARTNERSHIP, new, far)

    [card] = (await talk.home(far)).cards
    assert "The next questions come on Wednesday 7 January at 21:15." in card.text
    asked = opened_round(talk.made)
    reply = await talk.choose(asked, far, "4")
    assert reply.notice == "Recorded. You can change it until Friday 9 January at 21:45."
    assert talk.made.clock.now() > START
