"""`pulse-bot run`: everything at once, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import click

from pulse_bot.cli import with_settings

if TYPE_CHECKING:
    from pulse_bot.settings import Settings


@click.command()
@with_settings
def run(settings: Settings) -> None:
    """Ask, remind, close and post, until stopped."""
    from pulse_bot.logs import set_up

    set_up(settings.log_level, settings.log_style)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    from pulse_bot.app import App, build_adapters, open_installation

    adapters = build_adapters(settings)
    installation = open_installation(settings)
    app = App(installation, adapters, settings.engine_url.get_secret_value(), settings.executor_id)
    serving = asyncio.create_task(app.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    click.echo(f"pulse-bot is running with {', '.join(sorted(adapters))}. Stop it with Ctrl-C.")
    try:
        await serving
    except asyncio.CancelledError:
        click.echo("Stopped.")
    finally:
        installation.database.close()
