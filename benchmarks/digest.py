"""Time and memory of a digest after 26 weeks and after 520: `python -m benchmarks.digest`.

What is measured is `settle_round`: opening the envelopes of the round, tallying, the release policy
the words, and the transaction that keeps them. The history before it is made
up. Goal: within 20 % of each other, and under 50 ms.
"""

from __future__ import annotations

import time
import tracemalloc
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from benchmarks._made_up import CLOSES, OPENS, made_up_installation, member_address
from benchmarks._running import bounded, scaled
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.release.record import ReleasedQuestion, Statement
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.tallies import Lot
from pulse_bot.storage import history, rounds
from pulse_bot.storage.frozen import freeze_item
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import begin_closing, settle_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import Submission, record_answers

MEMBERS: Final = 14
WEEKS: Final = (scaled(26, least=8), scaled(520, least=60))
REPEATS: Final = scaled(15, least=2)
BOUND: Final = 300


def make_history(installation: Installation, first: int, last: int) -> None:
    """Closed rounds from one number to another, a week apart, before the first real one."""
    with installation.database.read() as session:
        newest = rounds.load_round(session, first)
    if newest is None:
        raise RuntimeError("There is no first round to copy.")
    with installation.database.write() as session:
        for number in range(first + 1, last + 1):
            ago = timedelta(weeks=last - number + 1)
            row = RoundRow(
                id=number,
                partnership_id=1,
                number=number,
                slot=OPENS - ago,
                state=RoundStatus.CLOSED,
                opens_at=OPENS - ago,
                closes_at=CLOSES - ago,
                public_key=b"",
                roster_size=MEMBERS,
                newcomers=0,
                thresholds=newest.thresholds.to_json(),
                items=[freeze_item(item) for item in newest.items],
                again=False,
                forgotten=True,
            )
            session.add(row)
            session.flush()
            lots = {item.id: Lot(7, 26) for item in newest.items}
            history.keep_lots(
                session, rounds.round_from_row(row), lots, installation.installation_key
            )
            history.keep_releases(session, row.id, [_make_statement(one) for one in newest.items])


def _make_statement(item: Item) -> Statement:
    level = Level(Decimal("3.8"), step=Decimal("0.4"))
    released = ReleasedQuestion(item.id, item.text, item.dimension, level, item.kind)
    return Statement(released, f"“{item.text}” …")


def measure_settling(installation: Installation, week: int, *, traced: bool = False) -> float:
    """Open a round, answer it, and measure its settling: seconds, or bytes at the peak.

    One at a time: to trace memory takes several times as long as the digest.
    """
    slot = schedule.OpenRound(1, OPENS + timedelta(weeks=week), CLOSES + timedelta(weeks=week))
    round_id = open_round(installation, slot)
    if round_id is None:
        raise RuntimeError("The round did not open.")
    for number in range(MEMBERS):
        answers = {AnswerTarget(round_id, n, "answer"): str(2 + (number + n) % 4) for n in range(3)}
        record_answers(installation, [Submission(member_address(number), round_id, answers)])
    begin_closing(installation, round_id)
    if not traced:
        started = time.perf_counter()
        settle_round(installation, round_id)
        return time.perf_counter() - started
    tracemalloc.start()
    settle_round(installation, round_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Print both, and their ratio; the two take turns, so that both see the same machine."""
    took: dict[int, list[float]] = {weeks: [] for weeks in WEEKS}
    peaks: dict[int, float] = {}
    with ExitStack() as opened:
        aged = {
            weeks: opened.enter_context(made_up_installation("sqlite", MEMBERS)) for weeks in WEEKS
        }
        for weeks, (made, _clock) in aged.items():
            measure_settling(made, 0)
            make_history(made, 1, weeks)
        for week in range(1, REPEATS + 2):
            for weeks, (made, clock) in aged.items():
                clock.set(OPENS + timedelta(weeks=week))
                if week > REPEATS:
                    peaks[weeks] = measure_settling(made, week, traced=True)
                else:
                    took[weeks].append(measure_settling(made, week))
    middle = {weeks: median(times) for weeks, times in took.items()}
    for weeks, seconds in middle.items():
        kib = peaks[weeks] / 1024
        print(f"after {weeks:>3} weeks: {seconds * 1000:6.1f} ms, {kib:.0f} KiB at the peak")
    short, long = WEEKS
    print(
        f"ratio: {middle[long] / middle[short]:.2f} in time (goal: at most 1.2), "
        f"{peaks[long] / peaks[short]:.2f} in memory; goal for one: under 50 ms"
    )


if __name__ == "__main__":
    with bounded(BOUND):
        main()
