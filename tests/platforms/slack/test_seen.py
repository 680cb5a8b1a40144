"""People on the loopback Slack see what Slack draws."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Slack
from tests.platforms.slack.groups import bots_group
from tests.platforms.slack.mrkdwn import draw, escaped, pings
from tests.platforms.slack.people import new_person
from tests.platforms.slack.samples import actions, button, section, text

Json = dict[str, Any]


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
    ada = new_person(slack)
    await client.chat_postMessage(channel=ada.user.id, text="Read me.", blocks=[block])
    assert ada.seen().text == seen
    slack.assert_clean()


async def test_whoever_is_called_is_written_down(slack: Slack, client: AsyncWebClient) -> None:
    here = bots_group(slack)
    await client.chat_postMessage(channel=here.channel.id, text=escaped("<!channel>"))
    slack.assert_clean()
    await client.chat_postMessage(channel=here.channel.id, text="<!channel>")
    with pytest.raises(AssertionError, match="!channel"):
        slack.assert_clean()


async def test_text_without_blocks_takes_the_blocks_away(
    slack: Slack, client: AsyncWebClient
) -> None:
    ada = new_person(slack)
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
    here, ada, bob = bots_group(slack), new_person(slack), new_person(slack)
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
    here = bots_group(slack)
    await client.files_upload_v2(
        channel=here.channel.id, content=b"png", filename="a.png", title="T", alt_txt="A rise."
    )
    assert "A rise." in here.seen().text
    slack.assert_clean()
