"""`pulse-bot init`: asks, writes one file, makes what it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse_bot.cli import root
from pulse_bot.config.settings import load_settings
from pulse_bot.crypto.key_stores import load_installation_key, open_key_store


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(root, ["init", *words], input=typed)


def test_without_questions_all_is_ready_to_run(here: Path) -> None:
    ended = init("--yes", "--data", "data")

    assert ended.exit_code == 0, ended.output
    settings = load_settings()
    open_key_store(settings.key_store.get_secret_value()).check()
    assert len(load_installation_key(settings.installation_key_file)) == 32
    assert settings.database_url.get_secret_value() == f"sqlite:///{here}/data/pulse.db"
    assert settings.adapter_sections().keys() == {"web"}


def test_what_it_makes_is_private(here: Path) -> None:
    init("--yes", "--data", "data")

    modes = {
        str(path.relative_to(here)): path.stat().st_mode & 0o777 for path in sorted(here.rglob("*"))
    }
    assert modes == {
        "data": 0o700,
        "data/installation.key": 0o600,
        "data/keys": 0o700,
        "pulse-bot.toml": 0o600,
    }


def test_it_says_what_to_do_next() -> None:
    shown = init("--yes", "--data", "data").output

    assert "Wrote pulse-bot.toml." in shown
    assert "Leave them out of every backup" in shown
    assert "pulse-bot run" in shown
    # What was just made is not what a second worker needs.
    assert "Copy the first one's file over this one" in shown


def test_it_asks_with_defaults(here: Path) -> None:
    ended = init(typed=f"{here}/here\n\n192.0.2.1\n99999\n9000\nhttps://pulse.example.org\n")

    assert ended.exit_code == 0, ended.output
    assert "99999 is not in the range" in ended.output
    web = load_settings().adapter_sections()["web"].model_dump()
    assert web["host"] == "192.0.2.1"
    assert web["port"] == 9000
    assert web["public_url"] == "https://pulse.example.org"
    assert (here / "here" / "keys").is_dir()


def test_a_file_that_is_there_stays_unless_forced(here: Path) -> None:
    init("--yes", "--data", "data")
    key = (here / "data" / "installation.key").read_bytes()
    (here / "pulse-bot.toml").write_text("# mine")

    refused = init("--yes", "--data", "data")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert (here / "pulse-bot.toml").read_text() == "# mine"

    assert init("--yes", "--data", "data", "--force").exit_code == 0
    assert "database_url" in (here / "pulse-bot.toml").read_text()
    assert (here / "data" / "installation.key").read_bytes() == key


def test_a_wrong_answer_leaves_nothing_behind(here: Path) -> None:
    refused = init("--yes", "--data", "data", "--database", "mysql://geheim")

    assert refused.exit_code == 2
    assert "database_url (pulse-bot.toml): write it as sqlite:" in refused.stderr
    assert "Nothing was written." in refused.stderr
    assert "geheim" not in refused.stderr
    assert list(here.iterdir()) == []


def test_it_writes_the_file_that_settings_names(here: Path) -> None:
    ended = CliRunner().invoke(root, ["--settings", "other.toml", "init", "--yes", "--data", "d"])

    assert ended.exit_code == 0, ended.output
    assert (here / "other.toml").exists()
    assert not (here / "pulse-bot.toml").exists()


def test_a_key_store_on_redis_needs_no_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_BOT_KEY_STORE", "redis://127.0.0.1:1/0")

    ended = init("--yes", "--data", "data")

    assert ended.exit_code == 0, ended.output
    assert "a Redis server" in ended.output
    assert not (here / "data" / "keys").exists()


def test_quotes_in_a_path_survive(here: Path) -> None:
    assert init("--yes", "--data", 'a "b" \\ ü').exit_code == 0
    assert load_settings().installation_key_file == here / 'a "b" \\ ü' / "installation.key"
