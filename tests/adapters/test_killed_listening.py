"""kill -9 between a click and its acknowledgement: it is on disk, or comes again, or is shown to
have failed. Each beside a core that answers before it has anything on disk, as was done once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from pulse_bot.testing.samples import sample_card
from tests.platforms.slack.acting import bring, touched
from tests.platforms.slack.people import new_person
from tests.platforms.slack.server import Slack
from tests.platforms.slack.signed import Request
from tests.platforms.slack.stage import adapter_for as slack_adapter
from tests.platforms.slack.web import serving
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.hosting import PUBLIC
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import adapter_for as telegram_adapter
from tests.platforms.telegram.stage import until

pytestmark = pytest.mark.chaos

PROGRAM = Path(__file__).with_name("killed_listener.py")
PEOPLE = 8
NAIVE = pytest.mark.parametrize("naive", [False, True], ids=["durable first", "naive"])
SECONDS = 0.1
"""For each commit; they come one after another."""


@contextmanager
def process(
    journal: Path, adapter: str, settings: dict[str, str], seconds: float, naive: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """One that listens."""
    options = {
        "adapter": adapter, "settings": settings, "journal": str(journal),
        "seconds": seconds, "naive": naive,
    }  # fmt: skip
    command = [sys.executable, str(PROGRAM), json.dumps(options)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env=_environment()) as one:
        try:
            yield one
        finally:
            one.kill()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


async def url_of(listener: subprocess.Popen[bytes]) -> str:
    """Where it serves what the platform calls."""
    output: IO[bytes] | None = listener.stdout
    assert output is not None
    return (await asyncio.to_thread(output.readline)).decode().strip()


def committed(journal: Path) -> list[str]:
    """What is on disk."""
    return journal.read_text().splitlines() if journal.exists() else []


# Slack


def slack_settings(slack: Slack) -> dict[str, str]:
    return {
        "bot_token": slack.bot_token,
        "app_token": slack.app.app_token,
        "signing_secret": slack.app.signing_secret,
        "listen": "http" if slack.http else "socket",
        "base_url": slack.base_url,
    }


async def heard(slack: Slack, listener: subprocess.Popen[bytes]) -> None:
    """Wait until it listens."""
    if slack.http is not None:
        slack.http.url = f"{await url_of(listener)}/slack/events"
        for _ in range(1000):
            if (await slack.http.post(Request(b"")))[0] != 503:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("It never listened.")
    sockets = slack.sockets
    if sockets is not None:
        await until(lambda: bool(sockets.connections))


@NAIVE
@pytest.mark.parametrize("listen", ["socket", "http"])
async def test_a_click_in_slack_is_on_disk_or_is_shown_to_have_failed(
    listen: str, naive: bool, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    async with serving(over_http=listen == "http") as slack:
        people = [new_person(slack) for _ in range(PEOPLE)]
        sending = slack_adapter(slack, "http" if slack.http else "socket")
        for number, person in enumerate(people):
            await sending.send(person.address, sample_card(*["Agree"] * (number + 1)))
        assert sending._session is not None
        await sending._session.close()
        with process(journal, "slack", slack_settings(slack), SECONDS, naive) as listener:
            await heard(slack, listener)
            clicks = [
                asyncio.create_task(
                    bring(
                        slack,
                        "interactive",
                        touched(slack, one.user, one.team, next(one.screen()).controls[-1]),
                    )
                )
                for one in people
            ]
            await until(lambda: len(committed(journal)) >= 2)
            listener.kill()
            acks = await asyncio.gather(*clicks)
        taken = {f"act:{number}" for number, ack in enumerate(acks) if not ack.failed}
        lost = taken - set(committed(journal))
        assert len(committed(journal)) < PEOPLE, "it was killed in the middle"
        if naive:
            assert lost, "the search does not see what is lost"
        else:
            assert not lost
            failed = [each for each in slack.postman.lost if each.kind == "interactive"]
            assert len(failed) == PEOPLE - len(taken), "the others saw it fail"


@NAIVE
async def test_a_message_in_slack_comes_again(naive: bool, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with serving() as slack:
        people = [new_person(slack) for _ in range(PEOPLE)]
        with process(journal, "slack", slack_settings(slack), SECONDS, naive) as listener:
            await heard(slack, listener)
            for number, person in enumerate(people):
                slack.post(person.direct, person.user.id, {"text": f"words {number}"})
            await until(lambda: len(committed(journal)) >= 2)
            listener.kill()
            listener.wait()
        assert len(committed(journal)) < PEOPLE, "it was killed in the middle"
        with process(journal, "slack", slack_settings(slack), 0.0, False):
            await until(lambda: slack.postman.under_way == 0)
            everything = {f"words {number}" for number in range(PEOPLE)}
            if naive:
                assert set(committed(journal)) < everything, "the search does not see the loss"
            else:
                await until(lambda: set(committed(journal)) == everything)


# Telegram


def telegram_settings(server: TelegramServer, listen: str) -> dict[str, str]:
    return {
        "token": server.world.token,
        "listen": listen,
        "base_url": server.base_url,
        "base_file_url": server.base_url.replace("/bot", "/file/bot"),
    }


@NAIVE
@pytest.mark.parametrize("listen", ["polling", "webhook"])
async def test_a_press_in_telegram_comes_again(listen: str, naive: bool, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with TelegramServer() as server:
        people = [TelegramPerson(server) for _ in range(PEOPLE)]
        sending = telegram_adapter(server)
        async with sending._bot:
            for number, person in enumerate(people):
                labels = [f"No {each}" for each in range(number + 1)]
                await sending.send(person.address, sample_card(*labels))
        settings = telegram_settings(server, listen)
        with process(journal, "telegram", settings, SECONDS, naive) as listener:
            if listen == "webhook":
                server.updates.hosts[PUBLIC] = await url_of(listener)
            await until(lambda: server.updates.heard)
            for number, person in enumerate(people):
                person.press_and_go(f"No {number}")
            await until(lambda: len(committed(journal)) >= 2)
            # The naive one has confirmed them all by now.
            await until(lambda: not naive or server.updates.all_taken())
            listener.kill()
            listener.wait()
        assert len(committed(journal)) < PEOPLE, "it was killed in the middle"
        await server.updates.delete_webhook({})
        server.updates.hosts.clear()
        with process(journal, "telegram", settings, 0.0, False) as listener:
            if listen == "webhook":
                server.updates.hosts[PUBLIC] = await url_of(listener)
            await until(server.updates.all_taken)
            everything = {f"act:{number}" for number in range(PEOPLE)}
            if naive:
                assert set(committed(journal)) < everything, "the search does not see the loss"
            else:
                assert set(committed(journal)) == everything
