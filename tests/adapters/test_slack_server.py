"""The loopback Slack refuses what Slack refuses, and shows people what Slack shows them.

Spoken to by slack_sdk's own client. Every check of the server has a call beside it that passes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.adapters.servers.slack import Slack, SlackGroup, SlackPerson, serving
from tests.adapters.servers.slack.app import App
from tests.adapters.servers.slack.mrkdwn import draw, escaped, pings
from tests.adapters.servers.slack.trouble import (
    ANSWER_LOST,
    DROPPED,
    Post,
    Rates,
    broken,
    most_in_a_second,
    says,
    too_fast,
)

Json = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with serving(app=App()) as one:
        yield one


@pytest.fixture
def client(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[])


def person(slack: Slack, **more: Any) -> SlackPerson:
    return SlackPerson(slack, slack.world.add_user(slack.team, **more), slack.team)


def group(slack: Slack, kind: str = "public") -> SlackGroup:
    made = SlackGroup(slack, slack.world.add_channel(slack.team, kind=kind))
    made.channel.members.append(slack.team.bot)
    return made


def text(words: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": words}


def button(label: str, value: str = "v", action: str = "a") -> Json:
    return {"type": "button", "action_id": action, "text": text(label), "value": value}


def actions(*elements: Json, **more: str) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def section(words: str, kind: str = "plain_text") -> Json:
    return {"type": "section", "text": text(words, kind)}


def checkboxes(options: int, **more: object) -> Json:
    made = [{"text": text(f"o{number}"), "value": str(number)} for number in range(options)]
    return {"type": "checkboxes", "action_id": "c", "options": made, **more}


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
        channel=person(slack).user.id, text="Read me.", blocks=GOOD
    )
    assert sent["channel"].startswith("D")
    slack.assert_clean()


@pytest.mark.parametrize("wrong", BAD)
async def test_bad_blocks_are_refused(slack: Slack, client: AsyncWebClient, wrong: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_postMessage(
            channel=person(slack).user.id, text="Read me.", blocks=BAD[wrong]
        )
    assert len(slack.violations) == 1
    assert not slack.posts


async def test_a_message_without_words_for_a_notification_is_refused(
    slack: Slack, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError), pytest.warns(UserWarning, match="text"):
        await client.chat_postMessage(channel=person(slack).user.id, blocks=GOOD)
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
    ada, closed = person(slack), group(slack, "private")
    closed.channel.members.clear()
    gone = group(slack)
    gone.channel.archived = True
    left = group(slack)
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
    assert (await client.conversations_members(channel=group(slack).channel.id))["ok"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.conversations_members(channel=group(slack, "private").channel.id)
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
    here = group(slack)
    here.channel.members += [person(slack).user.id for _ in range(4)]
    found: list[str] = []
    async for page in await client.conversations_members(channel=here.channel.id):
        assert len(page["members"]) <= 2
        found += page["members"]
    assert found == here.channel.members


# What people see


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("*bold* _it_ ~gone~ `co*d*e`", "bold it gone co*d*e"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("<https://example.org|here> <https://example.org>", "here https://example.org"),
        ("<!channel> <@U1> <#C1|room>", "@channel @Ada #room"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        (":smile: at 10:30", "☺smile at 10:30"),
        ("&gt; quoted", "quoted"),
    ],
)
def test_mrkdwn_is_drawn(written: str, seen: str) -> None:
    assert draw(written, lambda _: "Ada") == seen


@pytest.mark.parametrize("said", ["<!channel>", "<@U123>", "a & b < c > d", "&lt;"])
def test_escaped_text_is_drawn_as_it_was_and_calls_nobody(said: str) -> None:
    assert draw(escaped(said), lambda _: "Ada") == said
    assert pings(escaped(said)) == []
    assert bool(pings(said)) == ("<!" in said or "<@" in said)


@pytest.mark.parametrize(
    ("block", "seen"),
    [
        (section("*b* :smile: &amp; <!channel>"), "*b* ☺smile &amp; <!channel>"),
        (section("*b* &amp;", "mrkdwn"), "b &"),
        (
            {"type": "section", "text": {**text("*b* :smile: &amp;"), "emoji": False}},
            "*b* :smile: &amp;",
        ),
        (
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "*b* :smile: <!channel> &amp;"}],
                    }
                ],
            },
            "*b* :smile: <!channel> &amp;",
        ),
    ],
)
async def test_blocks_are_drawn(
    slack: Slack, client: AsyncWebClient, block: Json, seen: str
) -> None:
    ada = person(slack)
    await client.chat_postMessage(channel=ada.user.id, text="Read me.", blocks=[block])
    assert ada.seen().text == seen
    slack.assert_clean()


async def test_whoever_is_called_is_written_down(slack: Slack, client: AsyncWebClient) -> None:
    here = group(slack)
    await client.chat_postMessage(channel=here.channel.id, text=escaped("<!channel>"))
    slack.assert_clean()
    await client.chat_postMessage(channel=here.channel.id, text="<!channel>")
    with pytest.raises(AssertionError, match="!channel"):
        slack.assert_clean()


async def test_text_without_blocks_takes_the_blocks_away(
    slack: Slack, client: AsyncWebClient
) -> None:
    ada = person(slack)
    sent = await client.chat_postMessage(
        channel=ada.user.id, text="One.", blocks=[actions(button("Yes"))]
    )
    assert ada.seen().buttons == ("Yes",)
    await client.chat_update(channel=sent["channel"], ts=sent["ts"], text="Two.")
    assert (ada.seen().text, ada.seen().buttons) == ("Two.", ())
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_update(channel=ada.user.id, ts=sent["ts"], text="Three.")


async def test_an_ephemeral_message_is_one_persons_and_cannot_be_changed(
    slack: Slack, client: AsyncWebClient
) -> None:
    here, ada, bob = group(slack), person(slack), person(slack)
    here.channel.members += [ada.user.id, bob.user.id]
    sent = await client.chat_postEphemeral(channel=here.channel.id, user=ada.user.id, text="Hush.")
    assert "Hush." in ada.seen().text
    assert "Hush." not in bob.seen().text
    assert "Hush." not in here.seen().text
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=here.channel.id, ts=sent["message_ts"], text="Loud.")


async def test_a_picture_is_seen_by_its_alternative_text(
    slack: Slack, client: AsyncWebClient
) -> None:
    here = group(slack)
    await client.files_upload_v2(
        channel=here.channel.id, content=b"png", filename="a.png", title="T", alt_txt="A rise."
    )
    assert "A rise." in here.seen().text
    slack.assert_clean()


# What breaks on purpose


async def test_calls_break_as_they_are_told_to(slack: Slack, client: AsyncWebClient) -> None:
    ada = person(slack)
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
    ada = person(slack)
    for fault, seen in ((DROPPED, ""), (ANSWER_LOST, "Hello.")):
        slack.trouble.on("chat.postMessage", fault)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=ada.user.id, text="Hello.")
        assert ada.seen().text == seen


async def test_nobody_answers_while_slack_is_down(slack: Slack, client: AsyncWebClient) -> None:
    await slack.go_down()
    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()
    slack.trouble.clear()
    assert (await client.auth_test())["ok"]


async def test_rates_are_kept(slack: Slack, client: AsyncWebClient) -> None:
    slack.rates = Rates(channel_burst=2)
    ada, bob = person(slack).user.id, person(slack).user.id
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
