"""How long the file of all digests takes after ten years, beside the same laid out by fpdf2 alone.

Both give the same sheets with the same words. Goal: ten years in five seconds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Final

from benchmarks._running import bounded, replaced, scaled
from pulse_bot.domain.release.record import Digest
from pulse_bot_reports.charts.trends import chart_png
from pulse_bot_reports.paper.a4 import A4Document
from pulse_bot_reports.paper.history_pdf import history_pdf
from tests.reports.history import THEMES, history

ROUNDS: Final = scaled(520, least=12)
RUNS: Final = scaled(3)
GOAL: Final = 5
BOUND: Final = 300


def lay_out(digests: Sequence[Digest]) -> tuple[float, int]:
    """Make it anew: the seconds of the processor, and how many sheets it has."""
    chart_png.cache_clear()
    started = time.process_time()
    content = history_pdf("Benchmark", digests, "Europe/London")
    return time.process_time() - started, content.count(b"/Type /Page\n")


def main() -> None:
    """Print both, and their ratio; the two take turns, so that both see the same machine."""
    digests = history(ROUNDS, THEMES)
    lay_out(digests[:2])  # the libraries are loaded, once in a process
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(lay_out(digests))
        with replaced(A4Document, "can_place", lambda *_: False):
            theirs.append(lay_out(digests))
    [sheets, *others] = {sheets for _, sheets in (*ours, *theirs)}
    if others:
        raise RuntimeError(f"{sheets} sheets are {others} where fpdf2 breaks their lines.")
    seconds, baseline = (median(seconds for seconds, _ in runs) for runs in (ours, theirs))
    print(
        f"{ROUNDS} digests on {sheets} sheets: {seconds:.2f} s (goal: {GOAL}), "
        f"by fpdf2 alone (baseline) {baseline:.2f} s; ratio: {seconds / baseline:.2f}"
    )


if __name__ == "__main__":
    with bounded(BOUND):
        main()
