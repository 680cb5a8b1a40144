"""A county: 1,000 partnerships of 14 that open in one minute, and close in one minute.

`make bench-county`, or `python -m benchmarks.county`. PostgreSQL, two `pulse-bot run` as processes
of their own on a clock that is moved, and a Telegram and a Slack on loopback that refuse what is
faster than they allow. CLICKS a second are pressed by people who have a card. Sizes come from the
environment: PARTNERSHIPS (several in turn, with blanks between them), MEMBERS, CLICKS, WORKSPACES,
TICK (partnerships of the idle tick), and MINUTES: how long one county may take; after that, what
there is by then is printed.

The answer to a click is a message, and counts as one. So a hundred clicks a second need platforms
that take more than a hundred messages a second, whatever pulse-bot does: one bot takes 30, and one
workspace 10. The county is therefore in ten Slack workspaces, with one Telegram bot beside them,
each with as many partnerships as its pace allows.

What is measured: cards beside the platforms' pace, clicks until they are acknowledged, digests and
their pictures, queries a round, memory, how soon a worker takes over from one that was killed, and
a tick with nothing due.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa
from aiohttp import web

from benchmarks._county_made import (
    CLOSES,
    OPENS,
    install_slack,
    make_county,
    share_partnerships,
)
from benchmarks._county_people import (
    ALL_PACES,
    GIVEN_UP,
    PACES,
    SLACK,
    TELEGRAM,
    WORKSPACES,
    Arrival,
    County,
)
from benchmarks._county_printed import GOALS, MISSED, print_cards, print_clicks
from benchmarks._county_run import Installed, Spent, installed_county
from benchmarks._made_up import database_url, databases
from benchmarks._running import bounded, scaled
from benchmarks.walls import Costs, print_walls
from pulse_bot.app import assemble_installation
from pulse_bot.crypto.key_stores import load_installation_key, open_key_store
from pulse_bot.crypto.sealing import KEY_BYTES
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.due import SHARDS, work_off_rounds
from pulse_bot.usecases.tick import find_due_jobs

SIZES: Final = [int(n) for n in (os.environ.get("PARTNERSHIPS") or str(scaled(1000, 4))).split()]
MEMBERS: Final = int(os.environ.get("MEMBERS") or "14")
CLICKS: Final = float(os.environ.get("CLICKS") or str(scaled(100, 10)))
TICKED: Final = int(os.environ.get("TICK") or str(scaled(5000, 20)))

LEAST_CLICKING: Final = scaled(30, 3)
ONLY_CLICKING: Final = scaled(15, 2)
"""Seconds."""
BEFORE: Final = timedelta(seconds=5)
"""How long before the minute the clock is set."""
COUNTY_WITHIN: Final = 60 * float(os.environ.get("MINUTES") or str(scaled(35, 6)))
SLACKENED: Final = 2
"""So many times as long as the pace needs, and two minutes: then no more cards are waited for."""
STARTED_WITHIN: Final = 300.0
DIGESTS_WITHIN: Final = scaled(600, 240)
CARDS_AGAIN_WITHIN: Final = 200.0
TAKEOVER_WITHIN: Final = scaled(180, 5)
BOUND: Final = round(len(SIZES) * (COUNTY_WITHIN + 300) + 600)
"""For what no wait of ours ends: then it breaks off."""


async def measure_county(partnerships: int) -> tuple[float, Costs]:
    """Open, click, close, kill; print each figure. Returns the queries of a round, and costs."""
    print(
        f"\n{partnerships:,} partnerships of {MEMBERS}, {CLICKS:.0f} clicks a second, given up "
        f"after {COUNTY_WITHIN / 60:.0f} minutes:"
    )
    with installed_county() as installed:
        patience = Patience(time.monotonic() + COUNTY_WITHIN)
        began = time.monotonic()
        await _make(installed, partnerships)
        print(f"  made in {time.monotonic() - began:.0f} s")
        county = County()
        runner = web.AppRunner(county.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        county.port = runner.addresses[0][1]
        watching = asyncio.create_task(_watch_memory(installed))
        try:
            return await _play(installed, county, partnerships, patience)
        finally:
            watching.cancel()
            for words, times in installed.warnings().most_common(8):
                print(f"  in the logs, {times} times: {words}")
            for worker in installed.workers:
                worker.process.kill()
            await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits, and for how long at most in all."""

    end: float
    """Of a monotonic clock."""

    async def wait_until(self, is_so: Callable[[], bool], seconds: float, for_what: str) -> bool:
        """Wait until something is so; says whether it is, and prints it where that was given up."""
        began = time.monotonic()
        end = min(began + seconds, self.end)
        while not is_so() and time.monotonic() < end:  # noqa: ASYNC110 - workers know no event of ours
            await asyncio.sleep(0.05)
        if not is_so():
            print(f"  given up after {time.monotonic() - began:.0f} s: {for_what}")
        return is_so()


async def _make(installed: Installed, partnerships: int) -> None:
    key = load_installation_key(installed.key_file)
    keys = open_key_store(installed.redis)
    made = assemble_installation(installed.database, keys, key, FixedClock(OPENS - 9 * WEEK))
    make_county(made, partnerships, MEMBERS)
    await install_slack(made)
    made.database.close()


WEEK: Final = timedelta(weeks=1)


class Parts:
    """What three parts took: cards and clicks, clicks alone, closing and clicks."""

    def __init__(self, installed: Installed, county: County) -> None:
        """The first begins now."""
        self._installed, self._county = installed, county
        self._began, self._own = time.monotonic(), time.process_time()
        self._spent, self._pressed = [installed.spent()], [0]
        self._waits: list[list[float]] = []

    def end_part(self) -> None:
        """The next begins."""
        self._spent.append(self._installed.spent())
        self._pressed.append(len(self._county.clicks))
        self._waits.append(self._county.late)
        self._county.late = []

    def print_all(self, partnerships: int) -> Costs:
        """Clicks, processors, and what things cost, which is returned."""
        names = ("while cards went out", "and nothing else", "while rounds closed")
        for when, part, waits in zip(names, pairwise(self._pressed), self._waits, strict=True):
            print_clicks(when, self._county.clicks[slice(*part)], waits)
        ours = self._spent[-1].since(self._spent[0]).all + time.process_time() - self._own
        print(
            f"  county, workers and database had {ours / (time.monotonic() - self._began):.1f} of "
            f"{os.cpu_count()} processors, which {os.getloadavg()[1]:.0f} programs wanted"
        )
        return _read_costs(self._spent, self._pressed, partnerships)


async def _play(
    installed: Installed, county: County, partnerships: int, patience: Patience
) -> tuple[float, Costs]:
    installed.move_clock(OPENS - timedelta(minutes=3))
    for name in ("w1", "w2"):
        installed.start_worker(name, f"http://127.0.0.1:{county.port}")
    workers = len(installed.workers)
    if not await patience.wait_until(
        lambda: county.sockets == workers, STARTED_WITHIN, "workers that start"
    ):
        raise RuntimeError(f"A worker did not start: {installed.last_words()}")
    enough = asyncio.Event()
    clicking = asyncio.create_task(county.click_steadily(CLICKS, enough))
    before, parts = installed.queries(), Parts(installed, county)
    await _open(installed, county, partnerships, patience)
    parts.end_part()
    await asyncio.sleep(ONLY_CLICKING)
    parts.end_part()
    await _close(installed, county, partnerships, patience)
    enough.set()
    await clicking
    await patience.wait_until(lambda: not county.unacknowledged, GIVEN_UP + 1, "acknowledgements")
    parts.end_part()
    costs = parts.print_all(partnerships)
    queries = installed.queries() - before
    ours, engine = queries["ours"] / partnerships, queries["engine"] / partnerships
    print(f"  queries a round, clicks included: {ours:.0f} of ours, {engine:.0f} of the engine")
    for worker in installed.workers:
        print(
            f"  memory of {worker.name}: {worker.most_memory} MiB at most, "
            f"{worker.most_with_drawing} with what draws for it (goal: under {GOALS.memory})"
        )
    await _kill_one(installed, county, patience)
    return ours + engine, costs


def _read_costs(spent: Sequence[Spent], pressed: Sequence[int], partnerships: int) -> Costs:
    """What things cost, of what three parts took: cards and clicks, clicks, closing and clicks."""
    parts = [after.since(before) for before, after in pairwise(spent)]
    clicks = [after - before for before, after in pairwise(pressed)]
    click = parts[1].serving / max(clicks[1], 1)
    opening, closing = (
        max(parts[n].serving - clicks[n] * click, 0.0) / partnerships for n in (0, 2)
    )
    drawing = parts[2].drawing / partnerships
    print(
        f"  processor, database included: {opening * 1000:.0f} ms for a round's opening and its "
        f"cards, {click * 1000:.1f} ms for a click, {closing * 1000:.0f} ms for a closing and "
        f"{drawing * 1000:.0f} ms for its picture"
    )
    return Costs(
        opening=0.0,
        card=opening / MEMBERS,
        click=click,
        closing=closing,
        drawing=drawing,
        members=MEMBERS,
        clicks_a_second=CLICKS,
        telegram=PACES[TELEGRAM],
        slack=PACES[SLACK],
        workspaces=WORKSPACES,
    )


async def _open(
    installed: Installed, county: County, partnerships: int, patience: Patience
) -> None:
    """All rounds open in one minute."""
    sent = {name: count * MEMBERS for name, count in share_partnerships(partnerships).items()}
    opened = installed.move_clock(OPENS - BEFORE) + BEFORE.total_seconds()
    # What clicks leave of the pace; a tenth of it, where they leave nothing.
    left = max(sum(ALL_PACES.values()) - CLICKS, sum(ALL_PACES.values()) / 10)
    await patience.wait_until(
        lambda: len(county.cards) == sum(sent.values()),
        SLACKENED * sum(sent.values()) / left + 120,
        "cards",
    )
    for platform, count in sent.items():
        print_cards(county, platform, count, opened)
    await asyncio.sleep(max(0.0, LEAST_CLICKING - (time.monotonic() - opened)))


async def _close(
    installed: Installed, county: County, partnerships: int, patience: Patience
) -> None:
    """All rounds close in one minute; every chat gets its digest, and its picture."""
    seen = len(county.posts)
    closed = installed.move_clock(CLOSES - BEFORE) + BEFORE.total_seconds()

    def firsts(what: str) -> dict[str, float]:
        return {a.chat: a.at - closed for a in reversed(county.posts[seen:]) if a.what == what}

    await patience.wait_until(
        lambda: len(firsts("picture")) == partnerships, DIGESTS_WITHIN, "digests and pictures"
    )
    for what, goal in (("text", ""), ("picture", f" (goal: {GOALS.digest_seconds:.0f} s)")):
        times = sorted(firsts(what).values()) or [MISSED]
        print(
            f"  digests, {what}: {len(firsts(what)):,} of {partnerships:,}, half within "
            f"{median(times):.0f} s of the hour, the last after {times[-1]:.0f} s{goal}"
        )


async def _kill_one(installed: Installed, county: County, patience: Patience) -> None:
    """In the next week's opening, that worker is killed which sent last."""
    seen = len(county.arrivals)
    installed.move_clock(OPENS + WEEK - BEFORE)

    def cards() -> list[Arrival]:
        return county.arrivals[seen:]

    if not await patience.wait_until(lambda: bool(cards()), CARDS_AGAIN_WITHIN, "cards once more"):
        print("  takeover: no card came, so nobody was killed")
        return
    await asyncio.sleep(scaled(3, 0))
    killed = cards()[-1].worker
    [worker] = [worker for worker in installed.workers if worker.name == killed]
    worker.process.kill()
    at = time.monotonic()
    places = {place for place, _ in county.cards}
    left = {place: _count_left(county, cards(), place) for place in places}
    senders = {a.place: a.worker for a in cards()}
    orphaned = {place for place, name in senders.items() if name == killed and left[place]}

    def resumed() -> dict[str, float]:
        others = (a for a in cards() if a.worker != killed and a.at > at)
        return {a.place: a.at - at for a in reversed(list(others)) if a.place in orphaned}

    if not orphaned:
        print("  takeover: the killed worker had nothing left to send")
        return
    await patience.wait_until(
        lambda: len(resumed()) == len(orphaned), TAKEOVER_WITHIN, "the other worker"
    )
    took = [resumed().get(place, MISSED) for place in orphaned]
    print(
        f"  takeover in {len(orphaned)} of {len(left)} places: "
        f"{sum(left[place] for place in orphaned):,} cards were left, the other worker sent the "
        f"first after {min(took):.0f} s, and in the last place after {max(took):.0f} s (goal: "
        f"{GOALS.takeover_seconds:.0f} s)"
    )


def _count_left(county: County, cards: Sequence[Arrival], place: str) -> int:
    """How many people have not had their second card."""
    asked = sum(where == place for where, _ in county.cards)
    return asked - len({a.chat for a in cards if a.place == place})


def measure_tick(partnerships: int) -> float:
    """The tick of a quiet day; returns its seconds."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    with TemporaryDirectory() as folder, database_url("postgresql", Path(folder)) as url:
        (Path(folder) / "keys").mkdir(mode=0o700)
        keys = open_key_store(str(Path(folder) / "keys"))
        quiet_day = OPENS - timedelta(days=1, hours=3)
        key = secrets.token_bytes(KEY_BYTES)
        clock = FixedClock(OPENS - 9 * WEEK)
        made = assemble_installation(url, keys, key, clock)
        make_county(made, partnerships, 2)
        clock.set(quiet_day)
        # Each plan is looked at once, and then waits for its hour.
        for shard in range(SHARDS):
            while work_off_rounds(made, shard):
                pass
        find_due_jobs(made, quiet_day, ())
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        began, cpu = time.monotonic(), time.process_time()
        jobs = find_due_jobs(made, quiet_day, ())
        seconds, cpu = time.monotonic() - began, time.process_time() - cpu
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
        made.database.close()
    print(
        f"A tick for {partnerships:,} partnerships, {len(jobs)} jobs due: {seconds:.2f} s, "
        f"{cpu:.2f} s of it ours (goal: {GOALS.tick_seconds:.0f} s), {counted:,} queries (goal: "
        f"{GOALS.tick_queries})"
    )
    return seconds


async def _watch_memory(installed: Installed) -> None:
    while True:
        for worker in installed.workers:
            worker.look_at_memory()
        await asyncio.sleep(1)


def main() -> None:
    """Print all figures, each when it is known: whoever ends this early has what there was."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    # A machine under load may take longer to answer than the three seconds that it is given.
    if not any("postgresql" in databases() for _ in range(5)):
        return
    tick = measure_tick(TICKED)
    measured = {size: asyncio.run(measure_county(size)) for size in SIZES}
    if len(measured) > 1:
        figures = ", ".join(f"{count:.0f} at {size:,}" for size, (count, _) in measured.items())
        print(f"\nQueries a round: {figures}")
    print("\nThe next wall, simulated with what was measured, on two processors:")
    print_walls(replace(measured[SIZES[-1]][1], tick=tick / TICKED))


if __name__ == "__main__":
    with bounded(BOUND):
        main()
