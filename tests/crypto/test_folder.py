"""The folder of keys, in trouble: wrong modes, no room, killed in the middle."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from pulse_bot.crypto import key_stores
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.machine import Machine, is_in_memory
from pulse_bot.errors import KeyStoreError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_key_folder(tmp_path / "keys")
    return tmp_path / "keys"


def test_only_this_user_may_read(folder: Path) -> None:
    DirectoryKeyStore(folder).create(5)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in folder.iterdir()] == ["round-5.key"]
    assert (folder / "round-5.key").stat().st_mode & 0o777 == 0o600


def test_a_destroyed_key_is_overwritten_before_it_is_removed(folder: Path) -> None:
    """Seen through a second name of the same file."""
    store = DirectoryKeyStore(folder)
    keys = store.create(5)
    other_name = folder.parent / "still-there"
    other_name.hardlink_to(folder / "round-5.key")

    store.destroy(5)

    assert list(folder.iterdir()) == []
    assert keys.secret_key not in other_name.read_bytes()
    assert other_name.read_bytes() == bytes(64)


def test_a_good_folder_passes_the_check_and_keeps_no_trace_of_it(folder: Path) -> None:
    DirectoryKeyStore(folder).check()

    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there(folder: Path) -> None:
    missing = DirectoryKeyStore(folder / "none")

    for failing in (missing.check, missing.list_rounds, lambda: missing.load(1)):
        with pytest.raises(KeyStoreError, match=f"mkdir -p -m 700 {folder}/none"):
            failing()
    with pytest.raises(KeyStoreError, match="mkdir"):
        missing.destroy(1)
    with pytest.raises(KeyStoreError, match="No such file"):
        missing.create(1)


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o500])
def test_a_folder_with_another_mode(folder: Path, mode: int) -> None:
    folder.chmod(mode)

    with pytest.raises(KeyStoreError, match=f"mode {mode:o}.*chmod 700 {folder}"):
        DirectoryKeyStore(folder).check()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o400])
def test_a_key_with_another_mode(folder: Path, mode: int) -> None:
    DirectoryKeyStore(folder).create(5)
    (folder / "round-5.key").chmod(mode)

    with pytest.raises(KeyStoreError, match=f"mode {mode:o}.*chmod 600 {folder}/round-5.key"):
        DirectoryKeyStore(folder).check()


def test_a_folder_of_another_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: folder.stat().st_uid + 1)

    with pytest.raises(KeyStoreError, match=r"another user.*chown"):
        DirectoryKeyStore(folder).check()


def test_a_damaged_key_is_not_used(folder: Path) -> None:
    (folder / "round-5.key").write_bytes(b"half")

    with pytest.raises(KeyStoreError, match="damaged: 4 bytes instead of 64"):
        DirectoryKeyStore(folder).load(5)


def test_other_files_are_no_rounds(folder: Path) -> None:
    for name in ("notes.txt", "round-x.key", ".round-3.ab.draft", "other-3.key"):
        (folder / name).touch()

    assert DirectoryKeyStore(folder).list_rounds() == frozenset()


NO_ROOM = """
import resource, sys
from pathlib import Path
from pulse_bot.errors import KeyStoreError
from pulse_bot.crypto.key_stores import DirectoryKeyStore
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
store = DirectoryKeyStore(Path(sys.argv[1]))
for attempt in (store.check, lambda: store.create(1)):
    try:
        attempt()
    except KeyStoreError as error:
        print(error)
"""


def test_no_room_for_a_key(folder: Path) -> None:
    """The system itself refuses to write more than ten bytes."""
    ended = subprocess.run(
        [sys.executable, "-c", NO_ROOM, folder], capture_output=True, text=True, check=True
    )

    assert ended.stdout.count("Make room") == 2
    assert str(folder) in ended.stdout
    assert list(folder.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from pulse_bot.crypto.key_stores import DirectoryKeyStore
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before sync":
    os.fsync = die
elif sys.argv[2] == "before rename":
    Path.replace = die
else:
    synced = os.fsync
    def sync(descriptor):
        die() if os.path.isdir(f"/dev/fd/{descriptor}") else synced(descriptor)
    os.fsync = sync
DirectoryKeyStore(Path(sys.argv[1])).create(1)
"""


@pytest.mark.parametrize("when", ["before sync", "before rename", "after rename"])
def test_killed_in_the_middle_there_is_a_whole_key_or_none(folder: Path, when: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, folder, when], check=False)

    store = DirectoryKeyStore(folder)
    assert ended.returncode == -signal.SIGKILL
    assert (store.load(1) is not None) == (when == "after rename")
    assert store.list_rounds() == ({1} if when == "after rename" else frozenset())
    store.check()
    store.create(1)
    store.destroy(1)
    assert list(folder.iterdir()) == []


def test_a_folder_is_itself_by_every_path_and_no_copy_is_it(folder: Path) -> None:
    DirectoryKeyStore(folder).create(1)
    other_name, copy = folder.parent / "other", folder.parent / "copy"
    other_name.symlink_to(folder)
    shutil.copytree(folder, copy)

    here = DirectoryKeyStore(folder).locate()
    assert here.place == f"{folder} on {socket.gethostname()}"
    assert DirectoryKeyStore(other_name).locate().medium == here.medium
    assert DirectoryKeyStore(copy).locate().medium != here.medium


def test_a_folder_on_a_disk_outlives_every_start_of_the_machine(folder: Path) -> None:
    if is_in_memory(folder):
        pytest.skip("the folder for tests is in memory here")

    site = DirectoryKeyStore(folder).locate()

    assert (site.holder, site.life) == ("", "")


def test_a_folder_in_memory_lives_as_long_as_the_machine_runs() -> None:
    memory = Path("/dev/shm")  # noqa: S108 - it is looked at, and a folder of random name is made
    if not (memory.is_dir() and is_in_memory(memory)):
        pytest.skip("no folder in memory at /dev/shm")
    machine = Machine("school-server", "machine", "first start", 120.0)
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        site = DirectoryKeyStore(Path(folder), lambda: machine).locate()
        again = replace(machine, boot="second start", uptime=1.0)
        later = DirectoryKeyStore(Path(folder), lambda: again).locate()
        unknown = DirectoryKeyStore(Path(folder), lambda: replace(machine, number="")).locate()

    assert (site.holder, site.life, site.age) == ("machine", "first start", 120.0)
    assert (later.holder, later.life, later.age) == ("machine", "second start", 1.0)
    assert later.medium != site.medium
    assert (unknown.holder, unknown.life) == ("", "")


def test_a_folder_in_memory_is_made_again_after_a_start_and_none_on_a_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "pulse-bot" / "keys"
    for in_memory in (False, True):
        monkeypatch.setattr(key_stores, "is_in_memory", lambda _above, found=in_memory: found)
        key_stores.remake_key_folder(gone)
        assert gone.is_dir() == in_memory
    assert gone.stat().st_mode & 0o777 == 0o700
    keys = DirectoryKeyStore(gone).create(1)
    key_stores.remake_key_folder(gone)
    assert DirectoryKeyStore(gone).load(1) == keys


@pytest.mark.parametrize("where", ["before sync", "before rename", "after rename"])
def test_killed_while_the_marker_is_written_it_is_the_old_or_the_new(
    folder: Path, where: str
) -> None:
    store = DirectoryKeyStore(folder)
    store.write_marker(b"old")
    program = KILLED.replace(".create(1)", ".write_marker(b'new')")

    ended = subprocess.run([sys.executable, "-c", program, folder, where], check=False)

    assert ended.returncode == -signal.SIGKILL
    assert store.read_marker() == (b"new" if where == "after rename" else b"old")
    assert (folder / "store.marker").stat().st_mode & 0o777 == 0o600


LOOP = """
import sys
from pathlib import Path
from pulse_bot.crypto.key_stores import DirectoryKeyStore
store = DirectoryKeyStore(Path(sys.argv[1]))
for round_id in range(1, 1_000_000):
    keys = store.create(round_id)
    print(round_id, (keys.secret_key + keys.tag_key).hex(), flush=True)
"""


@pytest.mark.chaos
def test_killed_anywhere_no_key_that_was_promised_is_lost(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOOP, folder], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(50)]
        process.kill()
        lines += process.stdout.readlines()

    store = DirectoryKeyStore(folder)
    promised = dict(line.split() for line in lines if line.endswith("\n"))
    for round_id, expected in promised.items():
        kept = store.load(int(round_id))
        assert kept
        assert (kept.secret_key + kept.tag_key).hex() == expected
    assert len(store.list_rounds()) in (len(promised), len(promised) + 1)


@pytest.mark.parametrize("number", ["99999999999999999999", "2147483648", "\u0667x"])
def test_a_stray_file_is_no_round(tmp_path: Path, number: str) -> None:
    """Asked for such a number, the database fails, and with it the sweep and each tick."""
    folder = tmp_path / "keys"
    make_key_folder(folder)
    store = DirectoryKeyStore(folder)
    store.create(7)
    (folder / f"round-{number}.key").write_bytes(b"stray")
    assert store.list_rounds() == {7}
