"""Pages of somebody else's making, all digests and a pack, served under rules of their own."""

from __future__ import annotations

import httpx
import pytest

from pulse_bot.ports import Card, CardKind, Commanded, Outcome, Reply
from pulse_bot.testing import Script
from pulse_bot_web.headers import POLICY, WHOLE_PAGE_POLICY
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

TOKEN = "t" * 43
HOME = f"/p/{TOKEN}"
WHOLE = "<!doctype html><title>All digests</title><style>p { color: red }</style><p>Round 1</p>"
DIGEST = Card(CardKind.DIGEST, "Round 1", ("Trust: no clear change.",))


@pytest.fixture
def script() -> Script:
    made = Script()
    made.answer = Reply(cards=(DIGEST,))
    return made


@pytest.fixture
def browser(script: Script) -> httpx.AsyncClient:
    app = Site(WebSettings(), script).build_app()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pulse.test")


@pytest.mark.parametrize("name", ["history", "workshop"])
async def test_the_page_is_served_as_it_is(
    browser: httpx.AsyncClient, script: Script, name: str
) -> None:
    script.answer = Reply(cards=(DIGEST,), page=WHOLE)
    page = await browser.get(f"{HOME}/{name}")
    assert (page.status_code, page.text) == (200, WHOLE)
    assert script.events == [Commanded(link_address(TOKEN), name)]


@pytest.mark.parametrize("name", ["history", "workshop"])
async def test_the_page_may_bring_its_style_and_nothing_else(
    browser: httpx.AsyncClient, script: Script, name: str
) -> None:
    script.answer = Reply(page=WHOLE)
    headers = (await browser.get(f"{HOME}/{name}")).headers
    assert headers.get_list("content-security-policy") == [WHOLE_PAGE_POLICY]
    assert "style-src 'unsafe-inline'; img-src data:" in WHOLE_PAGE_POLICY
    for closed in ("default-src", "form-action", "frame-ancestors", "base-uri"):
        assert f"{closed} 'none'" in WHOLE_PAGE_POLICY
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


async def test_the_page_of_digests_leads_there(browser: httpx.AsyncClient, script: Script) -> None:
    leads = [f'href="{HOME}/history"', f'href="{HOME}/workshop"']
    page = (await browser.get(f"{HOME}/group")).text
    assert [one in page for one in leads] == [True, True]
    script.answer = Reply(cards=(Card(CardKind.NOTICE, "No digest yet"),))
    page = (await browser.get(f"{HOME}/group")).text
    assert [one in page for one in leads] == [False, False]


async def test_a_refused_pack_is_a_page_like_any_other(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.answer = Reply("The pack comes when its round has closed.", outcome=Outcome.REFUSED)
    page = await browser.get(f"{HOME}/workshop")
    assert (page.status_code, "The pack comes when" in page.text) == (409, True)
    assert page.headers["content-security-policy"] == POLICY
    assert 'aria-label="Your pages"' in page.text


async def test_without_a_page_the_digests_are_shown(browser: httpx.AsyncClient) -> None:
    assert "Trust: no clear change." in (await browser.get(f"{HOME}/history")).text


async def test_nobody_else_sees_it(browser: httpx.AsyncClient, script: Script) -> None:
    script.answer = Reply(outcome=Outcome.UNKNOWN)
    page = await browser.get(f"{HOME}/history")
    assert page.status_code == 404
    assert "not valid any more" in page.text
