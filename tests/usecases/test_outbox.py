"""Everything that leaves arrives, whatever the platform does meanwhile; and when it does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from pulse_bot.app import App
from pulse_bot.domain.outgoing import (
    NEWS,
    PENDING,
    OutgoingKind,
    OutgoingPart,
    OutgoingState,
    SendOutcome,
    plan_next_step,
)
from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.release.record import Digest
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError, Refused
from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Joined,
    OpenedHome,
    Outcome,
    Picture,
    Pressed,
    Removed,
    Sendable,
)
from pulse_bot.storage import outbox
from pulse_bot.storage.models import GroupRow, MemberRow
from pulse_bot.storage.outbox import Claim, Settlement, claim_entries, settle_entries
from pulse_bot.testing import FakeAdapter, SendFault, running
from pulse_bot.usecases.chats import weekly_limit
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.reading.trouble_list import list_troubles
from pulse_bot.usecases.rounds.post import post_again
from pulse_bot.usecases.tick import find_due_jobs
from tests.engine.scene import used_engine
from tests.made_up import (
    CLOSES,
    GROUP,
    OPENS,
    PARTNERSHIP,
    START,
    all_told,
    answer_all,
    at,
    found,
    installation,
    people,
)
from tests.outbox import rows, send_due, tick, waiting
from tests.usecases.test_posting import worked_off

LEAD = Address("fake", "", "person-00")
MINUTE = timedelta(minutes=1)
PICTURE = Picture(b"\x89PNG", "A picture of it.")


class Drawing:
    """A renderer whose pictures cost nothing."""

    def __init__(self, made: Installation) -> None:
        self._real = made.renderer

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def picture(self, digests: list[Digest]) -> Picture:
        return PICTURE


@asynccontextmanager
async def running_app(folder: Path, fake: FakeAdapter) -> AsyncIterator[App]:
    """An app whose fourteen members are on the fake platform, and whose first member leads."""
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}")
    made = replace(made, renderer=Drawing(made))  # type: ignore[arg-type] # it has every method
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


async def later(app: App, *after: int) -> None:
    """Let so many minutes go by, and do each time what is due."""
    now = app.installation.clock.now()
    for minute in after:
        at(app.installation, now + MINUTE * minute)
        await worked_off(app)


def kind_of(shown: Sendable) -> str:
    """What something is to whoever reads it."""
    if not isinstance(shown, Card):
        return type(shown).__name__
    return shown.title.split(" after ")[0] if shown.kind is CardKind.NOTICE else shown.kind.value


class Faulty(FakeAdapter):
    """Whatever is sent of each kind, the first of it meets a fault."""

    def __init__(self, fault: SendFault | None, *, confirms: bool) -> None:
        super().__init__(confirms=confirms)
        self.fault = fault
        self.met: set[str] = set()

    async def send(self, address: Address, shown: Sendable) -> Address:
        kind = kind_of(shown)
        if kind == "question" and self.reminding:
            kind = "reminder"
        if self.fault is not None and kind not in self.met:
            self.met.add(kind)
            self.plant(self.fault, to=address)
        return await super().send(address, shown)

    reminding = False


async def play(folder: Path, fake: Faulty) -> Counter[tuple[str, str]]:
    """A week in which everything is sent that there is; who got what, and how often."""
    async with running_app(folder, fake) as app:
        made = app.installation
        for number in range(22):
            await fake.tell(Joined(fake.address(f"anyone-{number}"), GROUP, "Anyone"))
        weekly_limit.change_limit(made, PARTNERSHIP, 5)
        await later(app, 2, 4, 9)
        at(made, OPENS)
        await later(app, 0, 2, 5)
        await answer_all(
            made, found(made, 1), [Address("fake", "", f"person-{n:02}") for n in range(12)]
        )
        before = Counter(fake.arrived)
        at(made, OPENS + timedelta(hours=24))
        fake.reminding = True
        await later(app, 0, 2, 5)
        fake.reminding = False
        reminded = Counter(fake.arrived) - before
        at(made, CLOSES)
        await later(app, 0, 2, 5)
        await fake.tell(Removed(LEAD, GROUP))
        await later(app, 0, 2, 5)
    marks = {id(one): "reminder" for one in reminded}
    return Counter(
        (marks.get(id(one)) or kind_of(one.shown), one.address.user) for one in fake.arrived
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Counter[tuple[str, str]]:
    """What arrives on a platform without a fault."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return asyncio.run(play(folder, Faulty(None, confirms=True)))


def test_a_whole_week_is_sent(undisturbed: Counter[tuple[str, str]]) -> None:
    kinds = Counter(kind for kind, _ in undisturbed.elements())
    assert kinds == {
        f"What was changed in {PARTNERSHIP}": 1,
        f"The pulse of {PARTNERSHIP}": 1,
        "question": 14,
        "reminder": 2,
        "digest": 1,
        "Picture": 1,
        f"pulse-bot was removed from a chat of {PARTNERSHIP}": 1,
    }


@pytest.mark.parametrize("confirms", [True, False])
@pytest.mark.parametrize("fault", [fault for fault in SendFault if not fault.error().permanent])
async def test_everything_arrives_whatever_a_platform_does_once(
    tmp_path: Path, undisturbed: Counter[tuple[str, str]], fault: SendFault, *, confirms: bool
) -> None:
    fake = Faulty(fault, confirms=confirms)
    arrived = await play(tmp_path, fake)

    assert len(fake.met) == 7, "a kind of message met no fault"
    missing, doubled = undisturbed - arrived, arrived - undisturbed
    # Nobody is reminded twice, so that one reminder that may have arrived stays one that may.
    assert [kind for kind, _ in missing] == ["reminder"] * (fault is SendFault.LOST)
    # Where the platform cannot be asked, a second copy is better than none.
    sent_twice = len(fake.met) - 1 if fault is SendFault.ARRIVED and not confirms else 0
    assert len(list(doubled.elements())) == sent_twice
    assert "reminder" not in {kind for kind, _ in doubled}


async def test_a_stop_leaves_nothing_claimed(tmp_path: Path) -> None:
    """A stop in the middle of slow drawings and slow sends: all of it goes out after the start."""

    class Slow(FakeAdapter):
        async def send(self, address: Address, shown: Sendable) -> Address:
            await asyncio.sleep(0.2)
            return await super().send(address, shown)

    fake = Slow()
    async with running_app(tmp_path, fake) as app:
        at(app.installation, OPENS)
        await asyncio.to_thread(app.engine.tick_now)
        while not fake.arrived:  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.02)
    made = installation(f"sqlite:///{tmp_path / 'pulse-bot.db'}", app.installation.clock)  # type: ignore[arg-type] # it is fixed
    states = {row.state for row in rows(made, OutgoingKind.CARD)}
    made.database.close()
    assert OutgoingState.CLAIMED not in states


async def test_what_does_not_arrive_for_an_hour_is_told_and_posted_by_a_button(
    tmp_path: Path,
) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        made = app.installation
        at(made, OPENS)
        await worked_off(app)
        await answer_all(made, found(made, 1), [LEAD])
        at(made, CLOSES)
        fake.fail(AdapterError("Nothing gets through.", permanent=False), to=GROUP)
        await later(app, 0, 30, 59)
        titles = [card.title for card in fake.cards(LEAD)]
        assert f"Something of {PARTNERSHIP} does not arrive" not in titles

        await later(app, 2, 4)
        told = fake.cards(LEAD)[-1]
        assert told.title == f"Something of {PARTNERSHIP} does not arrive"
        assert told.text[0].startswith(
            "For an hour the digest of round 1 to the group's chat could not be sent, because fake "
            "did not take it. I keep trying for some days."
        )
        [listed] = [row for row in list_troubles(made) if row["what"] == "send digest, words"]
        assert (listed["why"], listed["partnership"]) == ("waiting", PARTNERSHIP)
        # Only once, and on the lead's own page for as long as it lasts.
        await later(app, 10, 20)
        assert [card.title for card in fake.cards(LEAD)].count(told.title) == 1
        home = await app.handle(OpenedHome(LEAD, page=True))
        [again] = [card for card in home.cards if "has not arrived in a chat" in card.title]
        assert again.title == "The digest of round 1 has not arrived in a chat"
        # The web shows no such page, and nothing can be sent there.
        assert again in (await app.handle(OpenedHome(LEAD))).cards
        member = await app.handle(OpenedHome(Address("fake", "", "person-05"), page=True))
        assert not [card for card in member.cards if "has not arrived" in card.title]
        member = await app.handle(OpenedHome(Address("fake", "", "person-05")))
        assert not [card for card in member.cards if "has not arrived" in card.title]

        fake.recover()
        [[button]] = told.buttons
        assert (button.label, button) == ("Post it again", again.buttons[0][0])
        reply = await app.handle(Pressed(LEAD, button.action))
        assert reply.notice == "It is posted again within a minute."
        await later(app, 1)
        assert [card.title[:7] for card in fake.cards(GROUP)] == ["Round 1"]
        reply = await app.handle(Pressed(LEAD, button.action))
        assert reply.notice == "Every chat has it, or gets it at this moment."
        refused = await app.handle(Pressed(Address("fake", "", "person-05"), button.action))
        assert refused.outcome is Outcome.REFUSED


async def test_the_log_says_what_is_done_about_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        at(app.installation, OPENS)
        await worked_off(app)
        at(app.installation, CLOSES)
        fake.fail(AdapterError("Nothing gets through.", permanent=False), to=GROUP)
        await later(app, 0, 59)
        assert "A message (digest) has not arrived yet, and is tried again." in caplog.text
        assert "does not arrive" not in caplog.text
        await later(app, 2, 4)
        assert "A message (digest) does not arrive. See: pulse-bot trouble list" in caplog.text


@pytest.mark.both_databases
def test_what_nobody_even_tries_to_send_is_told_after_an_hour(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """The adapter of a chat is not switched on, by a slip in the settings say."""
    people(made, 3)
    at(made, OPENS)
    tick(made)
    send_due(made)
    at(made, CLOSES)
    tick(made)
    for minutes in (0, 59):
        at(made, CLOSES + minutes * MINUTE)
        find_due_jobs(made, made.clock.now(), live=(), adapters=frozenset())
    assert "does not arrive" not in caplog.text
    assert not list_troubles(made)
    # After an outage everything is untried, and is sent before anybody is told.
    for minutes in (61, 70, 72):
        assert "does not arrive" not in caplog.text
        at(made, CLOSES + minutes * MINUTE)
        find_due_jobs(made, made.clock.now(), live=(), adapters=frozenset())
    assert caplog.text.count("A message (digest) does not arrive") == 1
    assert [row["what"] for row in list_troubles(made)] == ["send digest, words"]


async def test_an_entry_that_nobody_foresaw_keeps_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(FakeAdapter):
        async def send(self, address: Address, shown: Sendable) -> Address:
            await asyncio.sleep(1.5)
            return await super().send(address, shown)

    def stumble(*_: object) -> None:
        raise RuntimeError("Nobody foresaw this.")

    monkeypatch.setattr("pulse_bot.usecases.chats.welcome.list_invitations", stumble)
    fake = Slow()
    async with running_app(tmp_path, fake) as app:
        made = app.installation
        at(made, OPENS)
        await asyncio.to_thread(tick, made)
        with made.database.write() as session:
            group = session.scalars(select(GroupRow)).one()
            to = outbox.address_group(group)
            outbox.add_entry(session, OutgoingKind.INVITATIONS, to, OPENS)
        await worked_off(app)
        people_asked = {one.address.user for one in fake.arrived}
    assert len(people_asked) == len(fake.arrived) == 14


async def test_what_is_refused_for_good_is_told_at_once(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        at(app.installation, OPENS)
        await worked_off(app)
        at(app.installation, CLOSES)
        fake.fail(AdapterError("Not there.", permanent=True), to=GROUP)
        await later(app, 0, 1, 2)
        told = fake.cards(LEAD)[-1]
        assert told.text[0] == (
            "The digest of round 1 to the group's chat could not be sent: fake did not take it."
        )
        assert [button.label for [button] in told.buttons] == ["Post it again"]


async def test_an_operator_posts_a_digest_again(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        made = app.installation
        with pytest.raises(Refused, match="no digest yet: no round has closed"):
            post_again(made, PARTNERSHIP)
        with pytest.raises(Refused, match="no digest of round 7 to post"):
            post_again(made, PARTNERSHIP, 7)
        at(made, OPENS)
        await worked_off(app)
        at(made, CLOSES)
        await worked_off(app)
        assert len(fake.cards(GROUP)) == 1

        assert post_again(made, PARTNERSHIP) == (1, 0)
        assert post_again(made, PARTNERSHIP, 1, everywhere=True) == (1, 1)
        await later(app, 1)
        assert len(fake.cards(GROUP)) == 2


async def test_a_lost_answer_after_an_outage_is_no_end(tmp_path: Path) -> None:
    """Ninety minutes of refusals, then one answer that is lost: the digest comes all the same."""
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        at(app.installation, OPENS)
        await worked_off(app)
        at(app.installation, CLOSES)
        fake.fail(AdapterError("Nothing gets through.", permanent=False), to=GROUP)
        await later(app, *range(0, 91, 15))
        assert not fake.cards(GROUP)
        fake.recover()
        fake.plant(SendFault.LOST, to=GROUP)
        await later(app, 15)
        [digest] = rows(app.installation, OutgoingKind.DIGEST)
        assert digest.state is OutgoingState.UNCERTAIN
        await later(app, *range(60, 481, 60))
        assert [card.title[:7] for card in fake.cards(GROUP)] == ["Round 1"]


@given(
    st.lists(st.sampled_from(list(SendOutcome)), min_size=1, max_size=40),
    st.integers(0, 3600),
)
def test_only_an_answer_ends_an_entry(outcomes: list[SendOutcome], retry_after: int) -> None:
    now, ended = START, (SendOutcome.SENT, SendOutcome.FAILED)
    for attempts, outcome in enumerate(outcomes, 1):
        wish = timedelta(seconds=retry_after)
        step = plan_next_step(outcome, attempts, now, wish, since=START)
        assert (step.state not in PENDING) == (outcome in ended)
        if outcome in ended:
            assert (step.state is OutgoingState.SENT) == (outcome is SendOutcome.SENT)
            return
        assert step.due_at >= now + max(MINUTE, wish)
        now = step.due_at


def test_what_stays_uncertain_brings_few_copies() -> None:
    now, copies = START, 0
    while now < START + NEWS[OutgoingKind.DIGEST]:
        copies += 1
        now = plan_next_step(SendOutcome.UNCERTAIN, copies, now, since=START).due_at
    assert 5 < copies <= 12


@pytest.mark.both_databases
def test_who_moves_while_their_card_is_sent_gets_it_where_they_are_now(made: Installation) -> None:
    people(made, 3)
    at(made, OPENS)
    tick(made)
    entry = waiting(made, OutgoingKind.CARD)[0]
    assert claim_entries(made.database, [Claim(entry.id, OPENS)]) == [True]
    with made.database.write() as session:
        member = session.get_one(MemberRow, entry.member)
        member.user = "somewhere else"
        outbox.move_member(session, member)
    sent = plan_next_step(SendOutcome.SENT, 1, OPENS)
    settle_entries(made.database, [Settlement(entry.id, sent)])
    [card] = [one for one in waiting(made, OutgoingKind.CARD) if one.member == entry.member]
    assert card.address.user == "somewhere else"


@pytest.mark.both_databases
def test_what_two_workers_sent_is_followed_once(made: Installation) -> None:
    """A worker that was taken for dead comes back: what it sent was sent by another meanwhile."""
    people(made, 3)
    at(made, OPENS)
    tick(made)
    at(made, CLOSES)
    tick(made)
    [entry] = waiting(made, OutgoingKind.DIGEST)
    assert claim_entries(made.database, [Claim(entry.id, CLOSES)]) == [True]
    with made.database.write() as session:
        outbox.recover_claimed(session, "fake", "")
    assert claim_entries(made.database, [Claim(entry.id, CLOSES)]) == [True]
    step = plan_next_step(SendOutcome.SENT, 1, CLOSES)
    follows = ((OutgoingKind.DIGEST, OutgoingPart.PICTURE),)
    for _ in range(2):
        settle_entries(made.database, [Settlement(entry.id, step, follows)])
    parts = [row.part for row in rows(made, OutgoingKind.DIGEST)]
    assert parts == [OutgoingPart.WORDS, OutgoingPart.PICTURE]
