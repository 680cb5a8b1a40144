"""What drawing costs a process: its peak, as the system counts it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 150
"""MiB. The picture of sixty rounds of four themes is the highest there is, a slide the widest."""

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from tests import printed
from tests.reports.history import THEMES, history
from pulse_bot.domain.release.results import ChoiceFrequency
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.gaps import Gap, gap_chart
from pulse_bot_reports.charts.ranks import RankedChoice, rank_chart
from pulse_bot_reports.charts.canvas import PHONE, SLIDE
from pulse_bot_reports.charts.colours import LIGHT
for rounds in (60, 59, 58, 57, 56):
    assert renderer.picture(history(rounds, (*THEMES, "shared-goals")))
for shape in (PHONE, SLIDE):
    gap = Gap("We do. " * 17, printed.level("2.6"), printed.level("3.4"))
    assert gap_chart([gap] * 8, LIGHT, shape)
    choice = RankedChoice("A choice. " * 9, ChoiceFrequency.OFTEN)
    assert rank_chart([choice] * 7, "Which?", LIGHT, shape)
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
