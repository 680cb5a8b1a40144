"""A Telegram and a Slack that hold a bot to their paces, and the people there, who click.

Both live in the event loop of the benchmark, and write down when everything came and from which
worker. What is over a pace is refused with 429, as there, and counted.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

TELEGRAM, SLACK = "telegram", "slack"
WORKSPACES: Final = int(os.environ.get("WORKSPACES") or "10")
TEAM: Final = "T0COUNTY"
TEAMS: Final = tuple(f"{TEAM}{number}" for number in range(WORKSPACES))
"""The Slack workspaces, as a county has them: one a district, and none that holds a thousand
partnerships."""
TELEGRAM_BOT: Final = {"id": 12345, "is_bot": True, "first_name": "P", "username": "county_bot"}
SLACK_BOT: Final = "U0BOT"
PACES: Final = {TELEGRAM: 30, SLACK: 10}
"""Messages a second, to all people of one bot and of one workspace: of Telegram's documents; Slack
names no number for a workspace, and this is what the adapter takes it for."""
ALL_PACES: Final = {TELEGRAM: PACES[TELEGRAM]} | dict.fromkeys(TEAMS, PACES[SLACK])
"""Messages a second, by what has a pace of its own: the bot, and each workspace."""
BURST: Final = 2
IN_A_CHAT: Final = 3
"""In one second of one chat, in a short burst; Telegram and Slack both ask for one."""
GIVEN_UP: Final = 10.0
"""Seconds after which a click without an acknowledgement has failed."""
A_MOMENT: Final = 0.01
READING: Final = 2.0
"""Seconds before one person clicks again."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came to a platform and was taken: by which worker, for whom, and when."""

    at: float
    place: str
    """The bot's platform, or the workspace: what has a pace of its own."""
    worker: str
    chat: str
    what: str
    """"text" or "picture"."""

    @property
    def platform(self) -> str:
        """Where the place is."""
        return TELEGRAM if self.place == TELEGRAM else SLACK


@dataclass(slots=True)
class Click:
    """One press of a button; the times are of a monotonic clock, 0 where it never was."""

    at: float
    place: str
    acknowledged: float = 0.0
    answered: float = 0.0
    recorded: bool = False


@dataclass
class County:
    """What both platforms saw."""

    arrivals: list[Arrival] = field(default_factory=list)
    """What came to people."""
    posts: list[Arrival] = field(default_factory=list)
    """What came to the chats of partnerships."""
    clicks: list[Click] = field(default_factory=list)
    over_pace: Counter[str] = field(default_factory=Counter)
    cards: dict[tuple[str, str], Json] = field(default_factory=dict)
    """The first message with buttons to each person, by place and person."""
    late: list[float] = field(default_factory=list)
    """By how many seconds each wait of those who click was longer than meant: what a machine that
    others use, too, adds to every click."""
    port: int = 0

    def __post_init__(self) -> None:
        self._random = Random(7)
        self._numbers = count(1)
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._updates: deque[Json] = deque()
        self._sockets: dict[web.WebSocketResponse, str] = {}
        self._waiting: dict[str, Click] = {}
        """Clicks that are not acknowledged, by the number that the platform gave them."""
        self._unanswered: dict[tuple[str, str], Click] = {}
        self._clicked_at: dict[tuple[str, str], float] = {}

    def application(self) -> web.Application:
        """The pages of both; the first part of an address says which worker it was given to."""
        pages = web.Application(middlewares=[_forgive_hang_up])
        pages.router.add_post("/{worker}/bot{token}/{method}", self._serve_telegram)
        pages.router.add_post("/{worker}/api/{method}", self._serve_slack)
        pages.router.add_get("/{worker}/socket", self._serve_socket)
        pages.router.add_post("/{worker}/upload", self._take_upload)
        return pages

    @property
    def unacknowledged(self) -> int:
        """How many clicks wait, that have not waited for too long."""
        now = time.monotonic()
        return sum(now - click.at < GIVEN_UP for click in self._waiting.values())

    @property
    def sockets(self) -> int:
        """How many connections there are to Slack."""
        return len(self._sockets)

    # --- people -------------------------------------------------------------------------------

    async def click_steadily(self, rate: float, until: asyncio.Event) -> None:
        """So many clicks a second, of anybody who has a card, until somebody says it is enough.

        Nobody clicks twice within a few seconds, so that there are fewer at first.
        """
        began, due = time.monotonic(), 0.0
        while not until.is_set():
            slept = time.monotonic()
            await asyncio.sleep(A_MOMENT)
            now = time.monotonic()
            self.late.append(now - slept - A_MOMENT)
            due += (now - began) * rate
            began = now
            people = list(self.cards)
            for person in self._random.sample(people, min(int(due), len(people))):
                if now - self._clicked_at.get(person, 0.0) >= READING:
                    self._clicked_at[person] = now
                    await self._click(person)
            due -= int(due)

    async def _click(self, person: tuple[str, str]) -> None:
        place, who = person
        number, click = str(next(self._numbers)), Click(time.monotonic(), place)
        if place != TELEGRAM and not self._sockets:
            return  # nobody is connected, so Slack shows the person that the app does not answer
        self.clicks.append(click)
        self._waiting[number] = self._unanswered[person] = click
        if place == TELEGRAM:
            self._updates.append(_telegram_press(int(number), who, self.cards[person]))
        else:
            socket = self._random.choice(list(self._sockets))
            payload = self._slack_press(place, who, self.cards[person], number)
            envelope = {"envelope_id": number, "type": "interactive", "payload": payload}
            try:
                await socket.send_json({**envelope, "accepts_response_payload": True})
            except ConnectionError:
                self._sockets.pop(socket, None)

    def _acknowledge(self, number: str) -> None:
        if click := self._waiting.pop(number, None):
            click.acknowledged = time.monotonic()

    def _take(self, place: str, worker: str, chat: str, text: str, card: Json | None) -> None:
        """A message that was within the pace."""
        now, person = time.monotonic(), (place, chat)
        is_group = chat.startswith(("-", "C"))
        (self.posts if is_group else self.arrivals).append(
            Arrival(now, place, worker, chat, "text")
        )
        if card is not None and person not in self.cards and not is_group:
            self.cards[person] = card
        elif click := self._unanswered.pop(person, None):
            click.answered, click.recorded = now, "Recorded" in text

    def _is_over_pace(self, place: str, chat: str) -> bool:
        now = time.monotonic()
        for key, most in ((place, ALL_PACES[place] + BURST), (place + chat, IN_A_CHAT)):
            times = self._sent[key]
            while times and times[0] <= now - 1:
                times.popleft()
            if len(times) >= most:
                self.over_pace[place] += 1
                return True
        self._sent[place].append(now)
        self._sent[place + chat].append(now)
        return False

    # --- Telegram -----------------------------------------------------------------------------

    async def _serve_telegram(self, request: web.Request) -> web.Response:
        values = await request.post()
        method, worker = request.match_info["method"], request.match_info["worker"]
        if method == "getUpdates":
            return _telegram_ok(await self._hand_out_updates(int(str(values.get("offset", 0)))))
        if method == "answerCallbackQuery":
            self._acknowledge(str(values["callback_query_id"]))
        if method == "getMe":
            return _telegram_ok(TELEGRAM_BOT)
        if not method.startswith(("send", "edit")):
            return _telegram_ok(True)
        chat = str(values["chat_id"])
        if self._is_over_pace(TELEGRAM, chat):
            refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return web.json_response({**refusal, "parameters": {"retry_after": 1}}, status=429)
        keys = json.loads(str(values.get("reply_markup") or "{}")).get("inline_keyboard")
        message = _telegram_message(chat, next(self._numbers))
        if method in ("sendPhoto", "sendDocument"):
            self.posts.append(Arrival(time.monotonic(), TELEGRAM, worker, chat, "picture"))
        else:
            card = {**message, "reply_markup": {"inline_keyboard": keys}} if keys else None
            self._take(TELEGRAM, worker, chat, str(values.get("text", "")), card)
        return _telegram_ok(message)

    async def _hand_out_updates(self, offset: int) -> list[Json]:
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        for _ in range(50):
            if self._updates:
                break
            await asyncio.sleep(0.01)
        return list(self._updates)[:100]

    # --- Slack --------------------------------------------------------------------------------

    async def _serve_slack(self, request: web.Request) -> web.Response:
        body = await request.text()
        said = json.loads(body) if body.startswith("{") else dict(await request.post())
        # The library puts what belongs to an upload into the address.
        values = {**request.query, **said}
        method, worker = request.match_info["method"], request.match_info["worker"]
        base = f"127.0.0.1:{self.port}/{worker}"
        team = request.headers.get("Authorization", "").rpartition("-")[2]
        if method == "chat.postMessage" and self._is_over_pace(team, str(values["channel"])):
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": "1"})
        if method == "chat.postMessage":
            answer = self._take_post(team, worker, values)
        else:
            if method == "files.completeUploadExternal":
                chat = str(values.get("channel_id") or values["channels"])
                self.posts.append(Arrival(time.monotonic(), team, worker, chat, "picture"))
            answer = self._answer_slack(method, base, values)
        return web.json_response({"ok": True, **answer})

    def _answer_slack(self, method: str, base: str, values: Mapping[str, Any]) -> Json:
        asked = str(values.get("users") or values.get("user") or values.get("channel") or "")
        answers: dict[str, Json] = {
            "apps.connections.open": {"url": f"ws://{base}/socket"},
            "users.info": {"user": _slack_profile(asked)},
            "users.list": {"members": []},
            "conversations.open": {"channel": {"id": f"D{asked[1:]}"}},
            "files.getUploadURLExternal": {
                "upload_url": f"http://{base}/upload",
                "file_id": f"F{next(self._numbers)}",
            },
            "files.completeUploadExternal": {"files": []},
        }
        return answers.get(method, {})

    def _take_post(self, team: str, worker: str, values: Mapping[str, Any]) -> Json:
        chat, blocks = str(values["channel"]), values.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        pressable = any(block["type"] == "actions" for block in blocks)
        person = "U" + chat[1:] if chat.startswith("D") else chat
        text = f"{values.get('text', '')} {json.dumps(blocks)}"
        self._take(team, worker, person, text, {"blocks": blocks} if pressable else None)
        channel = "D" + person[1:] if person.startswith("U") else person
        return {"channel": channel, "ts": f"{time.time():.6f}", "message": {}}

    async def _take_upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="OK")

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets[socket] = request.match_info["worker"]
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self._acknowledge(str(json.loads(message.data).get("envelope_id")))
        self._sockets.pop(socket, None)
        return socket

    def _slack_press(self, team: str, who: str, card: Json, number: str) -> Json:
        [row, *_] = [block for block in card["blocks"] if block["type"] == "actions"]
        element = self._random.choice(row["elements"][:5])
        pressed = {**element, "block_id": row.get("block_id", "b"), "action_ts": "1.1"}
        message = {"type": "message", "user": SLACK_BOT, "ts": "1.1", "bot_id": "B0BOT"}
        return {
            "type": "block_actions",
            "user": {"id": who, "username": "a", "name": "a", "team_id": team},
            "api_app_id": "A0COUNTY",
            "token": "x",
            "trigger_id": f"{number}.1.1",
            "team": {"id": team, "domain": "county"},
            "enterprise": None,
            "is_enterprise_install": False,
            "container": {"type": "message", "message_ts": "1.1", "channel_id": f"D{who[1:]}"},
            "channel": {"id": f"D{who[1:]}", "name": "directmessage"},
            "message": {**message, "blocks": card["blocks"], "text": "A card"},
            "response_url": f"http://127.0.0.1:{self.port}/response",
            "actions": [pressed],
        }


def bot_token(team: str) -> str:
    """What the bot of a workspace speaks with, by which that workspace is known again."""
    return f"xoxb-{team}"


@web.middleware
async def _forgive_hang_up(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A worker that is killed, or out of patience, is no fault of the platform's."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response(status=499)


def _telegram_ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _telegram_message(chat: str, number: int) -> Json:
    kind = {"type": "supergroup", "title": "G"} if chat.startswith("-") else {"type": "private"}
    where = {"id": int(chat), "first_name": "A", **kind}
    return {
        "message_id": number,
        "date": 1772640000,
        "chat": where,
        "from": TELEGRAM_BOT,
        "text": "A card",
    }


def _telegram_press(number: int, who: str, card: Json) -> Json:
    keys = [key for row in card["reply_markup"]["inline_keyboard"] for key in row]
    query = {
        "id": str(number),
        "from": {"id": int(who), "is_bot": False, "first_name": "A"},
        "chat_instance": "1",
        "message": card,
        "data": keys[number % min(5, len(keys))]["callback_data"],
    }
    return {"update_id": number, "callback_query": query}


def _slack_profile(who: str) -> Json:
    return {"id": who, "name": who.lower(), "is_bot": False, "deleted": False, "profile": {}}
