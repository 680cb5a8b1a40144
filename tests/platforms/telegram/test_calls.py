"""The loopback Telegram refuses what Telegram refuses, writes it down, and takes what is right."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from pulse_bot.testing.samples import HOSTILE, PIXEL
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.client import BareBot
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.texts import cut, parsed, units

Given = dict[str, Any]


def keyboard(*buttons: Given) -> Given:
    return {"inline_keyboard": [[one] for one in buttons]}


def png(width: int, height: int) -> bytes:
    """A picture as far as its size goes."""
    return PIXEL[:16] + struct.pack(">II", width, height) + PIXEL[24:]


RIGHT: list[Given] = [
    {"text": "x" * 4096},
    {"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"},
    {"text": "🙂" * 2048},
    {"text": "a &lt; b", "parse_mode": "HTML"},
    {"text": "x", "reply_markup": keyboard({"text": "A", "callback_data": "é" * 32})},
    {"text": "x", "reply_markup": keyboard(*[{"text": "A", "callback_data": "a"}] * 100)},
    {
        "text": "x",
        "reply_markup": keyboard({"text": "A", "url": "https://t.me/bot?start=" + "a" * 64}),
    },
    {"text": "x", "link_preview_options": {"is_disabled": True}},
    {"text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "Type it"}},
]

WRONG: list[tuple[Given, str]] = [
    ({}, "'text' is missing"),
    ({"text": ""}, "message text is empty"),
    ({"text": " \n "}, "message text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "🙂" * 2049}, "message is too long"),
    ({"text": "x", "colour": "red"}, "there is no 'colour'"),
    ({"text": "x", "disable_notification": "perhaps"}, "not of the type Boolean"),
    ({"text": "x", "message_thread_id": "first"}, "not of the type Integer"),
    ({"text": "x", "parse_mode": "html5"}, "unsupported parse_mode"),
    ({"text": "a < b", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag ""'),
    ({"text": "a<br>b", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "br"'),
    ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
    ({"text": "x", "reply_markup": "{"}, "is not a"),
    ({"text": "x", "reply_markup": {"inline_keyboard": [{"text": "A"}]}}, "is not a list"),
    ({"text": "x", "reply_markup": keyboard({"text": "A", "callback": "a"})}, "no 'callback'"),
    ({"text": "x", "reply_markup": keyboard({"text": "A"})}, "buttons are unallowed"),
    (
        {"text": "x", "reply_markup": keyboard({"text": "", "callback_data": "a"})},
        "Text must be non-empty",
    ),
    (
        {"text": "x", "reply_markup": keyboard({"text": "A", "callback_data": ""})},
        "BUTTON_DATA_INVALID",
    ),
    (
        {"text": "x", "reply_markup": keyboard({"text": "A", "callback_data": "é" * 32 + "a"})},
        "BUTTON_DATA_INVALID",
    ),
    (
        {"text": "x", "reply_markup": keyboard(*[{"text": "A", "callback_data": "a"}] * 101)},
        "REPLY_MARKUP_TOO_LONG",
    ),
    ({"text": "x", "reply_markup": keyboard({"text": "A", "url": "t.me/bot"})}, "is invalid"),
    (
        {
            "text": "x",
            "reply_markup": keyboard({"text": "A", "url": "https://t.me/b?start=" + "a" * 65}),
        },
        "start parameter is lost",
    ),
]


@pytest.mark.parametrize("given", RIGHT, ids=range(len(RIGHT)))
async def test_what_is_right_is_taken(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson, given: Given
) -> None:
    await bot.result("sendMessage", chat_id=ada.user.id, **given)
    assert server.violations == []
    assert len(ada.chat.messages) == len(server.rates.sends) == 1


@pytest.mark.parametrize(("given", "told"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_refused_and_written_down(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson, given: Given, told: str
) -> None:
    assert told in await bot.refusal("sendMessage", chat_id=ada.user.id, **given)
    assert any(told in one for one in server.violations), server.violations
    assert not ada.chat.messages


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (png(1200, 800), ""),
        (png(5000, 5000), ""),
        (png(5001, 5000), "PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"GIF89a", "IMAGE_PROCESS_FAILED"),
        (png(10, 10) + bytes(10 * 1024 * 1024), "Request Entity Too Large"),
    ],
    ids=["fine", "largest", "large", "long", "no picture", "heavy"],
)
async def test_pictures_are_measured(
    server: TelegramServer, bot: BareBot, ada: TelegramPerson, picture: bytes, told: str
) -> None:
    body = await bot.call("sendPhoto", photo=picture, chat_id=ada.user.id, caption="c" * 1024)
    assert told in body.get("description", "")
    assert bool(server.violations) == bool(told) == (not body["ok"])


async def test_a_caption_has_its_own_length(bot: BareBot, ada: TelegramPerson) -> None:
    told = await bot.refusal("sendPhoto", photo=PIXEL, chat_id=ada.user.id, caption="c" * 1025)
    assert told == "Bad Request: message caption is too long"


async def test_methods_that_are_not_there(server: TelegramServer, bot: BareBot) -> None:
    assert await bot.refusal("sendPulse") == "Not Found: method not found"
    assert await bot.refusal("sendDice", chat_id=1) == "Not Implemented"
    assert len(server.violations) == 2


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({"command": "pulse", "description": "The open question"}, ""),
        ({"command": "Pulse", "description": "The open question"}, "BOT_COMMAND_INVALID"),
        ({"command": "p" * 33, "description": "The open question"}, "BOT_COMMAND_INVALID"),
        ({"command": "pulse", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "pulse", "description": "d" * 257}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "pulse"}, "'description' is missing"),
    ],
)
async def test_menus_of_commands(bot: BareBot, command: Given, told: str) -> None:
    scope = {"type": "all_private_chats"}
    body = await bot.call("setMyCommands", commands=[command], scope=scope)
    assert told in body.get("description", "")
    assert body["ok"] == (not told)


async def test_a_scope_is_one_of_those_that_there_are(bot: BareBot) -> None:
    menu = [{"command": "pulse", "description": "The open question"}]
    told = await bot.refusal("setMyCommands", commands=menu, scope={"type": "everybody"})
    assert "setMyCommands.scope" in told


async def test_tokens(server: TelegramServer) -> None:
    async with BareBot(server, token="7100000001:wrong") as stranger, BareBot(server) as bot:
        assert await stranger.refusal("getMe") == "Unauthorized"
        assert (await bot.result("getMe"))["username"] == server.world.bot.username
        server.revoked = True
        assert await bot.refusal("getMe") == "Unauthorized"
    async with BareBot(server, token="nonsense") as nonsense:
        assert await nonsense.refusal("getMe") == "Not Found"


def test_texts_are_read_by_telegrams_own_parser() -> None:
    text, entities = parsed(
        '🙂 <b>bold <i>both</i></b> <a href="https://example.org/?a&amp;b">link</a> &lt;b&gt;',
        "HTML",
        None,
    )
    assert text == "🙂 bold both link <b>"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 9},
        {"type": "italic", "offset": 8, "length": 4},
        {"type": "text_link", "offset": 13, "length": 4, "url": "https://example.org/?a&b"},
    ]
    assert [cut(text, one["offset"], one["length"]) for one in entities] == [
        "bold both",
        "both",
        "link",
    ]


def test_blanks_at_both_ends_go_and_entities_move_along() -> None:
    hidden = "https://t.me/#" + "aB-_" * 700
    text, entities = parsed(f'\n  a <b>b</b> <a href="{hidden}">\u200b</a>  ', "HTML", None)
    assert text == "a b \u200b"
    assert entities == [
        {"type": "bold", "offset": 2, "length": 1},
        {"type": "text_link", "offset": 4, "length": 1, "url": hidden},
    ]


def test_telegram_notices_links_and_commands_by_itself() -> None:
    _, entities = parsed(
        'see example.org and <a href="http://a.example">example.org</a> /help', "HTML", None
    )
    assert [(one["type"], one["offset"]) for one in entities] == [
        ("url", 4),
        ("text_link", 20),
        ("bot_command", 32),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_length_is_counted_in_utf_16(text: str) -> None:
    assert units(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)
    assert cut(text, 0, units(text)) == text
