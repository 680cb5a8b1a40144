"""`pulse-bot run`: everything at once, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli import with_settings
from pulse_bot.errors import PulseBotError

if TYPE_CHECKING:
    from pulse_bot.config.settings import Settings

_log = logging.getLogger(__name__)


@click.command()
@with_settings
def run(settings: Settings) -> None:
    """Ask, remind, close and post, until stopped."""
    from pulse_bot.config.logs import set_up_logging

    set_up_logging(settings.log_level, settings.log_style)
    _look_at_places(settings)
    with _acquire_lock(settings):
        asyncio.run(_run_app(settings))


def _look_at_places(settings: Settings) -> None:
    """Warn where one folder has everything, and make the key store that a restart took away."""
    from pulse_bot.config.places import find_common_folder
    from pulse_bot.crypto.key_stores import remake_key_folder

    if folder := find_common_folder(settings):
        _log.warning(
            "Database, installation key and key store all lie in %s, so that a copy of that folder "
            "opens what is sealed: docs/running-it.md says how to take them apart.",
            folder,
        )
    store = settings.key_store.get_secret_value()
    if "://" not in store:
        remake_key_folder(Path(store))


def _acquire_lock(settings: Settings) -> AbstractContextManager[object]:
    """One process to an SQLite file: a second one would take itself for the first, restarted."""
    from filelock import FileLock, Timeout

    from pulse_bot.config.settings import sqlite_file

    file = sqlite_file(settings.engine_url)
    if file is None:
        return nullcontext()
    lock = FileLock(file.with_suffix(".lock"), timeout=0)
    try:
        return lock.acquire()
    except Timeout:
        raise PulseBotError(
            "pulse-bot runs here already. Stop it first; several workers need PostgreSQL."
        ) from None
    except OSError as error:
        raise PulseBotError(f"{file.parent} cannot be written to: {error.strerror}.") from None


async def _run_app(settings: Settings) -> None:
    from pulse_bot.app import App, build_adapters, open_installation
    from pulse_bot.sending.render_process import ProcessRenderer

    adapters = build_adapters(settings)
    opened = open_installation(settings)
    renderer = ProcessRenderer(opened.renderer)
    installation = replace(opened, renderer=renderer)
    app = App(installation, adapters, settings.engine_url.get_secret_value(), settings.executor_id)
    serving = asyncio.create_task(app.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    click.echo(f"Starting pulse-bot with {', '.join(sorted(adapters))}. Stop it with Ctrl-C.")
    try:
        await serving
    except asyncio.CancelledError:
        click.echo("Stopped.")
    finally:
        renderer.close()
        installation.database.close()
