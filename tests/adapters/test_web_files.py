"""Files on the web: fetched by asking once more, so that a page stays small and nobody keeps it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import httpx
import pytest

from pulse_bot.ports import Card, CardKind, Commanded, File, Outcome, Pressed, Reply
from pulse_bot.testing import Script
from pulse_bot.testing.samples import PACK
from pulse_bot_web.headers import POLICY
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

TOKEN = "t" * 43
HOME = f"/p/{TOKEN}"
ADDRESS = link_address(TOKEN)
LARGE = replace(PACK, content=bytes(4_000_000))
SHOWN = Card(CardKind.NOTICE, "The pack", ("For our workshop.",), file=PACK)


@pytest.fixture
def script() -> Script:
    made = Script()
    made.answer = Reply(cards=(SHOWN,))
    return made


@pytest.fixture
def browser(script: Script) -> httpx.AsyncClient:
    app = Site(WebSettings(), script).build_app()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pulse.test")


async def test_a_page_with_a_large_file_stays_small(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.answer = Reply(cards=(replace(SHOWN, file=LARGE),))
    page = await browser.get(f"{HOME}/pack")
    assert len(page.content) < 20_000
    assert f"Download {PACK.name}" in page.text
    got = await browser.get(f"{HOME}/pack", params={"file": PACK.name})
    assert got.content == LARGE.content
    assert script.events == [Commanded(ADDRESS, "pack")] * 2


async def test_a_button_is_asked_once_more_for_its_file(
    browser: httpx.AsyncClient, script: Script
) -> None:
    page = await browser.post(f"{HOME}/press", data={"action": "pack:file:3"})
    assert '<input type="hidden" name="action" value="pack:file:3">' in page.text
    sent = {"action": "pack:file:3", "file": PACK.name}
    got = await browser.post(f"{HOME}/press", data=sent)
    assert (got.status_code, got.content) == (200, PACK.content)
    assert script.events == [Pressed(ADDRESS, "pack:file:3")] * 2


async def test_a_form_is_not_sent_twice_so_its_file_is_in_the_page(
    browser: httpx.AsyncClient, script: Script
) -> None:
    page = await browser.post(f"{HOME}/send", data={"form": "plan:7", "f:day": "12 March"})
    inside = b64encode(PACK.content).decode()
    assert f'href="data:application/pdf;base64,{inside}"' in page.text
    assert f'download="{PACK.name}"' in page.text
    assert len(script.events) == 1


@pytest.mark.parametrize(
    "name", [PACK.name, 'a"b\r\nX-Evil: 1.pdf', "../../etc/passwd", "é <b>.pdf"]
)
async def test_a_file_is_kept_and_never_opened_on_our_pages(
    browser: httpx.AsyncClient, script: Script, name: str
) -> None:
    page = File(name, "text/html", b"<script>alert(1)</script>")
    script.answer = Reply(cards=(replace(SHOWN, file=page),))
    got = await browser.get(f"{HOME}/pack", params={"file": name})
    kept = got.headers["content-disposition"]
    assert kept.startswith("attachment; filename*=UTF-8''")
    assert not {*kept.removeprefix("attachment; ")} & {*' "/\r\n<;'}
    assert "x-evil" not in got.headers
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == POLICY
    assert got.headers["cache-control"] == "no-store"


async def test_what_is_not_there_any_more_is_said(
    browser: httpx.AsyncClient, script: Script
) -> None:
    gone = await browser.get(f"{HOME}/pack", params={"file": "other.pdf"})
    assert (gone.status_code, "not here any more" in gone.text) == (404, True)
    script.answer = Reply("The pack comes when its round has closed.", outcome=Outcome.REFUSED)
    for got in (
        await browser.get(f"{HOME}/pack", params={"file": PACK.name}),
        await browser.post(f"{HOME}/press", data={"action": "pack", "file": PACK.name}),
    ):
        assert (got.status_code, "The pack comes when" in got.text) == (409, True)
    script.answer = Reply(outcome=Outcome.UNKNOWN)
    stranger = await browser.get(f"{HOME}/pack", params={"file": PACK.name})
    assert stranger.status_code == 404
    assert "not valid any more" in stranger.text
