"""Group commit: rows that wait at the same time share one transaction.

Each waiting caller is answered only after the commit that holds its row is on disk. While one
commit is under way the next rows gather, so the groups grow with the load and nobody waits for a
timer.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, NamedTuple, TypeVar

from pulse_bot.storage.database import DatabaseTrouble

RowT = TypeVar("RowT")
ResultT = TypeVar("ResultT")

_LARGEST_GROUP: Final = 1000
"""Rows in one transaction, so that the first of them never waits long."""


class _WaitingRow(NamedTuple, Generic[RowT, ResultT]):
    row: RowT
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[ResultT]


class GroupCommit(Generic[RowT, ResultT]):
    """Gathers rows of one kind and hands them to `commit`, a group at a time.

    `commit` writes the rows durably in one transaction and returns one result each, in their order;
    a result that is an exception is raised for that row alone. Where it raises, nothing may have
    been written that it would not write again: the rows are tried anew in smaller groups, so that
    whichever is to blame fails alone.
    """

    def __init__(self, commit: Callable[[list[RowT]], Sequence[ResultT | Exception]]) -> None:
        """The thread that commits starts with the first row."""
        self._commit = commit
        self._rows: queue.SimpleQueue[_WaitingRow[RowT, ResultT] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def put(self, row: RowT) -> ResultT:
        """Write a row; returns when it is on disk. Raises what `commit` raised."""
        self._start_thread()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[ResultT] = loop.create_future()
        self._rows.put(_WaitingRow(row, loop, future))
        return await future

    def close(self) -> None:
        """Commit what waits, and stop. No row may be put after."""
        if self._thread is not None:
            self._rows.put(None)
            self._thread.join()
            self._thread = None

    def _start_thread(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._commit_groups, name="group-commit", daemon=True
                    )
                    self._thread.start()

    def _commit_groups(self) -> None:
        going = True
        while going:
            group, going = self._gather_group()
            if group:
                self._write_group(group)

    def _gather_group(self) -> tuple[list[_WaitingRow[RowT, ResultT]], bool]:
        group: list[_WaitingRow[RowT, ResultT]] = []
        waiting = self._rows.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) >= _LARGEST_GROUP:
                return group, True
            try:
                waiting = self._rows.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _write_group(self, group: list[_WaitingRow[RowT, ResultT]]) -> None:
        self._deliver_results(group, self._commit_apart([waiting.row for waiting in group]))

    def _commit_apart(self, rows: list[RowT]) -> list[ResultT | Exception]:
        """Commit rows, in halves again and again where they fail: one must not fail the others."""
        try:
            return [result for _, result in zip(rows, self._commit(rows), strict=True)]
        except Exception as error:
            # What troubles the whole database is not found out by asking it again.
            if len(rows) == 1 or isinstance(error, DatabaseTrouble):
                return [error] * len(rows)
            middle = len(rows) // 2
            return [*self._commit_apart(rows[:middle]), *self._commit_apart(rows[middle:])]

    def _deliver_results(
        self, group: list[_WaitingRow[RowT, ResultT]], results: Sequence[ResultT | Exception]
    ) -> None:
        loops = {waiting.loop for waiting in group}
        for loop in loops:
            outcomes = [
                (waiting.future, result)
                for waiting, result in zip(group, results, strict=True)
                if waiting.loop is loop
            ]
            # One wake-up a loop: waking it for each row costs more than the commit. A loop that is
            # closed has nobody waiting, and must not keep the others' answers from them.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle_futures, outcomes)


def _settle_futures(
    outcomes: Sequence[tuple[asyncio.Future[ResultT], ResultT | Exception]],
) -> None:
    for future, result in outcomes:
        if future.done():
            continue
        if isinstance(result, StopIteration):
            # A future refuses one, and whoever waits would wait for ever.
            bug = RuntimeError("A commit ran out of what it looked for.")
            bug.__cause__ = result
            future.set_exception(bug)
        elif isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
