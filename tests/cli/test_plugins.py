"""How plug-ins are found, and what is said when one is broken."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from pulse_bot.config import plugins
from pulse_bot.config.plugins import AdapterPlugin, adapter_plugins, load_renderer
from pulse_bot.errors import MissingExtra, PulseBotError

Install = Callable[[str, str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package with one plug-in on the path, as pip would."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(package: str, entry: str, source: str) -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry.replace("MODULE", module))
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


CHAT = "[pulse_bot.adapters]\nmychat = MODULE:plugin\n"


def test_the_web_adapter_comes_through_the_same_door() -> None:
    assert adapter_plugins()["web"].name == "web"


def test_a_third_party_can_bring_an_adapter(install: Install) -> None:
    install(
        "pulse-bot-mychat",
        CHAT,
        "from pulse_bot.config.plugins import AdapterPlugin\n"
        "from pydantic import BaseModel\n"
        "plugin = AdapterPlugin('mychat', BaseModel, lambda settings: None)\n",
    )

    assert isinstance(adapter_plugins()["mychat"], AdapterPlugin)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("plugin = 3", "TypeError: pulse_bot_mychat:plugin is not an AdapterPlugin"),
        ("other = 3", "AttributeError"),
    ],
)
def test_a_broken_one_is_named_with_its_package(install: Install, source: str, why: str) -> None:
    install("pulse-bot-mychat", CHAT, source)

    with pytest.raises(PulseBotError, match="'mychat' of the package pulse-bot-mychat") as told:
        adapter_plugins()
    assert why in str(told.value)
    assert "Update pulse-bot-mychat, or uninstall it." in str(told.value)


def test_two_of_one_name_are_refused(install: Install) -> None:
    install("one-chat", CHAT, "")
    install("other-chat", CHAT, "")

    with pytest.raises(PulseBotError, match="both bring 'mychat'") as told:
        adapter_plugins()
    assert "one-chat" in str(told.value)
    assert "other-chat" in str(told.value)


def test_a_renderer_is_found_by_name(install: Install) -> None:
    install("my-words", "[pulse_bot.renderers]\nmine = MODULE:plugin\n", "plugin = 'words'")

    assert load_renderer("mine") == "words"  # type: ignore[comparison-overlap]  # stands for a renderer
    with pytest.raises(PulseBotError, match="no renderer 'none'"):
        load_renderer("none")


@pytest.mark.parametrize(("group", "extra"), [("adapters", "web"), ("renderers", "reports")])
def test_a_library_that_ours_needs_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, group: str, extra: str
) -> None:
    class Ours:
        name = "web" if group == "adapters" else "digest"
        value = module = "pulse_bot_web"
        dist = type("Package", (), {"name": "pulse-bot"})

        def load(self) -> None:
            raise ModuleNotFoundError(name="somelib")

    def found(group: str) -> list[EntryPoint]:
        return [Ours()]  # type: ignore[list-item]  # a stand-in whose library is missing

    monkeypatch.setattr(plugins, "entry_points", found)
    with pytest.raises(MissingExtra, match=rf"somelib is not installed.*pulse-bot\[{extra}\]"):
        adapter_plugins() if group == "adapters" else load_renderer()
