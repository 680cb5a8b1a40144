"""A real process that commits rows until it is killed: `python committing_worker.py FILE`.

It prints a row's number only after the group commit has confirmed it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys

from pulse_bot.storage.group_commit import GroupCommit


def main() -> None:
    """Twenty callers at once, for ever."""
    connection = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY)")

    def commit(rows: list[int]) -> list[None]:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO kept VALUES (?)", [(row,) for row in rows])
        connection.execute("COMMIT")
        return [None] * len(rows)

    group = GroupCommit[int, None](commit)

    async def caller(first: int) -> None:
        for number in range(first, 1_000_000, 20):
            await group.put(number)
            os.write(1, b"%d\n" % number)

    async def everybody() -> None:
        await asyncio.gather(*(caller(first) for first in range(20)))

    asyncio.run(everybody())


if __name__ == "__main__":
    main()
