"""`kill -9` in the middle of a fan-out of 3,000: nobody missed, few doubled.

`Fan` says what is under test: how to start it, where its sends show, and what its ledger holds.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from pulse_bot.crypto.key_stores import make_key_folder
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import MemberRow, OutboxRow
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.members.directory import NewPartnership, create_partnership
from pulse_bot.usecases.rounds.open_round import open_round
from tests.engine.fan_out_worker import OPENS, open_app
from tests.engine.scene import until
from tests.made_up import CLOSES, PARTNERSHIP, PLAN

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

MEMBERS = 3_000
IN_FLIGHT = 30


@dataclass
class Fan:
    """A fan-out of the whole app that runs in a process of its own."""

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
    """A round that has just opened for 3,000 members, none of them invited yet."""
    database_url = f"sqlite:///{tmp_path / 'pulse.db'}" if url.startswith("sqlite") else url
    make_key_folder(tmp_path / "keys")
    made = open_app(tmp_path, database_url)
    create_partnership(made, NewPartnership(PARTNERSHIP))
    set_programme(made, PARTNERSHIP, PLAN)
    with made.database.write() as session:
        school = partnerships.ensure_organisation(session, 1, "School").id
        session.execute(insert(MemberRow), [_member(number, school) for number in range(MEMBERS)])
    assert open_round(made, OpenRound(1, OPENS, CLOSES)) is not None

    def recorded() -> set[str]:
        query = select(OutboxRow.user).where(OutboxRow.kind == OutgoingKind.CARD)
        query = query.where(OutboxRow.state == OutgoingState.SENT)
        with made.database.read() as session:
            return set(session.scalars(query))

    script = str(Path(__file__).with_name("fan_out_worker.py"))
    command = [sys.executable, "-W", "error", script, str(tmp_path), database_url, url]
    yield Fan(command, tmp_path / "sends", recorded)
    made.database.close()


def _member(number: int, school: int) -> dict[str, object]:
    return {
        "partnership_id": 1,
        "organisation_id": school,
        "name": f"Member {number}",
        "role": Role.MEMBER,
        "standing": Standing.ACTIVE,
        "adapter": "file",
        "workspace": "",
        "user": str(number),
        "seated": False,
    }


def test_kill_9_in_the_middle_of_a_fan_out(fan: Fan) -> None:
    worker = fan.start()
    # Not on the border of a step of 500, where nothing is in flight.
    until(lambda: len(fan.sent()) >= 0.43 * MEMBERS, 60)
    worker.kill()
    worker.wait()
    before = len(fan.sent())
    assert before < 0.9 * MEMBERS, "It was killed too late to prove anything."

    worker = fan.start()
    # It takes up its own: as another worker it would wait until the first counts as dead.
    until(lambda: len(fan.sent()) > before)
    assert worker.wait(timeout=120) == 0

    times = Counter(fan.sent())
    doubled = sum(times.values()) - len(times)
    everyone = {str(number) for number in range(MEMBERS)}
    print(f"killed at {before:,}; {doubled} doubled")  # noqa: T201 - a figure to read
    assert set(times) == fan.recorded() == everyone
    assert max(times.values()) <= 2
    assert doubled <= IN_FLIGHT
