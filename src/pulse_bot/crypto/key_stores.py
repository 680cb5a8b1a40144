"""Where the keys of open rounds are kept, and the installation's key.

A folder (default), a Redis server that writes nothing to disk (several machines), or memory
(tests). What the keys open, and when they are destroyed, is the business of `sealing`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pulse_bot.crypto.private_files import (
    PRIVATE_DIR,
    PRIVATE_FILE,
    failures_told,
    refuse_shared,
    shred,
    sync_folder,
    write_private,
)
from pulse_bot.crypto.sealing import KEY_BYTES, new_keys
from pulse_bot.errors import KeyStoreError, MissingExtra
from pulse_bot.ports import KeyStore, RoundKeys

if TYPE_CHECKING:
    from redis import Redis

Answer = TypeVar("Answer")


def open_key_store(setting: str) -> KeyStore:
    """The key store of the setting `key_store`: a folder, or a redis:// URL."""
    if setting.startswith(("redis://", "rediss://")):
        return RedisKeyStore(setting)
    return DirectoryKeyStore(Path(setting))


class MemoryKeyStore:
    """Keeps keys in this process, for tests."""

    def __init__(self) -> None:
        self._keys: dict[int, RoundKeys] = {}

    def create(self, round_id: int) -> RoundKeys:
        self._keys[round_id] = new_keys()
        return self._keys[round_id]

    def load(self, round_id: int) -> RoundKeys | None:
        return self._keys.get(round_id)

    def destroy(self, round_id: int) -> None:
        self._keys.pop(round_id, None)

    def rounds(self) -> frozenset[int]:
        return frozenset(self._keys)

    def check(self) -> None:
        """Memory always serves."""


class DirectoryKeyStore:
    """One file a round, for the server's user alone; ideally on tmpfs, never in a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, round_id: int) -> RoundKeys:
        """Replaces keys that are there: an opening that was rolled back leaves some behind.

        The file appears whole or not at all, also after a crash: it is written under another name.
        """
        keys = new_keys()
        draft = self.folder / f".round-{round_id}.{secrets.token_hex(8)}.draft"
        with failures_told(draft):
            write_private(draft, keys.secret_key + keys.tag_key)
            draft.replace(self._file(round_id))
            sync_folder(self.folder)
        return keys

    def load(self, round_id: int) -> RoundKeys | None:
        file = self._file(round_id)
        with failures_told(file):
            try:
                return _keys(file.read_bytes(), str(file))
            except FileNotFoundError:
                self._exists()
                return None

    def destroy(self, round_id: int) -> None:
        """Overwrites, removes and syncs.

        Overwriting is best effort: a journal, a snapshot or the wear levelling of a solid-state
        disk may keep the old bytes. Only a folder in memory (tmpfs) makes it certain.
        """
        with failures_told(self._file(round_id)):
            self._exists()
            # A crash in the middle of create leaves a draft, of keys that never sealed anything.
            drafts = self.folder.glob(f".round-{round_id}.*.draft")
            for file in (self._file(round_id), *drafts):
                shred(file)
            sync_folder(self.folder)

    def rounds(self) -> frozenset[int]:
        with failures_told(self.folder):
            self._exists()
            names = [path.stem for path in self.folder.iterdir() if path.suffix == ".key"]
        numbers = [name.removeprefix("round-") for name in names if name.startswith("round-")]
        return frozenset(int(number) for number in numbers if number.isdecimal())

    def check(self) -> None:
        """Looks at the mode before it tries: to the superuser, everything is writable."""
        self._exists()
        refuse_shared(self.folder, PRIVATE_DIR)
        for file in self.folder.glob("round-*.key"):
            refuse_shared(file, PRIVATE_FILE)
        trial = self.folder / f".trial.{secrets.token_hex(8)}.draft"
        with failures_told(trial):
            try:
                write_private(trial, bytes(2 * KEY_BYTES))
            finally:
                trial.unlink(missing_ok=True)

    def _file(self, round_id: int) -> Path:
        return self.folder / f"round-{round_id}.key"

    def _exists(self) -> None:
        if not self.folder.is_dir():
            raise KeyStoreError(
                f"The key store {self.folder} is not there. New here? Run: pulse-bot init. "
                f"If it lives in memory, mount it, or run: mkdir -p -m 700 {self.folder}"
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
        keys = new_keys()
        self._ask(lambda: self._server.set(self._name(round_id), keys.secret_key + keys.tag_key))
        return keys

    def load(self, round_id: int) -> RoundKeys | None:
        kept = self._ask(lambda: self._server.get(self._name(round_id)))
        return _keys(kept, f"of round {round_id}") if isinstance(kept, bytes) else None

    def destroy(self, round_id: int) -> None:
        self._ask(lambda: self._server.delete(self._name(round_id)))

    def rounds(self) -> frozenset[int]:
        found = self._ask(lambda: list(self._server.scan_iter(match=f"{self._prefix}*")))
        names = [name.decode() for name in found if isinstance(name, bytes)]
        numbers = [name.removeprefix(self._prefix) for name in names]
        return frozenset(int(number) for number in numbers if number.isdecimal())

    def check(self) -> None:
        """The server must answer, must not write to disk, and must not forget."""
        if self._configured("save") or self._configured("appendonly") != "no":
            raise KeyStoreError(
                "The Redis server of the key store writes to disk, so keys would outlive their "
                'rounds. Run on it: redis-cli config set save ""; redis-cli config set appendonly '
                "no; write both into its configuration, and delete its dump.rdb"
            )
        if self._configured("maxmemory-policy").startswith("allkeys-"):
            raise KeyStoreError(
                "The Redis server of the key store throws keys away when it is full, which loses "
                "rounds. Run on it: redis-cli config set maxmemory-policy noeviction"
            )

    def close(self) -> None:
        """Give the connections back."""
        self._server.close()

    def _configured(self, name: str) -> str:
        found = self._ask(lambda: self._server.config_get(name))
        if name not in found:
            raise KeyStoreError(
                f"The Redis server of the key store does not tell its {name!r}, so nobody can say "
                "whether it keeps keys safely. Allow this user CONFIG GET."
            )
        return str(found[name])

    def _name(self, round_id: int) -> str:
        return f"{self._prefix}{round_id}"

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except self._failure as error:
            raise KeyStoreError(
                f"The Redis server of the key store failed ({type(error).__name__}). "
                "Start it, or correct the setting key_store."
            ) from error


def make_key_folder(folder: Path) -> None:
    """Make the folder of a DirectoryKeyStore, private from the start. Repeating is harmless."""
    with failures_told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(mode=PRIVATE_DIR)


def make_installation_key(file: Path) -> None:
    """Write a new random installation key, unless there is one: tallies are sealed with it."""
    with failures_told(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            write_private(file, secrets.token_bytes(KEY_BYTES))
            sync_folder(file.parent)


def load_installation_key(file: Path) -> bytes:
    """The key that seals tallies: 32 bytes. Raises KeyStoreError."""
    with failures_told(file):
        if not file.is_file():
            raise KeyStoreError(
                f"The installation key {file} is not there. New here? Run: pulse-bot init. "
                "Otherwise restore it from where you keep it: tallies cannot be read without it."
            )
        refuse_shared(file, PRIVATE_FILE)
        key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyStoreError(
            f"The installation key {file} has {len(key)} bytes instead of {KEY_BYTES}. "
            "Restore it from where you keep it."
        )
    return key


def _keys(kept: bytes, where: str) -> RoundKeys:
    if len(kept) != 2 * KEY_BYTES:
        raise KeyStoreError(
            f"The key {where} is damaged: {len(kept)} bytes instead of {2 * KEY_BYTES}. "
            "Remove it: the round counts as lost then, and is asked again."
        )
    return RoundKeys(secret_key=kept[:KEY_BYTES], tag_key=kept[KEY_BYTES:])
