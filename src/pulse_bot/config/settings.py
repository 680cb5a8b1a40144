"""The settings: what there is, where it comes from, and what to do when it is wrong.

The environment wins over secret files, and these over the settings file. Each adapter has a section
under its own name, whose model comes with its plug-in. Nothing else reads the environment.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import platformdirs
import pydantic_settings
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    create_model,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from pulse_bot.config.plugins import AdapterPlugin, adapter_plugins
from pulse_bot.config.sources import PREFIX, Setting, SettingPath, collect_settings, find_sources
from pulse_bot.errors import SettingsError

SQLITE: Final = "sqlite:///"
POSTGRES: Final = ("postgresql+psycopg://", "postgresql://", "postgres://")


def default_data_dir() -> Path:
    """Where this platform keeps a user's data."""
    return platformdirs.user_data_path("pulse-bot", appauthor=False)


def sqlite_url(file: Path) -> str:
    """The database URL of an SQLite file."""
    return f"{SQLITE}{file}"


def _check_database_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    for scheme in POSTGRES:
        if url.startswith(scheme):
            return SecretStr(POSTGRES[0] + url.removeprefix(scheme))
    file, _, options = url.removeprefix(SQLITE).partition("?")
    if not url.startswith(SQLITE) or file in ("", ":memory:"):
        raise ValueError("write it as sqlite:////folder/pulse.db or postgresql://user@host/name")
    whole = sqlite_url(Path(file).expanduser().absolute())
    return SecretStr(f"{whole}?{options}" if options else whole)


def _check_key_store(value: SecretStr) -> SecretStr:
    place = value.get_secret_value()
    if place.startswith(("redis://", "rediss://")):
        return value
    if not place or "://" in place:
        raise ValueError("write it as a folder, or as redis://host:port/number")
    return SecretStr(str(Path(place).expanduser().absolute()))


def sqlite_file(database: SecretStr) -> Path | None:
    """The file of an SQLite database; None for any other database."""
    url = database.get_secret_value()
    if not url.startswith(SQLITE):
        return None
    return Path(url.removeprefix(SQLITE).partition("?")[0])


def _data_folder(data: dict[str, Any]) -> Path:
    """The folder of an SQLite database; the platform's data folder for any other."""
    file = sqlite_file(data["database_url"])
    return file.parent if file else default_data_dir()


def _default_engine_url(data: dict[str, Any]) -> SecretStr:
    database: SecretStr = data["database_url"]
    if sqlite_file(database) is None:
        return database
    return SecretStr(sqlite_url(_data_folder(data) / "engine.db"))


def _split_folders(value: object) -> object:
    return (
        [folder for folder in value.split(os.pathsep) if folder]
        if isinstance(value, str)
        else value
    )


DatabaseUrl = Annotated[SecretStr, AfterValidator(_check_database_url)]
Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """Every setting of the core, frozen. The sections of the adapters come with `adapters()`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: DatabaseUrl = Field(
        default_factory=lambda: SecretStr(sqlite_url(default_data_dir() / "pulse.db")),
        description="Where everything is kept: an SQLite file, or a PostgreSQL database.",
    )
    engine_url: DatabaseUrl = Field(
        default_factory=_default_engine_url,
        description="Where the job engine keeps its work.",
    )
    key_store: Annotated[SecretStr, AfterValidator(_check_key_store)] = Field(
        default_factory=lambda data: SecretStr(str(_data_folder(data) / "keys")),
        description="Where the keys of open rounds are kept: a folder, or a Redis server.",
    )
    installation_key_file: Folder = Field(
        default_factory=lambda data: _data_folder(data) / "installation.key",
        description="The file of the key that seals tallies.",
    )
    bank_dirs: Annotated[tuple[Folder, ...], NoDecode, BeforeValidator(_split_folders)] = Field(
        default=(), description="Folders with question banks of your own."
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(lambda given: given.upper() if isinstance(given, str) else given),
    ] = Field(default="INFO", description="How much is logged.")
    log_style: Literal["line", "json"] = Field(
        default="line", description="How a record is written."
    )
    executor_id: Annotated[str, Field(min_length=1, max_length=60)] = Field(
        default_factory=socket.gethostname,
        description="The name of this worker, the same after a restart and no other worker's.",
    )

    def adapter_sections(self) -> dict[str, BaseModel]:
        """The sections of the adapters that are switched on, by name."""
        sections = type(self).model_fields.keys() - Settings.model_fields.keys()
        values = {name: getattr(self, name) for name in sorted(sections)}
        return {name: section for name, section in values.items() if section is not None}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, NestedSecretsSettingsSource(file_secret_settings), init_settings


def list_settings(plugins: Mapping[str, AdapterPlugin[Any]]) -> dict[SettingPath, Setting]:
    """Every setting there is by its place, those of the adapters included."""
    return collect_settings(Settings, {name: plugin.settings for name, plugin in plugins.items()})


def load_settings(
    file: Path | None = None, plugins: Mapping[str, AdapterPlugin[Any]] | None = None
) -> Settings:
    """The settings, frozen and checked. Raises SettingsError that tells every mistake at once.

    `file` is what `--settings` named; `plugins` are those that are installed.
    """
    installed = adapter_plugins() if plugins is None else plugins
    sources = find_sources(file)
    defined = list_settings(installed)
    sources.refuse_unknown(defined, frozenset(installed))
    values: dict[str, Any] = {**sources.table, "_secrets_dir": sources.secrets_dir}
    if "web" in installed and not sources.list_sections() & installed.keys():
        values["web"] = {}
    try:
        return _build_model(installed)(**values)
    except ValidationError as error:
        raise sources.explain_errors(error.errors(include_url=False), defined) from None
    except pydantic_settings.SettingsError as error:
        raise SettingsError(
            f"{error}. Lists and tables in a variable are written as JSON."
        ) from None


def _build_model(plugins: Mapping[str, AdapterPlugin[Any]]) -> type[Settings]:
    if taken := sorted(plugins.keys() & Settings.model_fields.keys()):
        raise SettingsError(
            f"An adapter may not be named {taken[0]!r}: a setting has that name. "
            "Uninstall the package that brings it."
        )
    sections: dict[str, Any] = {
        name: (plugin.settings | None, None) for name, plugin in plugins.items()
    }
    return create_model("Settings", __base__=Settings, **sections)
