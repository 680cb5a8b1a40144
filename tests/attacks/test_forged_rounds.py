"""A writer to the database changes what an open round froze: refused, in the log, never a result.

The control is a core that does not look: it seals to whatever key stands in the database, and tells
results by whatever bars, questions and seats stand there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest
import sqlalchemy as sa
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy.orm import Session

from pulse_bot.config.logs import LineFormatter
from pulse_bot.domain.asking.items import ItemKind, Wording
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.audit_events import RoundChanged
from pulse_bot.domain.release.record import Digest, MissingFact, ReleasedQuestion
from pulse_bot.ports import Address, Card, OpenedHome
from pulse_bot.storage import audit_log, authenticity, history, troubles
from pulse_bot.storage.models import EnvelopeRow, MemberRow, RoundRow, SeatRow
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import NewMember, add_members
from pulse_bot.usecases.members.leave import leave_partnership
from pulse_bot.usecases.reading import home
from pulse_bot.usecases.reading.trouble_list import list_troubles
from pulse_bot.usecases.rounds import changed, record_answer
from pulse_bot.usecases.rounds.close import close_round, close_round_now
from tests.made_up import (
    CLOSES,
    OPENS,
    PARTNERSHIP,
    PLAN,
    POOL,
    WEEK,
    answer_all,
    at,
    found,
    installation,
    item,
    opened_elsewhere,
    opened_round,
    people,
    say,
    stage_once,
)
from tests.outbox import send_due, tick

SPY: Final = Address("fake", "", "spy")
"""A member who came after the round opened, and writes to the database."""
SPYS_KEY: Final = PrivateKey(bytes(range(32)))
HOUR: Final = timedelta(hours=1)
LATER: Final = CLOSES + timedelta(minutes=1)
YEARS: Final = datetime(2099, 1, 1, tzinfo=UTC)
Forge = Callable[[Session, RoundRow], object]


def set_all(row: RoundRow, **columns: Any) -> None:
    """Write over some columns."""
    for name, value in columns.items():
        setattr(row, name, value)


def rewrite(row: RoundRow, **changes: Any) -> None:
    """Write over the first question."""
    first, *others = row.items
    row.items = [{**first, **changes}, *others]


def swap_seat(session: Session, row: RoundRow) -> None:
    """The spy takes somebody's place, with the code that was made for it."""
    seat = session.scalars(sa.select(SeatRow).where(SeatRow.round_id == row.id)).first()
    assert seat is not None
    session.execute(
        sa.update(SeatRow)
        .where(SeatRow.round_id == row.id, SeatRow.member_id == seat.member_id)
        .values(member_id=spys_id(session))
    )


def remove_seats(session: Session, row: RoundRow) -> None:
    """All but nine: out of whose answers the result is made would be the writer's choice."""
    nine = sa.select(SeatRow.member_id).where(SeatRow.round_id == row.id).limit(9)
    kept = list(session.scalars(nine))
    session.execute(
        sa.delete(SeatRow).where(SeatRow.round_id == row.id, SeatRow.member_id.not_in(kept))
    )


def move_school(session: Session, row: RoundRow) -> None:
    """One school becomes another: the bar of schools counts it."""
    seat = session.scalars(sa.select(SeatRow).where(SeatRow.round_id == row.id)).first()
    assert seat is not None
    seat.organisation_id = seat.organisation_id % 9 + 1


def spys_id(session: Session) -> int:
    return session.scalars(sa.select(MemberRow.id).where(MemberRow.user == SPY.user)).one()


class Forgery(NamedTuple):
    """Something that a writer to the database does to an open round."""

    name: str
    part: str
    """As the log calls it."""
    forge: Forge


FACTS: Final = (
    Forgery("key", "public key", lambda _, r: setattr(r, "public_key", bytes(SPYS_KEY.public_key))),
    Forgery(
        "bar", "bars", lambda _, r: setattr(r, "thresholds", {**r.thresholds, "organisations": 3})
    ),
    Forgery("policy", "bars", lambda _, r: setattr(r, "policy_version", 1)),
    Forgery("roster", "bars", lambda _, r: setattr(r, "roster_size", 13)),
    Forgery("newcomers", "bars", lambda _, r: setattr(r, "newcomers", 5)),
    Forgery("text", "questions", lambda _, r: rewrite(r, text="Our head is good.")),
    Forgery("kind", "questions", lambda _, r: rewrite(r, kind="frequency")),
    Forgery("turned", "questions", lambda _, r: rewrite(r, reverse=True)),
    Forgery(
        "translation",
        "questions",
        lambda _, r: rewrite(
            r,
            translations=[{"language": "cy", "text": "?", "talk": "", "choices": [], "ends": ""}],
        ),
    ),
    Forgery("order", "questions", lambda _, r: setattr(r, "items", r.items[::-1])),
    Forgery("opening", "times", lambda _, r: setattr(r, "opens_at", OPENS - HOUR)),
    Forgery("no code", "times", lambda _, r: setattr(r, "mac", None)),
    Forgery("half a code", "times", lambda _, r: setattr(r, "mac", (r.mac or b"")[:32])),
)
"""Each is seen with the first answer that a process takes."""

SEATS: Final = (
    Forgery("swapped", "seats", swap_seat),
    Forgery("removed", "seats", remove_seats),
    Forgery("school", "seats", move_school),
    Forgery(
        "no code",
        "seats",
        lambda s, r: s.execute(sa.update(SeatRow).where(SeatRow.round_id == r.id).values(mac=None)),
    ),
)


def named(forgery: Forgery) -> str:
    return f"{forgery.part}-{forgery.name}"


@pytest.fixture
def asked(made: Installation) -> Round:
    """An open round that everybody answered; the spy came after it opened."""
    return stage_once(made, ("forged rounds",), lambda: answered_by_everybody(made))


def answered_by_everybody(made: Installation) -> Round:
    everybody = people(made)
    opened = opened_round(made)
    asyncio.run(answer_all(made, opened, everybody))
    add_members(made, PARTNERSHIP, [(NewMember("Spy", "School 1"), SPY)])
    at(made, OPENS + HOUR)
    return opened


def restarted(made: Installation) -> Installation:
    """Another process, that remembers nothing."""
    return replace(made, frozen_rounds={}, suspects=set(), seen_unchanged={})


def write(made: Installation, asked: Round, forge: Forge) -> None:
    with made.database.write() as session:
        forge(session, session.get_one(RoundRow, asked.id))


def envelopes(made: Installation) -> list[tuple[bytes, bytes]]:
    with made.database.read() as session:
        query = sa.select(EnvelopeRow.tag, EnvelopeRow.ciphertext).order_by(EnvelopeRow.tag)
        return [(tag, box) for tag, box in session.execute(query)]


def press(made: Installation, asked: Round, address: Address, value: str = "1") -> str:
    return asyncio.run(say(made, asked, address, value))


def digest_of(made: Installation, asked: Round) -> Digest:
    """Its digest, once the promise is seen to be kept."""
    assert envelopes(made) == []
    assert made.keys.load(asked.id) is None
    assert found(made, asked.id).state is RoundStatus.CLOSED
    with made.database.read() as session:
        assert troubles.list_troubles(session) == []
        return history.load_digest(session, asked.partnership, asked.number)


def is_told_as_changed(digest: Digest) -> bool:
    told = [one.text for one in digest.statements if isinstance(one.fact, MissingFact)]
    return len(digest.statements) == 2 and "was changed in the database" in told[0]


def has_results(digest: Digest) -> bool:
    return any(isinstance(fact, ReleasedQuestion) for fact in digest.facts)


def events(made: Installation, asked: Round) -> list[RoundChanged]:
    """What everybody's log says of it."""
    with made.database.read() as session:
        lines = audit_log.newest_entries(session, asked.partnership, 50)
    return [one.event for one in lines if isinstance(one.event, RoundChanged)]


SOMEBODY: Final = Address("fake", "", "person-03")


@pytest.mark.parametrize("forgery", FACTS, ids=named)
def test_a_changed_round_takes_no_answer_and_tells_nothing(
    made: Installation, asked: Round, forgery: Forgery, caplog: pytest.LogCaptureFixture
) -> None:
    before = envelopes(made)
    write(made, asked, forgery.forge)
    made = restarted(made)

    with caplog.at_level(logging.DEBUG, "pulse_bot"):
        refused = press(made, asked, SOMEBODY)
    assert refused.startswith("Nothing was recorded: something in this round has to be mended")
    assert envelopes(made) == before
    lines = [LineFormatter().format(record) for record in caplog.records]
    [said] = [line for line in lines if "A round is not as it was frozen." in line]
    assert forgery.part in said
    assert f"round={asked.id}" in said
    assert SOMEBODY.user not in "".join(lines)

    for _ in range(3):
        changed.look_for_changes(made)
    assert events(made, asked) == [RoundChanged(asked.number)]
    name = f"frozen round {asked.number} ({asked.id} in the log)"
    [trouble] = [row for row in list_troubles(made) if row["what"] == name]
    assert (trouble["partnership"], trouble["attempts"]) == (PARTNERSHIP, 3)
    assert forgery.part in str(trouble["why"])

    at(made, LATER)
    assert tick(made)
    assert is_told_as_changed(digest_of(made, asked))
    [posted] = send_due(made, OutgoingKind.DIGEST)
    assert posted.card.title.startswith(f"Round 1 of {PARTNERSHIP}")
    assert events(made, asked) == [RoundChanged(asked.number)]


@pytest.mark.parametrize("forgery", SEATS, ids=named)
def test_changed_seats_make_no_result(made: Installation, asked: Round, forgery: Forgery) -> None:
    write(made, asked, forgery.forge)
    before = envelopes(made)
    assert press(made, asked, SPY)
    assert envelopes(made) == before
    at(made, LATER)
    close_round(made, asked.id)
    assert is_told_as_changed(digest_of(made, asked))
    assert events(made, asked) == [RoundChanged(asked.number)]


def add_seat(session: Session, row: RoundRow) -> None:
    """With somebody's own code, which says nothing of the spy."""
    seat = session.scalars(sa.select(SeatRow).where(SeatRow.round_id == row.id)).first()
    assert seat is not None
    school = seat.organisation_id
    session.add(
        SeatRow(round_id=row.id, member_id=spys_id(session), organisation_id=school, mac=seat.mac)
    )


def test_a_seat_that_was_added_can_neither_answer_nor_be_counted(
    made: Installation, asked: Round, caplog: pytest.LogCaptureFixture
) -> None:
    write(made, asked, add_seat)
    before = envelopes(made)
    assert press(made, asked, SPY).startswith("Nothing was recorded: something in this round")
    assert envelopes(made) == before
    assert "seats" in caplog.text
    assert SPY.user not in caplog.text
    # Everybody else goes on, and the round is told of them alone.
    assert not press(made, asked, SOMEBODY)
    tick(made)
    assert events(made, asked) == [RoundChanged(asked.number)]
    at(made, LATER)
    close_round(made, asked.id)
    assert has_results(digest_of(made, asked))


@pytest.mark.parametrize(
    "times",
    [{"closes_at": YEARS}, {"closes_at": YEARS, "closes_by": YEARS}, {"closes_by": None}],
    ids="-".join,
)
def test_a_closing_that_was_put_off_comes_at_once(
    made: Installation, asked: Round, times: dict[str, datetime | None]
) -> None:
    """Nobody needs to click for it: the answers would lie there for as long as a forger likes."""
    tick(made)
    assert found(made, asked.id).state is RoundStatus.OPEN
    write(made, asked, lambda _, r: set_all(r, **times))
    assert press(restarted(made), asked, SOMEBODY).startswith("Nothing was recorded: something")
    assert tick(made)
    # Where what was promised still stands there, it is told of those who answered so far.
    digest = digest_of(made, asked)
    assert has_results(digest) == ("closes_by" not in times) != is_told_as_changed(digest)
    assert events(made, asked) == [RoundChanged(asked.number)]


def test_a_closing_may_be_brought_forward_and_members_may_leave(
    made: Installation, asked: Round
) -> None:
    """The control: what may change in an open round changes nothing."""
    leave_partnership(made, SOMEBODY)
    tick(made)
    assert found(made, asked.id).state is RoundStatus.OPEN
    close_round_now(made, PARTNERSHIP)
    assert found(made, asked.id).closes_at == OPENS + HOUR
    assert has_results(digest_of(made, asked))
    assert events(made, asked) == []


def test_whatever_may_be_frozen_is_read_as_it_was_written(database_url: str) -> None:
    """On either database: questions of every kind, in two languages, with odd letters."""
    welsh = Wording("cy", "Ydy\u2019r dylluan \N{OWL} i mewn?", "\u00e9", (), ("\u201c", "\\"))
    pool = {
        kind.value: [
            replace(
                item(kind.value, 1, kind, core=False),
                translations=(replace(welsh, text=f"{kind} {welsh.text}"),),
            )
        ]
        for kind in ItemKind
    }
    made = installation(database_url, pool={**POOL, **pool})
    everybody = people(made)
    for week, themes in enumerate((("agree", "choose", "words"), ("scale", "journey", "yes-no"))):
        set_programme(made, PARTNERSHIP, Programme(themes, PLAN.opens, PLAN.closes))
        opened = opened_round(made, week)
        assert len(opened.items) == 3
        slot = "now" if opened.items[0].kind is ItemKind.JOURNEY else "answer"
        assert not asyncio.run(say(restarted(made), opened, everybody[0], "skip", slot))
        tick(made)
        assert events(made, opened) == []
        at(made, CLOSES + week * WEEK)
        close_round(made, opened.id)
        assert not is_told_as_changed(digest_of(made, opened))
    made.database.close()


def test_a_round_that_is_mended_goes_on(made: Installation, asked: Round) -> None:
    with made.database.read() as session:
        kept = session.get_one(RoundRow, asked.id).items
    write(made, asked, lambda _, r: rewrite(r, text="Our head is good."))
    made = restarted(made)
    assert press(made, asked, SOMEBODY)
    tick(made)
    assert list_troubles(made)
    write(made, asked, lambda _, r: setattr(r, "items", kept))
    tick(made)
    assert list_troubles(made) == []
    assert not press(made, asked, SOMEBODY)
    at(made, LATER)
    close_round(made, asked.id)
    assert has_results(digest_of(made, asked))


def test_what_was_changed_is_shown_to_nobody(made: Installation) -> None:
    everybody = people(made)
    asked = opened_round(made)
    write(made, asked, lambda _, r: rewrite(r, text="Our head is good."))
    page = home.open_home(made, OpenedHome(everybody[0], page=True))
    assert "Our head is good." not in repr(page)
    assert "something has to be mended first" in repr(page)
    assert send_due(made, OutgoingKind.CARD) == []
    tick(made)
    assert len(events(made, asked)) == 1


@pytest.mark.parametrize("forge", [lambda _, r: rewrite(r, text="Our head is good."), swap_seat])
def test_nobody_is_reminded_of_what_was_not_asked_of_them(made: Installation, forge: Forge) -> None:
    everybody = people(made)
    asked = opened_round(made)
    add_members(made, PARTNERSHIP, [(NewMember("Spy", "School 1"), SPY)])
    assert len(send_due(made, OutgoingKind.CARD)) == len(everybody)
    write(made, asked, forge)
    with made.database.write() as session:
        # The spy writes as well that their card was sent.
        session.execute(sa.text("UPDATE outbox SET member_id = :spy WHERE member_id = 1"),
                        {"spy": spys_id(session)})  # fmt: skip
    made = restarted(made)
    at(made, CLOSES - 4 * HOUR)
    reminded = [one for one in send_due(made, OutgoingKind.REMINDER) if isinstance(one.shown, Card)]
    assert SPY not in {one.address for one in reminded}
    assert len(reminded) == (13 if forge is swap_seat else 0)


def test_a_round_moved_elsewhere_is_told_there_as_changed(made: Installation, asked: Round) -> None:
    """Its digest would be posted in the chats of whoever it is moved to."""
    other = found(made, opened_elsewhere(made)).partnership
    moved = {"partnership_id": other, "number": 7, "slot": OPENS - WEEK}
    write(made, asked, lambda _, r: set_all(r, **moved))
    tick(made)
    with made.database.read() as session:
        digest = history.load_digest(session, other, 7)
    assert is_told_as_changed(digest)


def test_codes_of_another_round_are_worth_nothing(made: Installation, asked: Round) -> None:
    """Of a week before, with the same questions and people."""
    with made.database.read() as session:
        before = session.get_one(RoundRow, asked.id).mac
    at(made, CLOSES)
    close_round(made, asked.id)
    again = opened_round(made, 1)
    write(made, again, lambda _, r: setattr(r, "mac", before))
    assert press(restarted(made), again, SOMEBODY).startswith("Nothing was recorded: something")


# --- the control: a core that does not look -----------------------------------------------------


@pytest.fixture
def naive(made: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Takes what stands in the database, as the core did before."""

    def accept(*_: object) -> bool:
        return True

    monkeypatch.setattr(authenticity, "refuse_changed", accept)
    monkeypatch.setattr(authenticity, "find_obvious_changes", lambda *_: [])
    monkeypatch.setattr(authenticity, "is_seat_authentic", accept)
    monkeypatch.setattr(record_answer, "is_seat_authentic", accept)

    def from_the_database(_: object) -> bytes:
        with made.database.read() as session:
            return session.scalars(sa.select(RoundRow.public_key)).one()

    monkeypatch.setattr(record_answer, "derive_public_key", from_the_database)
    return restarted(made)


def read_by_spy(made: Installation) -> list[str]:
    """What whoever swapped the key reads of the envelopes."""
    read = []
    for _, box in envelopes(made):
        try:
            body = SealedBox(SPYS_KEY).decrypt(box)[32:]
        except CryptoError:
            continue
        read.append(body[2 : 2 + int.from_bytes(body[:2], "big")].decode())
    return read


KEY: Final = FACTS[0]


def test_whoever_swaps_the_key_reads_a_core_that_does_not_look(
    naive: Installation, asked: Round
) -> None:
    write(naive, asked, KEY.forge)
    assert not press(naive, asked, SOMEBODY, "2")
    assert read_by_spy(naive) == ["2"]


def test_whoever_swaps_the_key_reads_nothing(made: Installation, asked: Round) -> None:
    """Neither of a process that had begun to take answers, nor of one that begins then."""
    write(made, asked, KEY.forge)
    assert not press(made, asked, SOMEBODY, "2")
    assert press(restarted(made), asked, SOMEBODY, "2")
    assert read_by_spy(made) == []


@pytest.mark.parametrize(
    "forgery", [one for one in FACTS if one.name not in ("key", "roster")] + list(SEATS), ids=named
)
def test_a_core_that_does_not_look_tells_results(
    naive: Installation, asked: Round, forgery: Forgery
) -> None:
    write(naive, asked, forgery.forge)
    at(naive, LATER)
    close_round(naive, asked.id)
    assert not is_told_as_changed(digest_of(naive, asked))


def test_a_seat_that_was_added_answers_a_core_that_does_not_look(
    naive: Installation, asked: Round
) -> None:
    write(naive, asked, add_seat)
    before = envelopes(naive)
    assert not press(naive, asked, SPY)
    assert len(envelopes(naive)) == len(before) + 1


def test_a_closing_is_put_off_by_whoever_likes(naive: Installation, asked: Round) -> None:
    write(naive, asked, lambda _, r: setattr(r, "closes_at", YEARS))
    at(naive, CLOSES + WEEK)
    tick(naive)
    assert found(naive, asked.id).state is RoundStatus.OPEN
