"""What Slack calls over HTTP: signed, of a sane size, and only once the adapter runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest
from pydantic import SecretStr

from pulse_bot.ports import Asgi, Scope, Wrote
from pulse_bot.testing import Script, running
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.settings import SlackSettings
from tests.platforms.slack import Slack, SlackPerson, serving
from tests.platforms.slack.delivery import until
from tests.platforms.slack.signed import Request, signed

EVENT = (
    b'{"type": "event_callback", "event_id": "Ev1", "team_id": "%s",'
    b' "event": {"type": "message", "channel_type": "im", "user": "%s", "text": "hello"}}'
)


class Lender:
    """A host that keeps what is mounted."""

    app: Asgi

    def mount(self, path: str, app: Asgi) -> str:
        self.app = app
        return f"https://pulse.example.org{path}"


class Scene:
    """An adapter that Slack calls, and whoever calls it."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.script = Script()
        self.adapter = SlackAdapter(
            SlackSettings(
                bot_token=SecretStr(slack.bot_token),
                signing_secret=SecretStr(slack.app.signing_secret),
                listen="http",
                base_url=slack.base_url,
            )
        )
        lender = Lender()
        self.adapter.serve_on(lender)
        transport = httpx.ASGITransport(app=cast("httpx._transports.asgi._ASGIApp", lender.app))
        self.app = lender.app
        self.caller = httpx.AsyncClient(transport=transport, base_url="https://pulse.example.org")

    def event(self) -> bytes:
        """Somebody's message to the bot."""
        person = SlackPerson(
            self.slack, self.slack.world.add_user(self.slack.team), self.slack.team
        )
        return EVENT % (self.slack.team.id.encode(), person.user.id.encode())

    def sign(self, body: bytes, *, secret: str = "", at: float = 0.0) -> Request:
        """A request with Slack's signature, or with somebody else's."""
        secret = secret or self.slack.app.signing_secret
        return signed(body, "application/json", secret, at or time.time())

    async def post(self, request: Request) -> int:
        """The status of a request."""
        answer = await self.caller.post(
            "/slack/events", content=request.body, headers=request.headers
        )
        return answer.status_code

    def heard(self) -> int:
        """How many messages the core was told of."""
        return len(self.script.heard(Wrote))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with serving(over_http=True) as slack:
        one = Scene(slack)
        async with running(one.adapter, one.script), one.caller:
            assert await until(lambda: any(call.method == "auth.test" for call in slack.calls))
            assert await _ready(one)
            yield one


async def _ready(scene: Scene) -> bool:
    for _ in range(500):
        if await scene.post(Request(b"{}")) != 503:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_what_slack_signed_is_heard_once(scene: Scene) -> None:
    request = scene.sign(scene.event())

    assert [await scene.post(request) for _ in range(2)] == [200, 200]
    assert await until(lambda: scene.heard() > 0)
    assert scene.heard() == 1  # the second is a repeat of the same event


@pytest.mark.parametrize("wrong", ["secret", "time", "body", "nothing"])
async def test_what_slack_did_not_sign_is_refused(scene: Scene, wrong: str) -> None:
    body = scene.event()
    request = {
        "secret": scene.sign(body, secret="somebody-elses"),
        "time": scene.sign(body, at=time.time() - 301),
        "body": Request(body.replace(b"hello", b"other"), scene.sign(body).headers),
        "nothing": Request(body, {"Content-Type": "application/json"}),
    }[wrong]

    assert await scene.post(request) == 401
    assert scene.heard() == 0


async def test_a_body_that_is_too_long_is_refused_before_it_is_held(scene: Scene) -> None:
    assert await scene.post(scene.sign(b"x" * (1024 * 1024 + 1))) == 413


async def test_a_body_without_end_is_refused_too(scene: Scene) -> None:
    sent: list[Scope] = []
    taken = 0

    async def receive() -> Scope:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Scope) -> None:
        sent.append(message)

    where: Scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": []}
    await scene.app(where, receive, send)

    assert sent[0]["status"] == 413
    assert taken <= 17


async def test_before_the_start_slack_is_asked_to_come_again() -> None:
    async with serving(over_http=True) as slack:
        scene = Scene(slack)
        async with scene.caller:
            assert await scene.post(scene.sign(scene.event())) == 503
