"""The web adapter as a plug-in and as a server: settings, links, sockets, addresses."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

import pulse_bot_web
from pulse_bot.errors import AdapterError, MissingExtra
from pulse_bot.ports import Address, Card, CardKind, Members
from pulse_bot.testing import Script, running
from pulse_bot_web.adapter import WebAdapter
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings

HOME = f"/p/{'t' * 43}"
ADDRESS = link_address("t" * 43)
NOTICE = Card(CardKind.NOTICE, "A notice")

# The server


async def test_a_port_in_use_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AdapterError) as caught:
            await WebAdapter(WebSettings(port=port)).run(Script())
    assert str(caught.value) == (
        f"Port {port} on 127.0.0.1 is in use: stop the other program or set PULSE_BOT_WEB__PORT."
    )
    assert caught.value.permanent


async def test_an_address_of_another_machine_says_what_to_do() -> None:
    with pytest.raises(AdapterError, match=r"Cannot listen on 192\.0\.2\.1: set .*WEB__HOST"):
        await WebAdapter(WebSettings(host="192.0.2.1", port=0)).run(Script())


async def test_a_long_comment_gets_its_page_over_a_real_connection() -> None:
    adapter, script = WebAdapter(WebSettings(port=0)), Script()
    async with running(adapter, script):
        await asyncio.wait_for(adapter.listening.wait(), 60)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{adapter.port}") as browser:
            page = await browser.post(f"{HOME}/send", data={"form": "r", "f:q": "é" * 100_000})
            health = await browser.get("/healthz")
    assert page.status_code == 413
    assert "server" not in page.headers
    assert (health.status_code, health.text) == (200, "ok")


async def test_an_address_of_another_adapter_is_refused() -> None:
    adapter = WebAdapter(WebSettings())
    with pytest.raises(AdapterError):
        await adapter.send(Address("web", "workspace", ADDRESS.user), NOTICE)
    assert await adapter.send(ADDRESS, NOTICE) == ADDRESS
    assert await adapter.members(ADDRESS) == Members()


# The plug-in


def test_a_personal_link_leads_to_its_address_and_holds_no_trace_of_it() -> None:
    settings = WebSettings(public_url="https://pulse.example.org/school/")
    link, other = (pulse_bot_web.create_personal_link(settings) for _ in range(2))
    assert link != other
    start, _, token = link.url.rpartition("/")
    assert start == "https://pulse.example.org/school/p"
    assert link_address(token) == link.address
    assert re.fullmatch("[0-9a-f]{64}", link.address.user)
    assert token not in repr(link.address)


def test_the_plugin_builds_the_adapter() -> None:
    plugin = pulse_bot_web.plugin
    assert plugin.name == plugin.build(WebSettings()).name == "web"


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("adapter", "site", "parse", "render", "headers"):
        monkeypatch.delitem(sys.modules, f"pulse_bot_web.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingExtra, match=r"uvicorn is not installed.*pulse-bot\[web\]"):
        pulse_bot_web.build_adapter(WebSettings())


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        (WebSettings(), "http://127.0.0.1:8080"),
        (WebSettings(host="0.0.0.0", port=9000), "http://localhost:9000"),  # noqa: S104  # no socket  # never listened on
        (WebSettings(host="::1"), "http://[::1]:8080"),
        (WebSettings(public_url="https://pulse.example.org/"), "https://pulse.example.org"),
    ],
)
def test_links_start_where_people_find_the_pages(settings: WebSettings, start: str) -> None:
    assert settings.links_start_with == start


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 70000},
        {"host": ""},
        {"colour": "blue"},
        {"public_url": "pulse.example.org"},
        {"public_url": "https://pulse.example.org/?a=b"},
        {"public_url": "ftp://pulse.example.org"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(wrong)


def test_the_readme_has_every_setting_with_its_default() -> None:
    readme = (Path(__file__).parents[2] / "adapters/web/README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", readme, re.MULTILINE))
    assert rows.keys() == WebSettings.model_fields.keys()
    for name, setting in WebSettings.model_fields.items():
        default = f"`{setting.default}`" if setting.default else "host and port"
        assert rows[name].startswith(f"`PULSE_BOT_WEB__{name.upper()}` | {default} |")
