"""The Telegram adapter when Telegram fails: two listeners, a dead token, down, lost, flooded."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest
from pydantic import SecretStr

from pulse_bot.adapter_kit import health, showing
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, CardKind, Picture, Pressed, Reply, Wrote
from pulse_bot.testing import Script, running
from pulse_bot.testing.samples import PACK, PIXEL, sample_card
from pulse_bot_telegram import polling
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.listening import retry_pauses
from pulse_bot_telegram.settings import TelegramSettings
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.client import BareBot
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import adapter_for, listening, scene, seen_by, until

SENDS = ("sendMessage",)


async def refusal(adapter: TelegramAdapter, address: Address) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await adapter.send(address, sample_card("Agree"))
    return caught.value


# Whether it can listen at all


async def test_a_second_listener_deafens_it_only_for_as_long_as_there_is_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polling, "retry_pauses", lambda: itertools.repeat(0.01))
    monkeypatch.setattr(health, "SECONDS_TO_PASS", 0.0)
    async with scene() as on:
        words = "409 Conflict: terminated by other getUpdates request"
        fault = on.server.trouble.refuse(409, words, methods=("getUpdates",), times=None)
        on.server.drop_connections()
        await until(lambda: fault.met >= 4)
        assert not on.task.done()
        assert "Another program is listening" in on.adapter.health()
        on.ada.write_and_go("Does anybody hear me?")
        on.server.trouble.mend()
        await until(lambda: len(on.script.heard(Wrote)) == 1)
        await until(lambda: not on.adapter.health())
        told = [one.getMessage() for one in caplog.records if "Another program" in one.getMessage()]
        assert len(told) == 1, "once, however long it lasts"


async def test_a_conflict_that_passes_does_not_end_it() -> None:
    async with scene() as on, BareBot(on.server) as other:
        # As when one process takes over from another.
        await other.call("getUpdates", allowed_updates=["message", "callback_query"])
        on.script.home = Reply("Here you are.")
        assert "Here you are." in (await on.ada.open_home()).text
        assert not on.task.done()


async def test_a_wrong_token_at_the_start_ends_it_with_what_to_do() -> None:
    async with TelegramServer() as server:
        server.revoked = True
        adapter = adapter_for(server)
        with pytest.raises(AdapterError, match="BotFather") as caught:
            await asyncio.wait_for(adapter.run(Script()), 60)
        assert caught.value.permanent
        assert "BotFather" in adapter.health()


async def test_a_token_that_is_revoked_later_is_told_and_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "retry_pauses", lambda: itertools.repeat(0.01))
    async with scene() as on:
        on.server.revoked = True
        on.server.drop_connections()
        await until(lambda: "BotFather" in on.adapter.health())
        assert not on.task.done()
        on.server.revoked = False
        await until(lambda: not on.adapter.health())
        await on.ada.write("Here again.")
        assert [one.text for one in on.script.heard(Wrote)] == ["Here again."]


def test_pauses_grow_and_are_bounded() -> None:
    pauses = list(itertools.islice(retry_pauses(), 20))
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.5, 15.0)


async def test_telegram_may_be_down_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    script = Script()
    script.home = Reply("Here you are.")
    async with TelegramServer() as server:
        await server.down()
        running = asyncio.create_task(adapter_for(server).run(script))
        ada = TelegramPerson(server)
        ada.write_and_go("/start")
        await until(lambda: "cannot be reached" in caplog.text)
        await server.up()
        await seen_by(ada, "Here you are.")
        running.cancel()
        await asyncio.wait({running})
        assert server.violations == []


async def test_clicks_made_while_telegram_is_down_are_answered_afterwards() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        await on.server.down()
        on.ada.press_and_go("Agree")
        assert not on.script.events
        await on.server.up()
        await seen_by(on.ada, "Recorded.")
        assert on.script.events == [Pressed(on.ada.address, "act:0")]


@pytest.mark.parametrize("code", [500, 502])
async def test_a_broken_getupdates_is_asked_again(code: int) -> None:
    async with scene() as on:
        fault = on.server.trouble.broken(code, methods=("getUpdates",), times=2)
        await on.ada.write("one")
        await until(lambda: fault.met == 2)
        await on.ada.write("two")
        assert [one.text for one in on.script.heard(Wrote)] == ["one", "two"]


async def test_an_answer_of_getupdates_that_was_lost_comes_again() -> None:
    async with scene() as on:
        fault = on.server.trouble.lose(methods=("getUpdates",))
        await on.ada.write("one")
        await until(lambda: fault.met == 1)
        await on.ada.write("two")
        await until(lambda: len(on.script.heard(Wrote)) == 2)
        assert [one.text for one in on.script.heard(Wrote)] == ["one", "two"]


async def test_it_stops_while_telegram_hangs() -> None:
    async with TelegramServer() as server:
        async with listening(server, Script()) as (_, task):
            hanging = server.trouble.slow(600, times=None)
            server.drop_connections()
            await until(lambda: hanging.met > 0)
            task.cancel()
            await asyncio.wait({task}, timeout=60)
            assert task.cancelled()
        server.trouble.mend()


# What is sent, and may have arrived


@pytest.mark.parametrize("lost", [False, True], ids=["dropped", "lost"])
async def test_an_answer_that_never_came_is_uncertain(lost: bool) -> None:
    async with scene() as on:
        trouble = on.server.trouble
        (trouble.lose if lost else trouble.drop)(methods=SENDS)
        error = await refusal(on.adapter, on.ada.address)
        assert (error.uncertain, error.permanent, error.gone) == (True, False, False)
        # Neither was it sent a second time, nor is anything sent while it is not known.
        assert len(on.ada.chat.messages) == lost


@pytest.mark.parametrize("lost", [False, True], ids=["dropped", "lost"])
async def test_a_file_that_fails_takes_no_text_with_it_and_is_not_named(
    lost: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene() as on:
        trouble = on.server.trouble
        (trouble.lose if lost else trouble.drop)(methods=("sendDocument",), times=None)
        monkeypatch.setattr(showing, "REPLY_PAUSES", (0.01, 0.01))
        on.script.answer = Reply(cards=(Card(CardKind.NOTICE, "The pack", file=PACK),))
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        seen = await on.ada.press("Agree")
        assert seen.text.count("The pack") == 1
        assert seen.files == ((PACK,) * 3 if lost else ())
        assert "A file could not be sent in Telegram" in caplog.text
        assert PACK.name not in caplog.text


@pytest.mark.parametrize("kind", ["picture", "file"])
async def test_what_is_attached_to_an_answer_is_tried_again(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene() as on:
        monkeypatch.setattr(showing, "REPLY_PAUSES", (0.01, 0.01))
        on.server.trouble.drop(methods=("sendPhoto", "sendDocument"), times=2)
        picture = Picture(PIXEL, "A rise.") if kind == "picture" else None
        file = PACK if kind == "file" else None
        shown = Card(CardKind.DIGEST, "It", picture=picture, file=file)
        on.script.answer = Reply(cards=(shown,))
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        seen = await on.ada.press("Agree")
        assert (seen.text.count("It"), "A rise." in seen.text) == (1, kind == "picture")
        assert seen.files == ((PACK,) if file else ())


@pytest.mark.parametrize(
    ("code", "uncertain"), [(500, True), (502, False), (503, False), (504, True)]
)
async def test_a_mishap_of_telegrams_is_uncertain_where_it_may_have_come_late(
    code: int, uncertain: bool
) -> None:
    async with scene() as on:
        on.server.trouble.broken(code, methods=SENDS)
        error = await refusal(on.adapter, on.ada.address)
        assert (error.uncertain, error.permanent, error.gone) == (uncertain, False, False)


async def test_what_is_too_large_is_refused_for_good() -> None:
    async with scene() as on:
        on.server.trouble.broken(413, methods=("sendDocument",))
        with pytest.raises(AdapterError) as caught:
            await on.adapter.send(on.ada.address, PACK)
        assert (caught.value.permanent, caught.value.uncertain) == (True, False)


async def test_nothing_is_uncertain_where_nobody_listens() -> None:
    async with scene() as on:
        await on.server.down()
        error = await refusal(on.adapter, on.ada.address)
        on.server.updates.heard = False
        await on.server.up()
        await until(lambda: on.server.updates.heard)
        assert (error.uncertain, error.permanent) == (False, False)


async def test_a_broken_platform_is_neither_permanent_nor_uncertain() -> None:
    async with scene() as on:
        on.server.trouble.broken(methods=SENDS)
        error = await refusal(on.adapter, on.ada.address)
        assert (error.uncertain, error.permanent, error.gone) == (False, False, False)
        await on.adapter.send(on.ada.address, sample_card("Agree"))


@pytest.mark.parametrize("act", ["block", "deactivate"])
async def test_whoever_cannot_be_reached_is_gone(act: str) -> None:
    async with scene() as on:
        getattr(on.ada, act)()
        error = await refusal(on.adapter, on.ada.address)
        assert (error.permanent, error.gone, error.uncertain) == (True, True, False)


async def test_whoever_never_started_the_bot_is_gone() -> None:
    async with scene() as on:
        error = await refusal(on.adapter, TelegramPerson(on.server, started=False).address)
        assert (error.permanent, error.gone) == (True, True)


async def test_a_flood_in_one_chat_does_not_stop_another() -> None:
    async with scene() as on:
        bob = TelegramPerson(on.server)
        fault = on.server.trouble.flood(2, chat=on.ada.user.id)
        began = time.monotonic()
        slow = asyncio.create_task(on.adapter.send(on.ada.address, sample_card("Agree")))
        await until(lambda: fault.met == 1)
        await on.adapter.send(bob.address, sample_card("Agree"))
        assert not slow.done()
        await slow
        assert time.monotonic() - began >= 2.0
        assert len(on.ada.chat.messages) == 1


async def test_a_long_flood_in_one_chat_is_told_without_pausing_all() -> None:
    async with scene() as on:
        on.server.trouble.flood(600, chat=on.ada.user.id, times=None)
        error = await refusal(on.adapter, on.ada.address)
        assert (error.permanent, error.retry_after) == (False, 0.0)
        await on.adapter.send(TelegramPerson(on.server).address, sample_card("Agree"))


async def test_a_long_flood_everywhere_is_told_with_its_length() -> None:
    async with scene() as on:
        fault = on.server.trouble.flood(600, times=None, methods=SENDS)
        both = (on.ada.address, TelegramPerson(on.server).address)
        errors = await asyncio.gather(*(refusal(on.adapter, one) for one in both))
        assert fault.met == 2
        assert 590 < max(one.retry_after for one in errors) <= 600
        assert not any(one.permanent for one in errors)


async def test_clicks_are_answered_while_much_is_sent() -> None:
    async with scene() as on:
        on.server.rates.enforced = True
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        others = [TelegramPerson(on.server) for _ in range(60)]
        sending = asyncio.gather(
            *(on.adapter.send(one.address, sample_card("A")) for one in others)
        )
        on.ada.press_and_go("Agree")
        await seen_by(on.ada, "Recorded.")
        # Behind all that waits, it would have come last.
        assert len(on.server.rates.sends) < 40
        await sending
        assert on.server.rates.busiest_second() <= 32


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with TelegramServer() as server:
        ada = TelegramPerson(server)
        proxy, _, path = server.base_url.removeprefix("http://").partition("/")
        monkeypatch.setenv("http_proxy", f"http://{proxy}")
        monkeypatch.setenv("no_proxy", "")
        settings = TelegramSettings(
            token=SecretStr(server.world.token), base_url=f"http://telegram.example/{path}"
        )
        adapter = TelegramAdapter(settings)
        async with running(adapter, Script()):
            await adapter.send(ada.address, sample_card("Agree"))
        assert len(ada.chat.messages) == 1
