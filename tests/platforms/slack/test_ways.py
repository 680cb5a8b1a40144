"""The loopback Slack brings what people do to an app, both ways, as slack_bolt expects it.

The app here is a small one of bolt's own; the adapter is held against the same server elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from pulse_bot.ports import Field, FieldKind, Form, Option, Outcome
from tests.platforms.slack import Slack, serving
from tests.platforms.slack.app import App
from tests.platforms.slack.bolt import Bot, listening, talking
from tests.platforms.slack.delivery import until
from tests.platforms.slack.groups import bots_group
from tests.platforms.slack.people import new_person
from tests.platforms.slack.samples import actions, button, checkboxes, text

Json = dict[str, Any]


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
    ada = new_person(slack)
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
    ada = new_person(slack)
    await ada.write("<hello> & you")
    heard = [one["event"] for one in bot.heard if one["type"] == "event_callback"]
    assert [one["type"] for one in heard] == ["app_home_opened", "message"]
    assert (heard[0]["tab"], heard[1]["text"]) == ("messages", "&lt;hello&gt; &amp; you")
    await bot.client.chat_postMessage(channel=ada.user.id, text="Hello.")
    assert len(slack.postman.acks) == 2 or await until(lambda: len(slack.postman.acks) == 3)


async def test_a_modal_is_filled_in_by_its_labels(talk: Talk) -> None:
    slack, bot = talk
    ada = new_person(slack)
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
    ada = new_person(slack)
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
    ada = new_person(slack)
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
    here, ada = bots_group(slack), new_person(slack)
    bot.acknowledges = {"text": "For you."}
    seen = await here.command(ada, "help me")
    assert "For you." not in seen.text
    assert "For you." in ada.seen().text
    assert (bot.heard[-1]["text"], bot.heard[-1]["channel_id"]) == ("help me", here.channel.id)


async def test_an_event_is_repeated_until_it_is_acknowledged(talk: Talk) -> None:
    slack, bot = talk
    ada, here = new_person(slack), bots_group(slack)
    bot.slow = 2
    await ada.join(here.channel)
    assert await until(lambda: not slack.postman.under_way)
    assert bot.kinds() == ["member_joined_channel"] * 3
    assert len({one["event_id"] for one in bot.heard}) == 1
    assert [ack.failed for ack in slack.postman.acks] == ["http_timeout", "http_timeout", ""]
    assert (len(slack.postman.late), slack.postman.lost) == (2, [])


async def test_a_click_is_not_repeated_and_the_person_is_told(talk: Talk) -> None:
    slack, bot = talk
    ada = new_person(slack)
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
    await new_person(slack).join(bots_group(slack).channel)
    assert bot.kinds() == ["member_joined_channel"] * 2
    assert [ack.failed for ack in slack.postman.acks] == ["", ""]


async def test_only_events_that_the_app_asked_for_are_told() -> None:
    quiet = App(events=frozenset({"member_left_channel"}))
    async with serving(app=quiet) as slack:
        bot = Bot(slack)
        slack.patience = 0.3
        async with listening(slack, bot):
            ada, here = new_person(slack), bots_group(slack)
            await ada.join(here.channel)
            await ada.leave(here.channel)
            assert bot.kinds() == ["member_left_channel"]


async def test_a_trigger_opens_one_modal_and_soon(talk: Talk) -> None:
    slack, bot = talk
    ada = new_person(slack)
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
    ada = new_person(slack)
    webhook = AsyncWebhookClient(slack.response_url(ada.user.id, ada.direct.id))
    statuses = [(await webhook.send(text=f"No. {number}")).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert "No. 4" in ada.seen().text
    assert "No. 5" not in ada.seen().text
