"""A member's own page, on platforms that have room for one: everything, with a button for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.ports import Button, Card, CardKind, OpenedHome, Reply
from pulse_bot.storage import history, partnerships, rounds
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.usecases import permissions
from pulse_bot.usecases.chats.link import PROMISE
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.members.preferences import language_of, languages, named, said, when_asked
from pulse_bot.usecases.reading import pages

_NOT_ASKED: Final = {
    Standing.PAUSED: "You paused, so you are asked nothing.",
    Standing.UNREACHABLE: "You could not be reached, or left the chat, so you are asked nothing.",
}
_MORE: Final = {
    "group": "All digests",
    "roster": "Who is asked",
    "log": "What was changed",
    "workshops": "Workshops",
    "pack": "The newest pack",
    "commitments": "Commitments",
    "roles": "Who may do what",
    "help": "How this works",
}
_OF_SOME: Final = {"seed": "Seed a workshop", "trends": "Trends", "settings": "Settings"}


def home(installation: Installation, event: OpenedHome) -> Reply:
    """What comes next; on a page of its own, everything else below it."""
    if not event.page:
        return pages.home(installation, event)
    reply = pages.home(installation, replace(event, at_once=False))
    # What a notice offers stands below, once.
    first = [
        replace(card, buttons=()) if card.kind is CardKind.NOTICE else card for card in reply.cards
    ]
    with installation.database.read() as session:
        member, partnership = someone(session, event.address)
        below = tuple(_below(session, installation, member, partnership))
    return replace(reply, cards=(*first, *below))


def _below(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Iterator[Card]:
    # Nothing here may depend on what this member answered, or whether.
    yield from _asked(session, installation, member, partnership)
    yield _own(session, installation, member, partnership)
    promise = Button("Read the promise", "privacy")
    yield Card(CardKind.NOTICE, "The promise", (PROMISE,), ((promise,),))
    yield from map(pages.digest_card, history.digests(session, partnership.id, 1))
    some = permissions.commands_of(member)
    more = tuple(Button(label, word) for word, label in _MORE.items())
    rows = [more, tuple(Button(_OF_SOME.get(word, word.capitalize()), word) for word in some)]
    yield Card(CardKind.NOTICE, "There is more", (), tuple(row for row in rows if row))


def _asked(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Iterator[Card]:
    newest = rounds.latest(session, partnership.id)
    if newest is None:
        return
    mine = rounds.open_round_of(session, member.id)
    if newest.state is State.OPEN and (mine is None or mine.id != newest.id):
        return  # its list was made before they came
    asked = rounds.read(newest).in_language(partnerships.language(member, partnership))
    is_open = asked.takes_answers(installation.clock.now())
    title = "What is asked this time" if is_open else "What was asked last time"
    yield Card(CardKind.NOTICE, title, tuple(item.text for item in asked.items))


def _own(
    session: Session, installation: Installation, member: MemberRow, partnership: PartnershipRow
) -> Card:
    there = languages(installation)
    zone = partnerships.calendar(session, partnership, member).zone
    when = _NOT_ASKED.get(member.standing) or when_asked(session, installation, partnership, member)
    text = (
        when,
        f"Your time: {said(member)}, in the time zone {zone}.",
        f"Your language: {named(language_of(member, partnership, there))}.",
    )
    own = (
        Button("Change my time", question_cards.TIME),
        Button("My language", question_cards.LANGUAGE),
    )
    return Card(CardKind.NOTICE, "You", text, (own, *pages.standing_buttons(member)))
