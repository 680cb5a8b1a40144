"""What stops a larger county, and when: a simulation of an hour at which all open, or all close.

`python -m benchmarks.walls`, and at the end of `make bench-county`, which feeds it with what it has
just measured. Work goes step by step through queues: processors, the database's commits, and each
platform's pace. Clicks go before everything else: they take their share of the processors away, and
their answers a share of each pace. A wall is what was busy for most of the time that a story took.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Final

SIZES: Final = (100, 1_000, 10_000)
DIGESTS_WITHIN: Final = 300.0
TICK_WITHIN: Final = 1.0
PROCESSORS, COMMITS, PACE = "processors", "commits", "the platform's pace"
DRAWING: Final = "drawing processes"


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost: seconds of a processor, unless it says otherwise."""

    opening: float = 0.060
    """A partnership's round, its cards not counted."""
    card: float = 0.004
    click: float = 0.004
    closing: float = 0.090
    """A partnership's round with its digest's words, posting counted, drawing not."""
    drawing: float = 0.200
    tick: float = 0.002
    """For one partnership with nothing due."""
    processors: int = 2
    drawers: int = 2
    """Processes that draw, in all workers."""
    commits_a_second: float = 400.0
    commits_opening: int = 6
    commits_closing: int = 12
    cards_a_commit: float = 5.0
    clicks_a_second: float = 100.0
    members: int = 14
    telegram: float = 30.0
    """Messages a second of one bot."""
    slack: float = 10.0
    """The same of one workspace. Bot and workspaces have partnerships as their paces allow."""
    workspaces: int = 10
    posts: int = 2
    """Messages of a digest: its words, and its picture."""


Step = tuple[str, float]
"""A queue, and for how many seconds one of its servers is taken."""


class Hour:
    """Queues, and what stands in them; first come, first served."""

    def __init__(self, servers: dict[str, int]) -> None:
        self._free = {name: [0.0] * number for name, number in servers.items()}
        self.busy = dict.fromkeys(servers, 0.0)
        self._servers = servers

    def run(self, stories: Iterable[Sequence[Step]]) -> float:
        """Let all begin at nought; the seconds until the last has ended."""
        numbers, ended = count(), 0.0
        waiting = [(0.0, next(numbers), 0, steps) for steps in stories]
        while waiting:
            now, _, place, steps = heapq.heappop(waiting)
            name, seconds = steps[place]
            until = max(now, heapq.heappop(self._free[name])) + seconds
            heapq.heappush(self._free[name], until)
            self.busy[name] += seconds
            ended = max(ended, until)
            if place + 1 < len(steps):
                heapq.heappush(waiting, (until, next(numbers), place + 1, steps))
        return ended

    def wall(self) -> str:
        """The queue that was busiest for its servers."""
        return max(self.busy, key=lambda name: self.busy[name] / self._servers[name])


def play_hour(costs: Costs, partnerships: int, *, closing: bool) -> tuple[float, str]:
    """Seconds until all cards are out, or all digests posted, and which queue was the wall."""
    share = 1 - costs.clicks_a_second * costs.click / costs.processors
    messages = costs.telegram + costs.slack * costs.workspaces
    unanswered = 1 - costs.clicks_a_second / messages
    if min(share, unanswered) <= 0:
        return float("inf"), "clicks alone"
    slacks = [f"{PACE} (Slack {number})" for number in range(costs.workspaces)]
    alone = {f"{PACE} (Telegram)": costs.telegram} | dict.fromkeys(slacks, costs.slack)
    paces = {name: pace * unanswered for name, pace in alone.items()}
    places = _spread_evenly(alone, partnerships)
    servers = {PROCESSORS: costs.processors, COMMITS: 1, DRAWING: costs.drawers}
    hour = Hour({**servers, **dict.fromkeys(paces, 1)})
    commit = 1 / costs.commits_a_second

    def close(pace: str) -> list[list[Step]]:
        settled = [(PROCESSORS, costs.closing / share), (COMMITS, costs.commits_closing * commit)]
        # Drawing takes a processor as well; it is counted there by the step that follows it.
        drawn = [(DRAWING, costs.drawing / share), (PROCESSORS, costs.drawing / share)]
        return [[*settled, *drawn, *[(pace, 1 / paces[pace])] * costs.posts]]

    def open_one(pace: str) -> list[list[Step]]:
        opened = [(PROCESSORS, costs.opening / share), (COMMITS, costs.commits_opening * commit)]
        sent = [
            (PROCESSORS, costs.card / share),
            (pace, 1 / paces[pace]),
            (COMMITS, commit / costs.cards_a_commit),
        ]
        return [[*opened, *sent], *[list(sent) for _ in range(costs.members - 1)]]

    plan = close if closing else open_one
    stories = [steps for place in places for steps in plan(place)]
    return hour.run(stories), hour.wall()


def _spread_evenly(shares: Mapping[str, float], number: int) -> list[str]:
    """So many names, each as often as its share, and mixed."""
    had = dict.fromkeys(shares, 0.0)
    names = []
    for _ in range(number):
        names.append(min(had, key=lambda name: (had[name] + 1) / shares[name]))
        had[names[-1]] += 1
    return names


def most_partnerships(costs: Costs) -> int:
    """How many still get all digests in time, to the nearest twentieth."""
    low, high = 1, 2
    while high < 1_000_000 and play_hour(costs, high, closing=True)[0] <= DIGESTS_WITHIN:
        low, high = high, high * 2
    while high - low > max(1, low // 20):
        middle = (low + high) // 2
        if play_hour(costs, middle, closing=True)[0] <= DIGESTS_WITHIN:
            low = middle
        else:
            high = middle
    return low


def print_walls(costs: Costs, sizes: Sequence[int] = SIZES) -> None:
    """What is assumed, then a line a size, then where each goal ends."""
    print("Assumed: " + ", ".join(f"{name} {value:g}" for name, value in asdict(costs).items()))
    for size in sizes:
        cards, first = play_hour(costs, size, closing=False)
        digests, second = play_hour(costs, size, closing=True)
        print(
            f"{size:>6,} partnerships: all cards out after {cards:,.0f} s (wall: {first}), all "
            f"digests after {digests:,.0f} s (wall: {second}), a tick {costs.tick * size:.1f} s"
        )
    faster = replace(costs, processors=costs.processors * 4, drawers=costs.drawers * 4)
    wider = replace(faster, workspaces=costs.workspaces * 10)
    cards, first = play_hour(wider, sizes[-1], closing=False)
    print(
        f"{sizes[-1]:>6,} partnerships in ten times the workspaces, with four times the "
        f"processors: all cards out after {cards:,.0f} s (wall: {first})"
    )
    print(
        f"Digests within {DIGESTS_WITHIN:.0f} s: up to {most_partnerships(costs):,} partnerships, "
        f"with four times the processors up to {most_partnerships(faster):,}; a tick within "
        f"{TICK_WITHIN:.0f} s: up to {TICK_WITHIN / costs.tick:,.0f}"
    )


if __name__ == "__main__":
    print_walls(Costs())
