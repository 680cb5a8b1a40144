"""No core dump of a process that opens envelopes: of a real one that is aborted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, os, resource, sys
from pulse_bot.crypto.own_memory import forbid_dumps
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
if sys.argv[1] == "forbidden":
    forbid_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), ctypes.CDLL(None).prctl(3), flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux has it")
def test_no_dump_of_it_is_written(tmp_path: Path) -> None:
    said = {}
    for how in ("as it begins", "forbidden"):
        folder = tmp_path / how
        folder.mkdir()
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM, how],
            cwd=folder,
            env={**os.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == -signal.SIGABRT
        said[how] = ended.stdout.split()

    # The control: before, it may be looked into, and whether dumps are written is the system's.
    assert said["as it begins"][1] == "1"
    assert said["forbidden"] == ["True", "0"]
    assert list((tmp_path / "forbidden").iterdir()) == []
