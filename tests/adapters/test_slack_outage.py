"""What goes wrong between Slack and the adapter: too fast, broken, cut off, gone for a while."""

from __future__ import annotations

import asyncio
import logging

import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.adapter_kit import showing
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Commanded,
    File,
    Joined,
    Picture,
    Reply,
    Wrote,
)
from pulse_bot.testing import Script
from pulse_bot.testing.samples import PACK, PIXEL, sample_card
from pulse_bot_slack import adapter, sockets
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.settings import SlackSettings
from tests.platforms.slack import serving
from tests.platforms.slack.delivery import until
from tests.platforms.slack.people import new_person
from tests.platforms.slack.stage import Scene, adapter_for, scene
from tests.platforms.slack.trouble import (
    ANSWER_LOST,
    DROPPED,
    Fault,
    Rates,
    broken,
    says,
    slow,
    too_fast,
)

POST = "chat.postMessage"


async def refused(one: Scene, address: Address) -> AdapterError:
    """The error of a card that is sent there."""
    with pytest.raises(AdapterError) as caught:
        await one.adapter.send(address, sample_card("Agree"))
    error = caught.value
    assert str(error)[-1] in ".!", "an error is a sentence"
    return error


def copies(one: Scene, words: str) -> int:
    """How often somebody has the same in their conversation."""
    return sum(
        words in one.slack.notification(message) for message in one.ada.direct.messages.values()
    )


@pytest.mark.parametrize(
    ("fault", "permanent", "gone", "uncertain", "retry_after"),
    [
        (too_fast(7), False, False, False, 7.0),
        (broken(500), False, False, True, 0.0),
        (broken(503), False, False, True, 0.0),
        (says("fatal_error"), False, False, True, 0.0),
        (says("account_inactive"), False, False, False, 0.0),
        (says("token_revoked"), False, False, False, 0.0),
        (says("invalid_auth"), False, False, False, 0.0),
        (says("channel_not_found"), True, True, False, 0.0),
        (says("is_archived"), True, True, False, 0.0),
        (says("not_in_channel"), True, True, False, 0.0),
        (says("msg_too_long"), True, False, False, 0.0),
        (says("something_new"), True, False, False, 0.0),
    ],
)
async def test_each_refusal_says_what_it_means_for_the_core(
    fault: Fault, permanent: bool, gone: bool, uncertain: bool, retry_after: float
) -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card(title="First"))
        one.slack.trouble.on(POST, fault)
        error = await refused(one, one.ada.address)
        assert one.slack.trouble.left(POST) == 0
        told = (error.permanent, error.gone, error.uncertain, error.retry_after)
        assert told == (permanent, gone, uncertain, retry_after)
        await one.adapter.send(one.ada.address, sample_card(title="Afterwards"))
        assert (copies(one, "First"), copies(one, "Afterwards")) == (1, 1)


async def test_a_lost_answer_is_looked_up_and_doubles_nothing() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card(title="Earlier"))
        one.slack.trouble.on(POST, ANSWER_LOST)
        await one.adapter.send(one.ada.address, sample_card("Agree", title="The question"))
        assert (copies(one, "Earlier"), copies(one, "The question")) == (1, 1)


async def test_an_answer_that_takes_too_long_is_looked_up_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adapter, "SECONDS_TO_ANSWER", 0.5)
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card(title="Earlier"))
        one.slack.trouble.on(POST, slow(2))
        await one.adapter.send(one.ada.address, sample_card("Agree", title="The question"))
        assert copies(one, "The question") == 1


async def test_the_librarys_own_retry_would_double_it() -> None:
    async with scene() as one:
        client = AsyncWebClient(one.slack.bot_token, base_url=one.slack.base_url)
        one.slack.trouble.on(POST, ANSWER_LOST)
        await client.chat_postMessage(channel=one.ada.user.id, text="The question")
        assert copies(one, "The question") == 2


async def test_a_lost_question_is_told_and_arrives_when_it_is_sent_again() -> None:
    async with scene() as one:
        one.slack.trouble.on(POST, DROPPED)
        assert (await refused(one, one.ada.address)).uncertain
        assert one.ada.seen().buttons == ()
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        assert one.ada.seen().buttons == ("Agree",)


async def test_an_answer_that_could_not_be_looked_up_is_not_doubled_by_the_next_try() -> None:
    async with scene() as one:
        one.slack.trouble.on(POST, ANSWER_LOST)
        one.slack.trouble.on("conversations.open", broken())
        one.slack.trouble.on("conversations.history", broken())
        assert (await refused(one, one.ada.address)).uncertain
        one.slack.trouble.clear()
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        assert copies(one, "A question") == 1


UPLOADS = (
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
)


@pytest.mark.parametrize("method", UPLOADS)
@pytest.mark.parametrize("fault", [broken(), DROPPED, ANSWER_LOST, too_fast(60)])
@pytest.mark.parametrize("shown", [Picture(PIXEL, "A rise."), PACK], ids=["picture", "file"])
async def test_an_upload_that_fails_is_told_and_uncertain_in_its_last_step_alone(
    method: str, fault: Fault, shown: Picture | File
) -> None:
    async with scene() as one:
        here = await one.group()
        one.slack.trouble.on(method, fault)
        with pytest.raises(AdapterError) as caught:
            await one.adapter.send(here.address, shown)
        error, is_last = caught.value, method == UPLOADS[-1]
        assert (error.permanent, error.retry_after) == (False, fault.retry_after)
        assert error.uncertain == (is_last and not fault.retry_after)
        arrived = is_last and fault is ANSWER_LOST
        assert bool(here.seen().files or "A rise." in here.seen().text) == arrived


async def test_a_direct_chat_that_cannot_be_opened_has_seen_nothing() -> None:
    async with scene() as one:
        one.slack.trouble.on("conversations.open", broken())
        with pytest.raises(AdapterError) as caught:
            await one.adapter.send(one.ada.address, PACK)
        assert (caught.value.uncertain, caught.value.permanent) == (False, False)
        await one.adapter.send(one.ada.address, PACK)
        assert one.ada.seen().files == (PACK,)


async def test_a_picture_that_a_workspace_never_takes_is_spelled_out() -> None:
    async with scene() as one:
        here = await one.group()
        one.slack.trouble.on(UPLOADS[-1], says("file_uploads_disabled"))
        await one.adapter.send(here.address, Picture(PIXEL, "A <rise>.", "Trust"))
        assert "Trust A <rise>." in here.seen().text


@pytest.mark.parametrize("faults", [1, 2, 9])
@pytest.mark.parametrize("fault", [broken(), DROPPED, too_fast(1)])
async def test_what_is_attached_to_an_answer_is_tried_a_few_times(
    faults: int, fault: Fault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(showing, "REPLY_PAUSES", (0.01, 0.01, 0.01))
    async with scene() as one:
        picture = Picture(PIXEL, "A rise.")
        shown = Card(CardKind.DIGEST, "It", ("Words.",), picture=picture, file=PACK)
        one.script.answer = Reply(cards=(shown,))
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        one.slack.trouble.on(UPLOADS[-1], *[fault] * faults)
        await one.ada.press("Agree")
        assert await until(lambda: bool(one.ada.seen().files or "file could not" in caplog.text))
        seen = one.ada.seen()
        assert seen.text.count("Words.") == 1
        arrived = faults < 9
        assert ("A rise." in seen.text, seen.files) == (arrived, (PACK,) if arrived else ())
        told = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
        assert (
            told == [] if arrived else "A file could not be shown in Slack; its text was." in told
        )
        assert PACK.name not in caplog.text


async def test_too_fast_is_told_with_its_pause() -> None:
    async with scene() as one:
        one.slack.rates = Rates(channel_burst=1)
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        error = await refused(one, one.ada.address)
        assert (error.permanent, error.retry_after) == (False, 1.0)
        await one.adapter.send(new_person(one.slack).address, sample_card("Agree"))


async def test_an_answer_to_a_click_waits_out_a_short_pause() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        one.slack.trouble.on(POST, too_fast(1))
        await one.ada.press("Agree")
        assert await until(lambda: "Recorded." in one.ada.seen().text)


@pytest.mark.parametrize("fault", [too_fast(1), broken(503), DROPPED])
async def test_an_answer_is_not_dropped_after_three_refusals(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "REPLY_PAUSES", (0.01, 0.01, 0.01, 0.01))
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        one.slack.trouble.on(POST, *[fault] * 4)
        await one.ada.press("Agree")
        assert await until(lambda: "Recorded." in one.ada.seen().text)


LONG = Card(CardKind.DIGEST, "Round 5", tuple(f"Comment {n}." for n in range(60)))
"""More than one message holds."""


async def test_between_the_messages_of_a_card_a_short_pause_is_waited_out() -> None:
    async with scene() as one:
        here = await one.group()
        one.slack.rates = Rates(channel_burst=1)
        await one.adapter.send(here.address, LONG)
        text = here.seen().text
        assert [text.count(words) for words in ("Round 5", "Comment 0.", "Comment 59.")] == [1] * 3


@pytest.mark.parametrize("fault", [too_fast(60), broken(), says("token_revoked")])
async def test_a_card_of_which_the_beginning_has_arrived_is_uncertain(fault: Fault) -> None:
    async with scene() as one:
        here = await one.group()
        one.slack.trouble.on(POST, slow(0), fault)
        with pytest.raises(AdapterError) as caught:
            await one.adapter.send(here.address, LONG)
        assert (caught.value.uncertain, caught.value.permanent) == (True, False)
        assert caught.value.retry_after == fault.retry_after
        assert "Round 5" in here.seen().text


async def test_a_token_revoked_in_the_middle_of_a_fan_out_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with scene() as one:
        people = [new_person(one.slack) for _ in range(6)]
        for somebody in people[:3]:
            await one.adapter.send(somebody.address, sample_card("Agree"))
        one.slack.revoke_tokens()
        errors = [await refused(one, somebody.address) for somebody in people]
        assert not any(error.permanent or error.gone for error in errors), "they are still there"
        said = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
        assert len(said) == 1
        assert "PULSE_BOT_SLACK__BOT_TOKEN" in said[0]
        assert not any(secret in caplog.text for secret in one.ada.secrets)
        assert not one.task.done()


@pytest.mark.parametrize("wrong", ["bot_token", "app_token"])
async def test_a_wrong_token_at_the_start_is_said_with_what_to_do(wrong: str) -> None:
    async with serving() as slack:
        tokens = {"bot_token": slack.bot_token, "app_token": slack.app.app_token}
        tokens[wrong] = f"{tokens[wrong][:5]}wrong"
        misled = SlackAdapter(
            SlackSettings(
                bot_token=SecretStr(tokens["bot_token"]),
                app_token=SecretStr(tokens["app_token"]),
                base_url=slack.base_url,
            )
        )
        with pytest.raises(AdapterError, match=f"PULSE_BOT_SLACK__{wrong.upper()}") as caught:
            await asyncio.wait_for(misled.run(Script()), 60)
        assert caught.value.permanent
        assert "wrong" not in str(caught.value)
        slack.assert_clean()


# Connections


async def test_a_refresh_loses_nothing_and_doubles_nothing() -> None:
    async with scene() as one:
        assert one.slack.sockets is not None
        here = await one.group()
        people = [new_person(one.slack) for _ in range(4)]
        for somebody in people:
            await one.slack.sockets.refresh()
            await somebody.join(here.channel)
        joined = [event.address for event in one.script.heard(Joined)]
        assert joined == [somebody.address for somebody in people]
        assert one.slack.sockets.opened == 5


async def test_a_connection_that_is_cut_is_made_again() -> None:
    async with scene() as one:
        assert one.slack.sockets is not None
        here = await one.group()
        one.slack.sockets.cut()
        bob = new_person(one.slack)
        await bob.join(here.channel)
        assert [event.address for event in one.script.heard(Joined)] == [bob.address]
        assert one.slack.sockets.opened == 2


async def test_slack_is_down_for_a_while_and_everything_goes_on_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with scene() as one:
        sockets = one.slack.sockets
        assert sockets is not None
        await one.slack.go_down()
        error = await refused(one, one.ada.address)
        assert not error.permanent
        assert await until(lambda: "cannot be reached" in caplog.text, 20)
        assert not one.task.done()
        one.slack.trouble.clear()
        assert await until(lambda: bool(sockets.connections), 40)
        assert one.ada.seen().buttons == ()
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        assert "Recorded." in (await one.ada.press("Agree")).text
        await one.ada.write("Here again.")
        assert [event.text for event in one.script.heard(Wrote)] == ["Here again."]


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_an_app_token_that_is_refused_later_is_told_and_tried_for_ever(
    error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LOOK", 0.01)
    monkeypatch.setattr(sockets, "LONGEST_PAUSE_REFUSED", 0.05)
    async with scene() as one:
        connections = one.slack.sockets
        assert connections is not None
        assert one.adapter.health() == ""
        one.slack.trouble.on("apps.connections.open", says(error), times=1000)
        connections.cut()
        assert await until(lambda: "PULSE_BOT_SLACK__APP_TOKEN" in one.adapter.health())
        assert await until(lambda: one.slack.trouble.left("apps.connections.open") < 995)
        assert not one.task.done()
        one.slack.trouble.clear()
        assert await until(lambda: one.adapter.health() == "")
        await one.ada.write("Here again.")
        assert [event.text for event in one.script.heard(Wrote)] == ["Here again."]


async def test_a_bot_token_that_is_refused_is_told_until_it_is_taken_again() -> None:
    async with scene() as one:
        one.slack.trouble.on(POST, says("token_revoked"))
        await refused(one, one.ada.address)
        assert "PULSE_BOT_SLACK__BOT_TOKEN" in one.adapter.health()
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        assert one.adapter.health() == ""


async def test_it_starts_while_slack_is_down() -> None:
    async with serving() as slack:
        slack.trouble.down = True
        script = Script()
        task = asyncio.create_task(adapter_for(slack).run(script))
        try:
            assert slack.sockets is not None
            assert await until(lambda: slack.trouble.turned_away > 0)
            assert not task.done()
            slack.trouble.clear()
            assert await until(lambda: bool(slack.sockets and slack.sockets.connections), 20)
            await new_person(slack).command("help")
            assert [event.command for event in script.heard(Commanded)] == ["help"]
        finally:
            task.cancel()
            await asyncio.wait({task})
        slack.assert_clean()
