"""Clicks a second through `handle()`, confirmed only when on disk: `python -m benchmarks.clicks`.

Beside it, in the same run: the same clicks with a commit each (what group commit replaces), and
bare grouped inserts of envelopes that were sealed before (the most that disk and driver give). And
what a click costs of the processor in this process, beside what a bare insert costs.
Goals: alone at most 1.5 ms of the processor and at least the rate of a commit each; at 100 at once
at least three times a commit each, and at least 0.3 of the bare inserts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from statistics import median
from typing import Final, NamedTuple

from benchmarks._made_up import CLOSES, OPENS, databases, made_up_installation, member_address
from benchmarks._running import SCALE, bounded, scaled
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.sealing import (
    Envelope,
    derive_public_key,
    generate_keys,
    make_tag,
    seal_answer,
)
from pulse_bot.domain.asking import schedule
from pulse_bot.errors import Refused
from pulse_bot.ports import Pressed
from pulse_bot.storage import envelopes
from pulse_bot.storage.database import Database
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import (
    RecordAnswers,
    RecordedAnswers,
    Submission,
    record_answers,
)
from pulse_bot.usecases.router import route_event

MEMBERS: Final = 300
AT_ONCE: Final = (1, 20, 100)
SECONDS: Final = max(0.1, 1.5 * SCALE)
ALTERNATIONS: Final = scaled(3)
GOAL: Final = 3.0
CPU_GOAL: Final = 1.5
"""Milliseconds of the processor for a click that comes alone, on an idle machine."""
LIMIT_GOAL: Final = 0.3
BOUND: Final = 300

Click = Callable[[], Awaitable[object]]


class Rate(NamedTuple):
    """How fast clicks were, and what they cost."""

    a_second: float
    cpu: float
    """Milliseconds of the processor a click, in this process alone."""


async def clicks_a_second(click: Click, at_once: int) -> Rate:
    """So many people who click, wait for "recorded", and click again."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def person() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await click()
            done += 1

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(person() for _ in range(at_once)))
    cpu = time.process_time() - cpu
    return Rate(done / (time.perf_counter() - started), 1000 * cpu / done)


def through_handle(installation: Installation, round_id: int, write: RecordAnswers) -> Click:
    """Clicks of one member after another, on one question after another."""
    numbers = count()

    async def click() -> None:
        number = next(numbers)
        action = AnswerTarget(round_id, number % 3, "answer").action_for(str(number % 5 + 1))
        reply = await route_event(
            installation, write, Pressed(member_address(number % MEMBERS), action)
        )
        if not reply.notice.startswith("Recorded"):
            raise RuntimeError(reply.notice)

    return click


def sealed_envelopes(round_id: int) -> Iterator[Envelope]:
    """Envelopes that were sealed before the clock starts."""
    keys = generate_keys()
    public = derive_public_key(keys)
    prepared = [
        seal_answer(
            round_id, public, keys.tag_key, make_tag(keys.tag_key, n, "item", "answer"), "4"
        )
        for n in range(900)
    ]
    return (prepared[n % len(prepared)] for n in count())


def write_bare(database: Database, rows: Sequence[Envelope]) -> list[bool | None]:
    """Envelopes alone: nobody is looked up, nothing is sealed."""
    with database.connect_clicks() as connection:
        return envelopes.write_envelopes(connection, rows)


async def measure_database(database: str) -> None:
    """Print one table."""
    with made_up_installation(database, MEMBERS) as (made, _clock):
        round_id = open_round(made, schedule.OpenRound(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        grouped = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
        bare = GroupCommit[Envelope, bool | None](partial(write_bare, made.database))
        ready = sealed_envelopes(round_id)

        async def commit_alone(submission: Submission) -> RecordedAnswers:
            [recorded] = await asyncio.to_thread(record_answers, made, [submission])
            if isinstance(recorded, Refused):
                raise recorded
            return recorded

        async def insert() -> None:
            await bare.put(next(ready))

        kinds: dict[str, Click] = {
            "a commit each": through_handle(made, round_id, commit_alone),
            "handle()": through_handle(made, round_id, grouped.put),
            "bare grouped inserts": insert,
        }
        print(f"{database}: clicks a second, median of {ALTERNATIONS}, full durability")
        for at_once in AT_ONCE:
            rates: dict[str, list[Rate]] = {name: [] for name in kinds}
            for _ in range(ALTERNATIONS):
                for name, click in kinds.items():
                    rates[name].append(await clicks_a_second(click, at_once))
            print_line(
                at_once,
                {
                    name: Rate(*map(median, zip(*values, strict=True)))
                    for name, values in rates.items()
                },
            )
        grouped.close()
        bare.close()


def print_line(at_once: int, rates: Mapping[str, Rate]) -> None:
    """The rates of one number of people, and how they stand to one another."""
    handle, bare = rates["handle()"], rates["bare grouped inserts"]
    ratio = handle.a_second / rates["a commit each"].a_second
    figures = ", ".join(f"{name} {rate.a_second:,.0f}" for name, rate in rates.items())
    alone, crowd = at_once == AT_ONCE[0], at_once == AT_ONCE[-1]
    print(
        f"  {at_once:>3} at once: {figures}; "
        f"{ratio:.1f} x a commit each{f' (goal: {1 if alone else GOAL:.0f})' * (alone or crowd)}, "
        f"{handle.a_second / bare.a_second:.2f} of the limit"
        f"{f' (goal: {LIMIT_GOAL})' if crowd else ''}; "
        f"a click costs {handle.cpu:.2f} ms of CPU{f' (goal: {CPU_GOAL})' if alone else ''}, "
        f"a bare insert {bare.cpu:.2f} ms"
    )


if __name__ == "__main__":
    with bounded(BOUND):
        for database in databases():
            asyncio.run(measure_database(database))
