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
from pulse_bot.sending.courier import Courier, Fate, Receipt
from pulse_bot.sending.loop_bridge import Bridge
from pulse_bot.storage import ledger
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.usecases.chats import announcements, link, notices, welcome
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.rounds.close import close
from pulse_bot.usecases.rounds.open_round import open_round, outgoing
from pulse_bot.usecases.rounds.post import next_posting, posted
from pulse_bot.usecases.rounds.remind import not_reminded, remind
from pulse_bot.usecases.workshops import deliver_pack, pack

T = TypeVar("T")

_log = logging.getLogger(__name__)

STEP: Final = 500
"""Invitations in one step of a fan-out: what a crash makes the engine look at again."""
_COUNTING: Final = 30.0
"""Seconds that a platform may take to tell how many are in a chat."""

_POSTED: Final = {
    Fate.SENT: Delivery.SENT,
    Fate.FAILED: Delivery.FAILED,
    Fate.NOT_YET: Delivery.WAITING,
    # Handed to the platform; whether it arrived, nobody knows.
    Fate.UNCERTAIN: Delivery.SENDING,
}


class Work:
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
        self._ledger = GroupCommit[ledger.Entry, None](partial(ledger.write, installation.database))
        self._bridge: Bridge | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send by way of this loop, on which the adapters live."""
        self._bridge = Bridge(loop)

    def interrupt(self) -> None:
        """Wind up what is being sent."""
        if self._bridge is not None:
            self._bridge.close()

    def close(self) -> None:
        """Give back the ledger's thread."""
        self._ledger.close()

    def handlers(self) -> dict[str, JobHandler]:
        """What does each kind of job."""
        return {
            "open": self._open,
            "deliver": self._deliver,
            "remind": self._remind,
            "close": self._close,
            "post": self._post,
            "tell": self._tell,
            "count": self._count,
            "show": self._show,
            "welcome": self._welcome,
            "hand": self._hand,
            "reveal": self._reveal,
            "announce": self._announce,
        }

    def _open(
        self, partnership: int, slot: str, closes_at: str, again: int, seeding: int = 0
    ) -> bool:
        opening, closing = datetime.fromisoformat(slot), datetime.fromisoformat(closes_at)
        plan = schedule.Open(partnership, opening, closing, bool(again), seeding)
        try:
            opened = open_round(self._installation, plan)
        except Refused as refused:
            _log.info("No round was opened. %s", refused, extra={"partnership": partnership})
            return False
        if opened is not None:
            _log.info("A round is open.", extra={"partnership": partnership, "round": opened})
            # Not a minute later: the tick gives out what is due, the new round's cards too.
            self._tick_now()
        return False

    def _deliver(self, round_id: int, adapter: str, workspace: str) -> bool:
        parcels = [
            (one.invitation, one.address, one.card)
            for one in outgoing(self._installation, round_id, adapter, workspace, STEP)
        ]
        listening = self._listening(adapter)
        if listening is None or not parcels:
            return False
        delivered = self._wait(self._courier.deliver(listening, parcels, self._record))
        _log.info("Cards went out.", extra={"round": round_id, "count": delivered.sent})
        # What could not be sent yet waits for a later tick.
        return delivered.not_yet == 0

    async def _record(self, invitation: int, receipt: Receipt) -> None:
        # What is not sent yet is not recorded, so the state is one of the two others.
        await self._ledger.put(ledger.Entry(invitation, _POSTED[receipt.fate]))
        if receipt.gone:
            await asyncio.to_thread(leave.unreachable, self._installation, receipt.address)

    def _remind(self, round_id: int, which: int, adapter: str, workspace: str) -> bool:
        listening = self._listening(adapter)
        if listening is not None:
            reminded = remind(self._installation, round_id, which, adapter, workspace)
            parcels = [(n, address, card) for n, (address, card) in enumerate(reminded)]
            done = self._wait(self._courier.deliver(listening, parcels, _unrecorded, once=True))
            if done.nothing:
                not_reminded(self._installation, round_id, which, adapter, workspace)
        return False

    def _close(self, round_id: int) -> bool:
        close(self._installation, round_id)
        _log.info("A round is over; its key is destroyed.", extra={"round": round_id})
        self._tick_now()
        return False

    def _post(self, round_id: int) -> bool:
        adapters, tried = frozenset(self._adapters), set[int]()
        # What could not be sent yet waits for a later tick, and holds up no other chat.
        while posting := next_posting(self._installation, round_id, adapters, tried):
            tried.add(posting.group)
            receipt = self._send_to_group(posting.group, posting.address, posting.card)
            kept = _POSTED[receipt.fate]
            posted(self._installation, posting, kept)
            _log.info("A digest's way into a chat: %s.", kept.value, extra={"round": round_id})
        return False

    def _tell(self, group: int) -> bool:
        reaching = {name for name, one in self._adapters.items() if one.limits.writes_first}
        fates = {
            self._wait(
                self._courier.send(self._adapters[address.adapter], address, card, once=True)
            ).fate
            for address, card in notices.tell_leads(self._installation, group, reaching)
        }
        if fates == {Fate.NOT_YET}:
            notices.not_told(self._installation, group)
        return False

    def _count(self, round_id: int, group: int) -> bool:
        chat = notices.claim_count(self._installation, round_id, group)
        adapter = self._listening(chat.adapter) if chat else None
        if chat is None or adapter is None:
            return False
        there = self._members(adapter, chat) or Members()
        card = notices.missing_card(self._installation, group, there)
        if card is not None:
            self._send_to_group(group, chat, card)
        return False

    def _show(self, group: int) -> bool:
        claimed = welcome.show(self._installation, group)
        if claimed is not None:
            receipt = self._send_to_group(group, *claimed)
            if receipt.fate is Fate.NOT_YET:
                welcome.not_shown(self._installation, group)
            else:
                # The chat's people are next, and need not wait for a minute.
                self._tick_now()
        return False

    def _welcome(self, group: int) -> bool:
        chat = welcome.waiting(self._installation, group)
        adapter = self._listening(chat.adapter) if chat else None
        if chat is None or adapter is None:
            return False
        there = self._members(adapter, chat)
        # Where the platform does not tell just now, a later tick asks again.
        if there is not None:
            invited = welcome.invite(self._installation, group, there)
            parcels = [(n, address, card) for n, (address, card) in enumerate(invited)]
            done = self._wait(self._courier.deliver(adapter, parcels, _unrecorded, once=True))
            if done.nothing:
                welcome.not_invited(self._installation, group)
        return False

    def _hand(self, seeding: int) -> bool:
        claimed = deliver_pack.claim(self._installation, seeding)
        adapter = self._listening(claimed[0].adapter) if claimed else None
        if claimed is not None and adapter is not None:
            receipt = self._wait(self._courier.send(adapter, *claimed, once=True))
            deliver_pack.handed(self._installation, seeding, _POSTED[receipt.fate])
        return False

    def _reveal(self, round_id: int) -> bool:
        pack.reveal(self._installation, round_id)
        # Everybody reads it now, and the chats get it.
        self._tick_now()
        return False

    def _announce(self, group: int) -> bool:
        told = announcements.claim(self._installation, group)
        if told is not None:
            receipt = self._send_to_group(group, told.address, told.card)
            if receipt.fate is Fate.NOT_YET:
                announcements.not_announced(self._installation, told)
        return False

    def _members(self, adapter: ChatAdapter, chat: Address) -> Members | None:
        """Who is in a chat: nobody where that cannot be told, None where it cannot just now."""
        try:
            return self._wait(_counted(adapter, chat))
        except (AdapterError, TimeoutError) as error:
            _log.warning("A chat could not be counted (%s).", type(error).__name__)
            permanent = isinstance(error, AdapterError) and error.permanent
            return Members() if permanent else None

    def _send_to_group(self, group: int, address: Address, card: Card) -> Receipt:
        adapter = self._adapters[address.adapter]
        receipt = self._wait(self._courier.send(adapter, address, card, once=True))
        if receipt.gone:
            link.lose(self._installation, group)
        elif receipt.address != address:
            link.moved(self._installation, Moved(address, receipt.address))
        return receipt

    def _listening(self, adapter: str) -> ChatAdapter | None:
        if adapter not in self._adapters:
            _log.warning("Somebody waits on %s, which is not switched on here.", adapter)
        return self._adapters.get(adapter)

    def _wait(self, sending: Coroutine[object, object, T]) -> T:
        if self._bridge is None:
            raise RuntimeError("The app has not been started.")
        return self._bridge.call(sending)


async def _counted(adapter: ChatAdapter, chat: Address) -> Members:
    async with asyncio.timeout(_COUNTING):
        return await adapter.members(chat)


async def _unrecorded(_number: int, _receipt: Receipt) -> None:
    """Who was reminded or invited is written down nowhere, not even who could not be reached."""
