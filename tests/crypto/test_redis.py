"""A Redis server that would keep keys on disk, throw them away, or is not there."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from pulse_bot.crypto.key_stores import RedisKeyStore
from pulse_bot.errors import KeyStoreError, MissingExtra

pytestmark = pytest.mark.redis
Serve = Callable[..., RedisKeyStore]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server of its own with the options it is given."""
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("no redis-server to start")
    with ExitStack() as stack:

        def start(*options: str) -> RedisKeyStore:
            port = free_port()
            command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
            process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            store = RedisKeyStore(f"redis://:geheim@127.0.0.1:{port}/0")
            stack.callback(store.close)
            await_answer(port)
            return store

        yield start


def await_answer(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the server did not start")


IN_MEMORY = ("--requirepass", "geheim", "--save", "", "--appendonly", "no")


def test_a_server_that_keeps_nothing_on_disk_passes(serve: Serve) -> None:
    serve(*IN_MEMORY).check()


@pytest.mark.parametrize("options", [("--save", "60 1"), ("--appendonly", "yes")])
def test_a_server_that_writes_to_disk_is_refused(serve: Serve, options: tuple[str, str]) -> None:
    with pytest.raises(KeyStoreError, match=r"writes to disk.*config set save"):
        serve(*IN_MEMORY, *options).check()


def test_a_server_that_throws_keys_away_is_refused(serve: Serve) -> None:
    with pytest.raises(KeyStoreError, match="maxmemory-policy noeviction"):
        serve(*IN_MEMORY, "--maxmemory-policy", "allkeys-lru").check()


def test_a_server_that_hides_its_configuration_is_refused(serve: Serve) -> None:
    with pytest.raises(KeyStoreError, match=r"failed|Allow this user"):
        serve(*IN_MEMORY, "--rename-command", "CONFIG", "").check()


def test_a_full_server_says_so(serve: Serve) -> None:
    store = serve(*IN_MEMORY, "--maxmemory", "1", "--maxmemory-policy", "noeviction")

    with pytest.raises(KeyStoreError, match="failed"):
        store.create(1)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    store = RedisKeyStore(f"redis://:geheim@127.0.0.1:{free_port()}/0")

    with pytest.raises(KeyStoreError, match=r"failed.*Start it") as told:
        store.check()
    assert "geheim" not in str(told.value)
    store.close()


def test_a_url_that_is_none() -> None:
    with pytest.raises(KeyStoreError, match="redis://host:6379/0") as told:
        RedisKeyStore("redis://:geheim@host:port/0")
    assert "geheim" not in str(told.value)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(MissingExtra, match=r"pulse-bot\[redis\]"):
        RedisKeyStore("redis://127.0.0.1:1/0")


def test_keys_do_not_expire(serve: Serve) -> None:
    store = serve(*IN_MEMORY)
    store.create(1)

    server: redis.Redis = store._server
    assert server.ttl("pulse-bot:round:1") == -1
