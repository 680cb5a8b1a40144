"""Sending many cards at once: no faster than a platform allows, each written down before the next.

Knows the port and nothing else: who is to be asked, and where it is written down, come in as
arguments. What is durable about it is the caller's: a ledger that `record` writes to, and a job
that calls `deliver` again with whatever the ledger does not yet have.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from pulse_bot.adapter_kit.token_bucket import TokenBucket
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, ChatAdapter, Limits

_log = logging.getLogger(__name__)
T = TypeVar("T")

# When a delivery is cancelled, what is on its way may still arrive and be written down. Shorter
# than the engine's own patience with a handler.
_GRACE_SECONDS: Final = 1.0


class SendOutcome(StrEnum):
    """Where a card ended."""

    SENT = "sent"
    FAILED = "failed"
    """The platform will never take it: the member blocked the bot, or is gone."""
    NOT_YET = "not yet"
    """Nothing is known to have arrived. It stays unsent, for the next delivery."""
    UNCERTAIN = "uncertain"
    """It may have arrived, and is not sent again, because it must not come twice."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one card, with the platform's reason where it will never take it."""

    outcome: SendOutcome
    address: Address
    """Where it went: another one than asked for, where a group's chat has moved."""
    reason: str = ""
    gone: bool = False
    """Nobody can be reached there any more."""


Parcel = tuple[int, Address, Card]
"""An invitation's id, where it goes, what it says."""

RecordReceipt = Callable[[int, Receipt], Awaitable[None]]
"""Writes a receipt into the ledger; returns once that is on disk. Called for SENT and FAILED."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How hard a delivery tries. Times in seconds."""

    in_flight: int = 30
    """Also how many members can get a card twice after a crash."""
    pauses: tuple[float, ...] = (1.0, 4.0)
    """Between the attempts at one card; there is one attempt more than pauses."""
    timeout: float = 30.0
    """For one attempt. A send that timed out may have arrived, and is sent again all the same: a
    second card does no harm, a lost one does."""
    longest_wait: float = 60.0
    """A platform that asks for more leaves the rest unsent, for a later delivery."""


@dataclass(slots=True)
class DeliveryCounts:
    """What a delivery came to. `retry_after` is in seconds: trying sooner would be in vain."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    not_yet: int = 0
    retry_after: float = 0.0

    def count_receipt(self, receipt: Receipt) -> None:
        """Add one card."""
        match receipt.outcome:
            case SendOutcome.SENT:
                self.sent += 1
            case SendOutcome.FAILED:
                self.failed += 1
            case SendOutcome.UNCERTAIN:
                self.uncertain += 1
            case SendOutcome.NOT_YET:
                self.not_yet += 1

    @property
    def nothing_sent(self) -> bool:
        """Whether certainly none of them came anywhere, and all can be tried again."""
        return self.not_yet > 0 and self.sent == self.failed == self.uncertain == 0


class WorkspaceBucket:
    """A workspace's turns: any second holds at most `sends_a_second + burst` sends."""

    def __init__(self, limits: Limits) -> None:
        """Full at first."""
        self._tokens = TokenBucket(limits.sends_a_second, limits.burst)
        # First come, first served: all waiters would otherwise wake for each single token.
        self._turn = asyncio.Lock()

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._tokens.pause(seconds)

    def paused_for(self) -> float:
        """The seconds left of a pause."""
        return self._tokens.paused_for()

    async def take_token(self, longest_wait: float) -> bool:
        """Wait for a token. False, at once, where a pause lasts longer than `longest_wait`."""
        async with self._turn:
            while (seconds := self._tokens.wait()) > 0:
                if seconds > longest_wait:
                    return False
                await asyncio.sleep(seconds)
            self._tokens.take()
            return True


class Courier:
    """Delivers for one process, on one event loop: it holds the buckets of all workspaces."""

    def __init__(self, policy: RetryPolicy = RetryPolicy()) -> None:
        """Buckets appear as workspaces are first written to, and stay."""
        self._policy = policy
        self._buckets: dict[tuple[str, str], WorkspaceBucket] = {}

    async def deliver_cards(
        self,
        adapter: ChatAdapter,
        parcels: Iterable[Parcel],
        record: RecordReceipt,
        *,
        once: bool = False,
    ) -> DeliveryCounts:
        """Send each parcel; all go to one workspace. Raises only what `record` raises.

        `once`: none may come twice, so what may have arrived is not sent again. Cancelled, it
        begins nothing new and gives what is on its way a moment to be written down.
        """
        run = _DeliveryRun(self, adapter, record, iter(parcels), once)
        workers = [asyncio.create_task(run.send_parcels()) for _ in range(self._policy.in_flight)]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            run.stopping.set()
            await _finish_workers(workers)
        for worker in workers:
            error = None if worker.cancelled() else worker.exception()
            if error is not None:
                raise error
        return run.delivered

    def bucket_for(self, adapter: ChatAdapter, workspace: str) -> WorkspaceBucket:
        """The bucket that all sends to a workspace go through."""
        key = (adapter.name, workspace)
        if key not in self._buckets:
            self._buckets[key] = WorkspaceBucket(adapter.limits)
        return self._buckets[key]

    async def send_card(
        self,
        adapter: ChatAdapter,
        address: Address,
        card: Card,
        stopping: asyncio.Event | None = None,
        *,
        once: bool = False,
    ) -> Receipt:
        """Send one card, in a few attempts. Never raises what a platform raises.

        Once `stopping` is set, no further attempt begins. `once`: it must not come twice, so what
        may have arrived is not sent again.
        """
        bucket = self.bucket_for(adapter, address.workspace)
        for pause in (*self._policy.pauses, 0.0):
            if not await bucket.take_token(self._policy.longest_wait):
                break
            if stopping is not None and stopping.is_set():
                break
            receipt = await self._try_send(adapter, address, card)
            if receipt.outcome is not SendOutcome.NOT_YET and (
                once or receipt.outcome is not SendOutcome.UNCERTAIN
            ):
                return receipt
            if not bucket.paused_for():
                await asyncio.sleep(pause)
        return Receipt(SendOutcome.NOT_YET, address)

    async def _try_send(self, adapter: ChatAdapter, address: Address, card: Card) -> Receipt:
        try:
            async with asyncio.timeout(self._policy.timeout):
                arrived_at = await adapter.send(address, card)
        except AdapterError as error:
            if error.permanent:
                return Receipt(SendOutcome.FAILED, address, reason=str(error), gone=error.gone)
            if error.retry_after > 0:
                self.bucket_for(adapter, address.workspace).pause(error.retry_after)
            return Receipt(
                SendOutcome.UNCERTAIN if error.uncertain else SendOutcome.NOT_YET, address
            )
        except TimeoutError:
            return Receipt(SendOutcome.UNCERTAIN, address)
        except Exception:
            # One card that an adapter stumbles over must not keep the others from arriving.
            _log.warning("%s could not send a card.", adapter.name, exc_info=True)
            return Receipt(SendOutcome.NOT_YET, address)
        return Receipt(SendOutcome.SENT, arrived_at)


@dataclass(slots=True)
class _DeliveryRun:
    """One delivery under way."""

    courier: Courier
    adapter: ChatAdapter
    record: RecordReceipt
    parcels: Iterator[Parcel]
    once: bool
    delivered: DeliveryCounts = field(default_factory=DeliveryCounts)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_parcels(self) -> None:
        """One of the slots: it takes a parcel only after the ledger has the one before."""
        for invitation, address, card in self.parcels:
            receipt = await self.courier.send_card(
                self.adapter, address, card, self.stopping, once=self.once
            )
            if receipt.outcome in (SendOutcome.NOT_YET, SendOutcome.UNCERTAIN):
                pause = self.courier.bucket_for(self.adapter, address.workspace).paused_for()
                self.delivered.retry_after = max(self.delivered.retry_after, pause)
            else:
                await self.record(invitation, receipt)
            self.delivered.count_receipt(receipt)
            if self.stopping.is_set():
                return


async def _finish_workers(workers: list[asyncio.Task[None]]) -> None:
    try:
        await asyncio.wait(workers, timeout=_GRACE_SECONDS)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
