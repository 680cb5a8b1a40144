"""Processes that begin with everything imported: most of a short process's time is its imports.

One process imports, once for a worker of the suite, and forks for each script that is to run. What
runs is a process of its own, with its own arguments, environment, folder and output; it can be
killed like any other.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import random
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

_SERVER: Final = f"""
import sys, types
# Some libraries install a package "tests", which would win over our folder.
sys.modules["tests"] = tests = types.ModuleType("tests")
tests.__path__ = [{str(Path(__file__).parent)!r}]
from tests.forked import serve
serve()
"""
_IMPORTED: Final = (
    "alembic.command",
    "pulse_bot.app",
    "pulse_bot.cli",
    "pulse_bot_slack.adapter",
    "pulse_bot_telegram.adapter",
    "pulse_bot_web.adapter",
    "tests.attacks.dying_worker",
)


def run_forked(
    script: Path, *args: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a Python script; as `subprocess.run` does with the output captured as text."""
    argv = [str(script), *args]
    request = {"argv": argv, "env": dict(env or os.environ), "cwd": str(cwd or Path.cwd())}
    # Each runs one script at a time; whoever waits for another's gets a server of their own.
    server = _idle.pop() if _idle else _Server()
    try:
        ended = server.ask(request)
    except BaseException:
        # A script that hung until its test was ended.
        server.kill()
        raise
    _idle.append(server)
    return subprocess.CompletedProcess(argv, *ended)


class _Server:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def ask(self, request: Mapping[str, Any]) -> tuple[int, str, str]:
        """How it ended, and what it wrote."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code, out, err = json.loads(self._process.stdout.readline())
        return code, out, err

    def kill(self) -> None:
        """With what it runs."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


_idle: Final[list[_Server]] = []


@atexit.register
def _end_servers() -> None:
    while _idle:
        _idle.pop().kill()


def serve() -> None:
    """Import, and run what each line of the input asks for until there is none."""
    for name in _IMPORTED:
        importlib.import_module(name)
    # Otherwise every child would copy what it counts references in.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        with TemporaryFile() as out, TemporaryFile() as err:
            child = os.fork()
            if not child:
                _become(request, out.fileno(), err.fileno())
                return
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = json.dumps([code, _read(out), _read(err)])
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _become(request: Mapping[str, Any], out: int, err: int) -> None:
    for number, output in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(output, number)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    random.seed()
    sys.argv[:] = request["argv"]
    runpy.run_path(sys.argv[0], run_name="__main__")


def _read(written: IO[bytes]) -> str:
    written.seek(0)
    return written.read().decode()
