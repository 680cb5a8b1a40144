"""What drawing costs a process: its peak, as the system counts it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 150
"""MiB. The picture of sixty rounds of four themes is the largest that there is."""

PROGRAM = """
import resource, sys
sys.path.insert(0, ".")
from tests.reports.history import THEMES, history
from pulse_bot_reports import renderer
for rounds in (60, 59, 58, 57, 56):
    assert renderer.picture(history(rounds, (*THEMES, "shared-goals")))
assert "pandas" not in sys.modules
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_a_process_that_draws_stays_small() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert int(ran.stdout) < MOST
