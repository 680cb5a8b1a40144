"""The sender of a workspace: everything that is due there, claimed just before it is sent.

prepared    made: a card, a picture, a list of people to remind
claimed     written down, durably, just before the platform is asked
settled     arrived, or uncertain, or tried again later, or given up: written down at once

After a crash what was claimed is uncertain: it is looked for where the platform can tell, and sent
once more where it cannot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from pulse_bot.domain.outgoing import (
    OutgoingKind,
    OutgoingPart,
    OutgoingState,
    SendOutcome,
    plan_next_step,
)
from pulse_bot.errors import AdapterError, StorageError
from pulse_bot.ports import Address, Card, ChatAdapter, Confirming, Members, Moved, Sendable
from pulse_bot.sending.courier import Courier, SendReceipt, work_in_slots
from pulse_bot.storage import outbox, reminded
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.storage.outbox import Claim, OutgoingEntry, Settlement
from pulse_bot.storage.reminded import ReminderTag
from pulse_bot.usecases.chats import link
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.outbox import (
    AboutMembers,
    Broken,
    Drawing,
    Dropped,
    Follow,
    Invitations,
    Message,
    Postponed,
    Prepared,
    Reminders,
    prepare_entries,
    put_aside,
)
from pulse_bot.usecases.rounds.remind import ReminderCard

_log = logging.getLogger(__name__)
RecipientT = TypeVar("RecipientT")

_NOT_SENT: Final = {
    SendOutcome.FAILED: "A message (%s) was refused by the platform for good.",
    SendOutcome.NOT_YET: "A message (%s) has not arrived yet, and is tried again.",
    SendOutcome.UNCERTAIN: "Nobody knows yet whether a message (%s) arrived.",
}
PAGE: Final = 500
"""Messages between two looks at what else is due."""
_DRAWN_AT_ONCE: Final = 3
_DRAWN_PAGE: Final = 20
"""Drawings between two such looks: words that become due meanwhile come before them."""
_COUNT_TIMEOUT: Final = 30.0
"""Seconds that a platform may take to tell who is in a chat, or whether something arrived."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What is sent between two looks at the outbox."""

    words: Sequence[OutgoingEntry]
    drawings: Sequence[OutgoingEntry]
    prepared: Mapping[int, Prepared]


@dataclass(slots=True)
class _Run:
    """One page on its way."""

    adapter: ChatAdapter
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    is_held_back: bool = False
    """The platform asked for a pause: the rest stays where it is."""


class Sender:
    """Sends for one process. Its methods run on the loop on which the adapters live."""

    def __init__(self, installation: Installation, courier: Courier) -> None:
        """Nothing is sent yet."""
        database = installation.database
        self._installation = installation
        self._courier = courier
        self._claims = GroupCommit[Claim, bool](partial(outbox.claim_entries, database))
        self._settlements = GroupCommit[Settlement, None](partial(outbox.settle_entries, database))
        self._tags = GroupCommit[ReminderTag, bool](partial(reminded.mark_reminded, database))
        # Of invitations nothing is kept of anybody but here, until all of a chat are out.
        self._invited: dict[int, set[Address]] = {}

    def close(self) -> None:
        """Give back the threads that write."""
        for writer in (self._claims, self._settlements, self._tags):
            writer.close()

    async def send_page(self, adapter: ChatAdapter, workspace: str) -> bool:
        """Send some of what is due in a workspace; returns whether there may be more.

        For one caller at a time: what is claimed when it begins was left behind by a crash.
        """
        page = await asyncio.to_thread(self._load_page, adapter.name, workspace)
        run = _Run(adapter)

        async def send(entry: OutgoingEntry) -> None:
            try:
                await self._send_entry(run, entry, page.prepared[entry.id])
            except StorageError:
                raise
            except Exception:
                # Nobody foresaw it; the entries beside it are other people's. It is tried again
                # with the next tick, and not at once.
                run.is_held_back = True
                extra = {"partnership": entry.partnership, "round": entry.round}
                _log.exception("A %s could not be sent.", entry.kind.value, extra=extra)

        in_flight = self._courier.policy.in_flight
        async with asyncio.TaskGroup() as lanes:
            # Words never wait for a drawing.
            lanes.create_task(work_in_slots(page.words, in_flight, send, run.stopping))
            lanes.create_task(work_in_slots(page.drawings, _DRAWN_AT_ONCE, send, run.stopping))
        return bool(page.prepared) and not run.is_held_back

    def _load_page(self, adapter: str, workspace: str) -> _Page:
        now, database = self._installation.clock.now(), self._installation.database
        with database.write() as session:
            outbox.recover_claimed(session, adapter, workspace)
        with database.read() as session:
            words = outbox.list_due_entries(session, adapter, workspace, now, PAGE)
            drawings = outbox.list_due_entries(
                session, adapter, workspace, now, _DRAWN_PAGE, words=False
            )
        prepared = prepare_entries(self._installation, [*words, *drawings])
        return _Page(words, drawings, prepared)

    async def _send_entry(self, run: _Run, entry: OutgoingEntry, prepared: Prepared) -> None:
        match prepared:
            case Message(card, follows, told):
                await self._send_message(run, entry, card, follows, told)
            case Drawing() | AboutMembers():
                await self._send_made(run, entry, prepared)
            case Reminders(cards):
                await self._send_reminders(run, entry, cards)
            case Invitations():
                await self._send_invitations(run, entry, prepared)
            case Broken():
                await self._settle_unmade(entry)
            case Postponed() | Dropped():
                await asyncio.to_thread(put_aside, self._installation, entry, prepared)

    async def _send_made(
        self, run: _Run, entry: OutgoingEntry, prepared: Drawing | AboutMembers
    ) -> None:
        """Send what takes a while to make; claimed when it is there, and not before."""
        try:
            shown = await _make(run.adapter, entry, prepared)
        except Exception:
            extra = {"partnership": entry.partnership, "round": entry.round}
            _log.warning(
                "A message (%s) could not be made.", entry.kind.value, exc_info=True, extra=extra
            )
            await self._settle_unmade(entry)
            return
        if shown is None:
            await asyncio.to_thread(put_aside, self._installation, entry, Dropped())
        else:
            await self._send_message(run, entry, shown)

    async def _send_message(
        self,
        run: _Run,
        entry: OutgoingEntry,
        shown: Sendable,
        follows: tuple[Follow, ...] = (),
        told: tuple[int, int] | None = None,
    ) -> None:
        if await self._has_arrived(run.adapter, entry, shown):
            receipt: SendReceipt | None = SendReceipt(SendOutcome.SENT, entry.address)
        else:
            claim = partial(self._claims.put, self._claim(entry))
            receipt = await self._courier.send(
                run.adapter, entry.address, shown, claim, run.stopping
            )
        if receipt is None:
            run.is_held_back = True
            return
        await self._settle(entry, receipt, follows, told)

    def _claim(self, entry: OutgoingEntry) -> Claim:
        return Claim(entry.id, self._installation.clock.now())

    async def _has_arrived(
        self, adapter: ChatAdapter, entry: OutgoingEntry, shown: Sendable
    ) -> bool:
        """Whether what may have arrived has; False where the platform does not tell."""
        if (
            entry.state is not OutgoingState.UNCERTAIN
            or entry.tried_at is None
            or not isinstance(adapter, Confirming)
        ):
            return False
        try:
            async with asyncio.timeout(_COUNT_TIMEOUT):
                return bool(await adapter.has_arrived(entry.address, shown, entry.tried_at))
        except (AdapterError, TimeoutError):
            return False

    async def _settle(
        self,
        entry: OutgoingEntry,
        receipt: SendReceipt,
        follows: tuple[Follow, ...] = (),
        told: tuple[int, int] | None = None,
    ) -> None:
        is_sent = receipt.outcome is SendOutcome.SENT
        # A chat that pulse-bot was removed from gets what is news when it is back.
        is_waiting = receipt.gone and entry.group is not None
        step = plan_next_step(
            SendOutcome.NOT_YET if is_waiting else receipt.outcome,
            entry.attempts + 1,
            self._installation.clock.now(),
            timedelta(seconds=receipt.retry_after),
            since=entry.tried_at,
        )
        moved = receipt.address if receipt.address != entry.address else None
        await self._settlements.put(
            Settlement(
                entry.id,
                step,
                follows=follows if is_sent else (),
                workspace=moved.workspace if moved else None,
                user=moved.user if moved else None,
                told=told if is_sent else None,
            )
        )
        if entry.kind is not OutgoingKind.CARD and not is_sent:
            extra = {"partnership": entry.partnership, "round": entry.round}
            _log.warning(_NOT_SENT[receipt.outcome], entry.kind.value, extra=extra)
        await asyncio.to_thread(self._note_address, entry, receipt)

    def _note_address(self, entry: OutgoingEntry, receipt: SendReceipt) -> None:
        """Remember who is gone, and which chat has moved."""
        if receipt.gone and entry.member is not None:
            leave.mark_unreachable(self._installation, receipt.address)
        elif receipt.gone and entry.group is not None:
            link.mark_chat_lost(self._installation, entry.group)
        elif receipt.address != entry.address and entry.group is not None:
            link.move_chat(self._installation, Moved(entry.address, receipt.address))

    async def _settle_unmade(self, entry: OutgoingEntry) -> None:
        """It could not be made, which counts as an attempt."""
        if await self._claims.put(self._claim(entry)):
            await self._settle(entry, SendReceipt(SendOutcome.NOT_YET, entry.address))

    # --- many at once, each at most once -------------------------------------------------------

    async def _send_reminders(
        self, run: _Run, entry: OutgoingEntry, cards: Sequence[ReminderCard]
    ) -> None:
        async def send(reminder: ReminderCard) -> bool:
            tag = ReminderTag(entry.round or 0, reminder.tag, added=True)
            receipt = await self._courier.send(
                run.adapter,
                reminder.address,
                reminder.card,
                partial(self._tags.put, tag),
                run.stopping,
            )
            if receipt is not None and receipt.outcome is SendOutcome.NOT_YET:
                # It surely did not arrive, so that it may be sent again.
                await self._tags.put(ReminderTag(entry.round or 0, reminder.tag, added=False))
            return _is_done(receipt)

        await self._send_each(run, entry, cards, send)

    async def _send_invitations(
        self, run: _Run, entry: OutgoingEntry, prepared: Invitations
    ) -> None:
        invited = self._invited.setdefault(entry.id, set())
        members = await _fetch_members(run.adapter, entry.address)
        if members is None:
            await self._settle_unmade(entry)
            return
        cards = await asyncio.to_thread(prepared.list_cards, members)

        async def claim(address: Address) -> bool:
            invited.add(address)
            return True

        async def send(one: tuple[Address, Card]) -> bool:
            address, card = one
            receipt = await self._courier.send(
                run.adapter, address, card, partial(claim, address), run.stopping
            )
            if receipt is not None and receipt.outcome is SendOutcome.NOT_YET:
                invited.discard(address)
            return _is_done(receipt)

        await self._send_each(run, entry, [one for one in cards if one[0] not in invited], send)

    async def _send_each(
        self,
        run: _Run,
        entry: OutgoingEntry,
        recipients: Sequence[RecipientT],
        send: Callable[[RecipientT], Awaitable[bool]],
    ) -> None:
        """Send to each, and settle the whole: as sent, or as due again for those who are left."""
        if not await self._claims.put(self._claim(entry)):
            return
        left = len(recipients)

        async def send_one(recipient: RecipientT) -> None:
            nonlocal left
            left -= await send(recipient)

        in_flight = self._courier.policy.in_flight
        await work_in_slots(recipients, in_flight, send_one, run.stopping)
        outcome = SendOutcome.NOT_YET if left else SendOutcome.SENT
        await self._settle(entry, SendReceipt(outcome, entry.address))
        if not left:
            self._invited.pop(entry.id, None)


def _is_done(receipt: SendReceipt | None) -> bool:
    """Whether nothing is left to do for somebody.

    Not even who could not be reached is written down: a mark at that hour would name somebody who
    had not answered.
    """
    return receipt is not None and receipt.outcome is not SendOutcome.NOT_YET


async def _make(
    adapter: ChatAdapter, entry: OutgoingEntry, prepared: Drawing | AboutMembers
) -> Sendable | None:
    """Make what takes a while; None where there is none, or the platform takes none of its kind.

    Raises TimeoutError where it cannot be told just now who is in a chat.
    """
    if isinstance(prepared, Drawing):
        limits = adapter.limits
        takes = {OutgoingPart.PICTURE: limits.pictures, OutgoingPart.FILE: limits.files}
        return await asyncio.to_thread(prepared.draw) if takes[entry.part] else None
    members = await _fetch_members(adapter, entry.address)
    if members is None:
        raise TimeoutError
    return await asyncio.to_thread(prepared.make_card, members)


async def _fetch_members(adapter: ChatAdapter, chat: Address) -> Members | None:
    """Who is in a chat: nobody where that cannot be told, None where it cannot just now."""
    try:
        async with asyncio.timeout(_COUNT_TIMEOUT):
            return await adapter.members(chat)
    except (AdapterError, TimeoutError) as error:
        _log.warning("A chat could not be counted (%s).", type(error).__name__)
        permanent = isinstance(error, AdapterError) and error.permanent
        return Members() if permanent else None
