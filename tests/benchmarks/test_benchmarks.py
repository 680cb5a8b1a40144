"""Every benchmark at a hundredth of its size: it ends, and each figure stands beside its baseline.

What the figures are is not judged here: they are the machine's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from benchmarks._running import bounded, replaced

ROOT: Final = Path(__file__).parents[2]
NUMBER: Final = r"[\d,]+(\.\d+)?"
PRINTED: Final = {
    "audit": (
        rf"8 members, a year: +{NUMBER} s of one core \(goal for 20: 120\); passed, 0 findings",
        rf"by the first edition \(baseline\): (passed|failed), {NUMBER} findings",
    ),
    "cleaning": (
        rf"the nightly pass: took {NUMBER} s; .* {NUMBER} ms at most",
        rf"a rewrite \(baseline\): took {NUMBER} s; .* {NUMBER} ms at most",
    ),
    "clicks": (
        rf"a commit each {NUMBER}, handle\(\) {NUMBER}, bare grouped inserts {NUMBER}, sealed",
        rf"sealed grouped inserts {NUMBER}; {NUMBER} x a commit each \(goal: 3\), ",
        rf"{NUMBER} of bare inserts \(goal: 0\.3\), {NUMBER} of sealed ones",
        rf"a click costs {NUMBER} ms of CPU \(goal: 1\.5\), a bare insert {NUMBER} ms",
    ),
    "county": (
        rf"A tick for 20 partnerships, 0 jobs due: {NUMBER} s.*, {NUMBER} queries \(goal: 50\)",
        r"4 partnerships of 8, 10 clicks a second, given up after 6 minutes",
        rf"telegram: 8 of 8 cards in {NUMBER} s from the hour.* \(goal: 95%\)",
        rf"slack: 24 of 24 cards in {NUMBER} s from the hour.* in each of 3 workspaces alone",
        rf"clicks while cards went out: {NUMBER}, {NUMBER}% acknowledged within 500 ms",
        rf"beside that, nothing at all took {NUMBER} ms in the middle",
        rf"county, workers and database had {NUMBER} of {NUMBER} processors",
        rf"digests, text: 4 of 4, half within {NUMBER} s of the hour",
        rf"digests, picture: 4 of 4, .*, the last after {NUMBER} s \(goal: 300 s\)",
        rf"queries a round, clicks included: {NUMBER} of ours, {NUMBER} of the engine",
        rf"memory of w1: {NUMBER} MiB at most, {NUMBER} with what draws",
        r"takeover",
        rf"10,000 partnerships: all cards out after {NUMBER} s \(wall: ",
    ),
    "digest": (
        rf"after +8 weeks: +{NUMBER} ms",
        rf"after +60 weeks: +{NUMBER} ms",
        rf"ratio: {NUMBER} in time \(goal: at most 1\.2\)",
    ),
    "digests": (
        r"4 groups of 8 weeks: steady, lasting change down, lasting change up, one bad week",
        rf"something to act on, % +80 from ten on +{NUMBER}",
        rf"repeats a sentence of the week before, % +under 10 +{NUMBER}",
        rf"and the message holds all of them, % +100 +{NUMBER}",
        rf"longest +900 +{NUMBER}",
        r"then said for half a year, % +80 +-",
    ),
    "fan_out": (
        rf"without the engine +{NUMBER} sends/s, with it +{NUMBER} sends/s: {NUMBER}",
        rf"Median ratio: {NUMBER} \(goal: at least 0\.3",
    ),
    "jobs": (
        rf"jobs in 5 partitions: {NUMBER}/s, bare rows {NUMBER}/s",
        rf"{NUMBER} statements of ours a tick .*{NUMBER} of DBOS a second, and {NUMBER} while",
    ),
    "lint": (rf"lint {NUMBER} ms, YAML alone {NUMBER} ms; ratio: {NUMBER} \(goal: at most 3\)",),
    "paper": (
        rf"12 digests on {NUMBER} sheets: {NUMBER} s \(goal: 5\)",
        rf"by fpdf2 alone \(baseline\) {NUMBER} s; ratio: {NUMBER}",
    ),
    "picture": (
        rf"after 60 rounds {NUMBER} ms, after 80 rounds {NUMBER} ms;",
        rf"ratio: {NUMBER} \(goal: at most 1\.5\)",
    ),
    "promise": (
        rf"chosen +7 and a joiner: ruled out exactly +{NUMBER} %, sampled +{NUMBER} %",
        rf"8 70 % chosen +{NUMBER} +{NUMBER} \| +{NUMBER} +{NUMBER}",
        rf"8 70 % no memory, lot one below +{NUMBER}",
        rf"8 70 % first edition +{NUMBER} +{NUMBER} +{NUMBER}",
        rf"8 three wide, as proposed +{NUMBER}  \(bar {NUMBER}, false {NUMBER}\)",
    ),
    "slack": (
        rf"the answer made: {NUMBER} a second; an empty handler of Bolt's, .*: {NUMBER}, so",
        rf"With the answer sent: {NUMBER}; a handler of Bolt's that says a word: {NUMBER}, so",
        rf"99 of 100 within {NUMBER} ms \(goal: 300 ms\)",
    ),
    "startup": (
        rf"python -c pass .*: +{NUMBER} ms",
        rf"pulse-bot --help .*: +{NUMBER} ms",
        rf"ratio: {NUMBER} \(goal: at most 10\)",
    ),
    "telegram": (
        rf"recorded on disk: {NUMBER} a second; an empty handler, .*: {NUMBER}, so {NUMBER} of it",
        rf"Fan-out to 64 of 64: {NUMBER} a second under a limit of 30",
    ),
    "walls": (
        rf"Assumed: opening {NUMBER}, ",
        rf"10,000 partnerships: all cards out after {NUMBER} s \(wall: .*\), all digests after",
        rf"Digests within 300 s: up to {NUMBER} partnerships",
    ),
    "trend": (
        rf"steady: calls a year( +{NUMBER} / {NUMBER}){{2}}",
        rf"half a point within 8 weeks, %( +{NUMBER} / {NUMBER}){{2}}",
        rf"moved by 0\.2 since last week: calls a year +{NUMBER} / -",
    ),
}


SIZES: Final = {"PARTNERSHIPS": "4", "MEMBERS": "8", "CLICKS": "10", "TICK": "20"}
"""Of the county, which has sizes of its own."""
PATIENCE: Final = {"county": 400}
"""Seconds; it starts workers, and waits for minutes to begin."""


def test_every_benchmark_is_run_here() -> None:
    assert {path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")} == PRINTED.keys()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.timeout(PATIENCE.get(name, 110) + 10))
        for name in sorted(PRINTED)
    ],
)
def test_it_ends_and_prints_its_figure_beside_its_baseline(name: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=ROOT,
        env={**os.environ, **SIZES, "BENCH_SCALE": "0.01"},
        capture_output=True,
        text=True,
        timeout=PATIENCE.get(name, 110),
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    if name == "county" and "postgresql: not measured" in ran.stdout:
        pytest.skip("no PostgreSQL server on 127.0.0.1:5432")
    for figure in PRINTED[name]:
        assert re.search(figure, ran.stdout), f"{figure} is not in:\n{ran.stdout}"


class Product:
    """Something that a benchmark replaces a method of."""

    def send(self) -> str:
        """The real one."""
        return "sent"


def test_what_a_benchmark_replaces_must_be_called() -> None:
    with replaced(Product, "send", lambda _self: "replaced"):
        assert Product().send() == "replaced"
    assert Product().send() == "sent"
    with (
        pytest.raises(RuntimeError, match=r"^Nothing called Product\.send"),
        replaced(Product, "send", lambda _self: "replaced"),
    ):
        pass


def test_a_hang_says_that_what_was_replaced_was_never_called() -> None:
    with (
        pytest.raises(RuntimeError, match=r"^Nothing called Product\.send"),
        replaced(Product, "send", lambda _self: "replaced"),
    ):
        raise TimeoutError


def test_a_benchmark_that_hangs_is_ended() -> None:
    with pytest.raises(TimeoutError, match="did not end within 1 seconds"), bounded(1):
        time.sleep(60)
