"""Pausing, coming back and leaving: one tap, no reason asked."""

from __future__ import annotations

import contextlib
import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import MemberLeft
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.ports import Address, Button, Card, CardKind, Reply
from pulse_bot.storage import leftovers, outbox
from pulse_bot.storage.models import MemberRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NotAMember, find_member
from pulse_bot.usecases.members.thresholds import note_threshold_change


def pause_questions(installation: Installation, address: Address) -> Reply:
    """Ask no more questions until the member comes back."""
    _set_standing(installation, address, Standing.PAUSED)
    return Reply("Paused. You are asked nothing until you choose “Ask me again”.")


def resume_questions(installation: Installation, address: Address) -> Reply:
    """Ask again, from the next round on."""
    _set_standing(installation, address, Standing.ACTIVE)
    return Reply("Welcome back. You are asked again from the next round on.")


def mark_unreachable(installation: Installation, address: Address) -> Reply:
    """The platform no longer reaches this member, if one lives there; says nothing of answers."""
    with contextlib.suppress(NotAMember):
        _set_standing(installation, address, Standing.UNREACHABLE)
    return Reply()


def mark_reachable(installation: Installation, address: Address) -> None:
    """The platform reaches this member again; whoever paused stays paused."""
    with installation.database.write() as session:
        member, _ = find_member(session, address)
        restore_member(member)


def restore_member(member: MemberRow) -> None:
    """Ask somebody again who could not be reached; whoever paused stays paused.

    They count as a newcomer: whoever comes back changes a roster as joining does.
    """
    if member.standing is Standing.UNREACHABLE:
        member.standing = Standing.ACTIVE
        member.seated = False


def _set_standing(installation: Installation, address: Address, standing: Standing) -> None:
    with installation.database.write() as session:
        member, _ = find_member(session, address)
        if standing is Standing.PAUSED or member.standing is Standing.UNREACHABLE:
            member.seated = False
        if standing is Standing.UNREACHABLE and member.standing is not Standing.ACTIVE:
            return
        member.standing = standing


def ask_leave(installation: Installation, address: Address) -> Reply:
    """Make sure, because leaving cannot be undone by the member."""
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
    text = (
        "Your name and your address are deleted at once. To come back you need a new invitation.",
        "Answers of a round that is still open stay sealed in it and are destroyed when it closes.",
    )
    buttons = ((Button("Yes, leave", question_cards.LEAVE_SURELY),),)
    return Reply(cards=(Card(CardKind.NOTICE, f"Leave {partnership.name}?", text, buttons),))


def leave_partnership(installation: Installation, address: Address) -> Reply:
    """Forget a member: name and address go; the bare row stays, because a roster refers to it."""
    with installation.database.write() as session:
        member, partnership = find_member(session, address)
        # In no role, and without a school: the log stays for ever.
        leaver = Actor.member(Role.MEMBER)
        audit_log.record(session, installation, partnership.id, leaver, MemberLeft())
        with note_threshold_change(session, installation, partnership):
            forget_member(session, member)
            leftovers.note_leftovers(session, installation.clock.now())
        name = partnership.name
    text = ("Your name and your address are deleted. Thank you for having been part of it.",)
    return Reply(cards=(Card(CardKind.NOTICE, f"You have left {name}", text),))


def forget_member(session: Session, member: MemberRow) -> None:
    """Delete a member's name and address, those on their card in an open round too.

    Nor is it kept which workshops they prepared; the workshops are the group's, and stay.
    """
    member.standing = Standing.LEFT
    member.name = ""
    member.time_zone = member.language = member.asked_weekday = member.asked_at = None
    member.user = f"left-{secrets.token_hex(16)}"
    outbox.forget_member(session, member.id)
    prepared = update(SeedingRow).where(SeedingRow.seeded_by == member.id)
    session.execute(prepared.values(seeded_by=None))
