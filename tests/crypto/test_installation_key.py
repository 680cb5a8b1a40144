"""The key that seals tallies."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulse_bot.crypto.key_stores import load_installation_key, make_installation_key
from pulse_bot.errors import KeyStoreError


def test_it_is_made_once_private_and_random(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "installation.key", tmp_path / "second.key"

    make_installation_key(first)
    made = load_installation_key(first)
    make_installation_key(first)
    make_installation_key(second)

    assert load_installation_key(first) == made
    assert load_installation_key(second) != made
    assert len(made) == 32
    assert first.stat().st_mode & 0o777 == 0o600


def test_a_missing_one_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match=r"pulse-bot init.*restore it"):
        load_installation_key(tmp_path / "none")


def test_one_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_installation_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)

    with pytest.raises(KeyStoreError, match=f"mode 644.*chmod 600 {tmp_path}/key"):
        load_installation_key(tmp_path / "key")


def test_one_of_another_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    (tmp_path / "key").chmod(0o600)

    with pytest.raises(KeyStoreError, match="5 bytes instead of 32"):
        load_installation_key(tmp_path / "key")


def test_it_cannot_be_made_where_a_file_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(KeyStoreError, match="cannot be used"):
        make_installation_key(tmp_path / "file" / "installation.key")
