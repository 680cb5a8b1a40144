"""Where settings come from, and the messages for what is wrong in them.

Values are read by pydantic-settings; here is what it does not do: refuse what is unknown, wherever
it stands, and say of each mistake where it was made. No value is ever quoted.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pulse_bot.errors import SettingsError

PREFIX: Final = "PULSE_BOT_"
SETTINGS_FILE: Final = "PULSE_BOT_SETTINGS"
"""The variable that names the settings file."""
SECRETS_DIR: Final = "PULSE_BOT_SECRETS_DIR"
"""The variable that names a folder of secret files, each named as its variable."""
DEFAULT_FILE: Final = Path("pulse-bot.toml")

DEFAULT_NOT_MADE: Final = "default_factory_not_called"
"""Pydantic's word for a default that follows from a setting which is itself wrong."""

SettingPath = tuple[str, ...]
"""A setting's keys, outermost first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its place, and what is known of it."""

    path: SettingPath
    field: FieldInfo

    @property
    def name(self) -> str:
        """As messages write it: `web.port`."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """The environment variable, and the name of the secret file."""
        return PREFIX + "__".join(self.path).upper()

    @property
    def is_secret(self) -> bool:
        """Whether its value may not be shown."""
        return SecretStr in (self.field.annotation, *get_args(self.field.annotation))


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found: variables and secret files by place, and the settings file."""

    variables: Mapping[SettingPath, str]
    secrets: Mapping[SettingPath, Path]
    secrets_dir: Path | None
    file: Path | None
    table: Mapping[str, Any]

    def list_sections(self) -> frozenset[str]:
        """The outermost keys of everything that is set."""
        return frozenset(path[0] for path, _ in self._list_origins())

    def find_origin(self, path: SettingPath) -> str:
        """Where the value in force was set."""
        for depth in range(len(path), 0, -1):
            for set_path, origin in self._list_origins():
                if set_path[:depth] == path[:depth]:
                    return origin
        return ""

    def refuse_unknown(
        self, defined: Mapping[SettingPath, Setting], sections: frozenset[str]
    ) -> None:
        """Raise SettingsError for all that is set and does not exist."""
        mistakes = [
            _unknown_message(path, origin, defined, in_file=str(self.file) == origin)
            for path, origin in self._list_origins()
            if path not in defined and not self._opens_section(path, origin, defined, sections)
        ]
        if mistakes:
            raise combine_mistakes([*mistakes, _all_names_message(defined)])

    def explain_errors(
        self, errors: Iterable[ErrorDetails], defined: Mapping[SettingPath, Setting]
    ) -> SettingsError:
        """Pydantic's errors in words for people, without any value."""
        mistakes = [error for error in errors if error["type"] != DEFAULT_NOT_MADE]
        return combine_mistakes([self._explain_error(error, defined) for error in mistakes])

    def _explain_error(self, error: ErrorDetails, defined: Mapping[SettingPath, Setting]) -> str:
        path = tuple(str(key) for key in error["loc"])
        setting = next((defined[path[:end]] for end in (2, 1) if path[:end] in defined), None)
        name = setting.name if setting else ".".join(path)
        if setting and error["type"] == "missing":
            return (
                f"{name} is not set. Set the variable {setting.variable}, or write "
                f"{path[-1]} = … under [{'.'.join(path[:-1])}] in the settings file."
            )
        what = error["msg"].removeprefix("Value error, ")
        # The core's own messages quote nothing; those of an adapter's validators may.
        if setting and setting.is_secret and len(path) > 1 and isinstance(error["input"], str):
            what = what.replace(error["input"] or "…", "…")
        origin = self.find_origin(path)
        where = f" ({origin})" if origin else ""
        return f"{name}{where}: {what[:1].lower()}{what[1:]}. Correct it, or take it out."

    def _opens_section(
        self,
        path: SettingPath,
        origin: str,
        defined: Mapping[SettingPath, Setting],
        sections: frozenset[str],
    ) -> bool:
        if origin != str(self.file):
            return False
        return path[0] in sections and (len(path) == 1 or path[:2] in defined)

    def _list_origins(self) -> Iterator[tuple[SettingPath, str]]:
        yield from ((path, f"the variable {name}") for path, name in self.variables.items())
        yield from ((path, f"the file {file}") for path, file in self.secrets.items())
        yield from ((path, str(self.file)) for path in _list_leaves(self.table))


def combine_mistakes(mistakes: list[str]) -> SettingsError:
    """One error of several mistakes."""
    return SettingsError("\n".join(("The settings are not right.", *mistakes)))


def collect_settings(
    core: type[BaseModel], sections: Mapping[str, type[BaseModel]]
) -> dict[SettingPath, Setting]:
    """Every setting there is by place: those of the core, and of each adapter's section."""
    settings = list(_list_fields(core, ()))
    for name, section in sections.items():
        settings += _list_fields(section, (name,))
    return {setting.path: setting for setting in settings}


def find_sources(file: Path | None) -> Sources:
    """All that is set. `file` is what `--settings` named. Raises SettingsError."""
    path = _find_file(file)
    secrets_dir = _find_secrets_dir()
    return Sources(
        variables={_variable_path(name): name for name in os.environ if _is_ours(name)},
        secrets={
            _variable_path(secret_file.name): secret_file
            for secret_file in _list_secret_files(secrets_dir)
        },
        secrets_dir=secrets_dir,
        file=path,
        table=_read_table(path) if path else {},
    )


def _find_file(named: Path | None) -> Path | None:
    from_variable = os.environ.get(SETTINGS_FILE)
    path = named or (Path(from_variable) if from_variable else None)
    if path is None:
        return DEFAULT_FILE if DEFAULT_FILE.exists() else None
    if not path.is_file():
        by = "--settings" if named else SETTINGS_FILE
        raise SettingsError(f"{by} names {path}, which is not a file. Run: pulse-bot init")
    return path


def _read_table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not text in UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}. Correct it there.") from None


def _find_secrets_dir() -> Path | None:
    named = os.environ.get(SECRETS_DIR)
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_dir():
        raise SettingsError(
            f"{SECRETS_DIR} names {path}, which is not a folder. Create it, or unset the variable."
        )
    return path


def _list_secret_files(folder: Path | None) -> Iterator[Path]:
    for file in sorted(folder.iterdir()) if folder else ():
        if not _is_ours(file.name):
            continue
        try:
            file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
            raise SettingsError(f"The secret file {file} cannot be read: {why}.") from None
        yield file


def _is_ours(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and upper not in (SETTINGS_FILE, SECRETS_DIR)


def _variable_path(name: str) -> SettingPath:
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _list_fields(model: type[BaseModel], parent: SettingPath) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        yield Setting((*parent, name), field)


def _list_leaves(table: Mapping[str, Any], parent: SettingPath = ()) -> Iterator[SettingPath]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _list_leaves(value, (*parent, key))
        else:
            yield (*parent, key)


def _unknown_message(
    path: SettingPath, origin: str, defined: Mapping[SettingPath, Setting], *, in_file: bool
) -> str:
    name = ".".join(path)
    near = get_close_matches(name, [setting.name for setting in defined.values()], n=1)
    if not near:
        return f"{origin}: there is no setting {name}. Take it out."
    setting = defined[tuple(near[0].split("."))]
    meant = setting.name if in_file else setting.variable
    return f"{origin}: there is no setting {name}. Did you mean {meant}?"


def _all_names_message(defined: Mapping[SettingPath, Setting]) -> str:
    return "There are: " + ", ".join(sorted(setting.name for setting in defined.values())) + "."
