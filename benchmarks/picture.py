"""How long a group's picture takes after ten years, beside one after sixty rounds, in the same run.

Sixty rounds are all that is drawn. Goal: at most half as long again.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Final

from benchmarks._running import bounded, scaled
from pulse_bot.domain.release.record import Digest
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.charts.trends import chart_png
from tests.reports.history import THEMES, history

ROUNDS: Final = (60, scaled(520, least=80))
RUNS: Final = scaled(5, least=2)
GOAL: Final = 1.5
BOUND: Final = 120


def draw(digests: list[Digest]) -> float:
    """Draw it anew; the seconds of the processor."""
    chart_png.cache_clear()
    started = time.process_time()
    picture = build_chart(digests)
    if picture is None:
        raise RuntimeError("There is nothing to draw.")
    chart_png(picture)
    return time.process_time() - started


def main() -> None:
    """Print both, and their ratio; the two take turns, so that both see the same machine."""
    digests = {rounds: history(rounds, (*THEMES, "shared-goals")) for rounds in ROUNDS}
    draw(digests[ROUNDS[0]])  # the library is loaded, once in a process
    seconds: dict[int, list[float]] = {rounds: [] for rounds in ROUNDS}
    for _ in range(RUNS):
        for rounds, of_them in digests.items():
            seconds[rounds].append(draw(of_them))
    middle = {rounds: median(values) for rounds, values in seconds.items()}
    figures = ", ".join(f"after {n} rounds {value * 1000:,.0f} ms" for n, value in middle.items())
    ratio = middle[ROUNDS[1]] / middle[ROUNDS[0]]
    print(f"A picture: {figures}; ratio: {ratio:.2f} (goal: at most {GOAL})")


if __name__ == "__main__":
    with bounded(BOUND):
        main()
