"""Time and memory of a digest after 52 weeks and after 520: `python -m benchmarks.digest`.

What is measured is `settle`: opening the envelopes of the round, tallying, the release policy, the
words, and the transaction that keeps them. The history before it is made up. Goal: equal.
"""

from __future__ import annotations

import time
import tracemalloc
from contextlib import ExitStack
from datetime import timedelta
from statistics import median
from typing import Final

from benchmarks._made_up import CLOSES, OPENS, address, installation
from pulse_bot.cards import Target
from pulse_bot.domain import schedule
from pulse_bot.domain.digest import Statement, StatementKind
from pulse_bot.domain.items import Kind
from pulse_bot.domain.rounds import State
from pulse_bot.domain.tallies import Tally, add_up
from pulse_bot.storage import history, rounds
from pulse_bot.storage.frozen import freeze
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.answer import Given, record
from pulse_bot.usecases.ask import open_round
from pulse_bot.usecases.close import begin, settle
from pulse_bot.usecases.installation import Installation

MEMBERS: Final = 14
WEEKS: Final = (52, 520)
REPEATS: Final = 15


def make_history(made: Installation, first: int, last: int) -> None:
    """Closed rounds from one number to another, a week apart, before the first real one."""
    with made.database.read() as session:
        newest = rounds.load(session, first)
    if newest is None:
        raise RuntimeError("There is no first round to copy.")
    with made.database.write() as session:
        for number in range(first + 1, last + 1):
            ago = timedelta(weeks=last - number + 1)
            row = RoundRow(
                id=number,
                partnership_id=1,
                number=number,
                slot=OPENS - ago,
                state=State.CLOSED,
                opens_at=OPENS - ago,
                closes_at=CLOSES - ago,
                public_key=b"",
                roster_size=MEMBERS,
                newcomers=0,
                thresholds=newest.thresholds.to_json(),
                items=[freeze(item) for item in newest.items],
                again=False,
                forgotten=True,
            )
            session.add(row)
            session.flush()
            scores = {"answer": add_up([3, 4, 4, 5, 2, 4, 3, 4])}
            tallies = [Tally(item.id, Kind.AGREE, 8, 6, scores) for item in newest.items]
            history.keep_tallies(session, rounds.read(row), tallies, made.installation_key)
            said = [Statement(StatementKind.QUESTION, f"“{one.text}” …") for one in newest.items]
            history.keep_releases(session, row.id, said)


def settle_one(made: Installation, week: int) -> tuple[float, int]:
    """Open a round, answer it, and measure its settling: seconds and bytes at the peak."""
    slot = schedule.Open(1, OPENS + timedelta(weeks=week), CLOSES + timedelta(weeks=week))
    round_id = open_round(made, slot)
    if round_id is None:
        raise RuntimeError("The round did not open.")
    for number in range(MEMBERS):
        answers = {Target(round_id, n, "answer"): str(2 + (number + n) % 4) for n in range(3)}
        record(made, [Given(address(number), round_id, answers)])
    begin(made, round_id)
    tracemalloc.start()
    started = time.perf_counter()
    settle(made, round_id)
    taken = time.perf_counter() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return taken, peak


def main() -> None:
    """Print both, and their ratio; the two take turns, so that both see the same machine."""
    found: dict[int, list[tuple[float, int]]] = {weeks: [] for weeks in WEEKS}
    with ExitStack() as opened:
        aged = {weeks: opened.enter_context(installation("sqlite", MEMBERS)) for weeks in WEEKS}
        for weeks, (made, _clock) in aged.items():
            settle_one(made, 0)
            make_history(made, 1, weeks)
        for week in range(1, REPEATS + 1):
            for weeks, (made, clock) in aged.items():
                clock.set(OPENS + timedelta(weeks=week))
                found[weeks].append(settle_one(made, week))
    middle = {
        weeks: tuple(median(column) for column in zip(*measured, strict=True))
        for weeks, measured in found.items()
    }
    for weeks, (seconds, peak) in middle.items():
        print(
            f"after {weeks:>3} weeks: {seconds * 1000:6.1f} ms, {peak / 1024:.0f} KiB at the peak"
        )
    (short, little), (long, much) = middle.values()
    print(f"ratio: {long / short:.2f} in time, {much / little:.2f} in memory (goal: 1)")


if __name__ == "__main__":
    main()
