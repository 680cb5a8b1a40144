"""Servers and a disk of a run's own, which can be hurt: PostgreSQL, Redis, a small disk.

Nothing here touches a server that somebody else uses: each is started on a free port of loopback
from the binaries of the machine, and ended by its own process.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO

import psycopg
import redis

START_SECONDS = 60
DISK = 96 * 1024 * 1024
"""Bytes of a small disk."""


class Unavailable(Exception):
    """This machine has not what is needed; says what."""


def free_port() -> int:
    """One that nobody listened at a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@cache
def postgres_binaries() -> Path:
    """The newest version of PostgreSQL that is installed. Raises Unavailable."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise Unavailable("no initdb in /usr/lib/postgresql")
    return found[-1].parent


def _unprivileged() -> list[str]:
    """Words before a command of PostgreSQL's, which refuses to run as the superuser."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={_user()}", "--clear-groups"]


def _user() -> int:
    names = {one.pw_name: one.pw_uid for one in pwd.getpwall()}
    return names.get("postgres", names["nobody"])


class Process:
    """One server, in a process of its own."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.running: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is started."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError

    def start(self) -> None:
        """Start where it does not run, and wait until it serves."""
        if self.running is None or self.running.poll() is not None:
            with self.log.open("ab") as log:
                self.running = _spawn(self.command(), log)
        wait_until(self.answers, f"{self.command()[0]} serves", START_SECONDS)

    def send(self, number: int) -> None:
        """A signal, where it runs."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(number)

    def end(self, number: int) -> None:
        """End it by a signal, and wait."""
        self.send(number)
        if self.running is not None:
            self.running.wait(timeout=START_SECONDS)


class Postgres(Process):
    """A cluster in `folder`; copies of a cluster are clusters."""

    def __init__(self, folder: Path, log: Path) -> None:
        super().__init__(log)
        self.folder = folder
        self.port = free_port()

    @property
    def url(self) -> str:
        """For the setting `database_url`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make an empty one. Raises Unavailable."""
        words = ["--auth=trust", "--username=postgres", "--wal-segsize=1", "--no-sync"]
        _own(self.folder.parent)
        made = [*_unprivileged(), str(postgres_binaries() / "initdb"), *words, "-D"]
        subprocess.run([*made, str(self.folder)], check=True, capture_output=True, cwd="/")

    def copy_to(self, folder: Path) -> None:
        """Copy one that is stopped."""
        shutil.copytree(self.folder, folder, symlinks=True)
        for path in [folder, *folder.rglob("*")]:
            _own(path)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "shared_buffers": "16MB",
            "unix_socket_directories": "", "fsync": "off", "max_connections": 60,
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        binary = str(postgres_binaries() / "postgres")
        return [*_unprivileged(), binary, "-D", str(self.folder), *words]

    def answers(self) -> bool:
        try:
            self._query_once("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def query(self, words: str) -> list[tuple[object, ...]]:
        """Rows of a query, or none. A server that starts at this moment is waited for."""
        for _ in range(2 * START_SECONDS):
            try:
                return self._query_once(words)
            except psycopg.OperationalError:
                time.sleep(0.5)
        return self._query_once(words)

    def _query_once(self, words: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(words.encode())
            return cursor.fetchall() if cursor.description else []


class Redis(Process):
    """One that writes nothing to disk."""

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        if shutil.which("redis-server") is None:
            raise Unavailable("no redis-server")
        self.port = free_port()

    @property
    def url(self) -> str:
        """For the setting `key_store`."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        words = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return ["redis-server", "--port", str(self.port), *words]

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A connection."""
        return redis.Redis(port=self.port, socket_timeout=5)

    def dump(self) -> dict[bytes, bytes]:
        """Everything in it, to be put into another."""
        client = self.client()
        return {name: client.dump(name) or b"" for name in client.scan_iter()}

    def restore(self, dumped: dict[bytes, bytes]) -> None:
        """Put it back."""
        for name, value in dumped.items():
            self.client().restore(name, 0, value, replace=True)


class Disk:
    """A small disk: its own file system, or a plain folder where nobody may mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(folder)]
        self.small = not subprocess.run(mount, capture_output=True, check=False).returncode

    def fill(self) -> None:
        """Leave no room. Raises Unavailable."""
        if not self.small:
            raise Unavailable("nobody may mount a small disk here")
        step = 1024 * 1024
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            while step >= 512:
                try:
                    filler.write(bytes(step))
                except OSError:
                    step //= 2

    def clear(self) -> None:
        """Give the room back."""
        (self.folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        """Give the disk back."""
        if self.small:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)


def _own(path: Path) -> None:
    """Give a path to the user who runs PostgreSQL."""
    if os.getuid() == 0:
        os.chown(path, _user(), -1, follow_symlinks=False)


def _spawn(words: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # In a session of its own: a Ctrl-C of the one who looks on is for the suite alone.
    return subprocess.Popen(words, stdout=log, stderr=log, cwd="/", start_new_session=True)


def wait_until(holds: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for a state. Raises AssertionError that names it."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"It never came to this: {what}"
        time.sleep(0.05)
