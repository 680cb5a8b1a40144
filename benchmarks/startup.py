"""How long `pulse-bot --help` takes, beside a Python that does nothing, in the same run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks._running import bounded, scaled

RUNS = scaled(10, least=3)
GOAL = 10
"""Times a Python that does nothing."""
BOUND = 120


def main() -> None:
    """Print the medians; the two take turns, so that both see the same machine."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "pulse-bot --help": [str(Path(sys.executable).parent / "pulse-bot"), "--help"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            taken[name].append(time.perf_counter() - started)
    middle = {name: median(seconds) for name, seconds in taken.items()}
    for name, seconds in middle.items():
        print(f"{name:<18} median of {RUNS}: {seconds * 1000:6.0f} ms")
    nothing, ours = middle.values()
    print(f"ratio: {ours / nothing:.1f} (goal: at most {GOAL})")


if __name__ == "__main__":
    with bounded(BOUND):
        main()
