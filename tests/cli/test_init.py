"""`pulse-bot init`: asks, writes one file, makes what it names."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse_bot.cli import root
from pulse_bot.config.places import find_common_folder
from pulse_bot.config.settings import load_settings, sqlite_file
from pulse_bot.crypto.key_stores import (
    load_installation_key,
    make_installation_key,
    make_key_folder,
    open_key_store,
)


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
    settings = load_settings()
    modes |= {
        kind: path.stat().st_mode & 0o777
        for kind, path in (
            ("installation key", settings.installation_key_file),
            ("keys", Path(settings.key_store.get_secret_value())),
        )
    }
    assert modes == {
        "data": 0o700,
        "pulse-bot.toml": 0o600,
        "installation key": 0o600,
        "keys": 0o700,
    }


def folders_up(place: Path) -> set[Path]:
    """The folders that a backup of which would have it, up to the home."""
    return {one for one in place.parents if one.is_relative_to(Path.home()) and one != Path.home()}


@pytest.mark.parametrize("more", [(), ("--data", "data")])
def test_no_folder_holds_two_of_the_three(here: Path, more: tuple[str, ...]) -> None:
    """But the whole of a home; and where there is memory, not even that."""
    shown = init("--yes", *more).output

    settings = load_settings()
    database = sqlite_file(settings.database_url)
    assert database
    store = Path(settings.key_store.get_secret_value())
    places = [database, settings.installation_key_file, store]
    for one, other in itertools.combinations(map(folders_up, places), 2):
        assert not one & other
    assert not any(here / "data" in place.parents for place in places[1:])
    assert find_common_folder(settings) is None
    for place in places:
        assert str(place) in shown
    assert "Three places, so that no copy of one of them opens what is sealed" in shown
    assert "It is on a disk, and in a backup of your whole home" in shown


def test_where_systemd_runs_the_machine_the_keys_are_in_its_memory(
    no_settings_from_outside: Path,
) -> None:
    run = no_settings_from_outside / "run"
    (run / "systemd" / "system").mkdir(parents=True)
    assert init("--yes").exit_code == 0

    assert load_settings().key_store.get_secret_value() == str(run / "pulse-bot" / "keys")


def test_two_installations_share_no_key(here: Path) -> None:
    for name in ("one", "other"):
        ended = CliRunner().invoke(
            root, ["--settings", f"{name}.toml", "init", "--yes", "--data", f"{name}/data"]
        )
        assert ended.exit_code == 0
    one, other = (load_settings(here / f"{name}.toml") for name in ("one", "other"))

    assert one.installation_key_file != other.installation_key_file
    assert one.key_store != other.key_store


def test_keys_of_an_older_init_stay_where_they_are(here: Path) -> None:
    data = here / "data"
    make_key_folder(data / "keys")
    make_installation_key(data / "installation.key")
    key = (data / "installation.key").read_bytes()

    shown = init("--yes", "--data", "data").output

    settings = load_settings()
    assert settings.key_store.get_secret_value() == str(data / "keys")
    assert settings.installation_key_file.read_bytes() == key
    assert find_common_folder(settings) == data
    assert f"All of it lies in {data}: a copy of that folder opens what is sealed." in shown


def test_it_says_what_to_do_next() -> None:
    shown = init("--yes", "--data", "data").output

    assert "Wrote pulse-bot.toml." in shown
    assert "Leave it out of every backup" in shown
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
    assert (here / "here").is_dir()
    assert Path(load_settings().key_store.get_secret_value()).is_dir()


def test_a_file_that_is_there_stays_unless_forced(here: Path) -> None:
    init("--yes", "--data", "data")
    key = load_settings().installation_key_file.read_bytes()
    (here / "pulse-bot.toml").write_text("# mine")

    refused = init("--yes", "--data", "data")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert (here / "pulse-bot.toml").read_text() == "# mine"

    assert init("--yes", "--data", "data", "--force").exit_code == 0
    assert "database_url" in (here / "pulse-bot.toml").read_text()
    assert load_settings().installation_key_file.read_bytes() == key


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
    assert not list(here.rglob("keys"))


def test_quotes_in_a_path_survive(here: Path) -> None:
    assert init("--yes", "--data", 'a "b" \\ ü').exit_code == 0
    settings = load_settings()
    assert settings.database_url.get_secret_value() == f'sqlite:///{here}/a "b" \\ ü/pulse.db'
    assert len(load_installation_key(settings.installation_key_file)) == 32
