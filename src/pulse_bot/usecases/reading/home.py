"""A member's own page, on platforms that have room for one: everything, with a button for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.ports import Button, Card, CardKind, OpenedHome, Reply
from pulse_bot.storage import history, partnerships, rounds
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.usecases import permissions
from pulse_bot.usecases.chats import undelivered
from pulse_bot.usecases.chats.link import PROMISE
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.frozen_rounds import find_promised
from pulse_bot.usecases.members.preferences import (
    choose_language,
    describe_next_asking,
    describe_preference,
    language_name,
    list_languages,
)
from pulse_bot.usecases.reading import pages

_NOT_ASKED: Final = {
    Standing.PAUSED: "You paused, so you are asked nothing.",
    Standing.UNREACHABLE: "You could not be reached, or left the chat, so you are asked nothing.",
}
_MORE: Final = {
    "group": "All digests",
    "report": "The last half-term",
    "roster": "Who is asked",
    "log": "What was changed",
    "workshops": "Workshops",
    "pack": "The newest pack",
    "commitments": "Commitments",
    "roles": "Who may do what",
    "help": "How this works",
}
_OF_SOME: Final = {"seed": "Seed a workshop", "trends": "Trends", "settings": "Settings"}


def open_home(installation: Installation, event: OpenedHome) -> Reply:
    """What comes next; on a page of its own, everything else below it."""
    if not event.page:
        return _show_next(installation, event)
    reply = pages.show_home(installation, replace(event, at_once=False))
    # What a notice offers stands below, once.
    first = [
        replace(card, buttons=()) if card.kind is CardKind.NOTICE else card for card in reply.cards
    ]
    with installation.database.read() as session:
        member, partnership = find_member(session, event.address)
        below = tuple(_lower_cards(session, installation, member, partnership))
    return replace(reply, cards=(*first, *below))


def _show_next(installation: Installation, event: OpenedHome) -> Reply:
    """What comes next. For a lead on the web, whom nothing can be sent to, also what is amiss."""
    reply = pages.show_home(installation, event)
    with installation.database.read() as session:
        member, _ = find_member(session, event.address)
        amiss = tuple(undelivered.list_unarrived_cards(session, installation, member))
    return replace(reply, cards=(*reply.cards, *amiss))


def _lower_cards(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Iterator[Card]:
    # Nothing here may depend on what this member answered, or whether.
    yield from undelivered.list_unarrived_cards(session, installation, member)
    yield from _question_cards(session, installation, member, partnership)
    yield _member_card(session, installation, member, partnership)
    promise = Button("Read the promise", "privacy")
    yield Card(CardKind.NOTICE, "The promise", (PROMISE,), ((promise,),))
    yield from map(pages.digest_card, history.list_digests(session, partnership.id, 1))
    extra_commands = permissions.list_commands(member)
    more = tuple(Button(label, word) for word, label in _MORE.items())
    rows = [
        more,
        tuple(Button(_OF_SOME.get(word, word.capitalize()), word) for word in extra_commands),
    ]
    yield Card(CardKind.NOTICE, "There is more", (), tuple(row for row in rows if row))


def _question_cards(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Iterator[Card]:
    newest = rounds.latest_round(session, partnership.id)
    if newest is None:
        return
    round_ = rounds.round_from_row(newest)
    if newest.state is RoundStatus.OPEN:
        # Where it cannot be shown, that stands above.
        open_round = find_promised(session, installation, member.id)
        if open_round is None or open_round.id != newest.id:
            return  # its list was made before they came
        round_ = open_round
    round_ = round_.in_language(partnerships.member_language(member, partnership))
    is_open = round_.takes_answers(installation.clock.now())
    title = "What is asked this time" if is_open else "What was asked last time"
    yield Card(CardKind.NOTICE, title, tuple(item.text for item in round_.items))


def _member_card(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Card:
    available = list_languages(installation)
    zone = partnerships.load_calendar(session, partnership, member).zone
    asking_text = _NOT_ASKED.get(member.standing) or describe_next_asking(
        session, installation, partnership, member
    )
    text = (
        asking_text,
        f"Your time: {describe_preference(member)}, in the time zone {zone}.",
        f"Your language: {language_name(choose_language(member, partnership, available))}.",
    )
    preference_buttons = (
        Button("Change my time", question_cards.TIME),
        Button("My language", question_cards.LANGUAGE),
    )
    return Card(CardKind.NOTICE, "You", text, (preference_buttons, *pages.standing_buttons(member)))
