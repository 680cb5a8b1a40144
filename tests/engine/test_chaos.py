"""`kill -9` in the middle of a fan-out of 10,000: nobody missed, few doubled, soon resumed.

`Fan` says what is under test: how to start it, where its sends show, and what its ledger holds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.engine.fan_out_worker import ledger
from tests.engine.scene import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

MEMBERS = 10_000
IN_FLIGHT = 30


@dataclass
class Fan:
    """A fan-out that runs in a process of its own."""

    command: list[str]
    sends: Path
    """One line a send, as the platform saw them."""
    recorded: Callable[[], set[str]]
    """Whom the ledger has as sent."""

    def start(self) -> subprocess.Popen[bytes]:
        """Begin, or go on."""
        return subprocess.Popen(self.command)

    def sent(self) -> list[str]:
        """To whom, in order, as often as it happened."""
        return self.sends.read_text().splitlines() if self.sends.exists() else []


@pytest.fixture
def fan(url: str, tmp_path: Path) -> Iterator[Fan]:
    """The engine and the courier over a small ledger."""
    ledger_url = f"sqlite:///{tmp_path / 'ledger.db'}" if url.startswith("sqlite") else url
    database = sa.create_engine(ledger_url)

    def recorded() -> set[str]:
        with database.begin() as connection:
            return {
                str(row) for row in connection.execute(sa.select(ledger.c.invitation)).scalars()
            }

    script = str(Path(__file__).with_name("fan_out_worker.py"))
    sends = tmp_path / "sends"
    arguments = [url, ledger_url, str(sends), str(MEMBERS)]
    yield Fan([sys.executable, "-W", "error", script, *arguments], sends, recorded)
    database.dispose()


def test_kill_9_in_the_middle_of_a_fan_out(fan: Fan) -> None:
    worker = fan.start()
    # Not on the border of a step of 500, where nothing is in flight.
    until(lambda: len(fan.sent()) >= 0.43 * MEMBERS, 60)
    worker.kill()
    worker.wait()
    before = len(fan.sent())
    assert before < 0.9 * MEMBERS, "It was killed too late to prove anything."

    worker, restarted = fan.start(), time.monotonic()
    until(lambda: len(fan.sent()) > before, 10)
    resumed = time.monotonic() - restarted
    assert worker.wait(timeout=90) == 0

    times = Counter(fan.sent())
    doubled = sum(times.values()) - len(times)
    everyone = {str(number) for number in range(MEMBERS)}
    print(f"killed at {before:,}; first send {resumed:.1f} s after the start; {doubled} doubled")  # noqa: T201
    assert set(times) == fan.recorded() == everyone
    assert max(times.values()) <= 2
    assert doubled <= IN_FLIGHT
    assert resumed < 10
