"""How fast messages go out: what Telegram allows in all and in one chat, and its own pauses.

Together at most 30 messages a second, of which replies take two in three where a fan-out waits,
too: a few people who never stop clicking must not stop it. In one chat one a second, in a group 17
a minute, each after a burst of three. Edits count among the thirty alone, so that a tick appears at
once: one person has at most twenty under way, one after another. A pause that Telegram asks for
holds up the chat that it was asked for, and everything only where it is meant for the bot.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from pulse_bot.adapter_kit.token_bucket import TokenBucket
from pulse_bot_telegram.errors import ChatPaused, pause_seconds

A_SECOND: Final = 30.0
BURST: Final = 2
CHAT_BURST: Final = 3
REPLIES_A_SENDING: Final = 2
A_MOMENT: Final = 0.1 / A_SECOND
A_SECOND_IN_A_CHAT: Final = 1.0
A_SECOND_IN_A_GROUP: Final = 17 / 60
"""With the burst, 20 in any minute."""

_PACED: Final = ("send", "edit")
"""How the methods begin that Telegram counts. An answer to a click must never wait."""

_REMEMBERED: Final = 1000
"""Chats that are remembered at least, before those that were quiet are forgotten."""


class Lane(Enum):
    """Who is served first."""

    REPLY = 5.0
    """Somebody is waiting. The value is for how many seconds a message waits at most."""
    SENDING = 15.0
    """Less than the core's patience with one message."""


class BucketQueue:
    """One after another through a bucket."""

    def __init__(self, rate: float, burst: int) -> None:
        """Nobody waits."""
        self.bucket = TokenBucket(rate, burst)
        self._lock = asyncio.Lock()

    async def take_token(self, until: float) -> None:
        """Wait for a token. Raises ChatPaused where it comes after `until`."""
        async with self._lock:
            await _sleep(self.bucket.wait, until)
            self.bucket.take()

    async def sit_out(self, until: float) -> None:
        """Wait for the end of a pause. Raises ChatPaused where it comes after `until`."""
        await _sleep(self.bucket.paused_for, until)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is lost by forgetting it."""
        return not self._lock.locked() and self.bucket.is_full


class ChatPacing(BucketQueue):
    """The turns of one chat: of what is new there. Edits wait for its pauses alone."""

    def __init__(self, chat: object) -> None:
        """`chat` is Telegram's number of it; a group's is below nought."""
        group = isinstance(chat, int) and chat < 0
        super().__init__(A_SECOND_IN_A_GROUP if group else A_SECOND_IN_A_CHAT, CHAT_BURST)


class SecondWindow:
    """How many messages any second may hold at Telegram, where they are counted.

    One counts from before it goes out until a second after it was answered: it arrived somewhere
    between, together with later ones where this machine or the way to Telegram stood still.
    """

    def __init__(self, most: int) -> None:
        """Nothing is under way."""
        self._most = most
        self._under_way = 0
        self._answered: deque[float] = deque()

    def wait_seconds(self) -> float:
        """Seconds until there may be room for one more; nought when there is."""
        now = _monotonic_time()
        while self._answered and self._answered[0] <= now - 1.0:
            self._answered.popleft()
        if self._under_way + len(self._answered) < self._most:
            return 0.0
        return self._answered[0] + 1.0 - now if self._answered else 1 / A_SECOND

    def start_send(self) -> None:
        """One goes out."""
        self._under_way += 1

    def finish_send(self) -> None:
        """One was answered, or never will be."""
        self._under_way -= 1
        self._answered.append(_monotonic_time())


class SharedPacing:
    """The turn of all chats: replies first, and yet never all of it."""

    def __init__(self) -> None:
        """Nobody waits."""
        self.bucket = TokenBucket(A_SECOND, BURST)
        self._window = SecondWindow(int(A_SECOND) + BURST)
        self._turns = {lane: asyncio.Lock() for lane in Lane}
        self._waiting = dict.fromkeys(Lane, 0)
        self._replies = 0
        """Since the last sending."""

    def finish_send(self) -> None:
        """What `take` let through was answered."""
        self._window.finish_send()

    async def take_token(self, lane: Lane, until: float) -> None:
        """Wait for a token, until `done`. Raises RetryAfter where it comes after `until`."""
        self._waiting[lane] += 1
        try:
            # Only the first of a lane looks at the clock; the others would all wake with it.
            async with self._turns[lane]:
                while (wait := self._wait_seconds(lane)) > 0:
                    if _monotonic_time() + wait > until:
                        raise RetryAfter(int(wait) + 1)
                    await asyncio.sleep(wait)
                self.bucket.take()
                self._window.start_send()
                self._replies = self._replies + 1 if lane is Lane.REPLY else 0
        finally:
            self._waiting[lane] -= 1

    def _wait_seconds(self, lane: Lane) -> float:
        wait = max(self.bucket.wait(), self._window.wait_seconds())
        # The first of the other lane woke for the same token, so it is gone in a moment.
        return A_MOMENT if wait <= 0 and not self._is_turn_of(lane) else wait

    def _is_turn_of(self, lane: Lane) -> bool:
        if not all(self._waiting.values()):
            return True
        return (lane is Lane.SENDING) == (self._replies >= REPLIES_A_SENDING)


class TelegramRateLimiter(BaseRateLimiter[Lane]):
    """Lets each call wait for its turn; python-telegram-bot asks it about all but getUpdates."""

    def __init__(self) -> None:
        """Nothing has been sent yet."""
        self._shared: SharedPacing | None = None
        self._chats: dict[object, ChatPacing] = {}
        self._last_pause: tuple[float, object] = (float("-inf"), None)

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Lane | None,
    ) -> Any:
        """Make a call in its turn, and once more after a pause that is short enough."""
        if not endpoint.startswith(_PACED):
            return await callback(*args, **kwargs)
        lane = rate_limit_args or Lane.REPLY
        chat = data.get("chat_id")
        until = _monotonic_time() + lane.value
        while True:
            turn = self._chat_pacing(chat)
            await (turn.take_token if endpoint.startswith("send") else turn.sit_out)(until)
            await self._shared_pacing().take_token(lane, until)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                everything = self._pause_sending(chat, pause_seconds(error))
                if _monotonic_time() + pause_seconds(error) <= until:
                    continue
                if everything:
                    raise
                raise ChatPaused("This chat is paused.") from error
            finally:
                self._shared_pacing().finish_send()

    def _pause_sending(self, chat: object, seconds: float) -> bool:
        """Pause a chat, or everything; says whether it was everything."""
        before, other = self._last_pause
        self._last_pause = (_monotonic_time(), chat)
        # Telegram does not say whom a pause is for. Two chats at once: it is the bot's.
        everything = chat is None or (
            other not in (None, chat) and _monotonic_time() - before < 1.0
        )
        pausable = self._shared_pacing() if everything else self._chat_pacing(chat)
        pausable.bucket.pause(seconds)
        return everything

    def _shared_pacing(self) -> SharedPacing:
        if self._shared is None:
            self._shared = SharedPacing()
        return self._shared

    def _chat_pacing(self, chat: object) -> ChatPacing:
        if chat not in self._chats:
            if len(self._chats) >= _REMEMBERED:
                self._chats = {
                    number: pacing for number, pacing in self._chats.items() if not pacing.is_idle
                }
            self._chats[chat] = ChatPacing(chat)
        return self._chats[chat]


async def _sleep(wait: Callable[[], float], until: float) -> None:
    """Sleep until there is nothing to wait for. Raises ChatPaused where that is after `until`."""
    while (seconds := wait()) > 0:
        if _monotonic_time() + seconds > until:
            raise ChatPaused("This chat is paused.")
        await asyncio.sleep(seconds)


def _monotonic_time() -> float:
    return asyncio.get_running_loop().time()
