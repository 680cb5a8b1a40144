"""A card for everybody in a chat who is no member; who says no, who comes, who goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pulse_bot.app import App
from pulse_bot.cards.question_cards import DECLINE
from pulse_bot.domain.outgoing import PENDING, OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Added,
    Address,
    Card,
    Commanded,
    Joined,
    Left,
    Members,
    Outcome,
    Pressed,
    Removed,
    Reply,
    Submitted,
)
from pulse_bot.storage import outbox
from pulse_bot.storage.models import GroupRow, MemberRow
from pulse_bot.testing import FakeAdapter, running
from pulse_bot.testing.fake import FAKE_LIMITS
from pulse_bot.usecases.chats import welcome
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import (
    NewPartnership,
    add_group,
    change_role,
    create_partnership,
)
from pulse_bot.usecases.members.invite import find_codes
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.tick import find_send_jobs
from tests.engine.scene import used_engine
from tests.made_up import (
    CLOSES,
    GROUP,
    PARTNERSHIP,
    START,
    all_told,
    at,
    installation,
    opened_round,
    people,
)
from tests.outbox import rows, send_due, waiting
from tests.usecases.scene import Talk, envelopes_in, snapshot, words
from tests.usecases.test_posting import worked_off

CHAT = Address("fake", "", "another-chat")
LEAD = Address("fake", "", "person-00")
MEMBER = Address("fake", "", "person-01")
NEW = Address("fake", "", "somebody-new")
GUEST = Address("fake", "", "a-guest")
AFON = "Afon Valley"
CARD = f"{PARTNERSHIP} invites you to join"
JOIN = "Join the pulse"
AWAY = AdapterError("The platform is away for a moment.", permanent=False)
GONE = AdapterError("The bot was removed from that chat.", permanent=True, gone=True)


class Hosting(FakeAdapter):
    """A platform that has guests, and that may not tell who is in a chat."""

    trouble: AdapterError | None = None

    async def members(self, group: Address) -> Members:
        if self.trouble is not None:
            raise self.trouble
        there = await super().members(group)
        guests = tuple(one for one in there.addresses if one == GUEST)
        return replace(there, guests=guests)


@asynccontextmanager
async def running_app(folder: Path, fake: FakeAdapter) -> AsyncIterator[App]:
    """An app whose first member leads; a member, a guest and somebody new are in another chat."""
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}")
    people(made)
    change_role(made, PARTNERSHIP, 1, Role.LEAD)
    all_told(made)
    app = App(made, {"fake": fake}, used_engine(folder), pace=Pace(None, 0.02))
    await app.start()
    try:
        async with running(fake, app.handle):
            for address in (MEMBER, NEW, GUEST):
                assert await fake.tell(Joined(address, CHAT, "Somebody")) == Reply()
            yield app
    finally:
        await app.stop()
        made.database.close()


async def set_up(fake: FakeAdapter, guests: str = "") -> None:
    """The lead sets the chat up by the form."""
    asked = await fake.tell(Commanded(LEAD, "setup", "", CHAT))
    assert asked.form is not None
    values = {"guests": (guests,)} if guests else {}
    reply = await fake.tell(Submitted(LEAD, asked.form.key, values))
    assert reply.outcome is Outcome.DONE, reply.notice


async def minutes(app: App, *, first: datetime = START, count: int = 3) -> None:
    """Let some minutes pass, each with what is due in it."""
    for number in range(count):
        at(app.installation, first + timedelta(minutes=number))
        await worked_off(app)


def sent(fake: FakeAdapter) -> list[tuple[str, str]]:
    # The other chat is told that this one was linked, which is another story.
    return [(address.user, card.title) for address, card in fake.sends if address != GROUP]


def step(made: Installation, chat: Address = CHAT) -> str:
    """What a chat waits for: the card that invites everybody, everybody's own, or nothing."""
    waits = [
        row.kind.value
        for row in rows(made, OutgoingKind.WELCOME, OutgoingKind.INVITATIONS)
        if row.user == chat.user and row.state in PENDING
    ]
    return waits[0] if waits else ""


def standing(made: Installation, address: Address) -> str:
    with made.database.read() as session:
        query = select(MemberRow.standing).where(MemberRow.user == address.user)
        return session.scalars(query).one().value


def labels(card: Card) -> list[str]:
    return [one.label for row in card.buttons for one in row]


async def test_a_chat_that_was_set_up_gets_its_card_and_each_person_one(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        await set_up(fake)
        await minutes(app)

        # Members and guests get none, and nobody a second one.
        assert sent(fake) == [(CHAT.user, JOIN), (NEW.user, CARD)]
        assert step(app.installation) == ""
        [card] = fake.cards(NEW)
        assert labels(card) == ["Join", "No, thank you"]
        assert card.buttons[0][0].invitation == find_codes(app.installation, PARTNERSHIP).invitation
        everything = snapshot(app.installation)
        assert not any(NEW.user in row for rows in everything.values() for row in rows)


async def test_guests_are_invited_where_the_lead_says_so(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        await set_up(fake, guests="yes")
        await minutes(app)

        assert sent(fake) == [(CHAT.user, JOIN), (NEW.user, CARD), (GUEST.user, CARD)]


async def test_a_chat_that_was_linked_has_its_card_already(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        assert (await fake.tell(Added(LEAD, CHAT, "A chat"))).cards[0].title == JOIN
        await minutes(app)

        assert [one for one, _ in sent(fake)] == [NEW.user]


async def test_people_are_left_alone_in_quiet_hours_and_the_chat_is_not(tmp_path: Path) -> None:
    fake = Hosting()
    evening = START.replace(hour=21)
    async with running_app(tmp_path, fake) as app:
        at(app.installation, evening)
        await set_up(fake)
        await minutes(app, first=evening)
        assert sent(fake) == [(CHAT.user, JOIN)]

        await minutes(app, first=START + timedelta(days=1))
        assert sent(fake) == [(CHAT.user, JOIN), (NEW.user, CARD)]


async def test_a_platform_that_does_not_list_people_gets_the_chats_card_alone(
    tmp_path: Path,
) -> None:
    class Counting(FakeAdapter):
        async def members(self, group: Address) -> Members:
            return Members((await super().members(group)).count)

    fake = Counting(limits=replace(FAKE_LIMITS, lists_members=False))
    async with running_app(tmp_path, fake) as app:
        await set_up(fake)
        await minutes(app)

        assert sent(fake) == [(CHAT.user, JOIN)]
        assert step(app.installation) == ""


async def test_a_platform_that_is_away_is_asked_again(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        fake.fail(AWAY, to=CHAT)
        fake.trouble = AWAY
        await set_up(fake)
        await minutes(app, count=1)
        assert (sent(fake), step(app.installation)) == ([], "welcome")

        fake.recover()
        await minutes(app, first=START + timedelta(minutes=1), count=2)
        assert (sent(fake), step(app.installation)) == ([(CHAT.user, JOIN)], "invitations")

        fake.trouble = None
        await minutes(app, first=START + timedelta(minutes=3))
        assert sent(fake) == [(CHAT.user, JOIN), (NEW.user, CARD)]


async def test_a_platform_that_will_never_tell_is_not_asked_for_ever(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        fake.trouble = AdapterError("That may not be read.", permanent=True)
        await set_up(fake)
        await minutes(app)

        assert step(app.installation) == ""


async def test_a_chat_without_the_bot_waits_until_it_is_there(tmp_path: Path) -> None:
    fake = Hosting()
    async with running_app(tmp_path, fake) as app:
        fake.fail(GONE, to=CHAT)
        await set_up(fake)
        await minutes(app)
        assert (LEAD.user, f"pulse-bot was removed from a chat of {PARTNERSHIP}") in sent(fake)
        assert NEW.user not in dict(sent(fake))

        fake.recover()
        assert (await fake.tell(Added(LEAD, CHAT, "A chat"))).cards[0].title == JOIN
        await minutes(app, first=START + timedelta(minutes=3))
        assert sent(fake)[-1] == (NEW.user, CARD)


def invite(made: Installation, kind: OutgoingKind) -> None:
    """Have the first chat's people invited."""
    with made.database.write() as session:
        to = outbox.address_group(session.get_one(GroupRow, 1))
        outbox.add_entry(session, kind, to, made.clock.now())


def test_cards_are_claimed_before_they_are_sent(made: Installation) -> None:
    people(made)
    for kind in (OutgoingKind.WELCOME, OutgoingKind.INVITATIONS):
        invite(made, kind)
        [entry] = waiting(made, kind)
        # A second worker finds it claimed; so does a job that was begun again after a crash.
        claims = [outbox.Claim(entry.id, START)] * 2
        assert [outbox.claim_entries(made.database, [claim]) for claim in claims] == [
            [True],
            [False],
        ]
        assert waiting(made, kind) == []


def test_chats_on_other_adapters_wait(made: Installation) -> None:
    people(made)
    for kind in (OutgoingKind.WELCOME, OutgoingKind.INVITATIONS):
        invite(made, kind)
        assert find_send_jobs(made, START, frozenset({"other"})) == []
        assert find_send_jobs(made, START, frozenset({"fake"})) != []


async def test_a_no_is_kind_and_nothing_is_kept(talk: Talk) -> None:
    people(talk.made)
    before = snapshot(talk.made)

    declined = await talk.handle(Pressed(NEW, DECLINE))
    assert (declined.outcome, declined.public, declined.cards) == (Outcome.DONE, False, ())
    assert declined.notice.startswith("That is fine. Nothing was kept of you.")
    # Whoever has joined meanwhile is told how to stop.
    late = await talk.handle(Pressed(MEMBER, DECLINE))
    assert late.notice.startswith("You have joined already")
    assert "Leave" in labels(late.cards[0])
    assert snapshot(talk.made) == before


async def test_who_comes_into_a_chat_is_invited(talk: Talk) -> None:
    people(talk.made)
    before = snapshot(talk.made)

    [card] = (came := await talk.handle(Joined(NEW, GROUP, "Nia"))).cards
    assert (card.title, came.public, came.outcome) == (CARD, False, Outcome.DONE)
    assert labels(card) == ["Join", "No, thank you"]
    assert await talk.handle(Joined(GUEST, GROUP, "Guest", guest=True)) == Reply()
    assert await talk.handle(Joined(NEW, CHAT, "Nia")) == Reply()
    assert snapshot(talk.made) == before

    with talk.made.database.write() as session:
        session.get_one(GroupRow, 1).guests = True
    guest = await talk.handle(Joined(GUEST, GROUP, "Guest", guest=True))
    assert guest.cards == (card,)
    # They get theirs with everybody else.
    invite(talk.made, OutgoingKind.INVITATIONS)
    assert await talk.handle(Joined(NEW, GROUP, "Nia")) == Reply()
    # A chat that pulse-bot is not in any more invites nobody.
    send_due(talk.made, OutgoingKind.INVITATIONS)
    await talk.handle(Removed(LEAD, GROUP))
    assert await talk.handle(Joined(NEW, GROUP, "Nia")) == Reply()


async def test_who_leaves_the_chat_is_asked_nothing_until_they_are_back(talk: Talk) -> None:
    people(talk.made)

    left = await talk.handle(Left(MEMBER, GROUP))
    assert standing(talk.made, MEMBER) == "unreachable"
    assert not left.public
    assert left.cards[0].title == f"You left the chat of {PARTNERSHIP}"
    assert "answer" not in words([left])
    assert await talk.handle(Left(MEMBER, GROUP)) == Reply()
    assert opened_round(talk.made).roster_size == 13

    assert await talk.handle(Joined(MEMBER, GROUP, "Member")) == Reply()
    assert standing(talk.made, MEMBER) == "active"
    await talk.handle(Left(MEMBER, GROUP))
    await talk.press(MEMBER, left.cards[0].buttons[0][0].action)
    assert standing(talk.made, MEMBER) == "active"


async def test_who_was_taken_out_and_brought_back_counts_as_a_newcomer(talk: Talk) -> None:
    """And is asked from the next round on: a lot protects them, and the log tells of it."""
    people(talk.made)
    asked = opened_round(talk.made)
    at(talk.made, CLOSES)
    close_round(talk.made, asked.id)
    for event in (Left(MEMBER, GROUP), Joined(MEMBER, GROUP, "Somebody")):
        await talk.handle(event)

    again = opened_round(talk.made, 1)

    assert (asked.roster_size, again.roster_size, again.newcomers) == (14, 14, 1)
    log = [row["what"] for row in list_log_lines(talk.made, PARTNERSHIP)]
    assert "left a group chat, and is not asked" in log
    assert "came back to a group chat" in log
    assert "asked round 2: 14 people, 1 more and 1 fewer than in the round before" in log


@pytest.mark.both_databases
async def test_who_leaves_one_of_two_chats_is_asked_as_before(talk: Talk) -> None:
    people(talk.made)
    add_group(talk.made, PARTNERSHIP, CHAT)

    assert await talk.handle(Left(MEMBER, GROUP)) == Reply()
    assert standing(talk.made, MEMBER) == "active"
    # The other one, once pulse-bot is not in it, tells nothing of its people.
    await talk.handle(Removed(LEAD, CHAT))
    await talk.handle(Left(MEMBER, GROUP))
    assert standing(talk.made, MEMBER) == "unreachable"


async def test_chats_of_others_mean_nothing(talk: Talk) -> None:
    people(talk.made)
    create_partnership(talk.made, NewPartnership(AFON))
    add_group(talk.made, AFON, CHAT)
    elsewhere = Address("fake", "", "nobodys-chat")

    for chat in (CHAT, elsewhere):
        assert await talk.handle(Left(MEMBER, chat)) == Reply()
        assert standing(talk.made, MEMBER) == "active"
        leave.mark_unreachable(talk.made, MEMBER)
        assert await talk.handle(Joined(MEMBER, chat, "Member")) == Reply()
        assert standing(talk.made, MEMBER) == "unreachable"
        leave.resume_questions(talk.made, MEMBER)
    assert await talk.handle(Left(NEW, GROUP)) == Reply()


async def test_who_paused_stays_so(talk: Talk) -> None:
    people(talk.made)
    await talk.look(MEMBER, "pause")

    for event in (Left(MEMBER, GROUP), Joined(MEMBER, GROUP, "Member")):
        assert await talk.handle(event) == Reply()
        assert standing(talk.made, MEMBER) == "paused"


async def test_an_answer_makes_nobody_reachable(talk: Talk) -> None:
    """At the time of an answer nothing but envelopes may be written."""
    people(talk.made)
    asked = opened_round(talk.made)
    await talk.handle(Left(MEMBER, GROUP))

    before = snapshot(talk.made, without=("envelope",))
    assert (await talk.home(MEMBER, page=True)).outcome is Outcome.DONE
    assert (await talk.choose(asked, MEMBER, "4")).outcome is Outcome.DONE

    assert envelopes_in(talk.made) == 1
    assert snapshot(talk.made, without=("envelope",)) == before


@pytest.mark.both_databases
@pytest.mark.parametrize("many", [0, 1, 3000])
def test_however_many_are_there(made: Installation, many: int) -> None:
    everybody = people(made)
    new = tuple(Address("fake", "", f"new-{number}") for number in range(many))

    invited = welcome.list_invitations(made, 1, Members(many + 14, (*everybody, *new)))

    assert tuple(address for address, _ in invited) == new
