"""The loopback Slack signs what it posts, and breaks connections as Slack does."""

from __future__ import annotations

import time
from typing import Any

from tests.platforms.slack.bolt import Bot, listening, talking
from tests.platforms.slack.delivery import Envelope, until
from tests.platforms.slack.signed import Request, packed, signed

Json = dict[str, Any]

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
        async with listening(slack, second):
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
