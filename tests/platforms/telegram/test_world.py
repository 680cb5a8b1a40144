"""The loopback Telegram's people, updates and troubles are as the platform's are."""

from __future__ import annotations

import asyncio

import pytest

from pulse_bot.ports import Outcome
from pulse_bot.testing.samples import PIXEL
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.client import AGREE, HEARD, BareBot
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import until
from tests.platforms.telegram.world import Json

# What is refused, and in which words


async def test_nobody_is_reached_who_does_not_want_to_be(
    server: TelegramServer, bot: BareBot
) -> None:
    async def told(person: TelegramPerson) -> str:
        return await bot.refusal("sendMessage", chat_id=person.user.id, text="Hello")

    stranger, blocker, gone = (TelegramPerson(server, started=one) for one in (False, True, True))
    blocker.block()
    gone.deactivate()
    assert await told(stranger) == "Forbidden: bot can't initiate conversation with a user"
    assert await told(blocker) == "Forbidden: bot was blocked by the user"
    assert await told(gone) == "Forbidden: user is deactivated"
    assert (
        await bot.refusal("sendMessage", chat_id=6999999999, text="Hello")
        == "Bad Request: chat not found"
    )
    assert server.violations == []


async def test_groups_let_the_bot_in_and_throw_it_out(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    group = TelegramGroup(server)

    async def call() -> Json:
        return await bot.call("sendMessage", chat_id=group.chat.id, text="Hello")

    assert (await call())["description"] == "Forbidden: bot is not a member of the group chat"
    group.chat.bot = "member"
    assert (await call())["ok"]
    group.chat.muted = True
    assert "not enough rights" in (await call())["description"]
    group.chat.bot = "kicked"
    assert (await call())["description"] == "Forbidden: bot was kicked from the group chat"


async def test_a_group_that_became_a_supergroup_says_where_it_is(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    group = TelegramGroup(server)
    group.chat.bot = "member"
    old = group.migrate(ada)
    body = await bot.call("sendMessage", chat_id=int(old.user), text="Hello")
    assert body["parameters"] == {"migrate_to_chat_id": int(group.address.user)}
    assert (await bot.call("sendMessage", chat_id=int(group.address.user), text="Hello"))["ok"]
    told = [one["message"] for one in await bot.updates()]
    assert [one.get("migrate_to_chat_id") for one in told] == [group.chat.id, None]
    assert [one.get("migrate_from_chat_id") for one in told] == [None, int(old.user)]


async def test_topics(server: TelegramServer, bot: BareBot, ada: TelegramPerson) -> None:
    group = TelegramGroup(server, large=True)
    group.chat.bot = "member"
    topic = group.topic("The pulse")

    async def call(thread: int | None) -> str:
        body = await bot.call(
            "sendMessage", chat_id=group.chat.id, message_thread_id=thread, text="Hello"
        )
        return str(body.get("description", "sent"))

    assert await call(topic.thread) == "sent"
    assert await call(4711) == "Bad Request: message thread not found"
    topic.close()
    assert await call(topic.thread) == "Bad Request: TOPIC_CLOSED"
    assert "Hello" in (await topic.look()).text


async def test_edits_and_deletions(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    number = await bot.question(ada)
    place: Json = {"chat_id": ada.user.id, "message_id": number}
    same = await bot.refusal("editMessageText", **place, text="How was it?", reply_markup=AGREE)
    assert same.startswith("Bad Request: message is not modified")
    await bot.result("editMessageText", **place, text="Thank you.")
    seen = await ada.look()
    assert (seen.text, seen.buttons) == ("Thank you.", ())
    typed = ada.write_and_go("mine")
    theirs: Json = {"chat_id": ada.user.id, "message_id": typed.id}
    told = await bot.refusal("editMessageText", **theirs, text="not mine")
    assert told == "Bad Request: message can't be edited"
    assert await bot.result("deleteMessage", **theirs)
    assert (
        await bot.refusal("deleteMessage", **theirs) == "Bad Request: message to delete not found"
    )
    assert server.violations == []
    await bot.refusal("deleteMessage", chat_id=ada.user.id, message_id=99_999)
    assert server.violations == ["deleteMessage: there never was such a message."]


# Pressed buttons


async def test_a_pressed_button_is_answered_once_and_first(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.question(ada)
    ada.press_and_go("Agree")
    query = await bot.pressed()
    assert "never answered" in server.violations[0]
    await bot.result("answerCallbackQuery", callback_query_id=query, text="Recorded.")
    await bot.question(ada)
    assert server.violations == []
    assert "Recorded." in (await ada.look()).text
    assert "too old" in await bot.refusal("answerCallbackQuery", callback_query_id=query)
    assert server.violations == ["A pressed button is answered twice."]


async def test_work_before_the_answer_is_a_violation(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.question(ada)
    await bot.question(bob := TelegramPerson(server))
    ada.press_and_go("Agree")
    query = await bot.pressed()
    await bot.question(bob)
    assert server.world.violations == []
    await bot.question(ada)
    await bot.result("answerCallbackQuery", callback_query_id=query)
    assert len(server.violations) == 1
    assert "before its pressed button" in server.violations[0]


async def test_a_button_delivered_twice_may_be_answered_twice(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.question(ada)
    ada.press_and_go("Agree", times=2)
    first, second = await bot.updates()
    assert first == second
    for _ in range(2):
        await bot.call("answerCallbackQuery", callback_query_id=first["callback_query"]["id"])
    assert server.violations == []


# What the bot is told


async def test_updates_stay_until_they_are_confirmed(bot: BareBot, ada: TelegramPerson) -> None:
    ada.write_and_go("one")
    both: list[Json] = []
    for _ in range(2):
        both += await bot.result("getUpdates", allowed_updates=HEARD)
    assert [one["message"]["text"] for one in both] == ["one", "one"]
    offset = both[0]["update_id"] + 1
    assert await bot.result("getUpdates", offset=offset, allowed_updates=HEARD) == []
    assert await bot.result("getUpdates", allowed_updates=HEARD) == []


async def test_only_what_was_asked_for_is_told(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.updates(allowed=["callback_query"])
    ada.write_and_go("unheard")
    await bot.updates(allowed=["message"])
    ada.write_and_go("heard")
    assert [one["message"]["text"] for one in await bot.updates()] == ["heard"]
    assert server.violations == []
    await bot.result("getUpdates")
    assert "allowed_updates is not named" in server.violations[0]


async def test_of_two_who_listen_the_first_is_thrown_out(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    first = asyncio.create_task(bot.call("getUpdates", timeout=20, allowed_updates=HEARD))
    await until(lambda: server.updates.heard)
    async with BareBot(server) as other:
        second = asyncio.create_task(other.updates(wait=20))
        told = await first
        assert told["error_code"] == 409
        assert "terminated by other getUpdates request" in told["description"]
        ada.write_and_go("hello")
        assert [one["message"]["text"] for one in await second] == ["hello"]


async def test_held_updates_come_in_another_order(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    server.updates.hold()
    ada.write_and_go("one")
    ada.write_and_go("two")
    assert await bot.updates() == []
    server.updates.release(reverse=True)
    assert [one["message"]["text"] for one in await bot.updates()] == ["two", "one"]


@pytest.mark.parametrize(
    ("url", "secret", "told"),
    [
        ("http://pulse.example/t", "s3cret", "HTTPS"),
        ("https://pulse.example/t", "s3 cret", "unallowed characters"),
        ("https://elsewhere.example/t", "s3cret", "resolve"),
    ],
)
async def test_webhooks_that_are_refused(
    server: TelegramServer, bot: BareBot, url: str, secret: str, told: str
) -> None:
    server.updates.hosts["https://pulse.example"] = "http://127.0.0.1:9"
    assert told in await bot.refusal(
        "setWebhook", url=url, secret_token=secret, allowed_updates=HEARD
    )


async def test_what_is_said_in_a_group_is_not_read_along(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    group = TelegramGroup(server)
    group.chat.bot = "member"
    group.chat.members[ada.user.id] = ada.user
    sent = await bot.result("sendMessage", chat_id=group.chat.id, text="Hello")
    ours = group.chat.messages[sent["message_id"]]
    for text, reply in (("chatter", None), ("/help", None), ("see /help", None), ("yes", ours)):
        group._write(ada.user, {"text": text}, reply)
    told = [one["message"]["text"] for one in await bot.updates()]
    assert told == ["/help", "yes"]


# What people see


async def test_a_screen_shows_words_and_buttons_and_how_they_are_dressed(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson
) -> None:
    await bot.result(
        "sendMessage",
        chat_id=ada.user.id,
        parse_mode="HTML",
        text='<b>One</b><a href="https://t.me/#hidden">\u200b</a> &lt;two&gt;',
        reply_markup=AGREE,
    )
    await bot.result("sendPhoto", photo=PIXEL, chat_id=ada.user.id, caption="A chart")
    seen = await ada.look()
    assert seen.text.replace("\u200b", "") == "One <two> A chart"
    assert (seen.buttons, seen.outcome) == (("Agree",), Outcome.DONE)
    for text, outcome in (("⚠️ No.", Outcome.REFUSED), ("❔ Who?", Outcome.UNKNOWN)):
        ada.press_and_go("Agree")
        await bot.result("answerCallbackQuery", callback_query_id=await bot.pressed())
        await bot.result("sendMessage", chat_id=ada.user.id, text=text)
        assert (await ada.look()).outcome is outcome
