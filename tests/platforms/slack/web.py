"""The addresses of the loopback Slack: Web API, uploads, answers to response_urls, websockets."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.platforms.slack import (
    answers_chat,
    answers_files,
    answers_install,
    answers_people,
    answers_views,
)
from tests.platforms.slack.app import MANIFEST, App, from_manifest
from tests.platforms.slack.calls import (
    NEEDS_NO_TOKEN,
    Call,
    Refusal,
    needed,
    problems,
)
from tests.platforms.slack.server import Answer, Slack
from tests.platforms.slack.shapes import wrong_message
from tests.platforms.slack.trouble import UPLOAD, Fault
from tests.platforms.slack.world import RESPONSES, World

Json = dict[str, Any]

ANSWERS: dict[str, Answer] = {
    **answers_chat.ANSWERS,
    **answers_files.ANSWERS,
    **answers_install.ANSWERS,
    **answers_people.ANSWERS,
    **answers_views.ANSWERS,
}


@asynccontextmanager
async def serving(
    *, over_http: bool = False, app: App | None = None, world: World | None = None
) -> AsyncIterator[Slack]:
    """A loopback Slack for the length of a block, for the app of the manifest."""
    if app is None:
        app = from_manifest() if MANIFEST.exists() else App()
    slack = Slack(app, over_http=over_http, world=world)
    pages = web.Application(client_max_size=16 * 1024 * 1024)
    pages.router.add_route("*", "/api/{method}", partial(_api, slack))
    pages.router.add_post("/upload/{file}", partial(_upload, slack))
    pages.router.add_post("/response/{name}", partial(_response, slack))
    pages.router.add_get("/oauth/v2/authorize", partial(_authorise, slack))
    if slack.sockets is not None:
        pages.router.add_get("/socket", partial(_socket, slack))
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await slack.close()
        await runner.cleanup()


async def _api(slack: Slack, request: web.Request) -> web.StreamResponse:
    method = request.match_info["method"]
    if slack.trouble.down:
        slack.trouble.turned_away += 1
        return _dropped(request)
    slack.busy += 1
    try:
        fault = slack.trouble.take(method) or Fault(happens=True)
        call = await _read(method, request)
        told = _answer(slack, call) if fault.happens else {"ok": False, "error": fault.error}
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
    finally:
        slack.busy -= 1
        slack.turns += 1
    if fault.dropped:
        return _dropped(request)
    if fault.status >= 500 or fault.garbled:
        return web.Response(status=fault.status, text="<html>Something went wrong.</html>")
    wait = fault.retry_after or told.pop("retry_after", 0)
    if wait:
        return web.json_response(told, status=429, headers={"Retry-After": str(wait)})
    token = slack.world.tokens.get(call.token)
    scopes = {"X-OAuth-Scopes": ",".join(sorted(token.scopes))} if token else {}
    return web.json_response(told, headers=scopes)


def _dropped(request: web.Request) -> web.Response:
    """Ends the connection; what is answered after that reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _read(method: str, request: web.Request) -> Call:
    as_json = request.content_type == "application/json"
    arguments: Json = dict(request.query)
    if as_json:
        arguments |= json.loads(await request.text() or "{}")
    else:
        arguments |= dict(await request.post())
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        user, _, password = b64decode(token).decode().partition(":")
        arguments |= {"client_id": user, "client_secret": password}
        token = ""
    return Call(method, arguments, str(arguments.pop("token", "") or token), as_json)


def _answer(slack: Slack, call: Call) -> Json:
    """Slack's answer: what came of it, or which error it is."""
    slack.calls.append(call)
    try:
        slack.refuse(
            ["this Slack has no such method"] * (call.method not in ANSWERS), "unknown_method"
        )
        if call.method not in NEEDS_NO_TOKEN:
            _authorise_call(slack, call)
        slack.refuse(problems(call), "invalid_arguments")
        return {"ok": True, **ANSWERS[call.method](slack, call)}
    except Refusal as refusal:
        if refusal.recorded:
            slack.violations.append(f"{call.method}: {refusal.error}: {refusal.recorded}")
        return {"ok": False, "error": refusal.error, **refusal.more}


def _authorise_call(slack: Slack, call: Call) -> None:
    if not call.token:
        raise Refusal("not_authed", recorded="a call without a token")
    if call.method == "apps.connections.open":
        if call.token != slack.app.app_token:
            raise Refusal("invalid_auth")
        return
    token = slack.world.tokens.get(call.token)
    if token is None or token.kind != "bot":
        raise Refusal("invalid_auth")
    if token.revoked:
        raise Refusal("token_revoked")
    if not slack.world.teams[token.team].installed:
        raise Refusal("account_inactive")
    call.team, call.user = token.team, slack.world.teams[token.team].bot
    channel = slack.world.channels.get(call.text("channel"))
    kind = "im" if call.method == "conversations.open" else channel.kind if channel else ""
    wanted = needed(call.method, kind)
    if wanted and not wanted & token.scopes:
        told = ",".join(sorted(wanted))
        has = ",".join(sorted(token.scopes))
        raise Refusal("missing_scope", recorded=f"needs {told}", needed=told, provided=has)


async def _upload(slack: Slack, request: web.Request) -> web.Response:
    file = slack.world.files.get(request.match_info["file"])
    if file is None:
        return web.Response(status=404)
    data = await request.read()
    fault = slack.trouble.take(UPLOAD) or Fault(happens=True)
    await asyncio.sleep(fault.seconds)
    file.data = data if fault.happens else b""
    if fault.dropped:
        return _dropped(request)
    if fault.status != 200 or fault.garbled:
        wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        return web.Response(status=fault.status, text="<html>Sorry.</html>", headers=wait)
    return web.Response(text=f"OK - {len(file.data)}")


async def _response(slack: Slack, request: web.Request) -> web.Response:
    """An answer by response_url: in place of the message, or one more, for one or for all."""
    given = slack.world.responses.get(request.match_info["name"])
    if given is None or given.uses >= RESPONSES:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    given.uses += 1
    said: Json = json.loads(await request.text())
    channel = slack.world.channels[given.channel]
    team = slack.world.teams[channel.team]
    wrong = [] if said.get("delete_original") else wrong_message(said)
    slack.violations += [f"response_url: {one}" for one in wrong]
    original = channel.messages.get(given.message)
    if original is not None and said.get("delete_original"):
        del channel.messages[original.ts]
    elif original is not None and said.get("replace_original"):
        slack.change(original, said)
    elif not wrong:
        only = "" if said.get("response_type") == "in_channel" else given.user
        slack.post(channel, team.bot, said, only=only)
    slack.turns += 1
    return web.Response(text="ok")


async def _authorise(slack: Slack, request: web.Request) -> web.Response:
    """The page on which somebody allows an app: allowed at once, for the newest workspace."""
    asked = request.query
    scopes = set(asked.get("scope", "").split(","))
    if asked.get("client_id") != slack.app.client_id or scopes != slack.app.scopes:
        slack.violations.append(f"asked to install as {dict(asked)}")
    code = f"code-{slack.world.number()}"
    slack.codes[code] = list(slack.world.teams)[-1]
    back = urlencode({"code": code, "state": asked.get("state", "")})
    raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")


async def _socket(slack: Slack, request: web.Request) -> web.StreamResponse:
    assert slack.sockets is not None
    if slack.trouble.down:
        return _dropped(request)
    return await slack.sockets.serve(request)
