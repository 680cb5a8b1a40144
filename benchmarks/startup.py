"""How long `pulse-bot --help` takes, beside a Python that does nothing, in the same run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

RUNS = 10
GOAL = 0.4
"""Seconds."""


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
    for name, seconds in taken.items():
        print(f"{name:<18} median of {RUNS}: {median(seconds) * 1000:6.0f} ms")
    print(f"{'goal':<18} under {GOAL * 1000:.0f} ms")


if __name__ == "__main__":
    main()
