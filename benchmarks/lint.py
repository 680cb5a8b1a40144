"""How long the lint of all shipped banks takes, beside reading their YAML alone, in the same run.

Goal: at most three times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final

import yaml

from benchmarks._running import bounded, scaled
from pulse_bot.banks.lint import lint_files
from pulse_bot.banks.load import bank_files, shipped_folder

RUNS: Final = scaled(5, least=2)
GOAL: Final = 3.0
BOUND: Final = 120


def main() -> None:
    """Print both, and their ratio; the two take turns, so that both see the same machine."""
    files = bank_files(shipped_folder())

    def read() -> None:
        for path in files:
            yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)

    kinds: dict[str, Callable[[], object]] = {"lint": lambda: lint_files(files), "YAML alone": read}
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(RUNS):
        for name, work in kinds.items():
            started = time.process_time()
            work()
            seconds[name].append(time.process_time() - started)
    middle = {name: median(values) for name, values in seconds.items()}
    figures = ", ".join(f"{name} {value * 1000:,.0f} ms" for name, value in middle.items())
    ratio = middle["lint"] / middle["YAML alone"]
    print(f"{len(files)} bank files: {figures}; ratio: {ratio:.2f} (goal: at most {GOAL:.0f})")


if __name__ == "__main__":
    with bounded(BOUND):
        main()
