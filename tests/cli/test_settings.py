"""Settings: where they come from, which wins, and what is said when they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError, field_validator

from pulse_bot.config.plugins import AdapterPlugin
from pulse_bot.config.settings import Settings, list_settings, load_settings
from pulse_bot.config.sources import Sources
from pulse_bot.errors import SettingsError
from pulse_bot.ports import ChatAdapter

SECRET = "xoxb-geheim"


class PagesSettings(BaseModel):
    """Stands for the web adapter's section."""

    host: str = "127.0.0.1"
    port: int = 8080
    names: list[str] = []


class ChatSettings(BaseModel):
    """Stands for a chat platform's section."""

    bot_token: SecretStr
    app_token: SecretStr | None = None

    @field_validator("bot_token")
    @classmethod
    def _has_a_prefix(cls, given: SecretStr) -> SecretStr:
        if not given.get_secret_value().startswith("xoxb-"):
            raise ValueError(f"{given.get_secret_value()} does not begin with xoxb-")
        return given


def never(settings: BaseModel) -> ChatAdapter:
    raise AssertionError("nothing is built here")


PLUGINS: dict[str, AdapterPlugin[Any]] = {
    "web": AdapterPlugin("web", PagesSettings, never),
    "chat": AdapterPlugin("chat", ChatSettings, never),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(toml: str = "") -> Settings:
    if toml:
        Path("pulse-bot.toml").write_text(toml)
    return load_settings(plugins=PLUGINS)


def refused(toml: str = "") -> str:
    with pytest.raises(SettingsError) as told:
        load(toml)
    assert SECRET not in str(told.value)
    return str(told.value)


def test_without_any_there_is_a_default_for_all(no_settings_from_outside: Path) -> None:
    data = no_settings_from_outside / "data" / "pulse-bot"

    settings = load()

    assert settings.database_url.get_secret_value() == f"sqlite:///{data}/pulse.db"
    assert settings.engine_url.get_secret_value() == f"sqlite:///{data}/engine.db"
    assert settings.key_store.get_secret_value() == f"{data}/keys"
    assert settings.installation_key_file == data / "installation.key"
    assert settings.log_level == "INFO"
    assert settings.executor_id


def test_all_else_stands_beside_an_sqlite_file(here: Path) -> None:
    settings = load('database_url = "sqlite:///kept/pulse.db?timeout=9"')

    assert settings.database_url.get_secret_value() == f"sqlite:///{here}/kept/pulse.db?timeout=9"
    assert settings.engine_url.get_secret_value() == f"sqlite:///{here}/kept/engine.db"
    assert settings.key_store.get_secret_value() == f"{here}/kept/keys"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgres_is_reached_by_the_driver_we_use(scheme: str) -> None:
    settings = load(f'database_url = "{scheme}://me:pw@db/pulse?sslmode=require"')

    expected = "postgresql+psycopg://me:pw@db/pulse?sslmode=require"
    assert settings.database_url.get_secret_value() == expected
    assert settings.engine_url.get_secret_value() == expected


def test_the_environment_wins_over_secret_files_and_these_over_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = '[chat]\nbot_token = "xoxb-file"\napp_token = "file"\n[web]\nport = 1\nhost = "file"'
    (here / "secrets").mkdir()
    for name, value in (("CHAT__BOT_TOKEN", "xoxb-secret"), ("CHAT__APP_TOKEN", "secret\n")):
        (here / "secrets" / f"PULSE_BOT_{name}").write_text(value)
    monkeypatch.setenv("PULSE_BOT_SECRETS_DIR", "secrets")
    monkeypatch.setenv("PULSE_BOT_CHAT__BOT_TOKEN", "xoxb-variable")
    monkeypatch.setenv("PULSE_BOT_WEB__PORT", "3")

    sections = load(toml).adapter_sections()

    chat, web = sections["chat"], sections["web"]
    assert isinstance(chat, ChatSettings)
    assert chat.bot_token.get_secret_value() == "xoxb-variable"
    assert chat.app_token
    assert chat.app_token.get_secret_value() == "secret"
    assert web == PagesSettings(host="file", port=3)


@pytest.mark.parametrize(
    ("toml", "variables", "on"),
    [
        ("", {}, {"web"}),
        ("[web]", {}, {"web"}),
        ("[chat]\nbot_token = 'xoxb-1'", {}, {"chat"}),
        ("[chat]\nbot_token = 'xoxb-1'\n[web]", {}, {"chat", "web"}),
        ("", {"CHAT__BOT_TOKEN": "xoxb-1"}, {"chat"}),
        ("", {"CHAT__BOT_TOKEN": "xoxb-1", "WEB__PORT": "1"}, {"chat", "web"}),
        ("", {"LOG_LEVEL": "debug"}, {"web"}),
    ],
)
def test_an_adapter_with_a_section_is_on_and_with_none_the_web_alone(
    monkeypatch: pytest.MonkeyPatch, toml: str, variables: dict[str, str], on: set[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"PULSE_BOT_{name}", value)

    assert load(toml).adapter_sections().keys() == on


def test_folders_are_a_list_in_the_file_and_a_path_in_a_variable(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load('bank_dirs = ["mine", "/theirs"]').bank_dirs == (here / "mine", Path("/theirs"))
    monkeypatch.setenv("PULSE_BOT_BANK_DIRS", "/a:~/b")
    assert load().bank_dirs == (Path("/a"), Path.home() / "b")


def test_settings_do_not_change_and_do_not_show_secrets() -> None:
    settings = load(f'database_url = "postgres://me:{SECRET}@db/x"\n[chat]\nbot_token="{SECRET}"')

    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.adapter_sections())
    with pytest.raises(ValidationError):
        settings.log_level = "DEBUG"


def test_the_file_is_named_by_option_or_variable(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.toml").write_text('log_level = "error"')
    (here / "b.toml").write_text('log_level = "warning"')
    monkeypatch.setenv("PULSE_BOT_SETTINGS", "a.toml")

    assert load().log_level == "ERROR"
    assert load_settings(here / "b.toml", PLUGINS).log_level == "WARNING"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("log_levl = 'debug'", "pulse-bot.toml: there is no setting log_levl. Did you mean log_le"),
        ("[web]\nprot = 1", "there is no setting web.prot. Did you mean web.port?"),
        ("[slack]\nbot_token = 'x'", "there is no setting slack.bot_token. Did you mean chat.bot"),
        ("[nonsense]", "there is no setting nonsense. Take it out."),
        ("[log_level]\nx = 1", "there is no setting log_level.x"),
        ("_secrets_dir = '/'", "there is no setting _secrets_dir."),
        ("log_level = 'loud'", "log_level (pulse-bot.toml): input should be 'DEBUG', 'INFO', "),
        ("web = 3", "web (pulse-bot.toml): input should be"),
        ("[web]\nport = 'x'", "web.port (pulse-bot.toml): input should be a valid integer"),
        ("[web]\nnames = [3]", "web.names (pulse-bot.toml): input should be a valid string"),
        ("[chat]", "chat.bot_token is not set. Set the variable PULSE_BOT_CHAT__BOT_TOKEN, or"),
        (f"[chat]\nbot_token = 'not-{SECRET}'", "chat.bot_token (pulse-bot.toml): … does not beg"),
        (f"database_url = 'mysql://{SECRET}'", "database_url (pulse-bot.toml): write it as sqlite"),
        ("database_url = 'sqlite://'", "write it as sqlite:////folder/pulse.db"),
        ("database_url = 'sqlite:///:memory:'", "write it as sqlite:////folder/pulse.db"),
        (f"key_store = 's3://{SECRET}'", "key_store (pulse-bot.toml): write it as a folder, or"),
        ("log_level = \n", "pulse-bot.toml is not TOML: Invalid value (at line 1"),
    ],
)
def test_a_mistake_in_the_file(toml: str, told: str) -> None:
    assert told in refused(toml)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LOG_LEVL", "x", "the variable PULSE_BOT_LOG_LEVL: there is no setting log_levl. Did you"),
        ("LOG_LEVL", "x", "Did you mean PULSE_BOT_LOG_LEVEL?"),
        ("WEB__PORT", "x", "web.port (the variable PULSE_BOT_WEB__PORT): input should be a valid"),
        ("WEB", "{}", "the variable PULSE_BOT_WEB: there is no setting web."),
        ("WEB__NAMES", "[oops", "Lists and tables in a variable are written as JSON."),
        ("CHAT__APP_TOKEN", SECRET, "chat.bot_token is not set."),
        ("CHAT__BOT_TOKEN", f"not-{SECRET}", "chat.bot_token (the variable PULSE_BOT_CHAT__BOT_T"),
    ],
)
def test_a_mistake_in_a_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"PULSE_BOT_{name}", value)

    assert told in refused()


def test_a_mistake_in_a_secret_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_BOT_SECRETS_DIR", str(here))
    (here / "PULSE_BOT_CHAT__BOT_TOKN").write_text(SECRET)
    (here / "of-somebody-else").write_text("x")
    assert f"the file {here}/PULSE_BOT_CHAT__BOT_TOKN: there is no setting" in refused()

    (here / "PULSE_BOT_CHAT__BOT_TOKN").rename(here / "PULSE_BOT_CHAT__BOT_TOKEN")
    (here / "PULSE_BOT_CHAT__BOT_TOKEN").write_bytes(b"\xff\xfe")
    assert "PULSE_BOT_CHAT__BOT_TOKEN cannot be read: not text in UTF-8" in refused()


@pytest.mark.parametrize(
    ("name", "told"),
    [("SETTINGS", "which is not a file. Run: pulse-bot init"), ("SECRETS_DIR", "not a folder")],
)
def test_a_place_that_is_not_there(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.setenv(f"PULSE_BOT_{name}", "/nowhere/at/all")

    assert told in refused()


def test_a_file_that_is_no_text(here: Path) -> None:
    (here / "pulse-bot.toml").write_bytes(b"\xff\xfe")

    assert "not text in UTF-8" in refused()


def test_every_mistake_is_told_at_once_with_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_BOT_FOO", "1")

    told = refused("bar = 1\n[web]\nprot = 2")

    assert told.count("there is no setting") == 3
    assert "There are: bank_dirs, chat.app_token, chat.bot_token, database_url," in told


def test_a_default_that_could_not_be_made_is_not_told_of() -> None:
    assert refused("database_url = 'mysql://x'").count("\n") == 1


def test_an_adapter_named_as_a_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="may not be named 'log_level'"):
        load_settings(plugins={"log_level": PLUGINS["web"]})


def test_nothing_is_unknown_that_is_known() -> None:
    places = list_settings(PLUGINS)

    assert ("web", "port") in places
    assert places["chat", "bot_token"].is_secret
    assert places["chat", "bot_token"].variable == "PULSE_BOT_CHAT__BOT_TOKEN"
    assert Sources({}, {}, None, None, {}).find_origin(("web",)) == ""
