"""`pulse-bot trouble`: what did not succeed, and trying it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation


@click.group()
def trouble() -> None:
    """List what did not succeed, and try it again."""


@trouble.command("list")
@as_json
@with_installation
def list_(installation: Installation, *, as_json: bool) -> None:
    """List jobs that failed and are tried again, and stored things that cannot be read."""
    from pulse_bot.usecases.reading.trouble_list import list_troubles

    print_rows(list_troubles(installation), as_json=as_json, nothing="No trouble.")


@trouble.command()
@click.argument("number", type=int)
@with_installation
def retry(installation: Installation, *, number: int) -> None:
    """Try a job again, by its number. A running pulse-bot does it within a minute."""
    from pulse_bot.usecases.reading.trouble_list import retry_trouble

    click.echo(f"{retry_trouble(installation, number)} is tried again within a minute.")
