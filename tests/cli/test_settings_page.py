"""docs/settings.md lists every setting, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from pulse_bot.config.plugins import adapter_plugins
from pulse_bot.config.settings import list_settings, load_settings
from pulse_bot.config.sources import SECRETS_DIR, SETTINGS_FILE

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| `([A-Z_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str]]:
    return {
        name: (variable, default) for name, variable, default, _ in ROW.findall(PAGE.read_text())
    }


def test_every_setting_is_listed_with_its_variable_and_nothing_else() -> None:
    known = {
        setting.name: setting.variable for setting in list_settings(adapter_plugins()).values()
    }

    assert {name: variable for name, (variable, _) in rows().items()} == known


def test_a_default_that_is_written_as_one_is_the_default() -> None:
    listed = rows()
    for setting in list_settings(adapter_plugins()).values():
        default = setting.field.default
        written = listed[setting.name][1]
        if default not in (PydanticUndefined, "", ()):
            assert written == f"`{default}`", setting.name


def test_the_variables_that_name_places_are_told_of() -> None:
    for name in (SETTINGS_FILE, SECRETS_DIR):
        assert f"`{name}`" in PAGE.read_text()


def test_the_example_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```toml\n(.+?)```", PAGE.read_text(), re.DOTALL)
    assert example
    (tmp_path / "pulse-bot.toml").write_text(example[1])
    monkeypatch.chdir(tmp_path)

    assert load_settings().adapter_sections().keys() == {"web"}
