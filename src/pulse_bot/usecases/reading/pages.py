"""Looking: what a member finds on their own page, and what everybody may read."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import Action, decode, encode
from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.calendar import Calendar, format_moment
from pulse_bot.domain.asking.programme import next_opening
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Button, Card, CardKind, OpenedHome, Pressed, Reply
from pulse_bot.storage import audit_log, history, partnerships, rounds
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.frozen_rounds import find_asked, find_promised
from pulse_bot.usecases.members import data_held
from pulse_bot.usecases.members.thresholds import promised_thresholds
from pulse_bot.usecases.permissions import list_commands
from pulse_bot.usecases.rounds.digest_message import MOST_DRAWN, draw_digests, message_card
from pulse_bot.usecases.rounds.record_answer import closed_message
from pulse_bot.usecases.words import audit_words

_log = logging.getLogger(__name__)

MOST_DIGESTS = 12
_OF_THEMES = (
    StatementKind.TREND,
    StatementKind.QUESTION,
    StatementKind.LEVEL,
    StatementKind.AGREEMENT,
)
LOG_LINES = 100


def show_home(installation: Installation, event: OpenedHome) -> Reply:
    """The open questions, or when the next ones come; the promise first, to who has not seen it."""
    with installation.database.read() as session:
        member, partnership = find_member(session, event.address)
        calendar = partnerships.load_calendar(session, partnership, member)
        unshown = ""
        try:
            round_ = find_asked(session, installation, member.id)
        except Refused as refused:
            round_, unshown = None, str(refused)
        thresholds = promised_thresholds(session, partnership.id, round_)
        card = question_cards.promise_card(thresholds, round_, calendar)
        promise = () if event.promised else (card,)
        commands = list_commands(member)
        if round_ is None or not round_.takes_answers(installation.clock.now()):
            notice_card = (
                _unshown_card(member, unshown)
                if unshown
                else _nothing_open_card(session, installation, member, partnership, calendar)
            )
            return Reply(cards=(*promise, notice_card), commands=commands)
        round_ = round_.in_language(partnerships.member_language(member, partnership))
    until = format_moment(round_.closes_at, calendar.zone)
    notes = _round_notes(round_)
    if not event.at_once:
        first = question_cards.first_card(round_, until)
        return Reply(" ".join(notes), cards=(*promise, first), commands=commands)
    form = question_cards.answer_form(round_, until, notes)
    return Reply(cards=promise, form=form, commands=commands)


def show_questions(installation: Installation, address: Address) -> Reply:
    """The first open question as a card, or when the next ones come."""
    return show_home(installation, OpenedHome(address, at_once=False))


def _round_notes(round_: Round) -> list[str]:
    # Nothing here may depend on what this member did: whoever gives out links could look.
    if not round_.again:
        return []
    return [
        "We ask again: the key of the last round was lost, and its answers were destroyed unread."
    ]


def _unshown_card(member: MemberRow, why: str) -> Card:
    # Whoever wants to pause or to leave can do so all the same.
    return Card(CardKind.NOTICE, "Nothing to answer now", (why,), standing_buttons(member))


def _nothing_open_card(
    session: Session,
    installation: Installation,
    member: MemberRow,
    partnership: PartnershipRow,
    calendar: Calendar,
) -> Card:
    newest = rounds.latest_round(session, partnership.id)
    if newest is not None and newest.state.value != "open":
        now = installation.clock.now()
        sentence = closed_message(session, rounds.round_from_row(newest), now, str(calendar.zone))
    else:
        planned = partnerships.load_programme(session, partnership.id)
        now = installation.clock.now()
        # A programme's hours are the partnership's; only their telling is the member's own.
        common = partnerships.load_calendar(session, partnership)
        opening = next_opening(planned[0], common, now) if planned else None
        sentence = (
            f"The next questions come on {format_moment(opening, calendar.zone)}."
            if opening
            else "The first questions have no date yet."
        )
    waits = (
        ()
        if member.seated or newest is None
        else ("You are new here, and are asked from the next round on.",)
    )
    return Card(
        CardKind.NOTICE, "Nothing to answer now", (sentence, *waits), standing_buttons(member)
    )


_COMMANDS = (
    "pulse",
    "group",
    "roster",
    "privacy",
    "log",
    "report",
    "workshops",
    "pack",
    "commitments",
    "roles",
    "time",
    "language",
    "pause",
    "resume",
    "leave",
    "help",
)
"""What everybody can say, as the page about help names it."""


def standing_buttons(member: MemberRow) -> tuple[tuple[Button, ...], ...]:
    """What a member can do about being asked at all."""
    first = (
        Button("Ask me again", question_cards.RESUME)
        if member.standing is not Standing.ACTIVE
        else Button("Pause my questions", question_cards.PAUSE)
    )
    return ((first, Button("Leave", question_cards.LEAVE)),)


def show_digests(installation: Installation, address: Address) -> Reply:
    """The digests of the partnership, newest first: the same for everybody."""
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        digests = history.list_digests(session, partnership.id, MOST_DIGESTS)
    return Reply(cards=tuple(map(message_card, digests)) or (_no_digest_card(),))


def digest_card(digest: Digest) -> Card:
    """A digest exactly as it was released, all of it."""
    title, *rest = [statement.text for statement in digest.statements] or [""]
    return Card(CardKind.DIGEST, title, tuple(rest))


def show_trends(installation: Installation, address: Address) -> Reply:
    """What the newest digest says of themes and questions, and the picture of those before."""
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        digests = history.list_digests(session, partnership.id, MOST_DRAWN)
    if not digests:
        return Reply(cards=(_no_digest_card(),))
    theme_lines = tuple(
        statement.text for statement in digests[0].statements if statement.kind in _OF_THEMES
    )
    title = f"{partnership.name} after round {digests[0].number}"
    return Reply(
        cards=(
            Card(CardKind.DIGEST, title, theme_lines, picture=draw_digests(installation, digests)),
        )
    )


def _no_digest_card() -> Card:
    return Card(
        CardKind.NOTICE, "No digest yet", ("The first one comes when the first round has closed.",)
    )


def show_roster(installation: Installation, address: Address) -> Reply:
    """Who is asked: members may know whom they are asked beside."""
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        names = [
            f"{member.name}, {organisation}"
            for member, organisation in partnerships.list_members(session, partnership.id)
        ]
    return Reply(cards=(Card(CardKind.NOTICE, f"Who is in {partnership.name}", tuple(names)),))


def show_privacy(installation: Installation, address: Address) -> Reply:
    """The promise, and every row that is held about this member."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        calendar = partnerships.load_calendar(session, partnership, member)
        round_ = find_promised(session, installation, member.id)
        thresholds = promised_thresholds(session, partnership.id, round_)
        data_card = Card(
            CardKind.NOTICE,
            "Everything that is kept about you",
            tuple(data_held.list_held_data(session, member)),
            standing_buttons(member),
        )
    return Reply(cards=(question_cards.promise_card(thresholds, round_, calendar), data_card))


def show_log(installation: Installation, address: Address, before: int | None = None) -> Reply:
    """Every change of a setting and every look of an operator at a result, newest first.

    From the line before a number on. Every line can be come to: nobody pushes one out of sight.
    """
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        calendar = partnerships.load_calendar(session, partnership, member)
        # One more than is shown says whether there are earlier ones.
        entries = audit_log.newest_entries(session, partnership.id, LOG_LINES + 1, before)
    lines = [
        f"{format_moment(entry.at, calendar.zone)}: {audit_words.line(entry.actor, entry.event)}"
        for entry in entries[:LOG_LINES]
    ]
    text = tuple(lines) or ("Nothing was changed yet.",)
    is_more = len(entries) > LOG_LINES
    earlier = (
        Button("Earlier lines", encode(EarlierLog(entries[LOG_LINES - 1].id))) if is_more else None
    )
    buttons = ((earlier,),) if earlier else ()
    return Reply(cards=(Card(CardKind.NOTICE, "What was changed, and by whom", text, buttons),))


@dataclass(frozen=True, slots=True)
class EarlierLog(Action):
    """The button that shows earlier lines of the log."""

    NAME: ClassVar[str] = question_cards.LOG
    before: int


def show_earlier_log(installation: Installation, event: Pressed) -> Reply:
    """The log from an earlier line on. Raises Refused."""
    return show_log(installation, event.address, decode(EarlierLog, event.action).before)


def show_help(installation: Installation, address: Address) -> Reply:
    """What a member can do."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
    commands = list_commands(member)
    command_words = ", ".join((*_COMMANDS, *commands))
    text = (
        (
            f"{partnership.name} asks one to three questions a week. Answer in a minute, skip what "
            "you like, and change your mind until the round closes."
        ),
        "When it has closed, everybody reads the same digest.",
        "Pause or leave whenever you like, without a reason.",
        (
            f"In a chat you can write “/pulse” and one of these words: {command_words}. Setup, "
            "link and join are for the group's chat."
        ),
    )
    preference_buttons = (
        Button("Change my time", question_cards.TIME),
        Button("My language", question_cards.LANGUAGE),
    )
    buttons = (preference_buttons, *standing_buttons(member))
    card = Card(CardKind.NOTICE, "How this works", text, buttons)
    return Reply(cards=(card,), commands=commands)
