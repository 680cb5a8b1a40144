"""Notices to chats and leads: when, once, how many and never who; and the jobs that send them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pulse_bot.app import App
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Added, Address, Joined, Members, Removed, Reply, Sendable
from pulse_bot.storage.models import GroupRow, MemberRow
from pulse_bot.testing import FakeAdapter, SendFault, running
from pulse_bot.usecases.chats import notices
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.rounds.close import close_round
from tests.engine.scene import used_engine
from tests.made_up import (
    CLOSES,
    GROUP,
    OPENS,
    PARTNERSHIP,
    START,
    WEEK,
    all_told,
    at,
    found,
    installation,
    opened_round,
    people,
)
from tests.outbox import send_due, waiting
from tests.usecases.scene import Talk, words
from tests.usecases.test_posting import worked_off

GONE = AdapterError("The bot was removed from that chat.", permanent=True, gone=True)


def test_counting_is_given_out_when_a_block_begins(made: Installation) -> None:
    people(made)
    counted = []
    for week in range(8):
        asked = opened_round(made, week)
        sent = send_due(made, OutgoingKind.COUNT, members=Members(20))
        counted += [asked.number for one in sent if one.address == GROUP]
        close_round(made, asked.id)

    assert counted == [1, 7]


def test_counting_waits_for_an_hour_that_is_not_quiet(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    at(made, asked.opens_at.replace(hour=21))
    assert send_due(made, OutgoingKind.COUNT, members=Members(20)) == []

    at(made, asked.opens_at.replace(day=8, hour=7))
    assert len(send_due(made, OutgoingKind.COUNT, members=Members(20))) == 1


@pytest.mark.both_databases
async def test_a_chat_that_was_just_invited_is_not_counted(talk: Talk) -> None:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    asked = opened_round(talk.made)
    await talk.handle(Added(LEAD, Address("fake", "", "new-chat"), "A chat"))

    counted = waiting(talk.made, OutgoingKind.COUNT)

    assert [(one.round, one.group) for one in counted] == [(asked.id, 1)]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (13, None),
        (14, None),
        (15, "1 person in this chat has not started yet."),
        (22, "8 people in this chat have not started yet."),
    ],
)
def test_how_many_have_not_come_and_never_who(
    made: Installation, there: int, says: str | None
) -> None:
    people(made)

    card = notices.missing_card(made, 1, Members(there))

    assert (card is None) == (says is None)
    if card is not None and says is not None:
        assert card.text[0].startswith(says)
        assert [one.label for one in card.buttons[0]] == ["Join the pulse"]
        assert "Member" not in words([Reply(cards=(card,))])


def test_who_cannot_be_reached_has_not_come(made: Installation) -> None:
    one, two, *_ = people(made)
    leave.mark_unreachable(made, one)
    leave.pause_questions(made, two)

    card = notices.missing_card(made, 1, Members(14))

    assert card is not None
    assert card.text[0].startswith("1 person ")


def test_guests_who_are_not_invited_are_not_missing(made: Installation) -> None:
    people(made)
    guests = tuple(Address("fake", "", f"guest-{number}") for number in range(3))
    there = Members(17, guests=guests)

    assert notices.missing_card(made, 1, there) is None

    with made.database.write() as session:
        session.get_one(GroupRow, 1).guests = True
    card = notices.missing_card(made, 1, there)
    assert card is not None
    assert card.text[0].startswith("3 people ")


class Moving(FakeAdapter):
    """A platform on which a chat has moved: what is sent to the old address arrives at the new."""

    to: Address | None = None

    async def send(self, address: Address, shown: Sendable) -> Address:
        moved = self.to if self.to is not None and address == GROUP else address
        return await super().send(moved, shown)


@asynccontextmanager
async def running_app(folder: Path, fake: FakeAdapter) -> AsyncIterator[App]:
    """An app whose fourteen members are on the fake platform, and whose first member leads."""
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}")
    people(made)
    change_role(made, PARTNERSHIP, 1, Role.LEAD)
    all_told(made)
    app = App(made, {"fake": fake}, used_engine(folder), pace=Pace(None, 0.02))
    await app.start()
    try:
        async with running(fake, app.handle):
            yield app
    finally:
        await app.stop()
        made.database.close()


LEAD = Address("fake", "", "person-00")


def chat(app: App) -> tuple[str, str]:
    with app.installation.database.read() as session:
        row = session.scalars(select(GroupRow)).one()
        return row.chat, row.state.value


async def closed_round(app: App) -> None:
    asked = opened_round(app.installation)
    at(app.installation, CLOSES)
    close_round(app.installation, asked.id)


async def test_the_leads_are_told_of_a_chat_that_is_gone(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        await fake.tell(Removed(LEAD, GROUP))
        at(app.installation, OPENS)
        await worked_off(app)
        await worked_off(app)

        title = f"pulse-bot was removed from a chat of {PARTNERSHIP}"
        told = [address for address, card in fake.sends if card.title == title]
        assert told == [LEAD]
        assert chat(app) == (GROUP.user, "gone")


async def test_a_digest_that_finds_nobody_marks_the_chat_and_is_not_repeated(
    tmp_path: Path,
) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        await closed_round(app)
        fake.fail(GONE, to=GROUP)
        await worked_off(app)
        assert chat(app) == (GROUP.user, "gone")
        at(app.installation, CLOSES.replace(minute=1))
        await worked_off(app)

        assert chat(app) == (GROUP.user, "gone")
        assert [address for address, _ in fake.sends] == [LEAD]
        # It is news for some days, and comes when pulse-bot is back.
        fake.recover()
        await fake.tell(Added(LEAD, GROUP, "A chat"))
        await worked_off(app)
        assert [one.kind.value for one in fake.cards(GROUP)] == ["digest"]


@pytest.mark.parametrize(
    ("fault", "confirms", "copies"),
    [
        (SendFault.LOST, True, 1),
        (SendFault.LOST, False, 1),
        (SendFault.ARRIVED, True, 1),
        # Where the platform cannot be asked, a second copy is better than none.
        (SendFault.ARRIVED, False, 2),
    ],
)
async def test_what_may_have_arrived_is_looked_for_or_sent_once_more(
    tmp_path: Path, fault: SendFault, confirms: bool, copies: int
) -> None:
    fake = FakeAdapter(confirms=confirms)
    async with running_app(tmp_path, fake) as app:
        fake.plant(fault, to=LEAD)
        await opening(app)
        await minutes(app, 1, 5)
        assert len(fake.cards(LEAD)) == copies

        asked = found(app.installation, 1)
        at(app.installation, asked.closes_at)
        fake.plant(fault, to=GROUP)
        await worked_off(app)
        await minutes(app, 1, 5)
        assert [card.title[:7] for card in fake.cards(GROUP)] == ["Round 1"] * copies


async def test_a_chat_that_moved_is_written_to_there_from_now_on(tmp_path: Path) -> None:
    fake = Moving()
    fake.to = Address("fake", "", "moved-to")
    async with running_app(tmp_path, fake) as app:
        await closed_round(app)
        await worked_off(app)

        assert [one.kind.value for one in fake.cards(fake.to)] == ["digest"]
        assert chat(app) == ("moved-to", "linked")


async def minutes(app: App, *after: int) -> None:
    """Let some minutes go by, and do each time what is due."""
    now = app.installation.clock.now()
    for minute in after:
        at(app.installation, now + timedelta(minutes=minute))
        await worked_off(app)


async def opening(app: App, week: int = 0) -> None:
    """Let a round open, and everything be done that is due then."""
    at(app.installation, OPENS + week * WEEK)
    await worked_off(app)


async def test_a_chat_is_told_how_many_have_not_joined(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        for number in range(22):
            await fake.tell(Joined(fake.address(f"anyone-{number}"), GROUP, "Anyone"))
        await opening(app)
        [card] = fake.cards(GROUP)
        assert card.text[0].startswith("8 people in this chat have not started yet.")

        await worked_off(app)
        assert len(fake.cards(GROUP)) == 1


async def test_a_chat_that_cannot_be_counted_is_left_alone(tmp_path: Path) -> None:
    class Shy(FakeAdapter):
        asked = 0

        async def members(self, group: Address) -> Members:
            self.asked += 1
            raise AdapterError("It does not say.", permanent=False)

    fake = Shy()
    async with running_app(tmp_path, fake) as app:
        await opening(app)
        at(app.installation, OPENS.replace(minute=31))
        await worked_off(app)

        # It is asked again a little later; nothing else waits for it.
        assert fake.asked == 2
        assert fake.cards(GROUP) == ()
        assert len(fake.cards(LEAD)) == 1


async def test_who_cannot_be_reached_any_more_is_marked_so(tmp_path: Path) -> None:
    fake = FakeAdapter()
    blocked, away = Address("fake", "", "person-03"), Address("fake", "", "person-04")
    async with running_app(tmp_path, fake) as app:
        fake.fail(GONE, to=blocked)
        fake.fail(AdapterError("That was too long.", permanent=True), to=away)
        await opening(app)

        assert standings(app)[blocked.user] == "unreachable"
        assert standings(app)[away.user] == "active"
        # Let in again, they are asked as before.
        fake.recover()
        await fake.tell(Joined(blocked, blocked, "Member 03"))
        assert standings(app)[blocked.user] == "active"


async def test_a_reminder_that_finds_nobody_is_written_down_nowhere(tmp_path: Path) -> None:
    """Only those who have not answered are reminded: a mark at that hour would name one of them."""
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        await opening(app)
        sent = len(fake.sends)
        fake.fail(GONE, to=LEAD)
        at(app.installation, OPENS.replace(day=8))
        await worked_off(app)

        assert len(fake.sends) == sent + 13
        assert set(standings(app).values()) == {"active"}


def standings(app: App) -> dict[str, str]:
    with app.installation.database.read() as session:
        return {row.user: row.standing.value for row in session.scalars(select(MemberRow))}


async def test_leads_are_told_later_where_nobody_could_be_told(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        await fake.tell(Removed(LEAD, GROUP))
        fake.fail(AdapterError("Away for a moment.", permanent=False), to=LEAD)
        await worked_off(app)
        assert fake.cards(LEAD) == ()

        fake.recover()
        at(app.installation, START + timedelta(minutes=1))
        await worked_off(app)
        assert [card.title for card in fake.cards(LEAD)] == [
            f"pulse-bot was removed from a chat of {PARTNERSHIP}"
        ]


async def test_a_reminder_comes_later_where_the_platform_was_away(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        await opening(app)
        asked = len(fake.sends)
        fake.fail(AdapterError("Away for a moment.", permanent=False))
        at(app.installation, OPENS.replace(day=8))
        await worked_off(app)
        assert len(fake.sends) == asked

        fake.recover()
        at(app.installation, OPENS.replace(day=8, minute=31))
        await worked_off(app)
        await worked_off(app)
        assert len(fake.sends) == asked + 14
