"""`pulse-bot demo`: eighteen weeks in under a minute, then a page to try."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pulse_bot.demo.play import Demonstration
    from pulse_bot.ports import ChatAdapter


@click.command()
@click.option("--headless", is_flag=True, help="Print the last digest and end.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    help="The port of the page.",
)
def demo(*, headless: bool, port: int) -> None:
    """Play a made-up partnership, then let you try it."""
    from pulse_bot.config.logs import set_up_logging

    set_up_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="pulse-bot-demo-") as folder:
        asyncio.run(_run_demo(Path(folder), headless=headless, port=port))


async def _run_demo(folder: Path, *, headless: bool, port: int) -> None:
    from pulse_bot.config.plugins import adapter_plugins
    from pulse_bot.demo.play import Demonstration

    web = adapter_plugins()["web"]
    settings = web.settings(port=port)
    if web.personal_link is None:
        raise RuntimeError("The web adapter gives out links.")
    link = web.personal_link(settings)
    play = Demonstration(folder, datetime.now(UTC), link.address)
    await play.app.start()
    try:
        await _play_weeks(play)
        _print_last_digest(play)
        if not headless:
            adapter = web.build(settings)
            await play.open_for_visitor()
            click.echo(f"\nNow it is your turn. Open this page; Ctrl-C ends it.\n{link.url}")
            await _serve_visitor(play, adapter)
    finally:
        await play.app.stop()
        play.installation.database.close()


async def _play_weeks(play: Demonstration) -> None:
    from pulse_bot.demo.crowd import PARTNERSHIP
    from pulse_bot.demo.play import WEEKS

    with click.progressbar(length=WEEKS, label=f"{WEEKS} weeks of {PARTNERSHIP}") as bar:
        for _ in range(WEEKS):
            await play.play_week()
            bar.update(1)


def _print_last_digest(play: Demonstration) -> None:
    from pulse_bot.demo.crowd import PARTNERSHIP
    from pulse_bot.usecases.reading.operator_lists import read_digest

    newest = read_digest(play.installation, PARTNERSHIP)
    click.echo(f"\n{play.installation.renderer.text(newest.statements)}")


async def _serve_visitor(play: Demonstration, adapter: ChatAdapter) -> None:
    from pulse_bot.demo.visit import Visit

    serving = asyncio.create_task(adapter.run(Visit(play).handle))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving
