"""The token bucket: no second ever holds too many, and none is left needlessly empty."""

from __future__ import annotations

import asyncio
import random
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.adapter_kit.token_bucket import TokenBucket
from pulse_bot.ports import Limits
from pulse_bot.sending.courier import WorkspaceBucket
from tests.sending import virtual_time


def limits(rate: float, burst: int) -> Limits:
    return Limits(text=1000, sends_a_second=rate, burst=burst)


A_SECOND = 1.001
"""A little more, so that neither a border nor a rounding error hides a send too many."""


def most_in_a_second(times: list[float]) -> int:
    """The fullest window of one second."""
    fullest = first = 0
    for last, time in enumerate(times):
        while times[first] < time - A_SECOND:
            first += 1
        fullest = max(fullest, last - first + 1)
    return fullest


async def take_all(bucket: WorkspaceBucket, arrivals: list[float]) -> list[float]:
    """Take a token at each arrival, all at once if need be; the times they were had."""
    loop = asyncio.get_running_loop()
    had: list[float] = []

    async def one(at: float) -> None:
        await asyncio.sleep(at)
        assert await bucket.take_token(1e9, asyncio.Event())
        had.append(loop.time())

    await asyncio.gather(*(one(at) for at in arrivals))
    return had


@settings(deadline=None)
@given(
    rate=st.sampled_from([1.0, 7.3, 30.0, 100.0]),
    burst=st.integers(0, 10),
    crowds=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 60)), min_size=1, max_size=5),
    stalls=st.randoms(use_true_random=False),
)
def test_no_second_holds_more_than_rate_and_burst(
    rate: float, burst: int, crowds: list[tuple[float, int]], stalls: random.Random
) -> None:
    def late() -> float:
        return stalls.choice([0.0, 0.0, 0.001, 0.02, 0.7])

    arrivals = [at for at, count in crowds for _ in range(count)]
    had = virtual_time.run(take_all(WorkspaceBucket(limits(rate, burst)), arrivals), late)
    assert len(had) == len(arrivals)
    assert most_in_a_second(had) <= rate * A_SECOND + max(1, burst)


def test_the_promised_rate_is_reached() -> None:
    had = virtual_time.run(take_all(WorkspaceBucket(limits(30.0, 2)), [0.0] * 600))
    assert most_in_a_second(had) <= 32
    assert had[-1] == pytest.approx(598 / 30.0, abs=0.01)


def test_a_stall_of_the_loop_does_not_let_a_burst_through() -> None:
    """Half a second lost is lost: its fifteen sends do not come on top of the next thirty."""
    slept = iter([0.0] * 20 + [0.5])
    had = virtual_time.run(
        take_all(WorkspaceBucket(limits(30.0, 2)), [0.0] * 200), lambda: next(slept, 0.0)
    )
    assert most_in_a_second(had) <= 32


def test_a_pause_stops_all_and_a_longer_one_is_not_shortened() -> None:
    async def scene() -> list[float]:
        bucket = WorkspaceBucket(limits(30.0, 2))
        bucket.pause(10.0)
        bucket.pause(3.0)
        return await take_all(bucket, [0.0, 0.0, 1.0])

    assert all(10.0 <= time < 10.2 for time in virtual_time.run(scene()))


def test_a_pause_that_is_too_long_is_refused_at_once() -> None:
    async def scene() -> tuple[bool, float, float]:
        bucket = WorkspaceBucket(limits(30.0, 2))
        bucket.pause(3600.0)
        had = await bucket.take_token(60.0, asyncio.Event())
        return had, asyncio.get_running_loop().time(), bucket.paused_for()

    had, time, left = virtual_time.run(scene())
    assert not had
    assert time < 0.01
    assert left == pytest.approx(3600.0, abs=0.1)


class SharedPlatform:
    """It takes 32 messages in any second, of whomever, and refuses the next with a pause of one."""

    def __init__(self) -> None:
        self.taken: deque[float] = deque()

    def takes(self) -> bool:
        now = asyncio.get_running_loop().time()
        while self.taken and self.taken[0] <= now - 1.0:
            self.taken.popleft()
        if len(self.taken) >= 32:
            return False
        self.taken.append(now)
        return True


async def send_beside_others(cards: int, answers_a_second: float) -> float:
    """Seconds for so many cards, while another worker answers clicks past this bucket."""
    platform, bucket = SharedPlatform(), WorkspaceBucket(limits(30.0, 2))
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()

    async def answer_clicks() -> None:
        while True:
            await asyncio.sleep(1 / answers_a_second)
            platform.takes()

    async def send_cards() -> None:
        nonlocal cards
        while cards > 0:
            assert await bucket.take_token(1e9, stopping)
            await asyncio.sleep(0.02)
            if platform.takes():
                cards -= 1
            else:
                bucket.pause(1.0)

    others = asyncio.create_task(answer_clicks())
    began = loop.time()
    await asyncio.gather(*(send_cards() for _ in range(30)))
    others.cancel()
    return loop.time() - began


def test_a_pace_that_others_use_too_is_kept_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty a second, of which clicks take eight: 22 are left, at best."""
    slowed = virtual_time.run(send_beside_others(2200, 8.0))
    assert slowed < 100 / 0.9
    # The control: at full rate after each pause, it runs into the next one at once.
    monkeypatch.setattr(TokenBucket, "slow_down", lambda _: None)
    assert virtual_time.run(send_beside_others(2200, 8.0)) > 100 / 0.75
