"""Applications of other adapters on the web adapter's port: beside the pages, never before them."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Asgi, Host, OpenedHome, Reply, Reporting, Watching
from pulse_bot.testing import Script, running
from pulse_bot_web.adapter import WebAdapter
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

TOKEN = "t" * 43
PROXIED = WebSettings(port=0, public_url="https://example.org/pulse")


def lent(name: str = "lent") -> Asgi:
    """An application that says what it was asked, and for whom it takes itself."""

    async def app(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        assert callable(receive)
        assert callable(send)
        body = (await receive())["body"].decode()
        words = f"{name} {scope['method']} {scope['root_path']} {scope['path']} {body}"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": words.strip().encode()})

    return app


async def test_pages_and_what_is_mounted_share_a_port() -> None:
    adapter, script = WebAdapter(PROXIED), Script()
    assert isinstance(adapter, Host)
    adapter.mount("/one", lent("one"))
    adapter.mount("/two", lent("two"))
    async with running(adapter, script):
        await asyncio.wait_for(adapter.listening.wait(), 60)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{adapter.port}") as client:
            said = [
                (await client.post("/one", content=b"an update")).text,
                (await client.get("/two/below/it")).text,
                (await client.get("/healthz")).text,
            ]
            assert (await client.get(f"/p/{TOKEN}")).status_code == 200
            for other in ("/", "/onetwo", "/one-two", "/three"):
                assert "lent" not in (await client.get(other)).text
            assert (await client.get("/onetwo")).status_code == 404
    assert said == ["one POST /one /one an update", "two GET /two /two/below/it", "ok"]
    assert script.events == [OpenedHome(link_address(TOKEN), promised=False)]


@pytest.mark.parametrize("at", ["", "/p", f"/p/{TOKEN}", "/healthz", "/style.css"])
async def test_what_is_mounted_stands_before_no_page(at: str) -> None:
    script = Script()
    script.home = script.answer = Reply("From the core.")
    app = Site(WebSettings(), script).build_app({at: lent()} if at else {"/p": lent(), "/": lent()})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://pulse.test", follow_redirects=True
    ) as client:
        pages = [
            await client.get("/"),
            await client.get("/healthz"),
            await client.get("/style.css"),
            await client.get(f"/p/{TOKEN}"),
            await client.get(f"/p/{TOKEN}/group"),
            await client.post(f"/p/{TOKEN}/press", data={"action": "a"}),
        ]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert not [page.url for page in pages if page.text.startswith("lent")]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (WebSettings(), "http://127.0.0.1:8080/hooks"),
        (WebSettings(port=9000), "http://127.0.0.1:9000/hooks"),
        (WebSettings(public_url="https://pulse.example.org"), "https://pulse.example.org/hooks"),
        (PROXIED, "https://example.org/pulse/hooks"),
    ],
)
def test_the_address_is_the_one_that_people_are_given(settings: WebSettings, address: str) -> None:
    assert WebAdapter(settings).mount("/hooks", lent()) == address


def test_an_address_that_nobody_can_know_yet_is_not_given_out() -> None:
    with pytest.raises(AdapterError, match="set PULSE_BOT_WEB__PORT or") as caught:
        WebAdapter(WebSettings(port=0)).mount("/hooks", lent())
    assert caught.value.permanent


class Patient:
    """An adapter that can say how it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.trouble = ""

    def health(self) -> str:
        """As it was told."""
        return self.trouble


async def test_the_health_page_tells_of_every_adapter_and_why_one_is_unwell() -> None:
    adapter, slack, telegram = WebAdapter(PROXIED), Patient("slack"), Patient("telegram")
    adapter.watch(slack)
    adapter.watch(telegram)
    async with running(adapter, Script()):
        await asyncio.wait_for(adapter.listening.wait(), 60)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{adapter.port}") as client:
            well = await client.get("/healthz")
            telegram.trouble = "Another program is listening with this bot's token."
            unwell = await client.get("/healthz")
    assert (well.status_code, well.text) == (200, "ok\nslack: ok\ntelegram: ok")
    lines = unwell.text.splitlines()
    assert (unwell.status_code, lines[0], lines[1]) == (503, "trouble", "slack: ok")
    assert lines[2] == f"telegram: {telegram.trouble}"


def test_adapters_are_watched_by_whoever_serves_pages() -> None:
    assert isinstance(WebAdapter(PROXIED), Watching)
    assert isinstance(Patient("slack"), Reporting)
