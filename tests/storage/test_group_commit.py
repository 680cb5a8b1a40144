"""Group commit: nobody is confirmed before the disk has their row, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pulse_bot.storage.database import DatabaseTrouble
from pulse_bot.storage.group_commit import _LARGEST_GROUP, GroupCommit
from tests.storage import committing_worker


class Disk:
    """Keeps groups of rows; a test can hold a commit back, or make it fail."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()
        self.error: Exception | None = None

    def commit(self, rows: list[int]) -> list[int]:
        """Answers each row with its double."""
        self.begun.set()
        assert self.free.wait(60)
        if self.error is not None:
            raise self.error
        self.groups.append(rows)
        return [2 * row for row in rows]

    @property
    def kept(self) -> list[int]:
        return [row for group in self.groups for row in group]


@pytest.fixture
def disk() -> Disk:
    return Disk()


@contextmanager
def writer(disk: Disk) -> Iterator[GroupCommit[int, int]]:
    group = GroupCommit[int, int](disk.commit)
    try:
        yield group
    finally:
        disk.free.set()
        group.close()


async def begun(disk: Disk) -> None:
    assert await asyncio.to_thread(disk.begun.wait, 60)


async def test_a_row_is_confirmed_only_after_its_commit(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        waiting = asyncio.create_task(group.put(21))
        await begun(disk)
        await asyncio.sleep(0.05)
        assert not waiting.done()
        disk.free.set()
        assert await waiting == 42
        assert disk.kept == [21]


async def test_rows_of_one_moment_share_a_transaction(disk: Disk) -> None:
    with writer(disk) as group:
        answers = await asyncio.gather(*(group.put(row) for row in range(200)))
        assert answers == [2 * row for row in range(200)]
        assert sorted(disk.kept) == list(range(200))
        assert len(disk.groups) < 20


async def test_rows_gather_while_a_commit_is_under_way(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        first = asyncio.create_task(group.put(0))
        await begun(disk)
        rest = [asyncio.create_task(group.put(row)) for row in range(1, 50)]
        await asyncio.sleep(0)
        disk.free.set()
        await asyncio.gather(first, *rest)
        assert [len(rows) for rows in disk.groups] == [1, 49]


async def test_a_group_has_a_largest_size(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        first = asyncio.create_task(group.put(0))
        await begun(disk)
        rest = [asyncio.create_task(group.put(row)) for row in range(_LARGEST_GROUP + 1)]
        await asyncio.sleep(0)
        disk.free.set()
        await asyncio.gather(first, *rest)
        assert [len(rows) for rows in disk.groups] == [1, _LARGEST_GROUP, 1]


async def test_an_error_reaches_every_waiter_and_the_next_row_is_served(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        disk.error = OSError("The disk is gone.")
        waiting = [asyncio.create_task(group.put(row)) for row in range(5)]
        await begun(disk)
        disk.free.set()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(end) for end in ends] == [OSError] * 5
        disk.error = None
        assert await group.put(4) == 8


async def test_a_bug_that_a_future_refuses_reaches_whoever_waits(disk: Disk) -> None:
    """`next` without a default raises what no future takes."""
    disk.error = StopIteration()
    with writer(disk) as group:
        async with asyncio.timeout(60):
            with pytest.raises(RuntimeError) as raised:
                await group.put(1)
    assert raised.value.__cause__ is disk.error


async def test_the_row_that_fails_a_group_fails_alone() -> None:
    tried: list[list[int]] = []

    def commit(rows: list[int]) -> list[int]:
        tried.append(rows)
        if 13 in rows:
            raise ValueError("unlucky")
        return rows

    group = GroupCommit[int, int](commit)
    try:
        ends = await asyncio.gather(*map(group.put, range(100)), return_exceptions=True)
    finally:
        group.close()
    assert [number for number, end in enumerate(ends) if end != number] == [13]
    assert isinstance(ends[13], ValueError)
    assert len(tried) < 25, "halves, not one by one"


async def test_what_troubles_the_whole_database_is_asked_once() -> None:
    tried: list[list[int]] = []

    def commit(rows: list[int]) -> list[int]:
        tried.append(rows)
        raise DatabaseTrouble("The disk is full.")

    group = GroupCommit[int, int](commit)
    try:
        ends = await asyncio.gather(*map(group.put, range(100)), return_exceptions=True)
    finally:
        group.close()
    assert {type(end) for end in ends} == {DatabaseTrouble}
    assert sum(map(len, tried)) == 100


async def test_a_commit_that_forgets_a_row_keeps_nobody_waiting() -> None:
    group = GroupCommit[int, int](lambda _rows: [])
    try:
        ends = await asyncio.gather(*map(group.put, range(3)), return_exceptions=True)
    finally:
        group.close()
    assert all(isinstance(end, ValueError) for end in ends)


async def test_a_waiter_that_gives_up_does_no_harm(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        waiting = [asyncio.create_task(group.put(row)) for row in range(3)]
        await begun(disk)
        waiting[0].cancel()
        waiting[1].cancel()
        await asyncio.sleep(0)
        disk.free.set()
        assert await waiting[2] == 4
        assert sorted(disk.kept) == [0, 1, 2], "a row that is on its way stays written"


def test_several_event_loops_share_a_writer(disk: Disk) -> None:
    answers: list[int] = []

    async def put_all(first: int) -> None:
        answers.extend(await asyncio.gather(*(group.put(row) for row in range(first, first + 50))))

    with writer(disk) as group:
        threads = [threading.Thread(target=asyncio.run, args=(put_all(100 * n),)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    expected = [2 * row for n in range(4) for row in range(100 * n, 100 * n + 50)]
    assert sorted(answers) == expected


async def test_a_loop_that_is_gone_keeps_nobody_waiting(disk: Disk) -> None:
    def leaves() -> None:
        async def put_and_leave() -> None:
            task = asyncio.ensure_future(group.put(1))
            await asyncio.sleep(0)
            task.cancel()

        asyncio.run(put_and_leave())

    with writer(disk) as group:
        disk.free.clear()
        here = asyncio.create_task(group.put(0))
        await begun(disk)
        await asyncio.to_thread(leaves)
        last = asyncio.create_task(group.put(2))
        await asyncio.sleep(0)
        disk.free.set()
        assert [await asyncio.wait_for(one, 60) for one in (here, last)] == [0, 4]
        assert sorted(disk.kept) == [0, 1, 2]


async def test_closing_commits_what_waits(disk: Disk) -> None:
    with writer(disk) as group:
        disk.free.clear()
        waiting = [asyncio.create_task(group.put(row)) for row in range(20)]
        await begun(disk)
        closing_ = asyncio.create_task(asyncio.to_thread(group.close))
        await asyncio.sleep(0.02)
        assert not closing_.done()
        disk.free.set()
        await closing_
        assert sorted(disk.kept) == list(range(20))
        assert await asyncio.gather(*waiting) == [2 * row for row in range(20)]


def test_closing_what_never_wrote(disk: Disk) -> None:
    with writer(disk) as group:
        group.close()
        group.close()
    assert disk.groups == []


@pytest.mark.chaos
def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    command = [sys.executable, str(committing_worker.__file__), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        confirmed = [int(worker.stdout.readline()) for _ in range(300)]
        os.kill(worker.pid, signal.SIGKILL)
        confirmed += [int(line) for line in worker.stdout.read().splitlines(True) if b"\n" in line]
    assert worker.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(file)) as connection:
        kept = {number for (number,) in connection.execute("SELECT number FROM kept")}
    assert set(confirmed) <= kept
    # Nothing beyond the group that was under way when the process was killed.
    assert len(kept) - len(confirmed) <= 40
