"""Where the keys of open rounds and of words that wait are kept, and the installation's key.

A folder (default), a Redis server that writes nothing to disk (several machines), or memory
(tests). What the keys open, and when they are destroyed, is the business of `sealing`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pulse_bot.crypto.machine import Machine, is_in_memory, read_machine
from pulse_bot.crypto.private_files import (
    PRIVATE_DIR_MODE,
    PRIVATE_FILE_MODE,
    check_private,
    explain_file_errors,
    shred_file,
    sync_folder,
    write_private_file,
)
from pulse_bot.crypto.sealing import KEY_BYTES, generate_keys, generate_words_key
from pulse_bot.errors import DamagedKey, KeyStoreError, MissingExtra
from pulse_bot.ports import KeyStore, RoundKeys, StoreSite

if TYPE_CHECKING:
    from redis import Redis

Answer = TypeVar("Answer")

_MARKER_FILE: Final = "store.marker"
_LARGEST_ID: Final = 2**31 - 1

_ROUND, _WORDS = "round", "words"
"""The two kinds of key that a store keeps, each by the number of its round."""


def open_key_store(setting: str) -> KeyStore:
    """The key store of the setting `key_store`: a folder, or a redis:// URL."""
    if setting.startswith(("redis://", "rediss://")):
        return RedisKeyStore(setting)
    return DirectoryKeyStore(Path(setting))


class MemoryKeyStore:
    """Keeps keys in this process, for tests."""

    def __init__(self) -> None:
        self._keys: dict[int, RoundKeys] = {}
        self._words_keys: dict[int, bytes] = {}
        self._marker: bytes | None = None
        self._life = secrets.token_hex(8)

    def create(self, round_id: int) -> RoundKeys:
        self._keys[round_id] = generate_keys()
        return self._keys[round_id]

    def load(self, round_id: int) -> RoundKeys | None:
        return self._keys.get(round_id)

    def destroy(self, round_id: int) -> None:
        self._keys.pop(round_id, None)

    def list_rounds(self) -> frozenset[int]:
        return frozenset(self._keys)

    def create_words_key(self, round_id: int) -> bytes:
        self._words_keys[round_id] = generate_words_key()
        return self._words_keys[round_id]

    def load_words_key(self, round_id: int) -> bytes | None:
        return self._words_keys.get(round_id)

    def destroy_words_key(self, round_id: int) -> None:
        self._words_keys.pop(round_id, None)

    def list_words_keys(self) -> frozenset[int]:
        return frozenset(self._words_keys)

    def read_marker(self) -> bytes | None:
        return self._marker

    def write_marker(self, marker: bytes) -> None:
        self._marker = marker

    def locate(self) -> StoreSite:
        return StoreSite("this process", self._life, "this process", self._life)

    def check(self) -> Sequence[str]:
        """Memory always serves."""
        return ()


class DirectoryKeyStore:
    """One file a key, for the server's user alone; ideally on tmpfs, never in a backup."""

    def __init__(self, folder: Path, machine: Callable[[], Machine] = read_machine) -> None:
        self.folder = folder
        self._machine = machine

    def create(self, round_id: int) -> RoundKeys:
        """Replaces keys that are there: an opening that was rolled back leaves some behind.

        The file appears whole or not at all, also after a crash: it is written under another name.
        """
        keys = generate_keys()
        self._replace_file(self._key_file(_ROUND, round_id), keys.secret_key + keys.tag_key)
        return keys

    def load(self, round_id: int) -> RoundKeys | None:
        file = self._key_file(_ROUND, round_id)
        content = self._read_file(file)
        return None if content is None else _parse_keys(content, str(file))

    def destroy(self, round_id: int) -> None:
        """Overwrites, removes and syncs.

        Overwriting is best effort: a journal, a snapshot or the wear levelling of a solid-state
        disk may keep the old bytes. Only a folder in memory (tmpfs) makes it certain.
        """
        self._shred_key(_ROUND, round_id)

    def list_rounds(self) -> frozenset[int]:
        return self._list_keys(_ROUND)

    def create_words_key(self, round_id: int) -> bytes:
        """Replaces a key that is there: a closing that was rolled back leaves one behind."""
        key = generate_words_key()
        self._replace_file(self._key_file(_WORDS, round_id), key)
        return key

    def load_words_key(self, round_id: int) -> bytes | None:
        file = self._key_file(_WORDS, round_id)
        content = self._read_file(file)
        return None if content is None else _parse_words_key(content, str(file))

    def destroy_words_key(self, round_id: int) -> None:
        self._shred_key(_WORDS, round_id)

    def list_words_keys(self) -> frozenset[int]:
        return self._list_keys(_WORDS)

    def read_marker(self) -> bytes | None:
        return self._read_file(self.folder / _MARKER_FILE)

    def write_marker(self, marker: bytes) -> None:
        self._replace_file(self.folder / _MARKER_FILE, marker)

    def locate(self) -> StoreSite:
        """Two folders are one where the kernel says so; a copy is another, on whatever machine."""
        with explain_file_errors(self.folder):
            self._check_folder()
            status, machine = self.folder.stat(), self._machine()
            in_memory = is_in_memory(self.folder) and machine.number and machine.boot
        marks = (machine.boot or machine.name, status.st_dev, status.st_ino)
        return StoreSite(
            place=f"{self.folder} on {machine.name}",
            medium=hashlib.sha256("/".join(map(str, marks)).encode()).hexdigest()[:32],
            holder=machine.number if in_memory else "",
            life=machine.boot if in_memory else "",
            age=machine.uptime,
        )

    def check(self) -> Sequence[str]:
        """Looks at the mode before it tries: to the superuser, everything is writable."""
        self._check_folder()
        check_private(self.folder, PRIVATE_DIR_MODE)
        warnings = tuple(self._find_damaged())
        trial = self.folder / f".trial.{secrets.token_hex(8)}.draft"
        with explain_file_errors(trial):
            try:
                write_private_file(trial, bytes(2 * KEY_BYTES))
            finally:
                trial.unlink(missing_ok=True)
        return warnings

    def _find_damaged(self) -> Iterator[str]:
        """Why some keys cannot be used. Raises for one that others can read."""
        loads: dict[str, Callable[[int], object]] = {_ROUND: self.load, _WORDS: self.load_words_key}
        for kind, load in loads.items():
            for round_id in sorted(self._list_keys(kind)):
                try:
                    check_private(self._key_file(kind, round_id), PRIVATE_FILE_MODE)
                except FileNotFoundError:
                    # Another worker destroyed it at this very moment.
                    continue
                try:
                    load(round_id)
                except KeyStoreError as error:
                    yield str(error)

    def _read_file(self, file: Path) -> bytes | None:
        with explain_file_errors(file):
            try:
                return file.read_bytes()
            except FileNotFoundError:
                self._check_folder()
                return None

    def _list_keys(self, kind: str) -> frozenset[int]:
        with explain_file_errors(self.folder):
            self._check_folder()
            names = [path.stem for path in self.folder.iterdir() if path.suffix == ".key"]
        return _parse_numbers(names, f"{kind}-")

    def _shred_key(self, kind: str, round_id: int) -> None:
        with explain_file_errors(self._key_file(kind, round_id)):
            self._check_folder()
            # A crash in the middle of create leaves a draft, of keys that never sealed anything.
            drafts = self.folder.glob(f".{kind}-{round_id}.*.draft")
            for file in (self._key_file(kind, round_id), *drafts):
                shred_file(file)
            sync_folder(self.folder)

    def _replace_file(self, file: Path, content: bytes) -> None:
        draft = self.folder / f".{file.stem}.{secrets.token_hex(8)}.draft"
        with explain_file_errors(draft):
            write_private_file(draft, content)
            draft.replace(file)
            sync_folder(self.folder)

    def _key_file(self, kind: str, round_id: int) -> Path:
        return self.folder / f"{kind}-{round_id}.key"

    def _check_folder(self) -> None:
        if not self.folder.is_dir():
            raise KeyStoreError(
                f"The key store {self.folder} is not there. Where it was moved, or is not mounted, "
                "bring it back: the keys of open rounds are in it. Where it never was, run: "
                "pulse-bot init. Where it lived in memory and the machine was started again, run: "
                f"mkdir -p -m 700 {self.folder}"
            )


class RedisKeyStore:
    """Keeps keys on a Redis server that writes nothing to disk, for several machines."""

    def __init__(self, url: str, prefix: str = "pulse-bot:round:") -> None:
        """Raises MissingExtra, or KeyStoreError for a URL that is none."""
        try:
            import redis
        except ModuleNotFoundError as error:
            raise MissingExtra("redis", "redis") from error
        self._prefix = prefix
        self._marker_key = f"{prefix}marker"
        self._failure = redis.RedisError
        try:
            self._server: Redis = redis.Redis.from_url(
                url, socket_timeout=5, socket_connect_timeout=5
            )
        except ValueError:
            raise KeyStoreError(
                "The setting key_store is not a Redis URL. Write it as redis://host:6379/0"
            ) from None

    def create(self, round_id: int) -> RoundKeys:
        """Without expiry: a round whose key expires is lost."""
        keys = generate_keys()
        self._query_server(
            lambda: self._server.set(self._redis_key(round_id), keys.secret_key + keys.tag_key)
        )
        return keys

    def load(self, round_id: int) -> RoundKeys | None:
        stored = self._query_server(lambda: self._server.get(self._redis_key(round_id)))
        return _parse_keys(stored, f"of round {round_id}") if isinstance(stored, bytes) else None

    def destroy(self, round_id: int) -> None:
        self._query_server(lambda: self._server.delete(self._redis_key(round_id)))

    def list_rounds(self) -> frozenset[int]:
        return self._list_keys(self._prefix)

    def create_words_key(self, round_id: int) -> bytes:
        key = generate_words_key()
        self._query_server(lambda: self._server.set(self._words_key(round_id), key))
        return key

    def load_words_key(self, round_id: int) -> bytes | None:
        stored = self._query_server(lambda: self._server.get(self._words_key(round_id)))
        place = f"of words that wait since round {round_id}"
        return _parse_words_key(stored, place) if isinstance(stored, bytes) else None

    def destroy_words_key(self, round_id: int) -> None:
        self._query_server(lambda: self._server.delete(self._words_key(round_id)))

    def list_words_keys(self) -> frozenset[int]:
        return self._list_keys(f"{self._prefix}{_WORDS}-")

    def read_marker(self) -> bytes | None:
        stored = self._query_server(lambda: self._server.get(self._marker_key))
        return stored if isinstance(stored, bytes) else None

    def write_marker(self, marker: bytes) -> None:
        self._query_server(lambda: self._server.set(self._marker_key, marker))

    def locate(self) -> StoreSite:
        """A server writes nothing to disk, so whatever it held is gone once it is started anew."""
        options = self._server.connection_pool.connection_kwargs
        number = options.get("db") or 0
        server = options.get("path") or f"{options.get('host')}:{options.get('port')}"
        info = self._query_server(lambda: self._server.info("server"))
        return StoreSite(
            place=f"redis://{server}/{number}",
            medium=f"{info['run_id']}/{number}",
            holder=f"redis://{server}/{number}",
            life=str(info["run_id"]),
            age=float(info["uptime_in_seconds"]),
        )

    def check(self) -> Sequence[str]:
        """The server must answer, must not write to disk, and must not forget."""
        if self._read_setting("save") or self._read_setting("appendonly") != "no":
            raise KeyStoreError(
                "The Redis server of the key store writes to disk, so keys would outlive their "
                'rounds. Run on it: redis-cli config set save ""; redis-cli config set appendonly '
                "no; write both into its configuration, and delete its dump.rdb"
            )
        if self._read_setting("maxmemory-policy").startswith("allkeys-"):
            raise KeyStoreError(
                "The Redis server of the key store throws keys away when it is full, which loses "
                "rounds. Run on it: redis-cli config set maxmemory-policy noeviction"
            )
        return tuple(self._find_damaged())

    def _find_damaged(self) -> Iterator[str]:
        for round_id in sorted(self.list_rounds()):
            try:
                self.load(round_id)
            except KeyStoreError as error:
                yield f"The key of round {round_id} cannot be used. {error}"
        for round_id in sorted(self.list_words_keys()):
            try:
                self.load_words_key(round_id)
            except KeyStoreError as error:
                yield str(error)

    def close(self) -> None:
        """Give the connections back."""
        self._server.close()

    def _read_setting(self, name: str) -> str:
        config = self._query_server(lambda: self._server.config_get(name))
        if name not in config:
            raise KeyStoreError(
                f"The Redis server of the key store does not tell its {name!r}, so nobody can say "
                "whether it keeps keys safely. Allow this user CONFIG GET."
            )
        return str(config[name])

    def _list_keys(self, prefix: str) -> frozenset[int]:
        redis_keys = self._query_server(lambda: list(self._server.scan_iter(match=f"{prefix}*")))
        names = [name.decode(errors="replace") for name in redis_keys if isinstance(name, bytes)]
        return _parse_numbers(names, prefix)

    def _redis_key(self, round_id: int) -> str:
        return f"{self._prefix}{round_id}"

    def _words_key(self, round_id: int) -> str:
        return f"{self._prefix}{_WORDS}-{round_id}"

    def _query_server(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except self._failure as error:
            raise KeyStoreError(
                f"The Redis server of the key store failed ({type(error).__name__}). "
                "Start it, or correct the setting key_store."
            ) from error


def make_key_folder(folder: Path) -> None:
    """Make the folder of a DirectoryKeyStore, private from the start. Repeating is harmless."""
    with explain_file_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(mode=PRIVATE_DIR_MODE)


def remake_key_folder(folder: Path) -> None:
    """Make a folder in memory again, which a start of the machine took away; or do nothing.

    An empty folder is no proof of anything: whether its keys are gone for good is found out later.
    On a disk a folder that is not there is one that is not mounted, perhaps. Where this user may
    not make it, the check of the store says what to do.
    """
    with suppress(KeyStoreError, OSError):
        above = next(place for place in (folder, *folder.parents) if place.exists())
        if above != folder and is_in_memory(above):
            make_key_folder(folder)


def make_installation_key(file: Path) -> None:
    """Write a new random installation key, unless there is one: tallies are sealed with it."""
    with explain_file_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            write_private_file(file, secrets.token_bytes(KEY_BYTES))
            sync_folder(file.parent)


def load_installation_key(file: Path) -> bytes:
    """The key that seals tallies: 32 bytes. Raises KeyStoreError."""
    with explain_file_errors(file):
        if not file.is_file():
            raise KeyStoreError(
                f"The installation key {file} is not there. New here? Run: pulse-bot init. "
                "Otherwise restore it from where you keep it: the sums of the six rounds under "
                "way cannot be read without it."
            )
        check_private(file, PRIVATE_FILE_MODE)
        key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyStoreError(
            f"The installation key {file} has {len(key)} bytes instead of {KEY_BYTES}. "
            "Restore it from where you keep it."
        )
    return key


def _parse_numbers(names: Iterable[str], prefix: str) -> frozenset[int]:
    """The rounds that some names are of. Whatever else has a strange name is no key.

    Nor is one with a number that no database takes for a round's id.
    """
    numbers = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    short = (one for one in numbers if one.isdecimal() and len(one) <= len(str(_LARGEST_ID)))
    return frozenset(number for number in map(int, short) if number <= _LARGEST_ID)


def _parse_words_key(content: bytes, place: str) -> bytes:
    if len(content) != KEY_BYTES:
        raise DamagedKey(
            f"The key {place} is damaged: {len(content)} bytes instead of {KEY_BYTES}. "
            "The words that wait under it are destroyed unread at the next close."
        )
    return content


def _parse_keys(content: bytes, place: str) -> RoundKeys:
    if len(content) != 2 * KEY_BYTES:
        raise DamagedKey(
            f"The key {place} is damaged: {len(content)} bytes instead of {2 * KEY_BYTES}. "
            "Remove it: the round counts as lost then, and is asked again."
        )
    return RoundKeys(secret_key=content[:KEY_BYTES], tag_key=content[KEY_BYTES:])
