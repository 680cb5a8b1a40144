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


async def measure_database(database: str) -> None:
    """Print one table."""
    with made_up_installation(database, MEMBERS) as (made, _clock):
        round_id = open_round(made, schedule.OpenRound(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        grouped = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
        bare = GroupCommit[Envelope, bool](partial(envelopes.write_envelopes, made.database))
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
            rates: dict[str, list[float]] = {name: [] for name in kinds}
            for _ in range(ALTERNATIONS):
                for name, click in kinds.items():
                    rates[name].append(await clicks_a_second(click, at_once))
            middle = {name: median(values) for name, values in rates.items()}
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
            asyncio.run(measure_database(database))
