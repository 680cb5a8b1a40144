"""What a browser, a curious stranger and a broken client meet: statuses, headers, cookies, limits.

Served in memory; test_web_plugin has what needs a socket.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from pulse_bot.ports import (
    Card,
    CardKind,
    Commanded,
    Field,
    FieldKind,
    Form,
    OpenedHome,
    Option,
    Outcome,
    Picture,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.testing import Script
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

TOKEN = "t" * 43
HOME = f"/p/{TOKEN}"
ADDRESS = link_address(TOKEN)
PROMISE = Card(CardKind.PROMISE, "Before your first answer", ("Nobody can tell who said what.",))
FORM = Form(
    "round-7",
    "This week's question",
    (Field("q", "We say what we think.", FieldKind.ONE, (Option("1", "Never"),)),),
)
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def script() -> Script:
    made = Script()
    made.home = Reply(form=FORM)
    return made


@pytest.fixture
async def browser(script: Script) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with an empty jar of cookies, at the pages of `script`."""
    async with _browser(script, "") as client:
        yield client


def _browser(script: Script, public_url: str) -> httpx.AsyncClient:
    app = Site(WebSettings(public_url=public_url), script).build_app()
    origin = urlsplit(public_url or "http://pulse.test")._replace(path="").geturl()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=origin)


# The promise


async def test_the_promise_comes_first_and_alone_and_once_a_device(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.home = Reply(cards=(PROMISE,), form=FORM)
    first = await browser.get(HOME)
    assert "Nobody can tell" in first.text
    assert "We say what we think." not in first.text
    assert script.events == [OpenedHome(ADDRESS, promised=False)]

    read = await browser.post(f"{HOME}/promise")
    assert len(script.events) == 1, "that it was read is told to nobody"
    cookie = read.headers["set-cookie"]
    for part in (f"Path={HOME}", "HttpOnly", "SameSite=lax", "Max-Age=31536000"):
        assert part in cookie
    assert "Secure" not in cookie, "a browser drops such a cookie on plain HTTP"

    then = await browser.get(HOME)
    assert "We say what we think." in then.text
    assert "Nobody can tell" not in then.text
    assert script.events[-1] == OpenedHome(ADDRESS, promised=True)


async def test_a_browser_that_refuses_cookies_still_gets_to_the_question(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.home = Reply(cards=(PROMISE,), form=FORM)
    read = await browser.post(f"{HOME}/promise")
    browser.cookies.clear()
    then = await browser.get(read.headers["location"])
    assert "We say what we think." in then.text


async def test_the_promise_can_be_read_again_under_privacy(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.answer = Reply(cards=(PROMISE,))
    assert "Nobody can tell" in (await browser.get(f"{HOME}/privacy")).text


# Answering


async def test_a_notice_comes_by_a_redirect_and_is_seen_once(browser: httpx.AsyncClient) -> None:
    sent = await browser.post(f"{HOME}/send", data={"form": "round-7", "f:q": "1"})
    assert (sent.status_code, sent.headers["location"]) == (303, HOME)
    cookie = sent.headers["set-cookie"]
    for part in (f"Path={HOME}", "HttpOnly", "SameSite=strict", "Max-Age=60"):
        assert part in cookie

    once = await browser.get(HOME)
    assert 'role="status"' in once.text
    assert "Recorded." in once.text
    assert "We say what we think." in once.text, "it can be answered again"
    assert "checked" not in once.text
    assert "Recorded." not in (await browser.get(HOME)).text


async def test_looking_at_the_head_of_a_page_does_not_use_the_notice_up(
    browser: httpx.AsyncClient,
) -> None:
    await browser.post(f"{HOME}/press", data={"action": "a"})
    await browser.head(HOME)
    assert "Recorded." in (await browser.get(HOME)).text


async def test_a_long_notice_is_shown_at_once(browser: httpx.AsyncClient, script: Script) -> None:
    script.answer = Reply(notice="word " * 1000)
    shown = await browser.post(f"{HOME}/press", data={"action": "a"})
    assert shown.status_code == 200
    assert shown.text.count("word") >= 1000


@pytest.mark.parametrize("forged", ["%%%", "a", "____", "x" * 3000])
async def test_a_forged_notice_is_left_out(browser: httpx.AsyncClient, forged: str) -> None:
    page = await browser.get(HOME, headers={"Cookie": f"notice={forged}"})
    assert page.status_code == 200
    assert 'role="status"' not in page.text


async def test_a_refusal_is_a_page_with_the_reason_and_the_way_back(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.answer = Reply("This round closed on Friday at 16:00.", outcome=Outcome.REFUSED)
    page = await browser.post(f"{HOME}/send", data={"form": "round-7"})
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    assert "This round closed on Friday at 16:00." in page.text
    assert f'href="{HOME}">Back to the question' in page.text


async def test_texts_come_as_typed_and_blank_ones_do_not_come(
    browser: httpx.AsyncClient, script: Script
) -> None:
    await browser.post(
        f"{HOME}/send",
        data={
            "form": "r",
            "f:a": "x\r\n \u200f\u05e9\u05dc 🙂 +%&=",
            "f:b": " \r\n",
            "f:c": ["1", "2"],
            "g": "x",
        },
    )
    values = {"a": ("x\n \u200f\u05e9\u05dc 🙂 +%&=",), "c": ("1", "2")}
    assert script.events == [Submitted(ADDRESS, "r", values)]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"f:a": "o:1", "t:a": "Elm & Oak "}, {"a": ("Elm & Oak ",)}),
        ({"f:a": "o:1", "t:a": " "}, {"a": ("o:1",)}),
        ({"t:a": "Elm"}, {"a": ("Elm",)}),
        ({"f:a": "o:1", "t:b": "Elm"}, {"a": ("o:1",), "b": ("Elm",)}),
    ],
)
async def test_what_is_typed_counts_before_what_was_picked(
    browser: httpx.AsyncClient,
    script: Script,
    sent: dict[str, str],
    meant: dict[str, tuple[str, ...]],
) -> None:
    await browser.post(f"{HOME}/send", data={"form": "r", **sent})
    assert script.events == [Submitted(ADDRESS, "r", meant)]


# Links


@pytest.mark.parametrize("path", ["/p/short", f"/p/{'t' * 44}", f"/p/{'é' * 43}", f"{HOME[:-1]}."])
@pytest.mark.parametrize("rest", ["", "/group", "/send"])
async def test_what_was_never_a_link_does_not_reach_the_core(
    browser: httpx.AsyncClient, script: Script, path: str, rest: str
) -> None:
    method = "POST" if rest == "/send" else "GET"
    page = await browser.request(method, path + rest, data={"form": "x"} if rest == "/send" else {})
    assert page.status_code == 404
    assert "This link is not valid any more" in page.text
    assert script.events == []


@pytest.mark.parametrize("rest", ["", "/group"])
async def test_a_revoked_link_says_what_to_do(
    browser: httpx.AsyncClient, script: Script, rest: str
) -> None:
    script.home = script.answer = Reply(outcome=Outcome.UNKNOWN)
    page = await browser.get(HOME + rest)
    assert page.status_code == 404
    assert "Ask your partnership&#39;s lead for a new one." in page.text


async def test_links_that_change_something_are_not_followed(
    browser: httpx.AsyncClient, script: Script
) -> None:
    for command in ("leave", "pause", "send", "press", "promise"):
        assert (await browser.get(f"{HOME}/{command}")).status_code in (404, 405)
    assert script.events == []
    for command in ("roster", "log"):
        await browser.get(f"{HOME}/{command}")
    assert script.events == [Commanded(ADDRESS, "roster"), Commanded(ADDRESS, "log")]


# Trouble


@pytest.mark.parametrize("size", [70_000, 900_000, 3_000_000])
@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_long_is_refused_kindly(
    browser: httpx.AsyncClient, script: Script, size: int, declared: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(size // 10_000):
            yield b"x" * 10_000

    content = b"x" * size if declared else pieces()
    page = await browser.post(f"{HOME}/send", content=content, headers=FORM_TYPE)
    assert page.status_code == 413
    assert "Nothing has been recorded" in page.text
    assert script.events == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
async def test_another_content_type_is_refused(browser: httpx.AsyncClient, kind: str) -> None:
    page = await browser.post(f"{HOME}/send", content=b"{}", headers={"Content-Type": kind})
    assert page.status_code == 415
    assert "Nothing has been recorded" in page.text


@pytest.mark.parametrize(
    ("path", "body"),
    [("send", b"f:q=1"), ("press", b"other=1"), ("send", b"&".join([b"f:q=1"] * 300))],
)
async def test_a_form_that_is_not_ours_is_refused(
    browser: httpx.AsyncClient, script: Script, path: str, body: bytes
) -> None:
    page = await browser.post(f"{HOME}/{path}", content=body, headers=FORM_TYPE)
    assert page.status_code == 422
    assert script.events == []


async def test_bytes_that_are_no_text_are_passed_on_as_marks(
    browser: httpx.AsyncClient, script: Script
) -> None:
    await browser.post(f"{HOME}/press", content=b"action=%ff\xfe%00", headers=FORM_TYPE)
    assert script.events == [Pressed(ADDRESS, "��\x00")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", HOME, f"{HOME}/send"])
async def test_other_methods_are_refused(
    browser: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await browser.request(method, path)).status_code == 405


async def test_a_broken_core_is_a_503_that_says_nothing_was_lost(
    browser: httpx.AsyncClient, script: Script
) -> None:
    script.error = RuntimeError("inner detail")
    page = await browser.get(HOME)
    assert page.status_code == 503
    assert "Nothing was lost; please try again in a minute." in page.text
    assert "inner detail" not in page.text


# Every response


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/healthz", 200), (HOME, 200), ("/p/x", 404), ("/nowhere", 404), ("//x", 404)],
)
async def test_every_response_keeps_to_itself(
    browser: httpx.AsyncClient, path: str, status: int
) -> None:
    page = await browser.get(f"http://pulse.test{path}")
    assert page.status_code == status
    policy = page.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; form-action 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    outside = re.findall(r'(?:src|href|action)="(?!/|#|data:)[^"]*"', page.text)
    assert outside == []


async def test_the_style_sheet_asks_nobody_else(browser: httpx.AsyncClient) -> None:
    style = await browser.get("/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in style.text
    assert "@import" not in style.text


async def test_behind_https_and_under_a_path_links_and_cookies_fit(script: Script) -> None:
    script.home = Reply(cards=(PROMISE,))
    async with _browser(script, "https://pulse.example.org/school") as browser:
        page = await browser.get(HOME)
        assert f'action="/school{HOME}/promise"' in page.text
        assert 'href="/school/style.css"' in page.text
        read = await browser.post(f"{HOME}/promise")
    assert f"Path=/school{HOME};" in read.headers["set-cookie"]
    assert "Secure" in read.headers["set-cookie"]
    assert read.headers["location"].startswith(f"/school{HOME}")


async def test_a_picture_comes_with_its_words(browser: httpx.AsyncClient, script: Script) -> None:
    picture = Picture(b"\x89PNG", 'Trust is "about 3.8"')
    script.answer = Reply(cards=(Card(CardKind.DIGEST, "Round 7", picture=picture),))
    page = await browser.get(f"{HOME}/group")
    assert 'src="data:image/png;base64,iVBORw=="' in page.text
    assert 'alt="Trust is &#34;about 3.8&#34;"' in page.text
