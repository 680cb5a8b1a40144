"""From the threads of jobs to the event loop on which adapters live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import TypeVar

T = TypeVar("T")


class LoopBridge:
    """Lets a job's thread wait for a coroutine on the app's event loop, where adapters live."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` must run for as long as anything is called."""
        self._loop = loop
        self._lock = threading.Lock()
        self._closed = False
        self._tasks: set[asyncio.Task[object]] = set()

    def wait_for(self, coroutine: Coroutine[object, object, T]) -> T:
        """Run on the loop, wait here. Raises concurrent.futures.CancelledError once closed."""
        with self._lock:
            if self._closed:
                coroutine.close()
                raise CancelledError
            future = asyncio.run_coroutine_threadsafe(self._track_task(coroutine), self._loop)
        while True:
            try:
                return future.result(timeout=1.0)
            except TimeoutError:
                # Of the waiting, or of the coroutine itself; a loop that has ended never answers.
                if future.done() or not self._loop.is_running():
                    raise

    def close(self) -> None:
        """Cancel what is under way; its callers are told when it has wound up. From any thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel_tasks)

    async def _track_task(self, coroutine: Coroutine[object, object, T]) -> T:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        try:
            return await task
        finally:
            self._tasks.discard(task)

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
