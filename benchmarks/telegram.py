"""Telegram: clicks a second, and a fan-out under its limit: `python -m benchmarks.telegram`.

Clicks, end to end: fetched by long polling from another process, acknowledged there, recorded on
disk, the answer rendered; its sending excluded, because it is paced. Beside it, in the same run:
the same clicks into python-telegram-bot's Application with a handler that is empty but for the
acknowledgement, without which a member's button hangs (goal: at least half as many); and with one
that does nothing at all.

Fan-out: 600 cards to a loopback Bot API that writes down when each came. Goals: at least 95 % of 30
a second; never more than 32 in any second.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Final

from pydantic import SecretStr
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from benchmarks._made_up import CLOSES, OPENS, PARTNERSHIP, made_up_installation
from benchmarks._running import bounded, replaced, scaled
from benchmarks._telegram_server import BATCH
from pulse_bot.domain.asking import schedule
from pulse_bot.ports import Address, Button, Card, CardKind, Event, Reply
from pulse_bot.sending.courier import Courier, SendReceipt, work_in_slots
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.testing import running
from pulse_bot.usecases.members.directory import NewMember, add_members
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from pulse_bot.usecases.router import route_event
from pulse_bot_telegram import sending
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.settings import TelegramSettings
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.server import TelegramServer

MEMBERS: Final = 300
UPDATES: Final = BATCH * scaled(15)
ALTERNATIONS: Final = scaled(3)
GOAL: Final = 0.5
BOUND: Final = 300
LONGEST_RUN: Final = 60
"""Seconds in which every click must have been answered."""

SENDS: Final = scaled(600, least=64)
A_SECOND: Final = 30
SHARE: Final = 0.95
MOST_IN_A_SECOND: Final = 32

TOKEN: Final = "12345:" + "a" * 35


async def measure_library(base_url: str, *, acknowledging: bool) -> float:
    """Updates a second into a handler of python-telegram-bot that does nothing, or next to it."""
    handled = 0
    done = asyncio.Event()

    async def handler(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        nonlocal handled
        if acknowledging and update.callback_query is not None:
            await update.callback_query.answer()
        handled += 1
        if handled == UPDATES:
            done.set()

    application = (
        Application.builder().token(TOKEN).base_url(base_url).concurrent_updates(BATCH).build()
    )
    application.add_handler(CallbackQueryHandler(handler))
    async with application:
        if application.updater is None:
            raise RuntimeError("An Application without an updater cannot poll.")
        await application.start()
        began = time.perf_counter()
        await application.updater.start_polling()
        await done.wait()
        seconds = time.perf_counter() - began
        await application.updater.stop()
        await application.stop()
    return UPDATES / seconds


async def measure_adapter(base_url: str, handle: Callable[[Event], Awaitable[Reply]]) -> float:
    """Updates a second into the adapter, each acknowledged, recorded and ready to be answered."""
    answered = 0
    done = asyncio.Event()

    async def unsent(
        _post: sending.TelegramSender, place: ChatPlace, *_: object
    ) -> tuple[ChatPlace, int]:
        nonlocal answered
        answered += 1
        if answered == UPDATES:
            done.set()
        return place, 1

    settings = TelegramSettings(token=SecretStr(TOKEN), base_url=base_url)
    with replaced(sending.TelegramSender, "_show", unsent):
        began = time.perf_counter()
        async with running(TelegramAdapter(settings), handle) as listening:
            ended = asyncio.create_task(done.wait())
            await asyncio.wait(
                {ended, listening}, timeout=LONGEST_RUN, return_when=asyncio.FIRST_COMPLETED
            )
            if not done.is_set():
                raise TimeoutError(f"Only {answered} of {UPDATES} clicks were answered.")
            seconds = time.perf_counter() - began
            ended.cancel()
    return UPDATES / seconds


@contextmanager
def start_bot_api(round_id: int) -> Iterator[str]:
    """A Bot API in a process of its own; its base URL."""
    words = map(str, (round_id, MEMBERS, UPDATES))
    command = [sys.executable, "-m", "benchmarks._telegram_server", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            yield f"http://127.0.0.1:{port}/bot"
        finally:
            server.kill()


async def measure_clicks() -> None:
    """Print the clicks a second."""
    with made_up_installation("sqlite", 0) as (made, _clock):
        addresses = (Address("telegram", "", str(n + 1)) for n in range(MEMBERS))
        people = ((NewMember(f"M{n}", f"S{n % 9}"), at) for n, at in enumerate(addresses))
        add_members(made, PARTNERSHIP, people)
        round_id = open_round(made, schedule.OpenRound(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        grouped = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
        handle = partial(route_event, made, grouped.put)
        rates: dict[str, list[float]] = {}
        with start_bot_api(round_id) as url:
            for _ in range(ALTERNATIONS):
                rates.setdefault("nothing", []).append(
                    await measure_library(url, acknowledging=False)
                )
                rates.setdefault("empty", []).append(await measure_library(url, acknowledging=True))
                rates.setdefault("ours", []).append(await measure_adapter(url, handle))
        grouped.close()
    middle = {name: median(values) for name, values in rates.items()}
    print(
        f"Clicks in Telegram, acknowledged and recorded on disk: {middle['ours']:,.0f} a second; "
        f"an empty handler, which acknowledges: {middle['empty']:,.0f}, so "
        f"{middle['ours'] / middle['empty']:.2f} of it (goal: {GOAL}); one that does not even "
        f"acknowledge: {middle['nothing']:,.0f}, so {middle['ours'] / middle['nothing']:.2f}"
    )


async def measure_fan_out() -> None:
    """Print how near the limit a fan-out comes."""
    card = Card(CardKind.QUESTION, "How was the week?", (), ((Button("Skip", "a"),),))

    async def unclaimed() -> bool:
        """There is no outbox here."""
        return True

    async def nothing(_event: Event) -> Reply:
        return Reply()

    async with TelegramServer() as server:
        people = [TelegramPerson(server) for _ in range(SENDS)]
        settings = TelegramSettings(
            token=SecretStr(server.world.token),
            base_url=server.base_url,
            base_file_url=server.base_url,
        )
        adapter = TelegramAdapter(settings)
        async with running(adapter, nothing):
            courier, stopping = Courier(), asyncio.Event()
            sent: list[SendReceipt | None] = []

            async def send(person: TelegramPerson) -> None:
                sent.append(await courier.send(adapter, person.address, card, unclaimed, stopping))

            await work_in_slots(people, courier.policy.in_flight, send, stopping)
        sends = server.rates.sends
        took = sends[-1].at - sends[0].at
        rate = (len(sends) - 1) / took
        print(
            f"Fan-out to {len(sent)} of {SENDS}: {rate:.1f} a second under a limit of "
            f"{A_SECOND}, {rate / A_SECOND:.0%} of it (goal: {SHARE:.0%}); at most "
            f"{server.rates.busiest_second()} in any second (goal: {MOST_IN_A_SECOND}); "
            f"{len(server.violations)} violations"
        )


if __name__ == "__main__":
    with bounded(BOUND):
        asyncio.run(measure_clicks())
        asyncio.run(measure_fan_out())
