"""Whatever happens to workers, folders and machines, no round is given up that could be read.

Two workers and two folders, started with any of them, killed, swept; folders emptied, copied, taken
away and brought back. A round may only be lost when no place holds its key any more.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import Envelope, derive_public_key
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.errors import KeyStoreError, PulseBotError
from pulse_bot.ports import KeyStore
from pulse_bot.storage import envelopes
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import RoundRow
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.attacks.restart import keys_of
from tests.made_up import KEY, installation, opened_round, people

WORKERS = st.sampled_from(["one", "two"])
STORES = st.sampled_from(["x", "y"])


@dataclass
class Known:
    """A round as the story knows it."""

    public_key: bytes
    answers: int = 0
    closed: bool = False


@dataclass
class Stage:
    """A database to play in; `guarded` is whether workers prove their keys."""

    url: str
    guarded: bool = True


class Story(RuleBasedStateMachine):
    """Any order of things."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="keys-story-"))
        self.made = installation(self.stage.url)
        self.database = self.made.database
        self.running: dict[str, Installation] = {}
        self.rounds: dict[int, Known] = {}
        self.lost: set[int] = set()
        self.weeks = 0

    @initialize()
    def set_up(self) -> None:
        with self.database.connect() as connection:
            for table in reversed(TableBase.metadata.sorted_tables):
                connection.execute(table.delete())
        people(self.made, members=3)
        for name in "xy":
            make_key_folder(self.folder / name)

    def teardown(self) -> None:
        for worker in list(self.running):
            self._end(worker)
        self.database.close()
        shutil.rmtree(self.folder)

    # --- workers --------------------------------------------------------------------------------

    @precondition(lambda self: len(self.running) < 2)
    @rule(worker=WORKERS, store=STORES)
    def start(self, worker: str, store: str) -> None:
        """Refused, or it serves and sweeps, as `pulse-bot run` does."""
        if worker in self.running:
            return
        keys: KeyStore = DirectoryKeyStore(self.folder / store)
        if self.stage.guarded:
            keys = ProvenKeys(self.database, keys, KEY)
            try:
                keys.check()
                keys.prove(serving=True)
            except KeyStoreError:
                keys.close()
                return
        self.running[worker] = replace(self.made, keys=keys)
        self._act(worker, sweep_rounds)

    @rule(worker=WORKERS)
    def kill(self, worker: str) -> None:
        if worker in self.running:
            self._end(worker)

    @rule(worker=WORKERS)
    def sweep(self, worker: str) -> None:
        self._act(worker, sweep_rounds)

    @rule(worker=WORKERS)
    def renew(self, worker: str) -> None:
        keys = self.running[worker].keys if worker in self.running else None
        if isinstance(keys, ProvenKeys):
            with suppress(PulseBotError):
                keys.renew()

    @rule(worker=WORKERS)
    def open_round(self, worker: str) -> None:
        self._act(worker, self._open)

    @rule(worker=WORKERS)
    def close_round(self, worker: str) -> None:
        self._act(worker, self._close)

    @rule()
    def answer(self) -> None:
        """An envelope, as it is stored. What is in it does not matter here."""
        for round_id in self._unclosed():
            number = self.rounds[round_id].answers
            envelope = Envelope(round_id, number.to_bytes(32, "big"), b"sealed")
            with self.database.connect_clicks() as connection:
                envelopes.write_envelopes(connection, [envelope])
            self.rounds[round_id].answers += 1

    # --- folders --------------------------------------------------------------------------------

    @rule(store=STORES)
    def take_away(self, store: str) -> None:
        """Not mounted: the empty folder below it shows."""
        place, away = self.folder / store, self.folder / f"{store}-away"
        if not away.exists():
            place.rename(away)
            make_key_folder(place)

    @rule(store=STORES)
    def bring_back(self, store: str) -> None:
        place, away = self.folder / store, self.folder / f"{store}-away"
        if away.exists():
            shutil.rmtree(place)
            away.rename(place)

    @rule(store=STORES)
    def remove_folder(self, store: str) -> None:
        """It is gone, with all that was in it; somebody makes an empty one."""
        shutil.rmtree(self.folder / store)
        make_key_folder(self.folder / store)

    @rule()
    def remove_keys(self) -> None:
        """Somebody tidies up: the keys of the first folder go, its marker stays."""
        for file in (self.folder / "x").glob("round-*.key"):
            # If it is the database's own, its word counts, whatever is in a copy.
            self.lost.add(int(file.stem.removeprefix("round-")))
            file.unlink()

    @rule(store=STORES)
    def damage(self, store: str) -> None:
        for file in sorted((self.folder / store).glob("round-*.key"))[:1]:
            file.write_bytes(b"half")

    @rule(store=STORES)
    def copy_to_the_other(self, store: str) -> None:
        """Whatever "copy the folder" may be taken for."""
        other = self.folder / ("y" if store == "x" else "x")
        shutil.rmtree(other)
        shutil.copytree(self.folder / store, other)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def nothing_readable_is_given_up(self) -> None:
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(RoundRow.id, RoundRow.state))
            held = {row.id: row.state for row in rows}
            counts = sa.text("SELECT round_id, count(*) AS stored FROM envelope GROUP BY round_id")
            stored = {row.round_id: row.stored for row in connection.execute(counts)}
        for round_id, known in self.rounds.items():
            state = held[round_id]
            if state is RoundStatus.LOST:
                assert round_id in self.lost, "It was given up while its key was somewhere."
            elif state is RoundStatus.CLOSED:
                assert known.closed, "Nobody closed it."
            else:
                assert stored.get(round_id, 0) == known.answers

    def _act(self, worker: str, deed: object) -> None:
        """What a worker does; rounds whose key is nowhere before may be given up by it."""
        made = self.running.get(worker)
        if made is None or not callable(deed):
            return
        self.lost |= {number for number in self._unclosed() if not self._is_somewhere(number)}
        before = {number for number in self._unclosed() if number not in self.lost}
        with suppress(PulseBotError):
            deed(made)
        after = self._unclosed()
        for number in before & after:
            assert self._is_somewhere(number), "The key of a round that goes on was destroyed."

    def _open(self, made: Installation) -> None:
        if self._unclosed():
            return
        self.weeks += 1
        asked = opened_round(made, self.weeks)
        self.rounds[asked.id] = Known(derive_public_key(keys_of(made, asked)))

    def _close(self, made: Installation) -> None:
        for round_id in self._unclosed():
            self.rounds[round_id].closed = True
            close_round(made, round_id)

    def _unclosed(self) -> set[int]:
        states = [RoundStatus.OPEN, RoundStatus.CLOSING]
        query = sa.select(RoundRow.id).where(RoundRow.state.in_(states))
        with self.database.read() as session:
            return set(session.scalars(query)) & self.rounds.keys()

    def _is_somewhere(self, round_id: int) -> bool:
        """Whether any folder holds what is left of the key of a round, mounted or not."""
        for file in self.folder.glob(f"*/round-{round_id}.key"):
            if file.stat().st_size != 64:
                return True
            keys = DirectoryKeyStore(file.parent).load(round_id)
            if keys and derive_public_key(keys) == self.rounds[round_id].public_key:
                return True
        return False

    def _end(self, worker: str) -> None:
        keys = self.running.pop(worker).keys
        if isinstance(keys, ProvenKeys):
            keys.close()


def play(url: str, examples: int, *, guarded: bool = True, begin_at: int | None = None) -> None:
    """Try so many orders of things; from a number on, the same ones in each run."""
    story = type("Played", (Story,), {"stage": Stage(url, guarded)})
    if begin_at is not None:
        story = seed(begin_at)(story)
    run_state_machine_as_test(
        story,
        settings=settings(
            max_examples=examples,
            # The first that is found is enough: to make it smaller takes minutes.
            phases=[Phase.explicit, Phase.generate],
            database=None,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(300)
def test_no_round_is_given_up_that_could_be_read(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        play(database_url, 20 if database.is_sqlite else 6)


@pytest.mark.timeout(300)
def test_workers_that_prove_nothing_give_up_what_could_be_read(tmp_path: Path) -> None:
    """The control."""
    with pytest.raises(AssertionError, match=r"given up while its key was|was destroyed"):
        # Any number leads there within 1,000 orders, this one within the first few.
        play(f"sqlite:///{tmp_path / 'pulse-bot.db'}", 1000, guarded=False, begin_at=5)
