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

Place = tuple[str, ...]
"""A setting's keys, outermost first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its place, and what is known of it."""

    place: Place
    field: FieldInfo

    @property
    def name(self) -> str:
        """As messages write it: `web.port`."""
        return ".".join(self.place)

    @property
    def variable(self) -> str:
        """The environment variable, and the name of the secret file."""
        return PREFIX + "__".join(self.place).upper()

    @property
    def secret(self) -> bool:
        """Whether its value may not be shown."""
        return SecretStr in (self.field.annotation, *get_args(self.field.annotation))


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found: variables and secret files by place, and the settings file."""

    variables: Mapping[Place, str]
    secrets: Mapping[Place, Path]
    secrets_dir: Path | None
    file: Path | None
    table: Mapping[str, Any]

    def sections(self) -> frozenset[str]:
        """The outermost keys of everything that is set."""
        return frozenset(place[0] for place, _ in self._given())

    def origin(self, place: Place) -> str:
        """Where the value in force was set."""
        for depth in range(len(place), 0, -1):
            for given, origin in self._given():
                if given[:depth] == place[:depth]:
                    return origin
        return ""

    def refuse_unknown(self, there: Mapping[Place, Setting], sections: frozenset[str]) -> None:
        """Raise SettingsError for all that is set and does not exist."""
        mistakes = [
            _unknown(place, origin, there, in_file=str(self.file) == origin)
            for place, origin in self._given()
            if place not in there and not self._opens_section(place, origin, there, sections)
        ]
        if mistakes:
            raise told([*mistakes, _all_of(there)])

    def explained(
        self, errors: Iterable[ErrorDetails], there: Mapping[Place, Setting]
    ) -> SettingsError:
        """Pydantic's errors in words for people, without any value."""
        mistakes = [error for error in errors if error["type"] != DEFAULT_NOT_MADE]
        return told([self._explained(error, there) for error in mistakes])

    def _explained(self, error: ErrorDetails, there: Mapping[Place, Setting]) -> str:
        place = tuple(str(key) for key in error["loc"])
        setting = next((there[place[:end]] for end in (2, 1) if place[:end] in there), None)
        name = setting.name if setting else ".".join(place)
        if setting and error["type"] == "missing":
            return (
                f"{name} is not set. Set the variable {setting.variable}, or write "
                f"{place[-1]} = … under [{'.'.join(place[:-1])}] in the settings file."
            )
        what = error["msg"].removeprefix("Value error, ")
        # The core's own messages quote nothing; those of an adapter's validators may.
        if setting and setting.secret and len(place) > 1 and isinstance(error["input"], str):
            what = what.replace(error["input"] or "…", "…")
        origin = self.origin(place)
        where = f" ({origin})" if origin else ""
        return f"{name}{where}: {what[:1].lower()}{what[1:]}. Correct it, or take it out."

    def _opens_section(
        self, place: Place, origin: str, there: Mapping[Place, Setting], sections: frozenset[str]
    ) -> bool:
        if origin != str(self.file):
            return False
        return place[0] in sections and (len(place) == 1 or place[:2] in there)

    def _given(self) -> Iterator[tuple[Place, str]]:
        yield from ((place, f"the variable {name}") for place, name in self.variables.items())
        yield from ((place, f"the file {file}") for place, file in self.secrets.items())
        yield from ((place, str(self.file)) for place in _leaves(self.table))


def told(mistakes: list[str]) -> SettingsError:
    """One error of several mistakes."""
    return SettingsError("\n".join(("The settings are not right.", *mistakes)))


def settings_of(
    core: type[BaseModel], sections: Mapping[str, type[BaseModel]]
) -> dict[Place, Setting]:
    """Every setting there is by place: those of the core, and of each adapter's section."""
    found = list(_fields(core, ()))
    for name, section in sections.items():
        found += _fields(section, (name,))
    return {setting.place: setting for setting in found}


def find_sources(file: Path | None) -> Sources:
    """All that is set. `file` is what `--settings` named. Raises SettingsError."""
    path = _file(file)
    secrets_dir = _secrets_dir()
    return Sources(
        variables={_place(name): name for name in os.environ if _ours(name)},
        secrets={_place(one.name): one for one in _secret_files(secrets_dir)},
        secrets_dir=secrets_dir,
        file=path,
        table=_table(path) if path else {},
    )


def _file(named: Path | None) -> Path | None:
    from_variable = os.environ.get(SETTINGS_FILE)
    path = named or (Path(from_variable) if from_variable else None)
    if path is None:
        return DEFAULT_FILE if DEFAULT_FILE.exists() else None
    if not path.is_file():
        by = "--settings" if named else SETTINGS_FILE
        raise SettingsError(f"{by} names {path}, which is not a file. Run: pulse-bot init")
    return path


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not text in UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}. Correct it there.") from None


def _secrets_dir() -> Path | None:
    named = os.environ.get(SECRETS_DIR)
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_dir():
        raise SettingsError(
            f"{SECRETS_DIR} names {path}, which is not a folder. Create it, or unset the variable."
        )
    return path


def _secret_files(folder: Path | None) -> Iterator[Path]:
    for file in sorted(folder.iterdir()) if folder else ():
        if not _ours(file.name):
            continue
        try:
            file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
            raise SettingsError(f"The secret file {file} cannot be read: {why}.") from None
        yield file


def _ours(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and upper not in (SETTINGS_FILE, SECRETS_DIR)


def _place(name: str) -> Place:
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _fields(model: type[BaseModel], above: Place) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        yield Setting((*above, name), field)


def _leaves(table: Mapping[str, Any], above: Place = ()) -> Iterator[Place]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key)


def _unknown(place: Place, origin: str, there: Mapping[Place, Setting], *, in_file: bool) -> str:
    name = ".".join(place)
    near = get_close_matches(name, [setting.name for setting in there.values()], n=1)
    if not near:
        return f"{origin}: there is no setting {name}. Take it out."
    setting = there[tuple(near[0].split("."))]
    meant = setting.name if in_file else setting.variable
    return f"{origin}: there is no setting {name}. Did you mean {meant}?"


def _all_of(there: Mapping[Place, Setting]) -> str:
    return "There are: " + ", ".join(sorted(setting.name for setting in there.values())) + "."
