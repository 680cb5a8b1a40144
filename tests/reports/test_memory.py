"""What drawing costs a process: its peak, as the system counts it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 150
"""MiB. The picture of sixty rounds of four themes is the largest that there is."""

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.reports.history import THEMES, history
from pulse_bot_reports import renderer
for rounds in (60, 59, 58, 57, 56):
    assert renderer.picture(history(rounds, (*THEMES, "shared-goals")))
assert "pandas" not in sys.modules
# Not `ru_maxrss`: that one begins at the size of the process that started this one.
said = Path("/proc/self/status").read_text().split("VmHWM:")[1]
print(int(said.split()[0]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_process_that_draws_stays_small() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert int(ran.stdout) < MOST
