"""Whose the keys are: claimed once, proven at each start and each loss, refused with what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pulse_bot.crypto.key_stores import DirectoryKeyStore, MemoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import derive_public_key, seal_tally
from pulse_bot.crypto.store_marker import Ownership
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.errors import KeyStoreError, PulseBotError, StorageError
from pulse_bot.ports import StoreSite
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import RoundRow, TallyRow
from pulse_bot.storage.presence import open_presence
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.made_up import KEY, found, installation, opened_round, people

OTHER_KEY = bytes(range(1, 33))


class InMemory(MemoryKeyStore):
    """A store in a memory that can be started anew."""

    def __init__(self, place: str = "redis://keys:6379/0") -> None:
        super().__init__()
        self.site = StoreSite(place, f"{place} first", place, "first", 0.0)

    def locate(self) -> StoreSite:
        return self.site

    def start_anew(self) -> None:
        """Everything is gone, as with a reboot."""
        self._keys.clear()
        self._words_keys.clear()
        self._marker = None
        self.site = replace(self.site, medium=f"{self.site.place} second", life="second")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


def folder(place: Path) -> DirectoryKeyStore:
    make_key_folder(place)
    return DirectoryKeyStore(place)


def asked(database: Database, keys: ProvenKeys) -> tuple[Installation, Round]:
    """A partnership with an open round, whose keys are in that store."""
    made = installation(database, keys=keys)
    people(made)
    return made, opened_round(made)


def proven(database: Database, store: MemoryKeyStore | DirectoryKeyStore) -> ProvenKeys:
    keys = ProvenKeys(database, store, KEY)
    keys.prove()
    return keys


def refused(database: Database, store: MemoryKeyStore | DirectoryKeyStore) -> str:
    with pytest.raises(KeyStoreError) as told:
        ProvenKeys(database, store, KEY).prove()
    assert "Nothing was changed" in str(told.value)
    return str(told.value)


def test_the_first_store_becomes_the_databases_own(database: Database, tmp_path: Path) -> None:
    own, other = folder(tmp_path / "own"), folder(tmp_path / "other")
    for _ in range(3):
        proven(database, own)

    message = refused(database, other)
    assert f"{tmp_path}/own on {socket.gethostname()}, since " in message
    assert f"{tmp_path}/other" in message
    assert "Set key_store to that one" in message
    assert "pulse-bot keys adopt" in message
    assert list(other.folder.iterdir()) == []


def test_nothing_of_the_keys_can_be_learnt_from_the_database(
    database: Database, tmp_path: Path
) -> None:
    own = folder(tmp_path / "own")
    proven(database, own)

    marker = own.read_marker()
    assert marker is not None
    with database.connect() as connection:
        [row] = connection.execute(sa.text("SELECT * FROM key_identity")).all()
    for column in row:
        if isinstance(column, bytes):
            assert marker[:32] not in column
            assert KEY not in column


def test_another_installation_key_is_refused(database: Database, tmp_path: Path) -> None:
    own = folder(tmp_path / "own")
    proven(database, own)

    for prove in (
        ProvenKeys(database, own, OTHER_KEY).prove,
        ProvenKeys(database, own, OTHER_KEY).prove_installation_key,
    ):
        with pytest.raises(KeyStoreError, match=r"installation_key_file.*Nothing was changed"):
            prove()
    proven(database, own)


def test_a_key_that_opens_nothing_here_is_not_taken_on(database: Database) -> None:
    """An installation of before, whose database knows no keys yet."""
    made, round_ = asked(database, proven(database, store := InMemory()))
    with database.write() as session:
        session.execute(sa.text("DELETE FROM key_identity"))
        sealed = seal_tally(OTHER_KEY, b"{}")
        session.add(TallyRow(round_id=round_.id, position=0, series="", sealed=sealed))
    store._marker = None

    with pytest.raises(KeyStoreError, match="not the one that this database is sealed with"):
        ProvenKeys(database, store, KEY).prove()
    ProvenKeys(database, store, OTHER_KEY).prove()
    assert found(made, round_.id).state is RoundStatus.OPEN


def test_an_open_rounds_keys_say_whose_store_it_is(database: Database, tmp_path: Path) -> None:
    """An installation of before: keys that open the rounds claim the database, no others."""
    own, other = folder(tmp_path / "own"), folder(tmp_path / "other")
    _, round_ = asked(database, proven(database, own))
    with database.write() as session:
        session.execute(sa.text("DELETE FROM key_identity"))
    (own.folder / "store.marker").unlink()
    other.create(round_.id)

    message = refused(database, other)
    assert "1 of 1 open rounds of this database have no key" in message
    assert not (other.folder / "store.marker").exists()
    proven(database, own)
    refused(database, other)


def test_two_databases_do_not_share_a_store(database: Database, tmp_path: Path) -> None:
    own = folder(tmp_path / "own")
    elsewhere = installation(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    proven(elsewhere.database, own)

    assert "belongs to another database" in refused(database, own)
    with pytest.raises(KeyStoreError, match="belongs to another database"):
        ProvenKeys(database, own, KEY).adopt()
    proven(elsewhere.database, own)
    elsewhere.database.close()


def test_a_copy_that_stayed_behind_is_refused(database: Database, tmp_path: Path) -> None:
    """The store was moved, a round was opened, and somebody starts the old machine again."""
    old = folder(tmp_path / "old")
    proven(database, old)
    shutil.copytree(old.folder, tmp_path / "new")
    new = DirectoryKeyStore(tmp_path / "new")
    made, round_ = asked(database, proven(database, new))

    assert "is a copy that stayed behind" in refused(database, old)
    stale = replace(made, keys=ProvenKeys(database, old, KEY))
    sweep_rounds(stale)
    with pytest.raises(KeyStoreError, match="old copy"):
        stale.keys.load(round_.id)
    assert found(made, round_.id).state is RoundStatus.OPEN


def test_a_copy_beside_a_live_worker_is_refused(database: Database, tmp_path: Path) -> None:
    """The classic mistake: two machines, each with a folder, the second one copied."""
    shared = folder(tmp_path / "shared")
    first, second = ProvenKeys(database, shared, KEY), ProvenKeys(database, shared, KEY)
    first.prove(serving=True)
    shutil.copytree(shared.folder, tmp_path / "copy")
    copy = DirectoryKeyStore(tmp_path / "copy")

    assert "Another worker serves with this database's key store" in refused(database, copy)
    second.prove(serving=True)
    first.close()
    assert "Another worker serves" in refused(database, copy)
    second.close()
    proven(database, copy)
    refused(database, shared)


def test_a_copy_that_is_older_than_the_newest_round_is_refused(
    database: Database, tmp_path: Path
) -> None:
    """Copied while a worker served, which opened a round after that and was stopped."""
    own = folder(tmp_path / "own")
    worker = ProvenKeys(database, own, KEY)
    worker.prove(serving=True)
    shutil.copytree(own.folder, tmp_path / "copy")
    made, round_ = asked(database, worker)
    worker.close()

    message = refused(database, DirectoryKeyStore(tmp_path / "copy"))
    assert "1 of 1 open rounds of this database have no key" in message
    shutil.rmtree(tmp_path / "copy")
    shutil.copytree(own.folder, tmp_path / "copy")
    moved = proven(database, DirectoryKeyStore(tmp_path / "copy"))
    sweep_rounds(replace(made, keys=moved))
    assert found(made, round_.id).state is RoundStatus.OPEN


def test_a_copy_that_is_mounted_over_the_store_is_no_proof(
    database: Database, tmp_path: Path
) -> None:
    place = tmp_path / "keys"
    worker = ProvenKeys(database, folder(place), KEY)
    worker.prove(serving=True)
    shutil.copytree(place, tmp_path / "copy")
    made, round_ = asked(database, worker)
    place.rename(tmp_path / "below")
    (tmp_path / "copy").rename(place)

    sweep_rounds(made)
    worker.close()
    assert found(made, round_.id).state is RoundStatus.OPEN


def test_two_workers_that_share_a_folder_both_serve(database: Database, tmp_path: Path) -> None:
    shared = folder(tmp_path / "shared")
    workers = [ProvenKeys(database, shared, KEY) for _ in range(3)]
    for worker in workers:
        worker.prove(serving=True)
    _, round_ = asked(database, workers[0])

    for worker in workers:
        worker.verify()
        worker.renew()
        keys = worker.load(round_.id)
        assert keys
        with database.read() as session:
            assert derive_public_key(keys) == session.get_one(RoundRow, round_.id).public_key
        worker.close()


def test_a_crash_after_the_marker_was_renewed_is_made_good(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder(tmp_path / "own")

    def crash(*_: object) -> None:
        raise StorageError("The power went.")

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(ProvenKeys, "_note_site", crash)
            with pytest.raises(StorageError, match="power"):
                ProvenKeys(database, own, KEY).prove()
        # The first time nobody knew of the store yet, the second time it had another marker.
        keys = proven(database, own)
        keys.verify()


def test_memory_that_was_started_anew_comes_back_by_itself(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A reboot with the keys on tmpfs, a Redis that was started again: lost for sure."""
    store = InMemory()
    made, round_ = asked(database, proven(database, store))
    store.start_anew()
    sweep_rounds(made)
    assert found(made, round_.id).state is RoundStatus.OPEN

    proven(database, store)
    assert "started anew" in caplog.text
    sweep_rounds(made)
    assert found(made, round_.id).state is RoundStatus.LOST


@pytest.mark.parametrize(
    "why", ["same life", "another place", "another holder", "on a disk", "older", "not empty"]
)
def test_an_empty_store_is_no_proof_of_a_loss(database: Database, why: str) -> None:
    store = InMemory()
    made, round_ = asked(database, proven(database, store))
    store.start_anew()
    changes: dict[str, dict[str, Any]] = {
        "same life": {"life": "first"},
        "another place": {"place": "redis://keys:6379/1"},
        "another holder": {"holder": "another machine"},
        "on a disk": {"life": "", "holder": ""},
        "older": {"age": 1e6},
        "not empty": {},
    }
    store.site = replace(store.site, **changes[why])
    if why == "not empty":
        store.create(99)

    message = refused(database, store)
    assert "mounted" not in message
    assert ("See whether that server was emptied" in message) == (why != "another place")
    sweep_rounds(made)
    assert found(made, round_.id).state is RoundStatus.OPEN


def test_memory_is_not_given_up_while_another_worker_serves_with_it(database: Database) -> None:
    """Two machines of one image, with one name: the second one looks like the first, restarted."""
    store, twin = InMemory(), InMemory()
    worker = ProvenKeys(database, store, KEY)
    worker.prove(serving=True)
    made, round_ = asked(database, worker)
    twin.start_anew()

    assert "A worker serves with it at this moment" in refused(database, twin)
    assert found(made, round_.id).state is RoundStatus.OPEN
    worker.renew()
    worker.close()


def test_a_running_worker_goes_on_after_its_memory_was_started_anew(database: Database) -> None:
    store = InMemory()
    worker = ProvenKeys(database, store, KEY)
    worker.prove(serving=True)
    made, round_ = asked(database, worker)
    store.start_anew()

    worker.renew()
    sweep_rounds(made)
    worker.close()
    assert found(made, round_.id).state is RoundStatus.LOST


def test_no_key_is_made_or_destroyed_in_a_store_that_is_not_the_right_one(
    database: Database, tmp_path: Path
) -> None:
    """Unmounted under a running worker, so that the empty folder below it shows."""
    place = tmp_path / "keys"
    keys = proven(database, folder(place))
    _, round_ = asked(database, keys)
    place.rename(tmp_path / "mounted")
    folder(place)

    for act in (
        lambda: keys.create(9),
        lambda: keys.load(round_.id),
        lambda: keys.destroy(round_.id),
        keys.list_rounds,
        lambda: keys.create_words_key(9),
        lambda: keys.load_words_key(9),
        lambda: keys.destroy_words_key(9),
        keys.list_words_keys,
    ):
        with pytest.raises(KeyStoreError, match="Nothing was given up"):
            act()
    assert list(place.iterdir()) == []
    place.rmdir()
    (tmp_path / "mounted").rename(place)
    assert keys.load(round_.id)
    assert keys.create(9) == keys.load(9)


def test_adopting_gives_up_what_the_store_does_not_open(database: Database) -> None:
    own, other = InMemory("one"), InMemory("two")
    made, round_ = asked(database, proven(database, own))
    # Keys of some other round under this number would close it as if nobody had answered.
    other.create(round_.id)
    keys = ProvenKeys(database, other, OTHER_KEY)
    before = keys.inspect()
    assert (before.ownership, before.keyless, before.unclosed) == (Ownership.BLANK, 1, 1)
    assert not before.installation_key_fits

    keys.adopt()
    keys.prove()
    sweep_rounds(replace(made, keys=keys))

    assert found(made, round_.id).state is RoundStatus.LOST
    assert keys.inspect().installation_key_fits
    refused_store = ProvenKeys(database, own, OTHER_KEY)
    with pytest.raises(KeyStoreError, match="stayed behind"):
        refused_store.prove()


def test_nothing_is_adopted_beside_a_live_worker(database: Database) -> None:
    worker = ProvenKeys(database, InMemory("one"), KEY)
    worker.prove(serving=True)

    with pytest.raises(KeyStoreError, match=r"serves .* so nothing is lost"):
        ProvenKeys(database, InMemory("two"), KEY).adopt()
    worker.renew()
    worker.close()
    ProvenKeys(database, InMemory("two"), KEY).adopt()


def test_who_stops_is_not_seen_any_more_at_once(database: Database) -> None:
    """PostgreSQL ends a session a moment after it was closed."""
    presence = open_presence(database)
    for _ in range(40):
        presence.announce("one")
        assert presence.list_alive()
        presence.leave()
        assert not presence.list_alive()


def test_one_round_in_trouble_does_not_keep_the_sweep_from_the_others(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryKeyStore()
    made, round_ = asked(database, keys := proven(database, store))
    keys.destroy(round_.id)
    with database.write() as session:
        # A row that nothing can read, of a round whose key is gone, too.
        row = session.get_one(RoundRow, round_.id)
        broken = {
            column: getattr(row, column)
            for column in [column.name for column in RoundRow.__table__.columns]
        }
        broken.update(id=round_.id - 1, number=0, items=[{"kind": "unknown"}])
        broken["slot"] = row.slot.replace(year=2020)
        session.add(RoundRow(**broken))

    sweep_rounds(made)

    assert found(made, round_.id).state is RoundStatus.LOST
    with database.read() as session:
        assert session.get_one(RoundRow, round_.id - 1).state is RoundStatus.LOST
    assert "A stored question cannot be read." in caplog.text


def test_a_key_store_that_fails_is_no_reason_to_stop_the_tick(database: Database) -> None:
    class Away(InMemory):
        away = False

        def read_marker(self) -> bytes | None:
            if self.away:
                raise KeyStoreError("The Redis server of the key store failed.")
            return super().read_marker()

    store = Away()
    made, round_ = asked(database, proven(database, store))
    store.destroy(round_.id)
    store.away = True
    sweep_rounds(made)
    with pytest.raises(PulseBotError, match="Redis"):
        made.keys.load(round_.id)
    assert found(made, round_.id).state is RoundStatus.OPEN

    store.away = False
    sweep_rounds(made)
    assert found(made, round_.id).state is RoundStatus.LOST
