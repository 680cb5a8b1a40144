"""Half-term reports: what the digests of a half-term say together, for whoever reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.programme import list_next_windows
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.domain.release.half_term import (
    ROUNDS_REPORTED,
    HalfTermReport,
    list_half_terms,
    make_report,
)
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Button, Card, CardKind, Picture, Reply
from pulse_bot.storage import history, packs, partnerships
from pulse_bot.storage.models import MemberRow, PartnershipRow, RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.reading.operator_lists import read_digests
from pulse_bot.usecases.rounds.digest_message import draw_guarded
from pulse_bot.usecases.workshops import suggest

LONG_HOLIDAY: Final = timedelta(weeks=4)
SEED_BUTTON: Final = Button("Prepare a workshop", question_cards.SEED)


def read_report(
    installation: Installation, name: str, number: int | None = None
) -> tuple[HalfTermReport, list[Digest]]:
    """The newest report, or that of the half-term that a round ended, and the digests up to there.

    The look is logged. Raises Refused where there is none.
    """
    digests = read_digests(installation, name)
    report = make_report(digests, number)
    if report is not None:
        return report, [digest for digest in digests if digest.number <= report.own.last]
    ends = [str(half_term.last) for half_term in list_half_terms(digests)]
    if not ends:
        raise Refused(
            f"No half-term of {name} has ended yet: its report comes with the first levels."
        )
    raise Refused(
        f"No half-term of {name} ended with round {number}. These rounds ended one: "
        f"{', '.join(ends)}."
    )


def show_report(installation: Installation, address: Address) -> Reply:
    """The report of the last half-term; whoever may prepare a workshop has a button for it."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        # A half-term may lie a good while back, where its successor goes on without a level.
        digests = history.list_digests(session, partnership.id, 2 * ROUNDS_REPORTED)
        report = make_report(digests)
    if report is None:
        text = ("It comes with the first levels, which take six rounds.",)
        return Reply(cards=(Card(CardKind.NOTICE, "No half-term has ended yet", text),))
    may_seed = report.suggested is not None and is_allowed(member.role, Permission.SEED)
    return Reply(cards=(_report_card(installation, report, may_seed=may_seed),))


def _report_card(installation: Installation, report: HalfTermReport, *, may_seed: bool) -> Card:
    title, *text = installation.renderer.report_message(report)
    buttons = ((SEED_BUTTON,),) if may_seed else ()
    return Card(CardKind.DIGEST, title, tuple(text), buttons)


def load_posted_report(session: Session, installation: Installation, round_id: int) -> Card | None:
    """What a group's chat reads of the half-term that a round ended: words alone, for everybody.

    None where it ended none, where the report would only repeat the digest, and while the digest is
    held.
    """
    report = _load_report(session, round_id)
    if report is None or not report.is_news:
        return None
    return _report_card(installation, report, may_seed=False)


def load_suggestion_card(
    session: Session, installation: Installation, round_id: int, member: MemberRow
) -> Card | None:
    """What the next workshop may be about, with its seed ready to press.

    None where nothing is suggested, and for somebody who may not prepare a workshop any more.
    """
    may_seed = member.standing is not Standing.LEFT and is_allowed(member.role, Permission.SEED)
    report = _load_report(session, round_id) if may_seed else None
    if report is None or report.suggested is None:
        return None
    title, *text = installation.renderer.report_suggestion(report)
    theme = report.suggested.theme
    # As the form's list has it, where there is a bank of this name with a question to ask.
    bank = suggest.bank_title(theme) if theme in suggest.list_banks(installation) else ""
    choice = (f"Choose “{bank}” there for questions that go with it.",) if bank else ()
    return Card(CardKind.NOTICE, title, (*text, *choice), ((SEED_BUTTON,),))


def shows_year(session: Session, round_id: int) -> bool:
    """Whether the picture of the year follows a report: the last before a long holiday.

    By the programme and the calendar: one of the next six rounds opens more than four weeks after
    the one before it has closed.
    """
    row = session.get_one(RoundRow, round_id)
    partnership = session.get_one(PartnershipRow, row.partnership_id)
    planned = partnerships.load_programme(session, partnership.id)
    if planned is None:
        return False
    calendar = partnerships.load_calendar(session, partnership)
    windows = list_next_windows(planned[0], calendar, row.closes_at, BLOCK_ROUNDS)
    closings = [row.closes_at, *(closes for _, closes in windows)]
    return any(
        opens - closed > LONG_HOLIDAY for closed, (opens, _) in zip(closings, windows, strict=False)
    )


def draw_year(installation: Installation, round_id: int) -> Picture | None:
    """The picture of the year up to a round, for a chat; None where there is none.

    Raises DrawingFailed where it may be drawn another time.
    """
    with installation.database.read() as session:
        row = session.get_one(RoundRow, round_id)
        digests = history.list_digests(session, row.partnership_id, 2 * ROUNDS_REPORTED)
        read = [digest for digest in digests if digest.number <= row.number]
    picture = draw_guarded(partial(installation.renderer.year_picture, read), can_wait=True)
    return replace(picture, title="Our year, half-term by half-term") if picture else None


def _load_report(session: Session, round_id: int) -> HalfTermReport | None:
    if not packs.is_readable(session, round_id):
        return None
    row = session.get_one(RoundRow, round_id)
    digests = history.list_digests(session, row.partnership_id, 2 * ROUNDS_REPORTED)
    return make_report(digests, row.number)
