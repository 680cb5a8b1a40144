"""The Telegram adapter as a plug-in: settings, addresses, the page that Telegram calls."""

from __future__ import annotations

import sys

import pytest
from pydantic import SecretStr, ValidationError

import pulse_bot_telegram
from pulse_bot.errors import AdapterError, MissingExtra
from pulse_bot.ports import Address, Asgi, Card, CardKind
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.places import ChatPlace, read_address
from pulse_bot_telegram.settings import TelegramSettings

TOKEN = "123456:ABC-def_789"


def settings(**values: object) -> TelegramSettings:
    return TelegramSettings.model_validate({"token": TOKEN, **values})


@pytest.mark.parametrize("token", ["", "123456", "123456:", "ABC:123", "123456:ABC def"])
def test_what_is_no_token_is_refused_without_being_quoted(token: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(token=token)
    (problem,) = caught.value.errors()
    assert "BotFather" in problem["msg"]
    assert not token or token not in problem["msg"]


def test_blanks_around_a_token_do_no_harm() -> None:
    assert settings(token=f" {TOKEN}\n").token == SecretStr(TOKEN)


@pytest.mark.parametrize("name", ["base_url", "base_file_url"])
@pytest.mark.parametrize(
    "url",
    ["api.example.org/bot", "https://api.example.org/", "https://e.org/bot?x=/bot", "ftp://e/bot"],
)
def test_an_address_that_the_token_cannot_follow_is_refused(name: str, url: str) -> None:
    with pytest.raises(ValidationError, match="/bot"):
        settings(**{name: url})
    settings(**{name: "http://127.0.0.1:8081/bot"})


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pulse_bot_telegram.adapter", raising=False)
    monkeypatch.setitem(sys.modules, "telegram.ext", None)
    with pytest.raises(MissingExtra, match=r"pulse-bot\[telegram\]"):
        pulse_bot_telegram.plugin.build(settings())


@pytest.mark.parametrize(
    ("user", "place"),
    [
        ("12345", ChatPlace(12345)),
        ("-100123", ChatPlace(-100123)),
        ("-100123/45", ChatPlace(-100123, 45)),
    ],
)
def test_addresses_lead_to_chats_and_back(user: str, place: ChatPlace) -> None:
    address = Address("telegram", "", user)
    assert read_address(address) == place
    assert place.address == address


@pytest.mark.parametrize(
    "address",
    [
        Address("telegram", "", user)
        for user in ("", "0", "x", "12 ", "٣", "1/", "-1/0", "1" * 17, "@channel")
    ]
    + [Address("web", "", "1"), Address("telegram", "T1", "1")],
)
async def test_other_addresses_are_refused_before_anything_is_sent(address: Address) -> None:
    with pytest.raises(AdapterError) as caught:
        await TelegramAdapter(settings()).send(address, Card(CardKind.NOTICE, "Hello"))
    assert caught.value.permanent


class Pages:
    """A host that serves pages at an address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def mount(self, path: str, app: Asgi) -> str:
        return self.address + path


def test_a_webhook_needs_pages_by_https() -> None:
    adapter = TelegramAdapter(settings(listen="webhook"))
    with pytest.raises(AdapterError, match=r"section \[web\]"):
        adapter.serve_on(None)
    with pytest.raises(AdapterError, match="PULSE_BOT_WEB__PUBLIC_URL"):
        adapter.serve_on(Pages("http://pulse.example.org"))
    adapter.serve_on(Pages("https://pulse.example.org"))


def test_whoever_asks_for_updates_needs_no_pages() -> None:
    TelegramAdapter(settings()).serve_on(None)
