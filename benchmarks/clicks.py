"""Clicks a second through `handle()`, confirmed only when on disk: `python -m benchmarks.clicks`.

Beside it, in the same run: the same clicks with a commit each (what group commit replaces), and
bare grouped inserts of envelopes that were sealed before (the most that disk and driver give).
Goal: at 100 at once at least three times a commit each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count
from statistics import median
from typing import Final

from benchmarks._made_up import CLOSES, OPENS, address, databases, installation
from benchmarks._running import SCALE, bounded, scaled
from pulse_bot.cards.actions import Target
from pulse_bot.crypto.sealing import Envelope, new_keys, public_key, seal, tag
from pulse_bot.domain.asking import schedule
from pulse_bot.errors import Refused
from pulse_bot.ports import Pressed
from pulse_bot.storage import envelopes
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import Given, Record, Recorded, record
from pulse_bot.usecases.router import converse

MEMBERS: Final = 300
AT_ONCE: Final = (1, 20, 100)
SECONDS: Final = max(0.1, 1.5 * SCALE)
ALTERNATIONS: Final = scaled(3)
GOAL: Final = 3.0
BOUND: Final = 300

Click = Callable[[], Awaitable[object]]


async def clicks_a_second(click: Click, at_once: int) -> float:
    """So many people who click, wait for "recorded", and click again."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def person() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await click()
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(at_once)))
    return done / (time.perf_counter() - started)


def through_handle(made: Installation, round_id: int, write: Record) -> Click:
    """Clicks of one member after another, on one question after another."""
    numbers = count()

    async def click() -> None:
        number = next(numbers)
        action = Target(round_id, number % 3, "answer").action(str(number % 5 + 1))
        reply = await converse(made, write, Pressed(address(number % MEMBERS), action))
        if not reply.notice.startswith("Recorded"):
            raise RuntimeError(reply.notice)

    return click


def sealed(round_id: int) -> Iterator[Envelope]:
    """Envelopes that were sealed before the clock starts."""
    keys = new_keys()
    public = public_key(keys)
    made = [
        seal(round_id, public, keys.tag_key, tag(keys.tag_key, n, "item", "answer"), "4")
        for n in range(900)
    ]
    return (made[n % len(made)] for n in count())


async def measure(database: str) -> None:
    """Print one table."""
    with installation(database, MEMBERS) as (made, _clock):
        round_id = open_round(made, schedule.Open(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        grouped = GroupCommit[Given, Recorded](partial(record, made))
        bare = GroupCommit[Envelope, bool](partial(envelopes.write, made.database))
        ready = sealed(round_id)

        async def alone(given: Given) -> Recorded:
            [done] = await asyncio.to_thread(record, made, [given])
            if isinstance(done, Refused):
                raise done
            return done

        async def insert() -> None:
            await bare.put(next(ready))

        kinds: dict[str, Click] = {
            "a commit each": through_handle(made, round_id, alone),
            "handle()": through_handle(made, round_id, grouped.put),
            "bare grouped inserts": insert,
        }
        print(f"{database}: clicks a second, median of {ALTERNATIONS}, full durability")
        for at_once in AT_ONCE:
            found: dict[str, list[float]] = {name: [] for name in kinds}
            for _ in range(ALTERNATIONS):
                for name, click in kinds.items():
                    found[name].append(await clicks_a_second(click, at_once))
            middle = {name: median(values) for name, values in found.items()}
            ratio = middle["handle()"] / middle["a commit each"]
            share = middle["handle()"] / middle["bare grouped inserts"]
            figures = ", ".join(f"{name} {value:,.0f}" for name, value in middle.items())
            goal = f" (goal: {GOAL:.0f})" if at_once == AT_ONCE[-1] else ""
            print(f"  {at_once:>3} at once: {figures}; {ratio:.1f} x a commit each{goal}, ", end="")
            print(f"{share:.2f} of the limit")
        grouped.close()
        bare.close()


if __name__ == "__main__":
    with bounded(BOUND):
        for database in databases():
            asyncio.run(measure(database))
