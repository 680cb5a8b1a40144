"""A workshop's pack: for everybody at the same moment, and with nothing that the digest lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from pulse_bot.adapter_kit.actions import NOT_IN_USE
from pulse_bot.domain.asking.calendar import parse_zone, to_utc
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.domain.partnership.people import Role
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, File, Outcome, Picture, Reply, Submitted
from pulse_bot.storage import audit_log, partnerships
from pulse_bot.storage.models import LogEntryRow, MemberRow
from pulse_bot.storage.workshop_tables import CommitmentRow, SeedingRow
from pulse_bot.usecases.members.directory import NewPartnership, change_role, create_partnership
from pulse_bot.usecases.reading.operator_lists import read_digest
from pulse_bot.usecases.rounds import pack_files
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.words import audit_words
from pulse_bot.usecases.workshops import pack as workshop_pack
from tests.made_up import CLOSES, GROUP, PARTNERSHIP, answer_all, at, opened_round, people
from tests.outbox import rows, send_due
from tests.usecases.scene import Talk, words

LEAD, FACILITATOR, MEMBER, OTHER = (Address("fake", "", f"person-{n:02}") for n in range(4))
STRANGER = Address("fake", "", "somebody-else")
TITLE = "Can we hold one another to account?"
WORKSHOP = date(2026, 1, 12)
"""The Monday after the round has closed."""


def its_day(hour: int = 9) -> datetime:
    """An hour of the workshop's day."""
    return to_utc(WORKSHOP, time(hour), parse_zone("Europe/London"))


@pytest.fixture
async def valley(talk: Talk) -> Talk:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    change_role(talk.made, PARTNERSHIP, 2, Role.FACILITATOR)
    return talk


def seeded(
    talk: Talk,
    asked: Round | None,
    *,
    together: bool = False,
    by: int | None = 2,
    on: date = WORKSHOP,
) -> int:
    """A workshop that this round asks for; one that is planned, where there is none yet."""
    with talk.made.database.write() as session:
        row = SeedingRow(
            partnership_id=partnerships.find_partnership(session, PARTNERSHIP).id,
            title=TITLE,
            workshop_on=on,
            items=[],
            state=SeedingState.ASKED if asked else SeedingState.PLANNED,
            arranged=ArrangementKind.ALONE,
            opens_at=None,
            closes_at=CLOSES if on == WORKSHOP else datetime.combine(on, time(), UTC),
            together=together,
            seeded_by=by,
            round_id=asked.id if asked else None,
        )
        session.add(row)
        session.flush()
        return row.id


async def closed(talk: Talk, *, together: bool = False, by: int | None = 2) -> tuple[int, Round]:
    """A workshop whose questions were answered and have closed."""
    asked = opened_round(talk.made)
    seeding = seeded(talk, asked, together=together, by=by)
    everybody = [Address("fake", "", f"person-{n:02}") for n in range(14)]
    await answer_all(talk.made, asked, everybody)
    at(talk.made, CLOSES)
    close_round(talk.made, asked.id)
    return seeding, asked


def log(talk: Talk) -> list[tuple[str, str, bool]]:
    """Who did what, and whether it is announced."""
    with talk.made.database.read() as session:
        rows = session.scalars(select(LogEntryRow).order_by(LogEntryRow.id))
        announced = {row.id: row.announce for row in rows}
        here = partnerships.find_partnership(session, PARTNERSHIP).id
        entries = audit_log.newest_entries(session, here, len(announced))[::-1]
        return [
            (audit_words.who(one.actor), audit_words.what(one.event), announced[one.id])
            for one in entries
        ]


@pytest.mark.both_databases
async def test_without_a_workshop_there_is_no_pack(valley: Talk) -> None:
    reply = await valley.look(MEMBER, "pack")
    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith("There is no pack yet.")


async def test_before_the_close_everybody_is_told_when_it_comes(valley: Talk) -> None:
    seeded(valley, opened_round(valley.made))
    for who in (LEAD, FACILITATOR, MEMBER):
        for command in ("pack", "workshop"):
            reply = await valley.look(who, command)
            assert reply.outcome is Outcome.REFUSED
            assert reply.notice == (
                f"The pack for “{TITLE}” comes when its questions have closed, on Friday 9 January "
                "at 16:00."
            )
    with pytest.raises(Refused, match="comes when its questions have closed"):
        workshop_pack.inspect_pack(valley.made, PARTNERSHIP)


async def test_what_is_planned_says_when_its_pack_comes(valley: Talk) -> None:
    seeded(valley, None, together=True)
    told = (await valley.look(MEMBER, "pack")).notice
    assert "on Friday 9 January at 16:00. It is then opened together" in told
    assert "at the workshop on Monday 12 January." in told


async def test_after_the_close_everybody_reads_the_digest_and_nothing_else(valley: Talk) -> None:
    seeding, _ = await closed(valley)
    replies = [await valley.look(who, "pack") for who in (LEAD, FACILITATOR, MEMBER)]
    assert replies[0] == replies[1] == replies[2]
    [card] = replies[0].cards
    said = " ".join(one.text for one in read_digest(valley.made, PARTNERSHIP).statements)
    assert card.title in said
    assert all(text in said for text in card.text)
    assert f"pack:file:{seeding}" in [one.action for row in card.buttons for one in row]


async def test_an_older_pack_stays_while_the_next_one_is_awaited(valley: Talk) -> None:
    await closed(valley)
    seeded(valley, None, on=date(2026, 2, 12))
    awaited, shown = (await valley.look(MEMBER, "pack")).cards
    assert "comes when its questions have closed" in " ".join(awaited.text)
    assert awaited.buttons == ()
    assert shown.title.startswith("Round 1")


async def test_the_file_holds_what_the_digest_says_and_open_commitments(valley: Talk) -> None:
    promised(valley, 1, CommitmentState.OPEN)
    promised(valley, 2, CommitmentState.KEPT)
    seeding, _ = await closed(valley)
    [card] = (await valley.press(MEMBER, f"pack:file:{seeding}")).cards
    assert card.file is not None
    assert (card.file.name, card.file.media_type) == ("pack-2026-01-12.pdf", "application/pdf")
    assert card.file.content.startswith(b"%PDF-")
    page = (await valley.look(MEMBER, "workshop")).page
    assert "We open lesson 1 to all." in page
    assert "We open lesson 2 to all." not in page
    assert (await valley.look(LEAD, "workshop")).page == page


def promised(talk: Talk, number: int, state: CommitmentState) -> None:
    """A commitment of this number, of which a digest has told before."""
    with talk.made.database.write() as session:
        session.add(
            CommitmentRow(
                partnership_id=partnerships.find_partnership(session, PARTNERSHIP).id,
                number=number,
                text=f"We open lesson {number} to all.",
                due=WORKSHOP,
                state=state,
                ask_from=WORKSHOP,
                told=True,
            )
        )


@pytest.mark.parametrize("together", [False, True])
async def test_a_pack_that_is_open_stays_the_same_for_ever(valley: Talk, *, together: bool) -> None:
    """Whatever becomes of commitments, and wherever somebody tries to put its day."""
    promised(valley, 1, CommitmentState.OPEN)
    seeding, asked = await closed(valley, together=together)
    workshop_pack.reveal_pack(valley.made, asked.id)

    def files() -> list[bytes]:
        pack = workshop_pack.inspect_pack(valley.made, PARTNERSHIP)
        render = valley.made.renderer.pack
        return [render(name, pack)[name] for name in ("pack.html", "pack.pdf")]

    before = files()
    assert b"We open lesson 1 to all." in before[0]
    promised(valley, 2, CommitmentState.OPEN)
    await valley.press(LEAD, "commitment:dropped:1")
    moved = Submitted(FACILITATOR, f"seed:day:{seeding}", {"on": ("20 January",)})
    refused = await valley.handle(moved)

    assert "is open to everybody, so its day stays as it is" in refused.notice
    assert files() == before
    # The control: the commitments did change.
    commitments = words([await valley.look(MEMBER, "commitments")])
    assert "We open lesson 2 to all." in commitments
    assert "We open lesson 1 to all. Dropped." in commitments


@pytest.mark.parametrize(
    "action",
    ["pack:", "pack:open", "pack:open:", "pack:open:x", "pack:file:²", "pack:file:1:2",
     "pack:drop:1", f"pack:file:{10**30}", f"pack:open:{10**30}", "pack:file:-1"],
)  # fmt: skip
async def test_forged_buttons_are_refused(valley: Talk, action: str) -> None:
    await closed(valley)
    reply = await valley.press(FACILITATOR, action)
    assert (reply.outcome, reply.notice) == (Outcome.REFUSED, NOT_IN_USE)


@pytest.mark.both_databases
async def test_nobody_reads_or_opens_the_pack_of_another_partnership(valley: Talk) -> None:
    seeding, _ = await closed(valley, together=True)
    at(valley.made, its_day())
    create_partnership(valley.made, NewPartnership("Elsewhere", "Europe/London"))
    with valley.made.database.write() as session:
        elsewhere = partnerships.find_partnership(session, "Elsewhere")
        school = partnerships.ensure_organisation(session, elsewhere.id, "Far School")
        moved = session.scalars(select(MemberRow).where(MemberRow.id == 2)).one()
        moved.partnership_id, moved.organisation_id = elsewhere.id, school.id
    for verb in ("open", "file"):
        reply = await valley.press(FACILITATOR, f"pack:{verb}:{seeding}")
        assert reply.outcome is Outcome.REFUSED
        assert "“/pulse pack” shows the newest pack" in reply.notice
    assert (await valley.look(STRANGER, "pack")).outcome is Outcome.UNKNOWN
    assert (await valley.look(MEMBER, "pack")).outcome is Outcome.REFUSED


def buttons(reply: Reply) -> list[str]:
    """The actions of a reply's buttons."""
    return [one.action for card in reply.cards for row in card.buttons for one in row]


async def test_what_is_held_nobody_reads_before_it_is_opened(valley: Talk) -> None:
    seeding, asked = await closed(valley, together=True)
    for hour in (its_day(9), CLOSES):
        at(valley.made, hour)
        for who in (LEAD, FACILITATOR, MEMBER):
            for seen in (
                await valley.look(who, "pack"),
                await valley.look(who, "workshop"),
                await valley.press(who, f"pack:file:{seeding}"),
            ):
                assert "is opened together" in words([seen])
                assert "Round 1" not in words([seen])
                assert seen.page == ""
            assert "No digest yet" in words([await valley.look(who, "group")])
        with pytest.raises(Refused, match="is opened together"):
            workshop_pack.inspect_pack(valley.made, PARTNERSHIP)
        with pytest.raises(Refused, match="is opened together"):
            workshop_pack.inspect_pack(valley.made, PARTNERSHIP, asked.number)
        for number in (None, asked.number):
            with pytest.raises(Refused, match="at the workshop on Monday 12 January, or by itself"):
                read_digest(valley.made, PARTNERSHIP, number)
    assert not rows(valley.made, OutgoingKind.PACK)


async def test_it_is_opened_on_its_day_by_whom_the_roles_allow(valley: Talk) -> None:
    seeding, _ = await closed(valley, together=True)
    action = f"pack:open:{seeding}"
    early = await valley.press(FACILITATOR, action)
    assert early.outcome is Outcome.REFUSED
    assert "can be opened from Monday 12 January on" in early.notice
    assert action not in buttons(await valley.look(FACILITATOR, "pack"))

    at(valley.made, its_day())
    assert action not in buttons(await valley.look(MEMBER, "pack"))
    refused = await valley.press(MEMBER, action)
    assert refused.outcome is Outcome.REFUSED
    assert "Only " in refused.notice
    assert action in buttons(await valley.look(FACILITATOR, "pack"))

    opened = await valley.press(FACILITATOR, action)
    assert opened.notice == workshop_pack.OPENED
    assert (await valley.look(MEMBER, "pack")).cards == opened.cards
    assert "Round 1" in words([await valley.look(MEMBER, "group")])
    # By its second facilitator, too; and the tick at the end of the day finds nothing to do.
    assert (await valley.press(LEAD, action)).notice == workshop_pack.OPENED
    lines = [line for line in log(valley) if "opened the pack" in line[1]]
    assert lines == [("a facilitator", "opened the pack of round 1", True)]


async def test_a_role_that_was_taken_opens_nothing(valley: Talk) -> None:
    seeding, _ = await closed(valley, together=True)
    at(valley.made, its_day())
    change_role(valley.made, PARTNERSHIP, 2, Role.MEMBER)
    reply = await valley.press(FACILITATOR, f"pack:open:{seeding}")
    assert reply.outcome is Outcome.REFUSED
    assert "is opened together" in words([await valley.look(FACILITATOR, "pack")])


async def test_what_nobody_opened_is_revealed_once(valley: Talk) -> None:
    seeding, asked = await closed(valley, together=True)
    workshop_pack.reveal_pack(valley.made, asked.id)
    workshop_pack.reveal_pack(valley.made, asked.id)
    workshop_pack.reveal_pack(valley.made, asked.id + 99)
    assert f"pack:file:{seeding}" in buttons(await valley.look(MEMBER, "pack"))
    lines = [line for line in log(valley) if "opened the pack" in line[1]]
    assert lines == [("pulse-bot", "opened the pack of round 1", True)]


@pytest.mark.both_databases
async def test_an_open_round_is_never_revealed(valley: Talk) -> None:
    asked = opened_round(valley.made)
    seeding = seeded(valley, asked, together=True)
    at(valley.made, its_day())
    workshop_pack.reveal_pack(valley.made, asked.id)
    reply = await valley.press(FACILITATOR, f"pack:open:{seeding}")
    assert reply.outcome is Outcome.REFUSED
    assert "comes when its questions have closed" in reply.notice
    assert [line for line in log(valley) if "opened the pack" in line[1]] == []


@pytest.mark.both_databases
async def test_the_operator_opens_by_the_same_rules_and_each_look_is_logged(valley: Talk) -> None:
    await closed(valley, together=True)
    with pytest.raises(Refused, match="can be opened from Monday 12 January on"):
        workshop_pack.open_pack_now(valley.made, PARTNERSHIP)
    at(valley.made, its_day())
    assert workshop_pack.open_pack_now(valley.made, PARTNERSHIP) == TITLE
    with pytest.raises(Refused, match="No pack of Colne Valley waits to be opened"):
        workshop_pack.open_pack_now(valley.made, PARTNERSHIP)
    assert workshop_pack.inspect_pack(valley.made, PARTNERSHIP) == workshop_pack.inspect_pack(
        valley.made, PARTNERSHIP, 1
    )
    with pytest.raises(Refused, match="Round 9 was for no workshop"):
        workshop_pack.inspect_pack(valley.made, PARTNERSHIP, 9)
    who = "the operator"
    assert (who, "opened the pack of round 1", True) in log(valley)
    assert (who, "looked at the pack of round 1", False) in log(valley)


@pytest.mark.both_databases
async def test_whoever_seeded_it_is_sent_the_card_that_everybody_gets(valley: Talk) -> None:
    _, asked = await closed(valley)

    card, *drawn = send_due(valley.made, OutgoingKind.PACK)

    assert {one.address for one in (card, *drawn)} == {FACILITATOR}
    assert [type(one.shown) for one in drawn] == [Picture, File]
    assert drawn[1].shown == pack_files.load_pack_file(valley.made, asked.id)
    assert send_due(valley.made, OutgoingKind.PACK) == []
    posts = send_due(valley.made, OutgoingKind.DIGEST)
    assert {one.address for one in posts} == {GROUP}
    assert [one.shown for one in posts] == [one.shown for one in (card, *drawn)]
    [shown] = (await valley.look(MEMBER, "pack")).cards
    assert replace(card.card, buttons=()) == replace(shown, buttons=())


async def test_a_pack_that_is_held_is_sent_once_it_is_open(valley: Talk) -> None:
    _, asked = await closed(valley, together=True)
    assert not rows(valley.made, OutgoingKind.PACK, OutgoingKind.DIGEST)
    workshop_pack.reveal_pack(valley.made, asked.id)
    assert len(send_due(valley.made, OutgoingKind.PACK)) == 3
    assert len(send_due(valley.made, OutgoingKind.DIGEST)) == 3


async def test_whoever_lost_the_role_is_not_sent_it_even_later(valley: Talk) -> None:
    await closed(valley)
    change_role(valley.made, PARTNERSHIP, 2, Role.MEMBER)
    assert send_due(valley.made, OutgoingKind.PACK) == []
    change_role(valley.made, PARTNERSHIP, 2, Role.FACILITATOR)
    assert not rows(valley.made, OutgoingKind.PACK)


async def test_what_an_operator_or_nobody_seeded_is_sent_to_nobody(valley: Talk) -> None:
    _, asked = await closed(valley, by=None)
    assert not rows(valley.made, OutgoingKind.PACK)
    # The group's chats get it all the same.
    assert pack_files.load_pack_file(valley.made, asked.id) is not None


async def test_a_weekly_round_has_no_file(valley: Talk) -> None:
    asked = opened_round(valley.made)
    at(valley.made, CLOSES)
    close_round(valley.made, asked.id)
    assert pack_files.load_pack_file(valley.made, asked.id) is None
