"""The outbox as tests use it: what waits in it, and a sender whose platform takes everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from pulse_bot.domain.outgoing import (
    OutgoingKind,
    SendOutcome,
    plan_next_step,
)
from pulse_bot.ports import Address, Card, Members, Sendable
from pulse_bot.storage import outbox, reminded
from pulse_bot.storage.models import OutboxRow
from pulse_bot.storage.outbox import Claim, OutgoingEntry, Settlement
from pulse_bot.storage.reminded import ReminderTag
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.due import work_off_rounds
from pulse_bot.usecases.outbox import (
    AboutMembers,
    Broken,
    Drawing,
    Dropped,
    Invitations,
    Message,
    Postponed,
    Prepared,
    Reminders,
    prepare_entries,
    put_aside,
)
from pulse_bot.usecases.tick import ROUNDS_JOB, find_due_jobs

NOBODY = Members()


class Sent(NamedTuple):
    """Something that went out."""

    kind: OutgoingKind
    address: Address
    shown: Sendable

    @property
    def card(self) -> Card:
        assert isinstance(self.shown, Card)
        return self.shown


def tick(made: Installation) -> list[str]:
    """What a tick gives out, by name; what is due with rounds is done at once."""
    jobs = find_due_jobs(made, made.clock.now(), live=())
    for job in jobs:
        if job.name == ROUNDS_JOB:
            while work_off_rounds(made, int(job.args[0])):
                pass
    return [job.name for job in jobs]


def waiting(
    made: Installation, *kinds: OutgoingKind, adapter: str = "fake", workspace: str = ""
) -> list[OutgoingEntry]:
    """What is to be sent now, of some kinds or of all."""
    now = made.clock.now()
    with made.database.read() as session:
        entries = [
            entry
            for words in (True, False)
            for entry in outbox.list_due_entries(
                session, adapter, workspace, now, 1000, words=words
            )
        ]
    return [entry for entry in entries if not kinds or entry.kind in kinds]


def send_due(
    made: Installation,
    *kinds: OutgoingKind,
    members: Members = NOBODY,
    outcome: SendOutcome = SendOutcome.SENT,
    adapter: str = "fake",
    workspace: str = "",
) -> list[Sent]:
    """Send what is due in a workspace, and what follows it, as the sender does."""
    sent: list[Sent] = []
    while entries := waiting(made, *kinds, adapter=adapter, workspace=workspace):
        prepared = prepare_entries(made, entries)
        for entry in entries:
            sent += _send_entry(made, entry, prepared[entry.id], members, outcome)
    return sent


def _send_entry(
    made: Installation,
    entry: OutgoingEntry,
    prepared: Prepared,
    members: Members,
    outcome: SendOutcome,
) -> list[Sent]:
    if isinstance(prepared, Postponed | Dropped):
        put_aside(made, entry, prepared)
        return []
    shown = _make(prepared, entry, members)
    if not shown and not isinstance(prepared, Broken):
        put_aside(made, entry, Dropped())
        return []
    [claimed] = outbox.claim_entries(made.database, [Claim(entry.id, made.clock.now())])
    assert claimed
    if isinstance(prepared, Reminders) and outcome is not SendOutcome.NOT_YET:
        tags = [ReminderTag(entry.round or 0, one.tag, added=True) for one in prepared.cards]
        assert all(reminded.mark_reminded(made.database, tags))
    ended = SendOutcome.NOT_YET if isinstance(prepared, Broken) else outcome
    step = plan_next_step(ended, entry.attempts + 1, made.clock.now(), since=entry.tried_at)
    is_sent = ended is SendOutcome.SENT
    message = prepared if isinstance(prepared, Message) and is_sent else None
    settlement = Settlement(
        entry.id,
        step,
        follows=message.follows if message else (),
        told=message.told if message else None,
    )
    outbox.settle_entries(made.database, [settlement])
    return [Sent(entry.kind, address, one) for address, one in shown] if is_sent else []


def _make(
    prepared: Prepared, entry: OutgoingEntry, members: Members
) -> Sequence[tuple[Address, Sendable]]:
    match prepared:
        case Message(card):
            return [(entry.address, card)]
        case Drawing(draw):
            drawn = draw()
            return [(entry.address, drawn)] if drawn else []
        case AboutMembers(make_card):
            made = make_card(members)
            return [(entry.address, made)] if made else []
        case Reminders(cards):
            return [(one.address, one.card) for one in cards]
        case Invitations(list_cards):
            return list_cards(members)
        case _:
            return []


def rows(made: Installation, *kinds: OutgoingKind) -> Sequence[OutboxRow]:
    """Everything in the outbox, of some kinds or of all, whatever became of it."""
    query = select(OutboxRow).order_by(OutboxRow.id)
    with made.database.read() as session:
        return session.scalars(query.where(OutboxRow.kind.in_(kinds)) if kinds else query).all()
