"""Clicks a second through `handle()`, confirmed only when on disk: `python -m benchmarks.clicks`.

Beside it, in the same run: the same clicks with a commit each (what group commit replaces), and
bare grouped inserts of envelopes that were sealed before (the most that disk and driver give), and
of envelopes that are sealed one after another as they come (the most that cryptography leaves of
it). And what a click costs of the processor in this process, beside what a bare insert costs.
Goals: alone at most 1.5 ms of the processor and at least the rate of a commit each; at 100 at once
at least three times a commit each, and at least 0.3 of the bare inserts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


def prepare_seals(round_id: int) -> list[Callable[[], Envelope]]:
    """Answers that are sealed when they are called."""
    keys = generate_keys()
    public = derive_public_key(keys)
    tags = [make_tag(keys.tag_key, n, "item", "answer") for n in range(900)]
    return [partial(seal_answer, round_id, public, keys.tag_key, tag, "4") for tag in tags]


def write_bare(database: Database, rows: Sequence[Envelope]) -> list[bool | None]:
    """Envelopes alone: nobody is looked up, nothing is sealed."""
    with database.connect_clicks() as connection:
        return envelopes.write_envelopes(connection, rows)


def write_sealed(database: Database, seals: Sequence[Callable[[], Envelope]]) -> list[bool | None]:
    """Seal, and write: nobody is looked up."""
    return write_bare(database, [seal() for seal in seals])


@contextmanager
def all_clicks(made: Installation, round_id: int) -> Iterator[Mapping[str, Click]]:
    """The ways to click that are put side by side."""
    grouped = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
    bare = GroupCommit[Envelope, bool | None](partial(write_bare, made.database))
    sealing = GroupCommit[Callable[[], Envelope], bool | None](partial(write_sealed, made.database))
    seals = prepare_seals(round_id)
    ready, numbers = [seal() for seal in seals], count()

    async def commit_alone(submission: Submission) -> RecordedAnswers:
        [recorded] = await asyncio.to_thread(record_answers, made, [submission])
        if isinstance(recorded, Refused):
            raise recorded
        return recorded

    async def insert() -> None:
        await bare.put(ready[next(numbers) % len(ready)])

    async def seal_and_insert() -> None:
        await sealing.put(seals[next(numbers) % len(seals)])

    yield {
        "a commit each": through_handle(made, round_id, commit_alone),
        "handle()": through_handle(made, round_id, grouped.put),
        "bare grouped inserts": insert,
        "sealed grouped inserts": seal_and_insert,
    }
    for one in (grouped, bare, sealing):
        one.close()


async def measure_database(database: str) -> None:
    """Print one table."""
    with made_up_installation(database, MEMBERS) as (made, _clock):
        round_id = open_round(made, schedule.OpenRound(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        print(f"{database}: clicks a second, median of {ALTERNATIONS}, full durability")
        with all_clicks(made, round_id) as kinds:
            for at_once in AT_ONCE:
                print_line(at_once, await measure_rates(kinds, at_once))


async def measure_rates(kinds: Mapping[str, Click], at_once: int) -> Mapping[str, Rate]:
    """The medians of several turns of each way to click."""
    rates: dict[str, list[Rate]] = {name: [] for name in kinds}
    for _ in range(ALTERNATIONS):
        for name, click in kinds.items():
            rates[name].append(await clicks_a_second(click, at_once))
    return {name: Rate(*map(median, zip(*values, strict=True))) for name, values in rates.items()}


def print_line(at_once: int, rates: Mapping[str, Rate]) -> None:
    """The rates of one number of people, and how they stand to one another."""
    handle, bare = rates["handle()"], rates["bare grouped inserts"]
    ratio = handle.a_second / rates["a commit each"].a_second
    figures = ", ".join(f"{name} {rate.a_second:,.0f}" for name, rate in rates.items())
    alone, crowd = at_once == AT_ONCE[0], at_once == AT_ONCE[-1]
    print(
        f"  {at_once:>3} at once: {figures}; "
        f"{ratio:.1f} x a commit each{f' (goal: {1 if alone else GOAL:.0f})' * (alone or crowd)}, "
        f"{handle.a_second / bare.a_second:.2f} of bare inserts"
        f"{f' (goal: {LIMIT_GOAL})' if crowd else ''}, "
        f"{handle.a_second / rates['sealed grouped inserts'].a_second:.2f} of sealed ones; "
        f"a click costs {handle.cpu:.2f} ms of CPU{f' (goal: {CPU_GOAL})' if alone else ''}, "
        f"a bare insert {bare.cpu:.2f} ms"
    )


if __name__ == "__main__":
    with bounded(BOUND):
        for database in databases():
            asyncio.run(measure_database(database))
