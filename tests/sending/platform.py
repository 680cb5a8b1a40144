"""A chat platform for tests: it notes when each send began, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from pulse_bot.domain.outgoing import SendOutcome
from pulse_bot.ports import Address, Card, CardKind, Handle, Limits, Members, Sendable
from pulse_bot.sending.courier import Courier, SendReceipt, work_in_slots

Parcel = tuple[int, Address, Card]
"""Its number, where it goes, what it says."""

CARD = Card(kind=CardKind.QUESTION, title="How was the week?")


@dataclass
class Platform:
    """`answer` is called with the user and the attempt; it may raise. `seconds` is how long a
    send takes, by the user."""

    name: str = "test"
    limits: Limits = field(default_factory=lambda: Limits(text=1000))
    answer: Callable[[str, int], None] = lambda _user, _attempt: None
    seconds: Callable[[str], float] = lambda _user: 0.05
    began: list[tuple[float, Address]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    async def run(self, handle: Handle) -> None:
        """Never called here."""
        raise NotImplementedError

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Note it, take the time, answer."""
        assert shown is CARD
        self.began.append((asyncio.get_running_loop().time(), address))
        attempt = self.attempts(address.user)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.seconds(address.user))
        finally:
            self.in_flight -= 1
        self.answer(address.user, attempt)
        return address

    async def members(self, group: Address) -> Members:
        """Nobody."""
        return Members()

    def attempts(self, user: str) -> int:
        """How often a send to a user began."""
        return sum(address.user == user for _, address in self.began)


@dataclass
class Ledger:
    """What was recorded, with how long recording takes."""

    seconds: float = 0.0
    rows: dict[int, SendReceipt] = field(default_factory=dict)
    claims: list[int] = field(default_factory=list)

    async def claim(self, number: int) -> bool:
        """Note that one is about to be sent."""
        self.claims.append(number)
        return True

    async def record(self, invitation: int, receipt: SendReceipt) -> None:
        """Take a row, once."""
        await asyncio.sleep(self.seconds)
        assert invitation not in self.rows
        self.rows[invitation] = receipt


def parcels(count: int, workspace: str = "north") -> list[Parcel]:
    """Cards for so many members."""
    return [(n, Address("test", workspace, f"user-{n}"), CARD) for n in range(count)]


async def deliver_all(
    courier: Courier, platform: Platform, waiting: Iterable[Parcel], ledger: Ledger
) -> Counter[SendOutcome | None]:
    """Send each, as the sender does; how they ended, None for what was not begun."""
    stopping = asyncio.Event()
    ended: Counter[SendOutcome | None] = Counter()

    async def send(parcel: Parcel) -> None:
        number, address, card = parcel
        claim = partial(ledger.claim, number)
        receipt = await courier.send(platform, address, card, claim, stopping)
        if receipt is not None:
            await ledger.record(number, receipt)
        ended[receipt.outcome if receipt else None] += 1

    await work_in_slots(waiting, courier.policy.in_flight, send, stopping)
    return ended
