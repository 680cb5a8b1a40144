"""`make chaos`: many runs at once, a line for each, a table at the end; 1 where one failed."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import islice
from pathlib import Path

from tests.chaos import invariants, world
from tests.chaos.plan import Plan, make_plan
from tests.chaos.play import play
from tests.chaos.record import Record

DATABASES = ("sqlite", "postgres")
Outcome = tuple[Plan, list[invariants.Violation], Record | None, str]


def say(words: str) -> None:
    """Print, at once."""
    print(words, flush=True)  # noqa: T201 - a command's own words


def run(plan: Plan, template: Path, keep: Path | None, broken: str) -> Outcome:
    """One run, in a process of its own. Whatever goes wrong with it is told, and ends no other."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    # PostgreSQL runs as somebody else, who has to come through here.
    folder.chmod(0o755)
    try:
        record = asyncio.run(asyncio.wait_for(play(plan, template, folder, broken), 900))
    except Exception as error:
        found = [invariants.Violation("run failed", f"{type(error).__name__}: {error}")]
        return plan, found, None, _logs(folder)
    finally:
        found_logs = _logs(folder)
        shutil.rmtree(folder, ignore_errors=True)
    found = invariants.violations(record)
    if found and keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        told = [str(plan), *map(str, found), *record.notes, found_logs]
        (keep / f"{plan.database}-{plan.seed}.txt").write_text("\n".join(told), encoding="utf-8")
    return plan, found, record, found_logs


def _logs(folder: Path) -> str:
    return "\n".join(log.read_text(errors="replace") for log in sorted(folder.glob("*.log")))


def _told(outcome: Outcome) -> None:
    plan, found, record, logs = outcome
    seconds = f"{record.seconds:5.0f} s" if record else "    ? s"
    ended = "VIOLATED" if found else "ok"
    say(f"{plan.database} seed {plan.seed:>6} {seconds}  {ended}  {plan}")
    for one in found:
        say(f"    {one}")
        if one.kind == "run failed":
            say(logs[-1500:])
    for note in record.notes if record else ():
        say(f"    note: {note[:200]}")


def _table(outcomes: list[Outcome]) -> None:
    for database in sorted({plan.database for plan, *_ in outcomes}):
        of_it = [one for one in outcomes if one[0].database == database]
        bad = [plan.seed for plan, found, *_ in of_it if found]
        answers = sum(
            len(seen.confirmed) for *_, record, _ in of_it if record for seen in record.partnerships
        )
        say(f"\n{database}: {len(of_it)} runs, {len(bad)} violated; {answers} answers confirmed")
        runs, times = Counter[str](), Counter[str]()
        for _, found, *_ in of_it:
            times += invariants.kinds(found)
            runs += Counter({one.kind for one in found})
        for kind, count in times.most_common():
            say(f"  {kind:30} {count:4} in {runs[kind]:3} runs")
        if bad:
            say(f"  again: make chaos DATABASE={database} SEED={bad[0]} RUNS=1   (all: {bad})")


def _templates(folder: Path, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Path]:
    made = {}
    for database, keys_in in sorted(wanted):
        template = folder / f"{database}-{keys_in}"
        template.mkdir(mode=0o755)
        began = time.monotonic()
        asyncio.run(world.make_template(template, database, keys_in, world.LARGE))
        say(f"made a world: {database}, keys in {keys_in}, {time.monotonic() - began:.0f} s")
        made[database, keys_in] = template
    return made


def _begin(
    templates: dict[tuple[str, str], Path],
    keep: Path | None,
    broken: str,
    pool: ProcessPoolExecutor,
    plan: Plan,
) -> Future[Outcome]:
    return pool.submit(run, plan, templates[plan.database, plan.keys_in], keep, broken)


def _play_all(
    plans: list[Plan],
    begin: Callable[[ProcessPoolExecutor, Plan], Future[Outcome]],
    jobs: int,
    minutes: float,
) -> Iterator[Outcome]:
    """So many at once, and none that would begin after these minutes."""
    until, left = time.monotonic() + minutes * 60, iter(plans)
    with ProcessPoolExecutor(jobs) as pool:
        running = {begin(pool, plan) for plan in islice(left, jobs)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            if time.monotonic() < until:
                running |= {begin(pool, plan) for plan in islice(left, len(ended))}
            yield from (one.result() for one in ended)


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Play the runs that were asked for."""
    # Whoever ends it, its servers end and its disks are given back.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100, help="of each database")
    asked.add_argument("--seed", type=int, default=None, help="of the first run")
    asked.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    asked.add_argument("--jobs", type=int, default=4, help="runs at once")
    asked.add_argument("--keep", type=Path, help="a folder for what was seen of violated runs")
    asked.add_argument("--minutes", type=float, default=600.0, help="begin no run after these")
    asked.add_argument("--broken", default="", help="mistakes of worker.py, as a control")
    given = asked.parse_args()
    seed = random.randrange(1_000_000) if given.seed is None else given.seed
    databases = DATABASES if given.database == "both" else (given.database,)
    names = tuple(group.name for group in world.LARGE)
    plans = [make_plan(seed + n, name, names) for n in range(given.runs) for name in databases]
    say(f"seeds {seed} to {seed + given.runs - 1}, {len(plans)} runs")
    folder = Path(tempfile.mkdtemp(prefix="chaos-worlds-"))
    folder.chmod(0o755)
    outcomes: list[Outcome] = []
    try:
        templates = _templates(folder, {(plan.database, plan.keys_in) for plan in plans})
        begin = partial(_begin, templates, given.keep, given.broken)
        for outcome in _play_all(plans, begin, given.jobs, given.minutes):
            outcomes.append(outcome)
            _told(outcome)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _table(outcomes)
    return int(any(found for _, found, *_ in outcomes))


if __name__ == "__main__":
    sys.exit(main())
