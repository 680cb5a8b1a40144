"""A Slack that is nothing but fast: `_slack_server.py ROUND CLICKERS MEMBERS CLICKS`.

Prints its port, and a line of JSON after each run of clicks; a line of its input names somebody who
was answered in a way of ours, in place of a message. A run begins with a connection of
Socket Mode: so many people click at once, each again as soon as the click before is over. What ends
a click stands in the app's token: its acknowledgement, or the message that answers it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qs

from aiohttp import WSMsgType, web

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.ports import Button, Card, CardKind
from pulse_bot_slack.render import build_messages, card_parts
from pulse_bot_slack.texts import pack_value

TEAM: Final = "T0BENCH"
BOT: Final = "U0BOT"
AFTER_ACK, AFTER_POST = "xapp-ack", "xapp-post"
_SCALE: Final = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")

Json = dict[str, Any]


def user_id(number: int) -> str:
    """A member's id."""
    return f"U{number:06}"


def _question_blocks(round_id: int) -> list[Json]:
    """The question that is pressed on: Slack sends it along with every press."""
    target = AnswerTarget(round_id, 0, "answer")
    row = tuple(Button(label, target.action_for(str(n + 1))) for n, label in enumerate(_SCALE))
    extras = (Button("Skip", target.action_for("skip")), Button("Say more", f"more:{round_id}:0"))
    title = "We say openly what is not working in our own school, and ask the others for help."
    text = ("Open until Friday 6 March at 16:00.",)
    card = Card(CardKind.QUESTION, title, text, (row, extras), progress="1 of 3")
    return list(build_messages(card_parts(card, count()))[0].blocks)


def _user_profile(who: str) -> Json:
    return {"id": who, "name": who.lower(), "is_bot": False, "deleted": False, "profile": {}}


class FastSlack:
    """What is asked of it, and who clicks."""

    def __init__(self, round_id: int, clickers: int, members: int, clicks: int) -> None:
        self.port = 0
        self._round, self._clickers, self._clicks = round_id, clickers, clicks
        self._members = [_user_profile(user_id(number)) for number in range(members)]
        self._blocks = _question_blocks(round_id)
        self._numbers = count(1)
        self._clicks_left: Iterable[int] = iter(())
        self._acked: dict[str, asyncio.Event] = {}
        self._posted: dict[str, asyncio.Event] = {}

    async def serve_api(self, request: web.Request) -> web.Response:
        """One call of the Web API."""
        body = await request.text()
        arguments = json.loads(body) if body.startswith("{") else _parse_form(body)
        answer = self._answer_method(request, request.match_info["method"], arguments)
        return web.json_response({"ok": True, **answer})

    def _answer_method(self, request: web.Request, method: str, arguments: Json) -> Json:
        if method == "apps.connections.open":
            after = request.headers["Authorization"].rpartition(" ")[2]
            return {"url": f"ws://127.0.0.1:{self.port}/socket?after={after}"}
        if method == "auth.test":
            return {"team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT", "url": "https://x/"}
        if method == "users.info":
            return {"user": _user_profile(arguments["user"])}
        if method == "users.list":
            return {"members": self._members}
        if method == "chat.postMessage":
            return self._record_post(arguments["channel"])
        return {}

    async def hear(self) -> None:
        """Who was answered without a message."""
        lines = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(lines)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        async for line in lines:
            self._answered(line.decode().strip())

    def _answered(self, who: str) -> None:
        if who in self._posted:
            self._posted.pop(who).set()

    def _record_post(self, to: str) -> Json:
        who = to.removeprefix("D")
        self._answered(who)
        return {"channel": f"D{who}", "ts": f"{time.time():.6f}", "message": {}}

    async def serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, and one run of clicks."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        running = asyncio.create_task(
            self._run_clicks(socket, request.query["after"] == AFTER_POST)
        )
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                answer = self._acked.pop(json.loads(message.data)["envelope_id"], None)
                if answer is not None:
                    answer.set()
        running.cancel()
        return socket

    async def _run_clicks(self, socket: web.WebSocketResponse, until_posted: bool) -> None:
        """Everybody clicks until all clicks are used up."""
        self._clicks_left = iter(range(self._clicks))
        acks: list[float] = []
        began = time.perf_counter()
        people = map(user_id, range(self._clickers))
        await asyncio.gather(
            *(self._click_repeatedly(socket, who, until_posted, acks) for who in people)
        )
        seconds = time.perf_counter() - began
        acks.sort()
        result = {"rate": len(acks) / seconds, "median": acks[len(acks) // 2]}
        result |= {"late": acks[len(acks) * 99 // 100], "latest": acks[-1]}
        print(json.dumps(result), flush=True)

    async def _click_repeatedly(
        self, socket: web.WebSocketResponse, who: str, until_posted: bool, acks: list[float]
    ) -> None:
        for number in self._clicks_left:
            envelope, acked, posted = str(next(self._numbers)), asyncio.Event(), asyncio.Event()
            self._acked[envelope] = acked
            if until_posted:
                self._posted[who] = posted
            sent = time.perf_counter()
            await socket.send_str(self._click_payload(envelope, who, number))
            await acked.wait()
            acks.append(time.perf_counter() - sent)
            if until_posted:
                await posted.wait()

    def _click_payload(self, envelope: str, who: str, number: int) -> str:
        action = AnswerTarget(self._round, number % 3, "answer").action_for(str(number % 5 + 1))
        pressed: Json = {
            "type": "button",
            "action_id": "press:3",
            "block_id": "b3",
            "action_ts": "1.1",
        }
        pressed |= {"value": pack_value(action), "text": {"type": "plain_text", "text": "Agree"}}
        message = {"type": "message", "user": BOT, "ts": "1.1", "bot_id": "B0BOT"}
        payload = {
            "type": "block_actions",
            "user": {"id": who, "username": "a", "name": "a", "team_id": TEAM},
            "api_app_id": "A0BENCH",
            "token": "x",
            "trigger_id": f"{number}.1.1",
            "team": {"id": TEAM, "domain": "bench"},
            "enterprise": None,
            "is_enterprise_install": False,
            "container": {"type": "message", "message_ts": "1.1", "channel_id": f"D{who}"},
            "channel": {"id": f"D{who}", "name": "directmessage"},
            "message": {**message, "blocks": self._blocks, "text": "A card"},
            "response_url": f"http://127.0.0.1:{self.port}/response",
            "actions": [pressed],
        }
        delivery = {"envelope_id": envelope, "type": "interactive", "payload": payload}
        return json.dumps({**delivery, "accepts_response_payload": True})


def _parse_form(body: str) -> Json:
    return {name: values[0] for name, values in parse_qs(body).items()}


async def main(round_id: int, clickers: int, members: int, clicks: int) -> None:
    """Serve until killed, or left alone."""
    slack = FastSlack(round_id, clickers, members, clicks)
    pages = web.Application()
    pages.router.add_post("/api/{method}", slack.serve_api)
    pages.router.add_get("/socket", slack.serve_socket)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.port = runner.addresses[0][1]
    print(slack.port, flush=True)
    await slack.hear()  # until whoever started it ends


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:5])))
