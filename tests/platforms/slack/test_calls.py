"""The loopback Slack refuses what Slack refuses, and shows people what Slack shows them.

Spoken to by slack_sdk's own client. Every check of the server has a call beside it that passes.
"""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Slack
from tests.platforms.slack.app import App
from tests.platforms.slack.groups import bots_group
from tests.platforms.slack.people import new_person
from tests.platforms.slack.samples import actions, button, checkboxes, section, text

Json = dict[str, Any]


GOOD: list[Json] = [
    {"type": "header", "text": text("h" * 150)},
    section("s" * 3000),
    actions(button("b" * 75, "v" * 2000, "a" * 255), block_id="b" * 255),
    actions(checkboxes(10)),
    {"type": "divider"},
]

BAD: dict[str, list[Json]] = {
    "51 blocks": [{"type": "divider"}] * 51,
    "a long header": [{"type": "header", "text": text("h" * 151)}],
    "a long section": [section("s" * 3001)],
    "an empty section": [section("")],
    "a long label": [actions(button("b" * 76))],
    "a long value": [actions(button("b", "v" * 2001))],
    "a long action_id": [actions(button("b", "v", "a" * 256))],
    "a long block_id": [actions(button("b"), block_id="b" * 256)],
    "one block_id twice": [actions(button("b"), block_id="x"), section("s") | {"block_id": "x"}],
    "one action_id twice": [actions(button("b"), button("c"))],
    "11 checkboxes": [actions(checkboxes(11))],
    "no checkbox": [actions(checkboxes(0))],
    "something filled in": [
        actions(checkboxes(2, initial_options=[{"text": text("o1"), "value": "1"}]))
    ],
    "an unknown field": [section("s") | {"colour": "red"}],
    "an unknown block": [{"type": "marquee"}],
    "mrkdwn on a button": [actions(button("b") | {"text": text("b", "mrkdwn")})],
}


async def test_good_blocks_pass(slack: Slack, client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(
        channel=new_person(slack).user.id, text="Read me.", blocks=GOOD
    )
    assert sent["channel"].startswith("D")
    slack.assert_clean()


@pytest.mark.parametrize("wrong", BAD)
async def test_bad_blocks_are_refused(slack: Slack, client: AsyncWebClient, wrong: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_postMessage(
            channel=new_person(slack).user.id, text="Read me.", blocks=BAD[wrong]
        )
    assert len(slack.violations) == 1
    assert not slack.posts


async def test_a_message_without_words_for_a_notification_is_refused(
    slack: Slack, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError), pytest.warns(UserWarning, match="text"):
        await client.chat_postMessage(channel=new_person(slack).user.id, blocks=GOOD)
    with pytest.raises(AssertionError, match="notification"):
        slack.assert_clean()


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessages", {}, "unknown_method"),
        ("chat.postMessage", {"text": "to nobody"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "U", "text": "t", "colour": "red"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "U", "text": ["t"]}, "invalid_arguments"),
        ("conversations.members", {"channel": "U"}, "invalid_arguments"),
        ("conversations.join", {"channel": "C"}, "missing_scope"),
    ],
)
async def test_calls_are_held_against_the_list(
    slack: Slack, client: AsyncWebClient, method: str, arguments: Json, error: str
) -> None:
    with pytest.raises(SlackApiError, match=error):
        await client.api_call(method, json=arguments)
    assert len(slack.violations) == 1


async def test_calls_that_may_happen_to_a_good_bot_are_no_violations(
    slack: Slack, client: AsyncWebClient
) -> None:
    ada, closed = new_person(slack), bots_group(slack, "private")
    closed.channel.members.clear()
    gone = bots_group(slack)
    gone.channel.archived = True
    left = bots_group(slack)
    left.channel.members.clear()
    for channel, error in (
        (closed.channel.id, "channel_not_found"),
        (gone.channel.id, "is_archived"),
        (left.channel.id, "not_in_channel"),
        ("C0NOWHERE", "channel_not_found"),
        ("U0NOBODY", "channel_not_found"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await client.chat_postMessage(channel=channel, text="Hello.")
    ada.user.deleted = True
    with pytest.raises(SlackApiError, match="user_disabled"):
        await client.conversations_open(users=ada.user.id)
    assert (await client.chat_postMessage(channel=ada.user.id, text="Nobody reads this."))["ok"]
    slack.assert_clean()


async def test_scopes_follow_the_kind_of_channel(slack: Slack, client: AsyncWebClient) -> None:
    token = slack.world.tokens[slack.bot_token]
    token.scopes = frozenset({"channels:read"})
    assert (await client.conversations_members(channel=bots_group(slack).channel.id))["ok"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.conversations_members(channel=bots_group(slack, "private").channel.id)
    assert slack.violations == ["conversations.members: missing_scope: needs groups:read"]


def test_a_manifest_must_ask_for_the_scopes_of_its_events() -> None:
    assert App().mistakes() == []
    poor = App(scopes=frozenset({"chat:write"}), events=frozenset({"message.im", "tokens_revoked"}))
    assert poor.mistakes() == ["message.im needs im:history"]


async def test_tokens_are_checked(slack: Slack, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == slack.team.bot
    slack.revoke_tokens()
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await AsyncWebClient("xoxb-wrong", base_url=slack.base_url).auth_test()
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.apps_connections_open(app_token="xapp-wrong")
    slack.assert_clean()


async def test_lists_come_in_pages(slack: Slack, client: AsyncWebClient) -> None:
    slack.page_size = 2
    here = bots_group(slack)
    here.channel.members += [new_person(slack).user.id for _ in range(4)]
    found: list[str] = []
    async for page in await client.conversations_members(channel=here.channel.id):
        assert len(page["members"]) <= 2
        found += page["members"]
    assert found == here.channel.members
