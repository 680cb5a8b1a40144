"""The bridge from a job's thread to the app's event loop, in real time and with real threads."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import CancelledError

import pytest

from pulse_bot.sending.loop_bridge import LoopBridge


def is_cancelled(bridge: LoopBridge, coroutine: Coroutine[object, object, None]) -> bool:
    """What a job's thread sees. Caught there: a loop turns the error into one of its own."""
    try:
        bridge.wait_for(coroutine)
    except CancelledError:
        return True
    return False


async def test_a_thread_gets_the_answer_and_the_error() -> None:
    bridge = LoopBridge(asyncio.get_running_loop())

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def refuse() -> None:
        raise TimeoutError("the coroutine's own")

    assert await asyncio.to_thread(lambda: bridge.wait_for(answer())) == 42
    with pytest.raises(TimeoutError, match="own"):
        await asyncio.to_thread(lambda: bridge.wait_for(refuse()))


async def test_closing_cancels_and_the_thread_waits_until_it_has_wound_up() -> None:
    bridge = LoopBridge(asyncio.get_running_loop())
    begun, wound_up = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        try:
            begun.set()
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.2)
            wound_up.set()

    thread = asyncio.create_task(asyncio.to_thread(is_cancelled, bridge, long()))
    await begun.wait()
    bridge.close()
    bridge.close()
    assert await thread
    assert wound_up.is_set()


async def test_a_closed_bridge_takes_nothing_on() -> None:
    bridge = LoopBridge(asyncio.get_running_loop())
    bridge.close()
    assert await asyncio.to_thread(is_cancelled, bridge, asyncio.sleep(0))


def test_a_loop_that_has_ended_does_not_hold_the_thread() -> None:
    loop = asyncio.new_event_loop()
    bridge = LoopBridge(loop)
    coroutine = asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        bridge.wait_for(coroutine)
    # It runs to its end here only so that nothing is left behind.
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
