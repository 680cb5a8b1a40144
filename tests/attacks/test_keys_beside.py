"""A second worker with keys of its own, beside the first or instead of it: real processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulse_bot.app import assemble_installation
from pulse_bot.crypto.key_stores import (
    DirectoryKeyStore,
    load_installation_key,
    make_installation_key,
    make_key_folder,
)
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.ports import KeyStore
from pulse_bot.storage.database import Database
from pulse_bot.storage.presence import open_presence
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.attacks.restart import count, states
from tests.made_up import answer_all, found, people

PROGRAM = str(Path(sys.executable).parent / "pulse-bot")
ANSWERS = 14 * 3

# Each starts several programs, one after the other.
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Home:
    """A database with an open round that everybody answered, and the folders of two workers."""

    url: str
    folder: Path

    def settings(self, keys: str, installation_key: str = "a") -> Mapping[str, str]:
        """The environment of a worker with the keys that were made under these letters."""
        make_key_folder(self.folder / f"keys-{keys}")
        make_installation_key(self.folder / f"installation-{installation_key}.key")
        return {
            **os.environ,
            "PULSE_BOT_DATABASE_URL": self.url.replace("postgresql+psycopg", "postgresql"),
            "PULSE_BOT_ENGINE_URL": f"sqlite:///{self.folder}/engine-{keys}{installation_key}.db",
            "PULSE_BOT_KEY_STORE": str(self.folder / f"keys-{keys}"),
            "PULSE_BOT_INSTALLATION_KEY_FILE": str(
                self.folder / f"installation-{installation_key}.key"
            ),
            "PULSE_BOT_WEB__PORT": "0",
        }

    @contextmanager
    def worker(self, keys: str) -> Iterator[subprocess.Popen[bytes]]:
        """`pulse-bot run`, once it serves with its keys; killed at the end."""
        with (
            (self.folder / f"run-{keys}.log").open("wb") as log,
            closing(Database(self.url)) as database,
            subprocess.Popen(
                [PROGRAM, "run"],
                env=self.settings(keys),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                while not open_presence(database).list_alive():
                    assert process.poll() is None, "It ended before it served."
                    time.sleep(0.1)
                yield process
            finally:
                process.send_signal(signal.SIGKILL)

    def refused(self, keys: str, installation_key: str = "a") -> str:
        """What a worker says that does not start."""
        ended = subprocess.run(
            [PROGRAM, "run"],
            env=self.settings(keys, installation_key),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stderr


def opened(home: Home, keys: KeyStore | None = None) -> Installation:
    """The installation, with the first worker's keys unless others are given."""
    settings = home.settings("a")
    return assemble_installation(
        home.url,
        keys or DirectoryKeyStore(Path(settings["PULSE_BOT_KEY_STORE"])),
        load_installation_key(Path(settings["PULSE_BOT_INSTALLATION_KEY_FILE"])),
        FixedClock(datetime.now(UTC)),
    )


@pytest.fixture
async def home(database_url: str, tmp_path: Path) -> Home:
    home = Home(database_url, tmp_path)
    with closing_installation(opened(home)) as made:
        everybody = people(made)
        now = made.clock.now()
        round_id = open_round(made, OpenRound(1, now, now + timedelta(days=2)))
        assert round_id is not None
        await answer_all(made, found(made, round_id), everybody)
        assert unharmed(made)
    return home


@contextmanager
def closing_installation(made: Installation) -> Iterator[Installation]:
    """Give its connections back."""
    try:
        yield made
    finally:
        made.database.close()


def unharmed(made: Installation) -> bool:
    """The round is open and all that was answered is there."""
    return states(made) == [RoundStatus.OPEN] and count(made, ["envelope"])["envelope"] == ANSWERS


def test_a_second_worker_with_its_own_folder_destroys_nothing(home: Home) -> None:
    """What `init` makes on a second machine. Before: every open round, within a second."""
    with home.worker("a"):
        told = home.refused("b")
        with closing_installation(opened(home)) as made:
            assert unharmed(made)
    assert f"This database belongs to another key store: {home.folder}/keys-a on " in told
    assert f"{home.folder}/keys-b" in told
    assert "Set key_store to that one" in told

    # The first one was killed, and it is still not the second one's.
    assert "belongs to another key store" in home.refused("b")
    with home.worker("a"), closing_installation(opened(home)) as made:
        assert unharmed(made)
        close_round(made, 1)
        assert states(made) == [RoundStatus.CLOSED]
        assert count(made, ["envelope", "release"])["release"] > 0


def test_a_second_worker_with_a_copy_of_the_folder_is_refused(home: Home) -> None:
    with home.worker("a"):
        shutil.copytree(home.folder / "keys-a", home.folder / "keys-copy")
        told = home.refused("copy")
    assert "Another worker serves with this database's key store at this moment" in told
    with closing_installation(opened(home)) as made:
        assert unharmed(made)


def test_two_workers_that_share_a_folder_both_serve(home: Home) -> None:
    (home.folder / "keys-b").symlink_to(home.folder / "keys-a")
    with home.worker("a"), home.worker("b") as second:
        with closing_installation(opened(home)) as made:
            assert unharmed(made)
        assert second.poll() is None


def test_another_installation_key_does_not_start(home: Home) -> None:
    """Before: it started in silence, and no round could be closed."""
    told = home.refused("a", installation_key="b")

    assert "The installation key is not the one that this database is sealed with" in told
    with closing_installation(opened(home)) as made:
        assert unharmed(made)


def test_a_naive_sweep_would_have_destroyed_it(home: Home) -> None:
    """The control: the same sweep, with a store that proves nothing."""
    other = DirectoryKeyStore(Path(home.settings("b")["PULSE_BOT_KEY_STORE"]))
    with closing_installation(opened(home)) as made:
        sweep_rounds(replace(made, keys=other))
        assert not unharmed(made)
