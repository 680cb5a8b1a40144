"""The web adapter passes the contract, served by uvicorn and read by a person with a browser.

The browser is httpx for the wire and the standard library's parser for the pages, so it sees what
is in the HTML and nothing else. The headers and the odd requests are in test_web_http.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import httpx

from pulse_bot.config.plugins import PersonalLink
from pulse_bot.ports import Address, File, Form, Outcome
from pulse_bot.testing import AdapterContract, Script, Seen, Stage, plain, running
from pulse_bot_web import create_personal_link
from pulse_bot_web.adapter import WebAdapter
from pulse_bot_web.parse import FIELD, TYPED
from pulse_bot_web.settings import WebSettings

VOID = {"meta", "link", "input", "img", "br"}
UNSEEN = {"title", "script", "style"}
OUTCOMES = {200: Outcome.DONE, 404: Outcome.UNKNOWN}


@dataclass
class Control:
    """Something to fill in or to press: where it is sent, what it is called, what it says."""

    target: str
    kind: str
    name: str
    value: str
    label: str = ""
    hidden: dict[str, str] = field(default_factory=dict)


class PageReader(HTMLParser):
    """What can be read and done on a page. Fails on markup that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.controls: list[Control] = []
        self.alerted = False
        self._open: list[str] = []
        self._target = ""
        self._hidden: dict[str, str] = {}
        self._button: Control | None = None
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self.alerted |= given.get("role") == "alert"
        if tag == "form":
            self._target, self._hidden = given["action"], {}
        elif tag == "img":
            self.words.append(given["alt"])
        elif tag in ("input", "button", "textarea"):
            self._add_control(tag, given)

    def _add_control(self, tag: str, given: dict[str, str]) -> None:
        if given.get("type") == "hidden":
            self._hidden[given["name"]] = given["value"]
            return
        kind = given.get("type", tag)
        name, value = given.get("name", ""), given.get("value", "")
        assert "checked" not in given, "nothing is ever filled in beforehand"
        control = Control(self._target, kind, name, value, hidden=self._hidden)
        self.controls.append(control)
        self._button = control if tag == "button" else None

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes what it did not open"
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in UNSEEN:
            return
        if self._open and self._open[-1] == "textarea":
            assert not data.strip(), "nothing is ever filled in beforehand"
        self.words.append(data)
        if self._button:
            self._button.label += data


class Visitor:
    """A person with a personal link and a browser that keeps cookies."""

    def __init__(self, origin: str, link: PersonalLink) -> None:
        self.address = link.address
        self.path = urlsplit(link.url).path
        self.client = httpx.AsyncClient(base_url=origin, follow_redirects=True)
        self.response: httpx.Response | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token, which opens the page."""
        return (self.path.removeprefix("/p/"),)

    @property
    def page(self) -> PageReader:
        """The page in the window."""
        assert self.response is not None
        return PageReader(self.response.text)

    async def look(self) -> Seen:
        """What is in the window."""
        assert self.response is not None
        page = self.page
        outcome = OUTCOMES.get(self.response.status_code, Outcome.REFUSED)
        return Seen(
            plain(" ".join(page.words)),
            tuple(plain(one.label) for one in page.controls if one.kind == "button"),
            outcome,
            tuple([await self._fetched(one) for one in page.controls if one.name == "file"]),
        )

    async def open_home(self) -> Seen:
        return await self._get(self.path)

    async def command(self, command: str) -> Seen:
        return await self._get(f"{self.path}/{command}")

    async def press(self, label: str, *, times: int = 1) -> Seen:
        buttons = [one for one in self.page.controls if plain(one.label) == plain(label)]
        assert buttons, f"no button {label!r}"
        sent = {**buttons[0].hidden}
        if buttons[0].name:
            sent[buttons[0].name] = buttons[0].value
        for _ in range(times):
            await self._post(buttons[0].target, sent)
        return await self.look()

    async def fill(self, form: Form, values: Mapping[str, tuple[str, ...]]) -> Seen:
        before = await self.look()
        controls = [one for one in self.page.controls if one.target.endswith("/send")]
        sent: dict[str, list[str]] = {name: [value] for name, value in controls[0].hidden.items()}
        for key, chosen in values.items():
            for value in chosen:
                name, typed = _chosen(controls, form, key, value)
                sent.setdefault(name, []).append(typed)
        # A browser sends every text, empty ones too.
        for one in controls:
            if one.kind in ("textarea", "text"):
                sent.setdefault(one.name, [""])
        after = await self._post(controls[0].target, sent)
        return Seen(f"{before.text} {after.text}", after.buttons, after.outcome)

    async def write(self, text: str) -> Seen:
        raise AssertionError("nobody can type a message to a web page")

    async def _fetched(self, control: Control) -> File:
        """What a download leaves on the visitor's device."""
        sent = {**control.hidden, control.name: control.value}
        if control.hidden:
            got = await self.client.post(control.target, data=sent)
        else:
            got = await self.client.get(control.target, params=sent)
        kind, name = re.split("; filename[*]=UTF-8''", got.headers["content-disposition"])
        assert (got.status_code, kind) == (200, "attachment")
        return File(unquote(name), got.headers["content-type"], got.content)

    async def _get(self, path: str) -> Seen:
        self.response = await self.client.get(path)
        return await self.look()

    async def _post(self, path: str, sent: Mapping[str, str | list[str]]) -> Seen:
        self.response = await self.client.post(path, data=sent)
        return await self.look()


def _chosen(controls: list[Control], form: Form, key: str, value: str) -> tuple[str, str]:
    """The name and the value that a browser sends for one choice, found in the page's order."""
    place = [one.key for one in form.fields].index(key)
    asked = [one for one in controls if one.name and not one.name.startswith(TYPED)]
    names = list(dict.fromkeys(one.name for one in asked))
    offered = [one for one in asked if one.name == names[place]]
    if offered[0].kind == "textarea":
        return names[place], value.replace("\n", "\r\n")
    if offered[0].kind == "text":
        assert "\n" not in value, "nobody can type two lines there"
        return names[place], value
    if value in [one.value for one in offered]:
        return names[place], value
    typed = [one for one in controls if one.name == names[place].replace(FIELD, TYPED, 1)]
    assert form.fields[place].longest, f"{key!r} does not offer {value!r}"
    assert typed, f"{key!r} has no place to type {value!r}"
    return typed[0].name, value


class TestWebAdapter(AdapterContract):
    """The contract, over HTTP."""

    @asynccontextmanager
    async def stage(self, script: Script) -> AsyncIterator[Stage]:
        settings = WebSettings(port=0)
        adapter = WebAdapter(settings)
        visitors: list[Visitor] = []

        def new_person() -> Visitor:
            origin = f"http://127.0.0.1:{adapter.port}"
            visitors.append(Visitor(origin, create_personal_link(settings)))
            return visitors[-1]

        async with running(adapter, script) as task:
            await asyncio.wait_for(adapter.listening.wait(), 60)
            yield Stage(
                adapter,
                task,
                new_person,
                nowhere=Address("web", "", "not-a-hash"),
                foreign_loggers=("httpx", "httpcore"),
            )
            for visitor in visitors:
                await visitor.client.aclose()
