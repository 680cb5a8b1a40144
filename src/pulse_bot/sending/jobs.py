"""What jobs do: open and close rounds, and send cards by way of the adapters.

A job's step runs in a thread of the engine; adapters live on the app's event loop, so a step waits
for them across a bridge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from pulse_bot.domain.asking import schedule
from pulse_bot.errors import AdapterError, Refused
from pulse_bot.ports import Address, Card, ChatAdapter, JobHandler, Members, Moved
from pulse_bot.sending.courier import Courier, Receipt, SendOutcome
from pulse_bot.sending.loop_bridge import LoopBridge
from pulse_bot.storage import ledger
from pulse_bot.storage.columns import DeliveryState
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.usecases.chats import announcements, link, notices, welcome
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import list_outgoing, open_round
from pulse_bot.usecases.rounds.post import claim_next_post, record_posted
from pulse_bot.usecases.rounds.remind import claim_reminders, unclaim_reminders
from pulse_bot.usecases.workshops import deliver_pack, pack

T = TypeVar("T")

_log = logging.getLogger(__name__)

STEP_SIZE: Final = 500
"""Invitations in one step of a fan-out: what a crash makes the engine look at again."""
_COUNT_TIMEOUT: Final = 30.0
"""Seconds that a platform may take to tell how many are in a chat."""

_DELIVERY_STATES: Final = {
    SendOutcome.SENT: DeliveryState.SENT,
    SendOutcome.FAILED: DeliveryState.FAILED,
    SendOutcome.NOT_YET: DeliveryState.WAITING,
    # Handed to the platform; whether it arrived, nobody knows.
    SendOutcome.UNCERTAIN: DeliveryState.SENDING,
}


class JobHandlers:
    """The handlers of an app's jobs."""

    def __init__(
        self,
        installation: Installation,
        adapters: Mapping[str, ChatAdapter],
        tick_now: Callable[[], None],
    ) -> None:
        """Nothing can be sent before `start`. `tick_now` has the schedule asked at once."""
        self._installation = installation
        self._adapters = adapters
        self._tick_now = tick_now
        self._courier = Courier()
        self._ledger = GroupCommit[ledger.LedgerEntry, None](
            partial(ledger.write_entries, installation.database)
        )
        self._bridge: LoopBridge | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send by way of this loop, on which the adapters live."""
        self._bridge = LoopBridge(loop)

    def interrupt_sending(self) -> None:
        """Wind up what is being sent."""
        if self._bridge is not None:
            self._bridge.close()

    def close(self) -> None:
        """Give back the ledger's thread."""
        self._ledger.close()

    def by_name(self) -> dict[str, JobHandler]:
        """What does each kind of job."""
        return {
            "open": self._open_round,
            "deliver": self._deliver_invitations,
            "remind": self._send_reminders,
            "close": self._close_round,
            "post": self._post_digest,
            "tell": self._tell_leads,
            "count": self._count_missing,
            "show": self._show_welcome,
            "welcome": self._send_welcomes,
            "hand": self._deliver_pack,
            "reveal": self._reveal_digest,
            "announce": self._announce_changes,
        }

    def _open_round(
        self, partnership: int, slot: str, closes_at: str, again: int, seeding: int = 0
    ) -> bool:
        opening, closing = datetime.fromisoformat(slot), datetime.fromisoformat(closes_at)
        plan = schedule.OpenRound(partnership, opening, closing, bool(again), seeding)
        try:
            round_id = open_round(self._installation, plan)
        except Refused as refused:
            _log.info("No round was opened. %s", refused, extra={"partnership": partnership})
            return False
        if round_id is not None:
            _log.info("A round is open.", extra={"partnership": partnership, "round": round_id})
            # Not a minute later: the tick gives out what is due, the new round's cards too.
            self._tick_now()
        return False

    def _deliver_invitations(self, round_id: int, adapter: str, workspace: str) -> bool:
        parcels = [
            (invitation.invitation, invitation.address, invitation.card)
            for invitation in list_outgoing(
                self._installation, round_id, adapter, workspace, STEP_SIZE
            )
        ]
        chat_adapter = self._find_adapter(adapter)
        if chat_adapter is None or not parcels:
            return False
        delivered = self._wait_for(
            self._courier.deliver_cards(chat_adapter, parcels, self._record_receipt)
        )
        _log.info("Cards went out.", extra={"round": round_id, "count": delivered.sent})
        # What could not be sent yet waits for a later tick.
        return delivered.not_yet == 0

    async def _record_receipt(self, invitation: int, receipt: Receipt) -> None:
        # What is not sent yet is not recorded, so the state is one of the two others.
        await self._ledger.put(ledger.LedgerEntry(invitation, _DELIVERY_STATES[receipt.outcome]))
        if receipt.gone:
            await asyncio.to_thread(leave.mark_unreachable, self._installation, receipt.address)

    def _send_reminders(self, round_id: int, which: int, adapter: str, workspace: str) -> bool:
        chat_adapter = self._find_adapter(adapter)
        if chat_adapter is not None:
            reminded = claim_reminders(self._installation, round_id, which, adapter, workspace)
            parcels = [(n, address, card) for n, (address, card) in enumerate(reminded)]
            delivered = self._wait_for(
                self._courier.deliver_cards(chat_adapter, parcels, _skip_receipt, once=True)
            )
            if delivered.nothing_sent:
                unclaim_reminders(self._installation, round_id, which, adapter, workspace)
        return False

    def _close_round(self, round_id: int) -> bool:
        close_round(self._installation, round_id)
        _log.info("A round is over; its key is destroyed.", extra={"round": round_id})
        self._tick_now()
        return False

    def _post_digest(self, round_id: int) -> bool:
        adapters, tried = frozenset(self._adapters), set[int]()
        # What could not be sent yet waits for a later tick, and holds up no other chat.
        while posting := claim_next_post(self._installation, round_id, adapters, tried):
            tried.add(posting.group)
            receipt = self._send_to_group(posting.group, posting.address, posting.card)
            state = _DELIVERY_STATES[receipt.outcome]
            record_posted(self._installation, posting, state)
            _log.info("A digest's way into a chat: %s.", state.value, extra={"round": round_id})
        return False

    def _tell_leads(self, group: int) -> bool:
        reachable = {
            name for name, adapter in self._adapters.items() if adapter.limits.writes_first
        }
        outcomes = {
            self._wait_for(
                self._courier.send_card(self._adapters[address.adapter], address, card, once=True)
            ).outcome
            for address, card in notices.claim_loss_notices(self._installation, group, reachable)
        }
        if outcomes == {SendOutcome.NOT_YET}:
            notices.unclaim_loss_notices(self._installation, group)
        return False

    def _count_missing(self, round_id: int, group: int) -> bool:
        chat = notices.claim_count(self._installation, round_id, group)
        adapter = self._find_adapter(chat.adapter) if chat else None
        if chat is None or adapter is None:
            return False
        members = self._read_members(adapter, chat) or Members()
        card = notices.missing_card(self._installation, group, members)
        if card is not None:
            self._send_to_group(group, chat, card)
        return False

    def _show_welcome(self, group: int) -> bool:
        claimed = welcome.claim_welcome(self._installation, group)
        if claimed is not None:
            receipt = self._send_to_group(group, *claimed)
            if receipt.outcome is SendOutcome.NOT_YET:
                welcome.unclaim_welcome(self._installation, group)
            else:
                # The chat's people are next, and need not wait for a minute.
                self._tick_now()
        return False

    def _send_welcomes(self, group: int) -> bool:
        chat = welcome.find_waiting_chat(self._installation, group)
        adapter = self._find_adapter(chat.adapter) if chat else None
        if chat is None or adapter is None:
            return False
        members = self._read_members(adapter, chat)
        # Where the platform does not tell just now, a later tick asks again.
        if members is not None:
            invited = welcome.claim_invitations(self._installation, group, members)
            parcels = [(n, address, card) for n, (address, card) in enumerate(invited)]
            delivered = self._wait_for(
                self._courier.deliver_cards(adapter, parcels, _skip_receipt, once=True)
            )
            if delivered.nothing_sent:
                welcome.unclaim_invitations(self._installation, group)
        return False

    def _deliver_pack(self, seeding: int) -> bool:
        claimed = deliver_pack.claim_pack(self._installation, seeding)
        adapter = self._find_adapter(claimed[0].adapter) if claimed else None
        if claimed is not None and adapter is not None:
            receipt = self._wait_for(self._courier.send_card(adapter, *claimed, once=True))
            deliver_pack.record_delivered(
                self._installation, seeding, _DELIVERY_STATES[receipt.outcome]
            )
        return False

    def _reveal_digest(self, round_id: int) -> bool:
        pack.reveal_pack(self._installation, round_id)
        # Everybody reads it now, and the chats get it.
        self._tick_now()
        return False

    def _announce_changes(self, group: int) -> bool:
        announcement = announcements.claim_announcement(self._installation, group)
        if announcement is not None:
            receipt = self._send_to_group(group, announcement.address, announcement.card)
            if receipt.outcome is SendOutcome.NOT_YET:
                announcements.unclaim_announcement(self._installation, announcement)
        return False

    def _read_members(self, adapter: ChatAdapter, chat: Address) -> Members | None:
        """Who is in a chat: nobody where that cannot be told, None where it cannot just now."""
        try:
            return self._wait_for(_fetch_members(adapter, chat))
        except (AdapterError, TimeoutError) as error:
            _log.warning("A chat could not be counted (%s).", type(error).__name__)
            permanent = isinstance(error, AdapterError) and error.permanent
            return Members() if permanent else None

    def _send_to_group(self, group: int, address: Address, card: Card) -> Receipt:
        adapter = self._adapters[address.adapter]
        receipt = self._wait_for(self._courier.send_card(adapter, address, card, once=True))
        if receipt.gone:
            link.mark_chat_lost(self._installation, group)
        elif receipt.address != address:
            link.move_chat(self._installation, Moved(address, receipt.address))
        return receipt

    def _find_adapter(self, adapter: str) -> ChatAdapter | None:
        if adapter not in self._adapters:
            _log.warning("Somebody waits on %s, which is not switched on here.", adapter)
        return self._adapters.get(adapter)

    def _wait_for(self, sending: Coroutine[object, object, T]) -> T:
        if self._bridge is None:
            raise RuntimeError("The app has not been started.")
        return self._bridge.wait_for(sending)


async def _fetch_members(adapter: ChatAdapter, chat: Address) -> Members:
    async with asyncio.timeout(_COUNT_TIMEOUT):
        return await adapter.members(chat)


async def _skip_receipt(_number: int, _receipt: Receipt) -> None:
    """Who was reminded or invited is written down nowhere, not even who could not be reached."""
