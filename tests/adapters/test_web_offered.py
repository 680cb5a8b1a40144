"""What the pages offer whom: everybody the same to read, and some what their role lets them do."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from pulse_bot.ports import Card, CardKind, Commanded, Reply
from pulse_bot.testing import Script
from pulse_bot.testing.samples import FORM, PLANNING
from pulse_bot_web.links import link_address
from pulse_bot_web.render import FOOTER, NAVIGATION, OFFERED
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

TOKEN = "t" * 43
HOME = f"/p/{TOKEN}"
EVERYBODYS = {f"{HOME}/{word}".rstrip("/") for word, _ in (*NAVIGATION, *FOOTER)}


@pytest.fixture
def script() -> Script:
    made = Script()
    made.home = made.answer = Reply(cards=(Card(CardKind.NOTICE, "Here"),))
    return made


@pytest.fixture
def browser(script: Script) -> httpx.AsyncClient:
    app = Site(WebSettings(), script).build_app()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pulse.test")


def links(page: httpx.Response) -> set[str]:
    return set(re.findall(rf'<a href="({HOME}[^"]*)"', page.text))


@pytest.mark.parametrize("commands", [None, (), ("seed", "settings", "unheard-of")])
async def test_the_own_page_leads_to_what_this_person_may_do(
    browser: httpx.AsyncClient, script: Script, commands: tuple[str, ...] | None
) -> None:
    script.home = Reply(cards=(Card(CardKind.NOTICE, "Here"),), commands=commands)
    known = {word for word, _ in OFFERED} & {*(commands or ())}
    assert links(await browser.get(HOME)) == EVERYBODYS | {f"{HOME}/{word}" for word in known}


async def test_every_link_leads_to_a_page(browser: httpx.AsyncClient, script: Script) -> None:
    script.home = Reply(
        cards=(Card(CardKind.NOTICE, "Here"),), commands=("seed", "trends", "settings")
    )
    words = [word for word, _ in (*NAVIGATION, *FOOTER, *OFFERED) if word]
    for link in links(await browser.get(HOME)):
        assert (await browser.get(link)).status_code == 200
    asked = {one.command for one in script.heard(Commanded)}
    assert asked == {*words}


async def test_a_form_behind_a_link_can_be_filled_in_and_nothing_is_folded(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.answer = Reply(form=PLANNING)
    page = (await browser.get(f"{HOME}/seed")).text
    assert script.events == [Commanded(link_address(TOKEN), "seed")]
    assert f'<form class="questions" method="post" action="{HOME}/send"' in page
    assert "<details" not in page
    assert page.count('type="checkbox"') == 12
    assert re.findall(r'<(textarea|input type="text") id="[^"]+" name="([^"]+)"', page) == [
        ('input type="text"', "t:about"),
        ('input type="text"', "f:day"),
        ("textarea", "f:own"),
    ]


async def test_what_came_of_a_button_can_be_gone_back_to_and_answers_are_kept_nowhere(
    browser: httpx.AsyncClient, script: Script
) -> None:
    off = 'autocomplete="off"'
    script.answer = Reply(form=PLANNING)
    planning = await browser.post(f"{HOME}/press", data={"action": "seed:other:3"})
    assert planning.headers["cache-control"] == "private, no-cache"
    assert off not in planning.text

    script.home = script.answer = Reply(form=FORM)
    assert off in (await browser.get(HOME)).text
    words = replace(FORM, fields=(replace(FORM.fields[-1], erased=True),))
    script.answer = Reply(form=words)
    assert off in (await browser.post(f"{HOME}/press", data={"action": "more:7:0"})).text
    assert (await browser.get(HOME)).headers["cache-control"] == "no-store"
