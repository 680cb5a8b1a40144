"""The loopback Slack brings what people do to an app, both ways, as slack_bolt expects it.

The app here is a small one of bolt's own; the adapter is held against the same server elsewhere.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from pulse_bot.ports import Field, FieldKind, Form, Option, Outcome
from tests.adapters.servers.slack import Slack, serving
from tests.adapters.servers.slack.app import App
from tests.adapters.servers.slack.delivery import Envelope, until
from tests.adapters.servers.slack.signed import Request, packed, signed
from tests.adapters.test_slack_server import actions, button, checkboxes, group, person, text

Json = dict[str, Any]

ANYTHING = re.compile("")


class Bot:
    """An app that writes down what it hears, and answers as a test says."""

    def __init__(self, slack: Slack) -> None:
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=slack.app.signing_secret)
        self.heard: list[Json] = []
        self.answer: Callable[[Json], Awaitable[object]] = self.keep_silent
        self.acknowledges: Json = {}
        self.slow = 0
        """How many deliveries are not acknowledged in time."""
        self.app.use(self._wait)
        for listen in (self.app.action, self.app.view, self.app.command):
            listen(ANYTHING)(self._hear)
        self.app.event(ANYTHING)(self._hear)

    async def keep_silent(self, body: Json) -> None:
        """Answer nothing."""

    async def _wait(self, body: Json, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - bolt's name
        self.heard.append(body)
        if self.slow:
            self.slow -= 1
            await asyncio.sleep(1)
        await next()

    async def _hear(self, ack: Any, body: Json) -> None:
        await ack(**self.acknowledges)
        await self.answer(body)

    def kinds(self) -> list[str]:
        """What was heard, in short."""
        return [
            one.get("event", {}).get("type") or one.get("command") or one["type"]
            for one in self.heard
        ]


@asynccontextmanager
async def talking(over_http: bool) -> AsyncIterator[tuple[Slack, Bot]]:
    """A Slack, and an app that listens to it in one of the two ways."""
    async with serving(over_http=over_http, app=App()) as slack:
        bot = Bot(slack)
        slack.patience, slack.postman.way.within = 2.0, 0.4
        async with _listening(slack, bot):
            yield slack, bot


@asynccontextmanager
async def _listening(slack: Slack, bot: Bot) -> AsyncIterator[None]:
    if slack.http is None:
        assert slack.sockets is not None
        handler = AsyncSocketModeHandler(bot.app, slack.app.app_token, ping_interval=0.2)
        await handler.connect_async()  # type: ignore[no-untyped-call] # bolt left it so
        assert await until(lambda: bool(slack.sockets and slack.sockets.connections))
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call] # bolt left it so
        return

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(
            await bot.app.async_dispatch(await to_bolt_request(request))
        )

    pages = web.Application()
    pages.router.add_post("/slack/events", receive)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.http.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.fixture(params=[False, True], ids=["socket", "http"])
async def talk(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Slack, Bot]]:
    async with talking(request.param) as both:
        yield both
    both[0].assert_clean()


Talk = tuple[Slack, Bot]

MODAL: Json = {
    "type": "modal",
    "title": text("A form"),
    "submit": text("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": "one",
            "optional": True,
            "label": text("Which school?"),
            "element": {
                "type": "radio_buttons",
                "action_id": "r",
                "options": [{"text": text("Alder"), "value": "1"}],
            },
        },
        {
            "type": "input",
            "block_id": "two",
            "optional": True,
            "label": text("Or type it"),
            "element": {"type": "plain_text_input", "action_id": "t", "max_length": 8},
        },
    ],
}
FORM = Form(
    "f",
    "A form",
    (Field("q", "Which school?", FieldKind.ONE, (Option("x", "Alder"),), longest=8),),
    submit="Send",
)


async def test_a_click_comes_with_its_value_and_is_answered(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    await bot.client.chat_postMessage(
        channel=ada.user.id, text="Q", blocks=[actions(button("A & B", 'q:1|"<&>'))]
    )
    bot.answer = lambda body: bot.client.chat_postMessage(
        channel=body["user"]["id"], text="⚠️ Closed."
    )
    seen = await ada.press("A & B")
    assert (seen.text, seen.outcome) == ("A & B ⚠️ Closed.", Outcome.REFUSED)
    action = next(one for one in bot.heard if one["type"] == "block_actions")["actions"][0]
    assert action["value"] == 'q:1|"<&>'
    assert action["text"]["text"] == "A &amp; B"


async def test_what_is_typed_comes_escaped_and_the_bot_hears_itself(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    await ada.write("<hello> & you")
    heard = [one["event"] for one in bot.heard if one["type"] == "event_callback"]
    assert [one["type"] for one in heard] == ["app_home_opened", "message"]
    assert (heard[0]["tab"], heard[1]["text"]) == ("messages", "&lt;hello&gt; &amp; you")
    await bot.client.chat_postMessage(channel=ada.user.id, text="Hello.")
    assert len(slack.postman.acks) == 2 or await until(lambda: len(slack.postman.acks) == 3)


async def test_a_modal_is_filled_in_by_its_labels(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    bot.answer = lambda body: (
        bot.client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        if "command" in body
        else bot.client.chat_postMessage(channel=body["user"]["id"], text="Thank you.")
    )
    values = []
    for chosen in ("x", "Birch"):
        await ada.command("join")
        seen = await ada.fill(FORM, {"q": (chosen,)})
        assert "Which school?" in seen.text
        assert "Thank you." in seen.text
        assert ada.modal is None
        values.append(bot.heard[-1]["view"]["state"]["values"])
    assert values[0]["one"]["r"]["selected_option"]["value"] == "1"
    assert values[0]["two"]["t"] == {"type": "plain_text_input", "value": None}
    assert values[1]["one"]["r"] == {"type": "radio_buttons", "selected_option": None}
    assert values[1]["two"]["t"]["value"] == "Birch"
    await ada.command("join")
    with pytest.raises(AssertionError, match="more than 8"):
        await ada.fill(FORM, {"q": ("much too long",)})


async def test_a_modal_stays_with_what_is_wrong_in_it(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    bot.answer = lambda body: bot.client.views_open(trigger_id=body["trigger_id"], view=MODAL)
    await ada.command("join")
    bot.answer = bot.keep_silent
    bot.acknowledges = {"response_action": "errors", "errors": {"two": "Too short."}}
    seen = await ada.fill(FORM, {"q": ("B",)})
    assert "Too short." in seen.text
    assert seen.outcome is Outcome.REFUSED
    assert ada.modal is not None


async def test_ticks_are_told_one_by_one_and_together(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    ticks = actions(checkboxes(3), button("Done"), block_id="b")
    header = {"type": "header", "text": text("Which?")}
    await bot.client.chat_postMessage(channel=ada.user.id, text="Q", blocks=[header, ticks])
    options = tuple(Option(str(number), f"o{number}") for number in range(3))
    form = Form("f", "", (Field("q", "Which?", FieldKind.SEVERAL, options),), submit="Done")
    await ada.fill(form, {"q": ("0", "2")})
    clicks = [one for one in bot.heard if one["type"] == "block_actions"]
    assert [one["actions"][0]["type"] for one in clicks] == ["checkboxes", "button"]
    chosen = clicks[-1]["state"]["values"]["b"]["c"]["selected_options"]
    assert [one["value"] for one in chosen] == ["0", "2"]


async def test_a_command_is_answered_with_its_acknowledgement(talk: Talk) -> None:
    slack, bot = talk
    here, ada = group(slack), person(slack)
    bot.acknowledges = {"text": "For you."}
    seen = await here.command(ada, "help me")
    assert "For you." not in seen.text
    assert "For you." in ada.seen().text
    assert (bot.heard[-1]["text"], bot.heard[-1]["channel_id"]) == ("help me", here.channel.id)


async def test_an_event_is_repeated_until_it_is_acknowledged(talk: Talk) -> None:
    slack, bot = talk
    ada, here = person(slack), group(slack)
    bot.slow = 2
    await ada.join(here.channel)
    assert await until(lambda: not slack.postman.under_way)
    assert bot.kinds() == ["member_joined_channel"] * 3
    assert len({one["event_id"] for one in bot.heard}) == 1
    assert [ack.failed for ack in slack.postman.acks] == ["http_timeout", "http_timeout", ""]
    assert (len(slack.postman.late), slack.postman.lost) == (2, [])


async def test_a_click_is_not_repeated_and_the_person_is_told(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    await bot.client.chat_postMessage(
        channel=ada.user.id, text="Q", blocks=[actions(button("Agree"))]
    )
    bot.slow = 1
    seen = await ada.press("Agree")
    assert "did not work" in seen.text
    assert seen.outcome is Outcome.REFUSED
    assert len(slack.postman.lost) == 1


async def test_an_event_can_come_twice_though_it_was_acknowledged(talk: Talk) -> None:
    slack, bot = talk
    slack.postman.twice = 1
    await person(slack).join(group(slack).channel)
    assert bot.kinds() == ["member_joined_channel"] * 2
    assert [ack.failed for ack in slack.postman.acks] == ["", ""]


async def test_only_events_that_the_app_asked_for_are_told() -> None:
    quiet = App(events=frozenset({"member_left_channel"}))
    async with serving(app=quiet) as slack:
        bot = Bot(slack)
        slack.patience = 0.3
        async with _listening(slack, bot):
            ada, here = person(slack), group(slack)
            await ada.join(here.channel)
            await ada.leave(here.channel)
            assert bot.kinds() == ["member_left_channel"]


async def test_a_trigger_opens_one_modal_and_soon(talk: Talk) -> None:
    slack, bot = talk
    ada = person(slack)
    client = bot.client
    first = slack.world.trigger(ada.user.id)
    await client.views_open(trigger_id=first, view=MODAL)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=first, view=MODAL)
    for _ in range(2):
        await client.views_push(trigger_id=slack.world.trigger(ada.user.id), view=MODAL)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=slack.world.trigger(ada.user.id), view=MODAL)
    slack.world.trigger_seconds = -1.0
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=slack.world.trigger(ada.user.id), view=MODAL)


async def test_a_response_url_works_five_times(talk: Talk) -> None:
    slack, _ = talk
    ada = person(slack)
    webhook = AsyncWebhookClient(slack.response_url(ada.user.id, ada.direct.id))
    statuses = [(await webhook.send(text=f"No. {number}")).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert "No. 4" in ada.seen().text
    assert "No. 5" not in ada.seen().text


# Signed requests


async def test_only_what_slack_signed_just_now_is_taken() -> None:
    async with talking(over_http=True) as (slack, bot):
        assert slack.http is not None
        event = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "x"}}
        body, kind = packed(Envelope("events_api", {**event, "team_id": slack.team.id}))
        secret, now = slack.app.signing_secret, time.time()
        right = signed(body, kind, secret, now)
        assert (await slack.http.post(right))[0] == 200
        assert (await slack.http.post(right))[0] == 200, "a replay within the window is signed"
        told = len(bot.heard)
        for wrong in (
            signed(body, kind, "another secret", now),
            signed(body, kind, secret, now - 301),
            Request(body.replace(b"Ev1", b"Ev2"), right.headers),
            Request(body, {"Content-Type": kind}),
        ):
            assert (await slack.http.post(wrong))[0] == 401
        assert len(bot.heard) == told


# Connections

RENAMED: Json = {"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}


async def test_each_envelope_goes_to_one_connection() -> None:
    async with talking(over_http=False) as (slack, first):
        second = Bot(slack)
        async with _listening(slack, second):
            assert slack.sockets is not None
            assert await until(lambda: len(slack.sockets.connections) == 2)  # type: ignore[union-attr] # checked
            for _ in range(12):
                slack.announce(RENAMED)
            assert await until(lambda: len(first.heard) + len(second.heard) == 12)
        assert first.heard
        assert second.heard


async def test_an_app_comes_back_after_a_refresh_and_a_cut() -> None:
    async with talking(over_http=False) as (slack, bot):
        assert slack.sockets is not None
        await slack.sockets.refresh()
        slack.announce(RENAMED)
        assert await until(lambda: len(bot.heard) == 1)
        slack.sockets.cut()
        slack.announce(RENAMED)
        assert await until(lambda: len(bot.heard) == 2)
        assert slack.sockets.opened == 3
        assert slack.postman.lost == []
