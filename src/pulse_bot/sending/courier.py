"""Sending one thing after another: no faster than a platform allows, and never raising.

Knows the port and nothing else. What is durable about it is its user's: `claim` is called just
before the first attempt, and the receipt says what became of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from pulse_bot.adapter_kit.token_bucket import TokenBucket
from pulse_bot.domain.outgoing import SendOutcome
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, ChatAdapter, Limits, Sendable

_log = logging.getLogger(__name__)
ItemT = TypeVar("ItemT")

# When a sending is cancelled, what is on its way may still arrive and be written down. Shorter
# than the engine's own patience with a handler.
_GRACE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """What became of one message, with the platform's reason where it will never take it."""

    outcome: SendOutcome
    address: Address
    """Where it went: another one than asked for, where a group's chat has moved."""
    reason: str = ""
    gone: bool = False
    """Nobody can be reached there any more."""
    retry_after: float = 0.0
    """Seconds for which trying again would be in vain."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How hard one sending tries. Times in seconds."""

    in_flight: int = 30
    """Also how many messages can arrive twice after a crash."""
    pauses: tuple[float, ...] = (1.0, 4.0)
    """Between the attempts at what surely did not arrive: there is one attempt more than pauses."""
    timeout: float = 30.0
    """For one attempt. What timed out may have arrived."""
    longest_wait: float = 10.0
    """A platform that asks for more leaves the rest for a later sending: a job must not wait."""


class WorkspaceBucket:
    """A workspace's turns: any second holds at most `sends_a_second + burst` sends."""

    def __init__(self, limits: Limits) -> None:
        """Full at first."""
        self._tokens = TokenBucket(limits.sends_a_second, limits.burst)
        # First come, first served: all waiters would otherwise wake for each single token.
        self._turn = asyncio.Lock()

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long, and then less than before for a while.

        Answers to clicks go to the same workspace from every worker, past this bucket.
        """
        # Sends that were under way together are refused together.
        if not self._tokens.paused_for():
            self._tokens.slow_down()
        self._tokens.pause(seconds)

    def paused_for(self) -> float:
        """The seconds left of a pause."""
        return self._tokens.paused_for()

    async def take_token(self, longest_wait: float, stopping: asyncio.Event) -> bool:
        """Wait for a token. False, at once, where a pause lasts longer than `longest_wait`.

        False at a stop, too: what surely did not arrive is written down then.
        """
        async with self._turn:
            while (seconds := self._tokens.wait()) > 0 and not stopping.is_set():
                if seconds > longest_wait:
                    return False
                await _sleep_until(stopping, seconds)
            if stopping.is_set():
                return False
            self._tokens.take()
            return True


class Courier:
    """Sends for one process, on one event loop: it holds the buckets of all workspaces."""

    def __init__(self, policy: RetryPolicy = RetryPolicy()) -> None:
        """Buckets appear as workspaces are first written to, and stay."""
        self.policy = policy
        self._buckets: dict[tuple[str, str], WorkspaceBucket] = {}

    def bucket_for(self, adapter: ChatAdapter, workspace: str) -> WorkspaceBucket:
        """The bucket that all sends to a workspace go through."""
        key = (adapter.name, workspace)
        if key not in self._buckets:
            self._buckets[key] = WorkspaceBucket(adapter.limits)
        return self._buckets[key]

    async def send(
        self,
        adapter: ChatAdapter,
        address: Address,
        shown: Sendable,
        claim: Callable[[], Awaitable[bool]],
        stopping: asyncio.Event,
    ) -> SendReceipt | None:
        """Send one thing, in a few attempts. Never raises what a platform raises.

        None where nothing was begun: `claim` said no, the workspace is paused, or `stopping` is
        set. What may have arrived is not tried again here.
        """
        bucket = self.bucket_for(adapter, address.workspace)
        receipt: SendReceipt | None = None
        for pause in (*self.policy.pauses, 0.0):
            if not await bucket.take_token(self.policy.longest_wait, stopping):
                break
            if receipt is None and not await claim():
                return None
            receipt = await self._try_send(adapter, address, shown)
            if receipt.outcome is not SendOutcome.NOT_YET:
                return receipt
            if not bucket.paused_for():
                await _sleep_until(stopping, pause)
        return receipt

    async def _try_send(
        self, adapter: ChatAdapter, address: Address, shown: Sendable
    ) -> SendReceipt:
        try:
            async with asyncio.timeout(self.policy.timeout):
                arrived_at = await adapter.send(address, shown)
        except AdapterError as error:
            if error.permanent:
                return SendReceipt(SendOutcome.FAILED, address, reason=str(error), gone=error.gone)
            if error.retry_after > 0:
                self.bucket_for(adapter, address.workspace).pause(error.retry_after)
            outcome = SendOutcome.UNCERTAIN if error.uncertain else SendOutcome.NOT_YET
            return SendReceipt(outcome, address, retry_after=error.retry_after)
        except TimeoutError:
            return SendReceipt(SendOutcome.UNCERTAIN, address)
        except Exception:
            # What an adapter stumbles over must not keep the others from arriving.
            _log.warning("%s could not send a message.", adapter.name, exc_info=True)
            return SendReceipt(SendOutcome.NOT_YET, address)
        return SendReceipt(SendOutcome.SENT, arrived_at)


async def _sleep_until(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def work_in_slots(
    items: Iterable[ItemT],
    slots: int,
    work: Callable[[ItemT], Awaitable[None]],
    stopping: asyncio.Event,
) -> None:
    """Do the work for each item, so many at once. Raises what `work` raises, and begins no more.

    Cancelled, it sets `stopping`, begins nothing new, and gives what is on its way a moment.
    """
    waiting = iter(items)

    async def take_items() -> None:
        for item in waiting:
            if stopping.is_set():
                return
            await work(item)

    workers = [asyncio.create_task(take_items()) for _ in range(slots)]
    try:
        await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
    except asyncio.CancelledError:
        stopping.set()
        raise
    finally:
        await _finish_workers(workers, stopping)
    for worker in workers:
        error = None if worker.cancelled() else worker.exception()
        if error is not None:
            raise error


async def _finish_workers(workers: list[asyncio.Task[None]], stopping: asyncio.Event) -> None:
    if all(worker.done() for worker in workers):
        return
    # One has failed, or all is to stop: no item is begun any more.
    stopping.set()
    try:
        await asyncio.wait(workers, timeout=_GRACE_SECONDS)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
