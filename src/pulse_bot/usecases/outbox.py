"""What the entries of the outbox become when their time has come: a card, a drawing, many cards."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import OutgoingKind, OutgoingPart
from pulse_bot.ports import Address, Card, File, Members, Picture
from pulse_bot.storage import history, outbox, packs, partnerships, reminded
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, MemberRow, PartnershipRow
from pulse_bot.storage.outbox import OutgoingEntry
from pulse_bot.usecases.chats import announcements, notices, undelivered, welcome
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading import half_terms
from pulse_bot.usecases.rounds import post, remind
from pulse_bot.usecases.rounds.open_round import prepare_cards
from pulse_bot.usecases.rounds.remind import ReminderCard

_log = logging.getLogger(__name__)

_LATER: Final = timedelta(minutes=5)
"""Until whoever paused, or a chat that pulse-bot was removed from, is looked at again."""


Follow = tuple[OutgoingKind, OutgoingPart]
"""What is due, at the same address, once something has arrived."""


@dataclass(frozen=True, slots=True)
class Message:
    """A card to send, and what follows it."""

    card: Card
    follows: tuple[Follow, ...] = ()
    told: tuple[int, int] | None = None
    """A group, and the newest line of the log that it is told with this."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture or a file that takes a while to make; None comes of it where there is none."""

    draw: Callable[[], Picture | File | None]


@dataclass(frozen=True, slots=True)
class AboutMembers:
    """A card that needs to know who is in the chat; None comes of it where nothing is to say."""

    make_card: Callable[[Members], Card | None]


@dataclass(frozen=True, slots=True)
class Reminders:
    """A card each, at most once."""

    cards: Sequence[ReminderCard]


@dataclass(frozen=True, slots=True)
class Invitations:
    """A card for each of those in a chat who are no members, at most once."""

    list_cards: Callable[[Members], Sequence[tuple[Address, Card]]]


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not at this hour."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Broken:
    """It cannot be made now, and is tried again as if the platform had not taken it."""


Prepared = Message | Drawing | AboutMembers | Reminders | Invitations | Postponed | Dropped | Broken


def prepare_entries(
    installation: Installation, entries: Sequence[OutgoingEntry]
) -> dict[int, Prepared]:
    """What each entry becomes. One that cannot be made is Broken; the others go out."""
    now = installation.clock.now()
    cards = [entry for entry in entries if entry.kind is OutgoingKind.CARD]
    with installation.database.read() as session:
        prepared = _prepare_question_cards(session, installation, cards, now)
        for entry in entries:
            if entry.kind is not OutgoingKind.CARD:
                prepared[entry.id] = _prepare_guarded(session, installation, entry, now)
    return prepared


def _prepare_question_cards(
    session: Session, installation: Installation, entries: Sequence[OutgoingEntry], now: datetime
) -> dict[int, Prepared]:
    """The cards of each round; one round that cannot be read is Broken, the others go out."""
    by_round: defaultdict[int | None, list[OutgoingEntry]] = defaultdict(list)
    for entry in entries:
        by_round[entry.round].append(entry)
    prepared: dict[int, Prepared] = {}
    for waiting in by_round.values():
        try:
            cards = prepare_cards(session, installation, waiting, now)
        except Exception:
            extra = {"partnership": waiting[0].partnership, "round": waiting[0].round}
            _log.exception("The cards of a round could not be made.", extra=extra)
            prepared |= {entry.id: Broken() for entry in waiting}
            continue
        for entry in waiting:
            card = cards.get(entry.id)
            prepared[entry.id] = Message(card) if card else Postponed(now + _LATER)
    return prepared


def _prepare_guarded(
    session: Session, installation: Installation, entry: OutgoingEntry, now: datetime
) -> Prepared:
    try:
        return _prepare_entry(session, installation, entry, now)
    except Exception:
        extra = {"partnership": entry.partnership, "round": entry.round}
        _log.exception("A message (%s) could not be made.", entry.kind.value, extra=extra)
        return Broken()


def _prepare_entry(
    session: Session, installation: Installation, entry: OutgoingEntry, now: datetime
) -> Prepared:
    if entry.kind in _IN_CHATS and not _is_linked(session, entry):
        return Postponed(now + _LATER)
    if entry.kind in _NOT_IN_QUIET_HOURS:
        partnership = session.get_one(PartnershipRow, entry.partnership)
        allowed = partnerships.load_calendar(session, partnership).first_allowed(now)
        if allowed > now:
            return Postponed(allowed)
    return _PREPARE[entry.kind](session, installation, entry, now)


def _is_linked(session: Session, entry: OutgoingEntry) -> bool:
    group = session.get(GroupRow, entry.group) if entry.group else None
    return group is not None and group.state is LinkState.LINKED


def _prepare_digest(
    session: Session, installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    round_id = entry.round or 0
    if entry.kind is OutgoingKind.PACK and not _may_get_pack(session, entry):
        return Dropped()
    if not packs.is_readable(session, round_id):
        return Dropped()
    if entry.part is OutgoingPart.WORDS:
        parts = post.list_parts(session, round_id)
        follows = [(entry.kind, part) for part in parts]
        if entry.kind is OutgoingKind.DIGEST and history.says_level(session, round_id):
            follows.append((OutgoingKind.HALF_TERM, OutgoingPart.WORDS))
        return Message(post.load_digest_card(session, round_id), tuple(follows))
    return Drawing(partial(post.draw_part, installation, round_id, entry.part))


def _prepare_half_term(
    session: Session, installation: Installation, entry: OutgoingEntry, now: datetime
) -> Prepared:
    round_id = entry.round or 0
    if entry.group is not None:
        if not _is_linked(session, entry):
            return Postponed(now + _LATER)
        if entry.part is OutgoingPart.PICTURE:
            return Drawing(partial(half_terms.draw_year, installation, round_id))
        card = half_terms.load_posted_report(session, installation, round_id)
        has_picture = half_terms.shows_year(session, round_id)
        follows = ((entry.kind, OutgoingPart.PICTURE),) if has_picture else ()
        return Dropped() if card is None else Message(card, follows)
    member = session.get_one(MemberRow, entry.member)
    suggestion = half_terms.load_suggestion_card(session, installation, round_id, member)
    return Dropped() if suggestion is None else Message(suggestion)


def _may_get_pack(session: Session, entry: OutgoingEntry) -> bool:
    member = session.get(MemberRow, entry.member) if entry.member else None
    return member is not None and post.may_get_pack(member)


def _prepare_reminder(
    session: Session, installation: Installation, entry: OutgoingEntry, now: datetime
) -> Prepared:
    # After an outage only the last of several missed reminders goes out.
    if reminded.has_later_reminder(session, entry, now):
        return Dropped()
    workspace = (entry.address.adapter, entry.address.workspace)
    return Reminders(
        remind.list_reminders(session, installation, entry.round or 0, entry.number, workspace, now)
    )


def _prepare_announcement(
    session: Session, _installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    group = entry.group or 0
    card = announcements.load_announcement_card(session, group, entry.number)
    return Dropped() if card is None else Message(card, told=(group, entry.number))


def _prepare_count(
    _session: Session, installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    return AboutMembers(partial(notices.missing_card, installation, entry.group or 0))


def _prepare_welcome(
    session: Session, installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    card = welcome.load_welcome_card(session, installation, entry.group or 0)
    # The chat's people get cards of their own next.
    return Message(card, ((OutgoingKind.INVITATIONS, OutgoingPart.WORDS),))


def _prepare_invitations(
    _session: Session, installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    return Invitations(partial(welcome.list_invitations, installation, entry.group or 0))


def _prepare_loss(
    session: Session, _installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    card = notices.load_loss_card(session, entry.group or 0)
    return Dropped() if card is None else Message(card)


def _prepare_undelivered(
    session: Session, _installation: Installation, entry: OutgoingEntry, _now: datetime
) -> Prepared:
    card = undelivered.load_undelivered_card(session, entry.number)
    return Dropped() if card is None else Message(card)


_PREPARE: Final[dict[OutgoingKind, Callable[..., Prepared]]] = {
    OutgoingKind.DIGEST: _prepare_digest,
    OutgoingKind.PACK: _prepare_digest,
    OutgoingKind.HALF_TERM: _prepare_half_term,
    OutgoingKind.REMINDER: _prepare_reminder,
    OutgoingKind.ANNOUNCEMENT: _prepare_announcement,
    OutgoingKind.COUNT: _prepare_count,
    OutgoingKind.WELCOME: _prepare_welcome,
    OutgoingKind.INVITATIONS: _prepare_invitations,
    OutgoingKind.CHAT_LOST: _prepare_loss,
    OutgoingKind.UNDELIVERED: _prepare_undelivered,
}
_IN_CHATS: Final = frozenset(
    {
        OutgoingKind.DIGEST,
        OutgoingKind.ANNOUNCEMENT,
        OutgoingKind.COUNT,
        OutgoingKind.WELCOME,
        OutgoingKind.INVITATIONS,
    }
)
_NOT_IN_QUIET_HOURS: Final = frozenset(
    {
        OutgoingKind.REMINDER,
        OutgoingKind.ANNOUNCEMENT,
        OutgoingKind.COUNT,
        OutgoingKind.INVITATIONS,
    }
)
"""The others come at the hour of a plan, or to somebody who has just done something."""


def put_aside(
    installation: Installation, entry: OutgoingEntry, prepared: Postponed | Dropped
) -> None:
    """Do not send it now: later, or never."""
    with installation.database.write() as session:
        if isinstance(prepared, Postponed):
            outbox.postpone_entry(session, entry.id, prepared.until)
        else:
            outbox.drop_entry(session, entry.id)
