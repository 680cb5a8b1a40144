"""A half-term's report on its way to people: into the chat, to who may seed, and when asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import Address, Card, Picture
from pulse_bot.storage import packs
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import add_holiday
from pulse_bot.usecases.context import Installation, Pool
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.reading.half_terms import show_report
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.post import queue_digest
from tests.made_up import (
    CLOSES,
    GROUP,
    PARTNERSHIP,
    POOL,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    item,
    opened_round,
    people,
    recording,
)
from tests.outbox import Sent, send_due, waiting
from tests.usecases.scene import Talk

LEAD, FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in range(3))
WITH_BANK: Pool = {**POOL, "trust": [*POOL["trust"], item("trust", 7, core=False)]}
"""A bank of a theme that has a question for workshops, too."""
REPORT = OutgoingKind.HALF_TERM


def lean(_: int, position: int) -> str:
    """Trust is low, honesty in the middle, accountability high."""
    return "234"[position % 3]


async def play(
    folder: Path,
    *,
    pool: Pool = POOL,
    weeks: int = BLOCK_ROUNDS,
    members: int = 14,
    choose: Callable[[int, int], str] = lean,
    held: bool = False,
) -> Installation:
    """Weeks of a group with a lead and a facilitator, of whom all answer; the last has closed.

    `held`: its digest is to be opened together.
    """
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}", FixedClock(START), pool=pool)
    everybody = people(made, members)
    change_role(made, PARTNERSHIP, 1, Role.LEAD)
    change_role(made, PARTNERSHIP, 2, Role.FACILITATOR)
    for week in range(weeks):
        send_due(made)
        asked = opened_round(made, week)
        await answer_all(made, asked, everybody, choose)
        at(made, CLOSES + week * WEEK)
        if held and week == weeks - 1:
            _hold(made, asked.id)
        close_round(made, asked.id)
    return made


def _hold(made: Installation, round_id: int) -> None:
    """Have what the round says opened together, at a workshop."""
    workshop = SeedingRow(
        partnership_id=1,
        title="A day together",
        workshop_on=(CLOSES + BLOCK_ROUNDS * WEEK).date(),
        items=[],
        state=SeedingState.ASKED,
        arranged=ArrangementKind.MERGED,
        together=True,
        round_id=round_id,
    )
    with made.database.write() as session:
        session.add(workshop)


def cards_to(sent: list[Sent], to: Address) -> list[Card]:
    """What of the half-term arrived somewhere."""
    return [one.card for one in sent if (one.kind, one.address) == (REPORT, to)]


async def test_a_report_follows_the_digest_that_ends_a_half_term(tmp_path: Path) -> None:
    made = await play(tmp_path)
    assert not [entry for entry in waiting(made, REPORT) if entry.group]
    to_group = [one for one in send_due(made) if one.address == GROUP]
    kinds = [one.kind for one in to_group]
    assert kinds.index(OutgoingKind.DIGEST) < kinds.index(REPORT)
    (report,) = cards_to(to_group, GROUP)
    assert report.title == "Our half-term: rounds 1 to 6."
    assert "Levels, the lowest first: trust 2.0" in report.text[0]
    assert "For our next workshop: trust, at our lowest level" in report.text[-1]
    assert report.buttons == ()
    assert len(report.title) + sum(map(len, report.text)) <= 900


async def test_no_other_digest_is_followed_by_one(tmp_path: Path) -> None:
    made = await play(tmp_path, weeks=BLOCK_ROUNDS - 1)
    assert not [one for one in send_due(made) if one.kind is REPORT]


async def test_whoever_may_prepare_a_workshop_gets_its_seed_to_press(tmp_path: Path) -> None:
    made = await play(tmp_path, pool=WITH_BANK)
    sent = send_due(made)
    assert cards_to(sent, MEMBER) == []
    for who in (LEAD, FACILITATOR):
        (card,) = cards_to(sent, who)
        assert card.title == "For our next workshop"
        assert card.text[0].startswith("Trust, at our lowest level")
        assert card.text[-1] == "Choose “Trust” there for questions that go with it."
        ((button,),) = card.buttons
        async with recording(made) as record:
            reply = await Talk(made, record).press(who, button.action)
        assert reply.form
        assert reply.form.title == "Prepare a workshop"


async def test_who_lost_the_role_meanwhile_gets_no_seed(tmp_path: Path) -> None:
    made = await play(tmp_path)
    change_role(made, PARTNERSHIP, 2, Role.MEMBER)
    assert cards_to(send_due(made), FACILITATOR) == []


async def test_nothing_is_posted_before_a_held_digest_is_opened(tmp_path: Path) -> None:
    made = await play(tmp_path, held=True)
    assert not [one for one in send_due(made) if one.kind is REPORT]
    assert show_report(made, LEAD).cards[0].title == "No half-term has ended yet"
    with made.database.write() as session:
        assert packs.reveal_round(session, BLOCK_ROUNDS)
        queue_digest(session, made, BLOCK_ROUNDS)
    sent = send_due(made)
    assert len(cards_to(sent, GROUP)) == 1
    assert len(cards_to(sent, LEAD)) == 1


async def test_a_report_that_would_only_repeat_the_levels_is_not_posted(tmp_path: Path) -> None:
    made = await play(tmp_path, members=7, choose=lambda person, position: "3")
    assert not [one for one in send_due(made) if one.kind is REPORT]
    levels = "Our levels are alike: trust, honesty and accountability in the middle."
    assert show_report(made, MEMBER).cards[0].text == (levels,)


async def test_everybody_reads_the_last_report_and_some_have_a_button(tmp_path: Path) -> None:
    made = await play(tmp_path, weeks=BLOCK_ROUNDS + 1)
    cards = {who: show_report(made, who).cards[0] for who in (LEAD, FACILITATOR, MEMBER)}
    assert {card.text for card in cards.values()} == {cards[MEMBER].text}
    assert cards[MEMBER].title == "Our half-term: rounds 1 to 6."
    assert cards[MEMBER].buttons == ()
    assert cards[LEAD].buttons
    assert cards[FACILITATOR].buttons


async def test_before_a_long_holiday_the_picture_of_the_year_follows(tmp_path: Path) -> None:
    made = await play(tmp_path, weeks=2 * BLOCK_ROUNDS)
    ends = (CLOSES + (2 * BLOCK_ROUNDS - 1) * WEEK).date()
    add_holiday(made, PARTNERSHIP, Holiday(ends + 3 * WEEK, ends + 8 * WEEK))
    shown = [one.shown for one in send_due(made) if (one.kind, one.address) == (REPORT, GROUP)]
    report, picture = shown
    assert isinstance(report, Card)
    assert isinstance(picture, Picture)
    assert picture.title == "Our year, half-term by half-term"


async def test_without_a_long_holiday_ahead_no_picture_follows(tmp_path: Path) -> None:
    made = await play(tmp_path, weeks=2 * BLOCK_ROUNDS)
    ends = (CLOSES + (2 * BLOCK_ROUNDS - 1) * WEEK).date()
    add_holiday(made, PARTNERSHIP, Holiday(ends + 3 * WEEK, ends + 5 * WEEK))
    assert len([one for one in send_due(made) if (one.kind, one.address) == (REPORT, GROUP)]) == 1
