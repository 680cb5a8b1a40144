"""What breaks on the loopback Slack breaks on purpose, as it was told to."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Slack, serving
from tests.platforms.slack.groups import bots_group
from tests.platforms.slack.people import new_person
from tests.platforms.slack.trouble import (
    ANSWER_GARBLED,
    ANSWER_LOST,
    DROPPED,
    GARBLED,
    UPLOAD,
    Post,
    Rates,
    broken,
    most_in_a_second,
    says,
    too_fast,
)

Json = dict[str, Any]


async def test_calls_break_as_they_are_told_to(slack: Slack, client: AsyncWebClient) -> None:
    ada = new_person(slack)
    say: Json = {"channel": ada.user.id, "text": "Once."}
    slack.trouble.on("chat.postMessage", too_fast(7), broken(500), says("fatal_error"))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(**say)
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(**say)
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(**say)
    assert ada.seen().text == ""
    await client.chat_postMessage(**say)
    assert ada.seen().text == "Once."


async def test_a_lost_answer_hides_a_success(slack: Slack, client: AsyncWebClient) -> None:
    ada = new_person(slack)
    for fault, seen in ((DROPPED, ""), (ANSWER_LOST, "Hello.")):
        slack.trouble.on("chat.postMessage", fault)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=ada.user.id, text="Hello.")
        assert ada.seen().text == seen


async def test_a_page_comes_instead_of_an_answer(slack: Slack, client: AsyncWebClient) -> None:
    ada = new_person(slack)
    for fault, seen in ((GARBLED, ""), (ANSWER_GARBLED, "Hello.")):
        slack.trouble.on("chat.postMessage", fault)
        # Slack's own client stumbles over a page that says that all is well.
        with pytest.raises(AttributeError):
            await client.chat_postMessage(channel=ada.user.id, text="Hello.")
        assert ada.seen().text == seen


async def test_an_upload_can_be_refused(slack: Slack, client: AsyncWebClient) -> None:
    group = bots_group(slack)
    slack.trouble.on(UPLOAD, too_fast(7))
    with pytest.raises(SlackRequestError, match="429"):
        await client.files_upload_v2(channel=group.channel.id, content=b"pack", filename="a.pdf")
    assert list(group.channel.messages) == []
    await client.files_upload_v2(channel=group.channel.id, content=b"pack", filename="a.pdf")
    assert len(group.channel.messages) == 1


async def test_a_world_is_gone_on_with(slack: Slack, client: AsyncWebClient) -> None:
    ada = new_person(slack)
    await client.chat_postMessage(channel=ada.user.id, text="Hello.")
    assert [chat for chat, _ in slack.posted] == [ada.direct.id]
    async with serving(world=slack.world) as another:
        again = AsyncWebClient(another.bot_token, base_url=another.base_url)
        await again.chat_postMessage(channel=ada.user.id, text="Again.")
        assert another.bot_token == slack.bot_token
    assert ada.seen().text == "Hello. Again."


async def test_nobody_answers_while_slack_is_down(slack: Slack, client: AsyncWebClient) -> None:
    await slack.go_down()
    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()
    slack.trouble.clear()
    assert (await client.auth_test())["ok"]


async def test_rates_are_kept(slack: Slack, client: AsyncWebClient) -> None:
    slack.rates = Rates(channel_burst=2)
    ada, bob = new_person(slack).user.id, new_person(slack).user.id
    for who in (ada, ada, bob):
        await client.chat_postMessage(channel=who, text="Hello.")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ada, text="Hello.")
    assert caught.value.response.headers["Retry-After"] == "1"
    assert len(slack.posts) == 3
    slack.assert_clean()


def test_the_busiest_second_is_found() -> None:
    posts = [Post("T", channel, at) for channel, at in (("a", 0.0), ("b", 0.5), ("a", 1.0))]
    assert most_in_a_second(posts) == 2
    assert most_in_a_second(posts, "a") == 1
