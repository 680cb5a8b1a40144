"""What every key store does, asked of all three."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from pulse_bot.crypto.key_stores import (
    DirectoryKeyStore,
    MemoryKeyStore,
    RedisKeyStore,
    make_key_folder,
    open_key_store,
)
from pulse_bot.errors import DamagedKey, KeyStoreError
from pulse_bot.ports import KeyStore

REDIS = "redis://127.0.0.1:6379/0"


@pytest.fixture(params=["memory", "folder", pytest.param("redis", marks=pytest.mark.redis)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    if request.param == "memory":
        yield MemoryKeyStore()
    elif request.param == "folder":
        make_key_folder(tmp_path / "keys")
        yield DirectoryKeyStore(tmp_path / "keys")
    else:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=1) as server:
            try:
                server.ping()
            except redis.ConnectionError:
                pytest.skip("no Redis server on 127.0.0.1:6379")
        kept = RedisKeyStore(REDIS, prefix=f"test:{secrets.token_hex(6)}:")
        yield kept
        for round_id in kept.list_rounds():
            kept.destroy(round_id)
        for round_id in kept.list_words_keys():
            kept.destroy_words_key(round_id)
        kept._server.delete(kept._marker_key)
        kept.close()


def test_keys_come_back_as_they_were_made(store: KeyStore) -> None:
    made = store.create(7)

    assert store.load(7) == made
    assert len(made.secret_key) == len(made.tag_key) == 32
    assert made.secret_key != made.tag_key


def test_each_round_has_keys_of_its_own(store: KeyStore) -> None:
    first, second = store.create(1), store.create(2)

    assert first != second
    assert store.load(1) == first
    assert store.list_rounds() == {1, 2}


def test_there_are_no_keys_before_they_are_made(store: KeyStore) -> None:
    assert store.load(1) is None
    assert store.list_rounds() == frozenset()


def test_making_keys_again_makes_new_ones(store: KeyStore) -> None:
    """An opening that was rolled back may have left keys, whose round has its id used again."""
    orphan = store.create(3)

    assert store.create(3) != orphan
    assert store.load(3) != orphan
    assert store.list_rounds() == {3}


def test_destroyed_keys_are_gone_and_the_others_stay(store: KeyStore) -> None:
    store.create(1)
    kept = store.create(2)

    store.destroy(1)

    assert store.load(1) is None
    assert store.load(2) == kept
    assert store.list_rounds() == {2}


def test_destroying_again_is_harmless(store: KeyStore) -> None:
    store.create(1)
    store.destroy(1)
    store.destroy(1)
    store.destroy(99)


def test_keys_are_never_printed(store: KeyStore) -> None:
    keys = store.create(1)

    assert str(keys.secret_key) not in repr(keys)
    assert keys.secret_key.hex() not in repr(store)


def test_a_folder_is_opened_by_its_path_and_redis_by_its_url(tmp_path: Path) -> None:
    assert isinstance(open_key_store(str(tmp_path)), DirectoryKeyStore)
    assert isinstance(open_key_store("redis://127.0.0.1:1/0"), RedisKeyStore)


def test_a_marker_comes_back_as_it_was_written_last(store: KeyStore) -> None:
    assert store.read_marker() is None

    store.write_marker(b"\0one")
    store.write_marker(b"two\xff")

    assert store.read_marker() == b"two\xff"


def test_a_marker_is_no_round_and_stays_when_keys_go(store: KeyStore) -> None:
    store.write_marker(b"here")
    store.create(1)
    store.destroy(1)

    assert store.list_rounds() == frozenset()
    assert store.load(1) is None
    assert store.read_marker() == b"here"


def test_keys_do_not_touch_the_marker_nor_the_marker_keys(store: KeyStore) -> None:
    keys = store.create(1)
    store.write_marker(b"here")

    assert store.load(1) == keys
    assert store.check() == ()


def test_a_store_is_where_it_was_a_moment_ago(store: KeyStore) -> None:
    before = store.locate()
    store.create(1)
    store.write_marker(b"here")
    after = store.locate()

    assert (after.place, after.medium) == (before.place, before.medium)
    assert (after.holder, after.life) == (before.holder, before.life)
    assert bool(after.holder) == bool(after.life)
    assert after.age >= 0


def test_one_damaged_key_harms_no_other(store: KeyStore) -> None:
    """It is named, and raises for its own round alone."""
    first, _, third = store.create(1), store.create(2), store.create(3)
    if not damage(store, 2):
        pytest.skip("keys in the memory of this process do not get damaged")

    assert store.list_rounds() == {1, 2, 3}
    assert (store.load(1), store.load(3)) == (first, third)
    with pytest.raises(KeyStoreError, match="damaged: 4 bytes instead of 64"):
        store.load(2)
    [warning] = store.check()
    assert "round" in warning
    assert "2" in warning
    assert "is damaged" in warning
    store.destroy(2)
    assert store.check() == ()


def test_words_keys_come_back_beside_the_rounds_own(store: KeyStore) -> None:
    """Each kind goes by itself: a round's own ends before the words that began to wait in it."""
    keys, words_key, other = store.create(1), store.create_words_key(1), store.create_words_key(2)

    assert store.load_words_key(1) == words_key
    assert len({words_key, other, keys.secret_key, keys.tag_key}) == 4
    assert {len(words_key), len(other)} == {32}
    assert store.list_words_keys() == {1, 2}
    assert store.list_rounds() == {1}
    store.destroy(1)
    assert (store.load(1), store.load_words_key(1)) == (None, words_key)
    store.create(2)
    store.destroy_words_key(2)
    assert store.load(2)
    assert store.list_words_keys() == {1}
    assert store.check() == ()


def test_words_keys_end_and_are_made_anew(store: KeyStore) -> None:
    assert store.load_words_key(1) is None
    assert store.list_words_keys() == frozenset()
    first, second = store.create_words_key(1), store.create_words_key(1)

    assert first != second
    assert store.load_words_key(1) == second
    for _ in range(2):
        store.destroy_words_key(1)
    assert store.load_words_key(1) is None
    assert store.list_words_keys() == frozenset()


def test_one_damaged_words_key_harms_no_other(store: KeyStore) -> None:
    keys, other = store.create(2), store.create_words_key(3)
    store.create_words_key(2)
    if not damage(store, 2, words=True):
        pytest.skip("keys in the memory of this process do not get damaged")

    assert store.list_words_keys() == {2, 3}
    assert (store.load(2), store.load_words_key(3)) == (keys, other)
    with pytest.raises(DamagedKey, match="damaged: 4 bytes instead of 32"):
        store.load_words_key(2)
    [warning] = store.check()
    assert "2" in warning
    assert "destroyed unread at the next close" in warning
    store.destroy_words_key(2)
    assert store.check() == ()


def damage(store: KeyStore, round_id: int, *, words: bool = False) -> bool:
    """Leave half a key, as a bad disk does."""
    if isinstance(store, DirectoryKeyStore):
        kind = "words" if words else "round"
        (store.folder / f"{kind}-{round_id}.key").write_bytes(b"half")
    elif isinstance(store, RedisKeyStore):
        name = store._words_key(round_id) if words else store._redis_key(round_id)
        store._server.set(name, b"half")
    return not isinstance(store, MemoryKeyStore)
