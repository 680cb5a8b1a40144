"""Drawing in a process of its own: the same results and refusals, and small processes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pulse_bot.config.plugins import load_renderer
from pulse_bot.errors import Refused
from pulse_bot.sending.render_process import ProcessRenderer
from tests.reports.history import history

ROOT = Path(__file__).parents[2]
MOST = 150
"""MiB, of every process of the app while it draws."""

SERVING = """
import resource, sys
sys.path.insert(0, ".")
import pulse_bot.app, pulse_bot_slack, pulse_bot_telegram, pulse_bot_web
from pulse_bot.config.plugins import adapter_plugins, load_renderer
from pulse_bot.sending.render_process import ProcessRenderer
from tests.reports.history import THEMES, history
adapter_plugins()
digests = history(60, (*THEMES, "shared-goals"))
drawing = ProcessRenderer(load_renderer())
assert drawing.picture(digests).png.startswith(b"\\x89PNG")
assert "<img" in drawing.page("Colne Valley", "Europe/London", digests)
assert "matplotlib" not in sys.modules
drawing.close()
with open("/proc/self/status") as status:
    print(int(status.read().split("VmHWM:")[1].split()[0]) // 1024)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def test_it_makes_what_the_renderer_itself_makes() -> None:
    near, digests = load_renderer(), history(8)
    page = ("Colne Valley", "Europe/London", digests)
    with closing(ProcessRenderer(near)) as far:
        assert far.picture(digests) == near.picture(digests)
        assert far.page(*page) == near.page(*page)
        assert far.export("a.csv", *page) == near.export("a.csv", *page)
        assert far.picture([]) is None


def test_a_refusal_comes_back_as_it_was_said() -> None:
    near = load_renderer()
    page = ("Colne Valley", "Europe/London", history(2))
    with pytest.raises(Refused) as here:
        near.export("a.doc", *page)
    with closing(ProcessRenderer(near)) as far, pytest.raises(Refused) as there:
        far.export("a.doc", *page)
    assert str(there.value) == str(here.value)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_every_process_stays_small_while_it_draws() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SERVING], cwd=ROOT, check=True, capture_output=True, text=True
    )
    serving, drawing = map(int, ran.stdout.split())
    assert serving < MOST
    assert drawing < MOST
