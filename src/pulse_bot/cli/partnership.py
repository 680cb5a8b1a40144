"""`pulse-bot partnership`: create, list and show partnerships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation

if TYPE_CHECKING:
    from datetime import time

    from pulse_bot.usecases.installation import Installation


@click.group()
def partnership() -> None:
    """Create and show partnerships."""


@partnership.command()
@click.argument("name")
@click.option("--time-zone", default="Europe/London", show_default=True, help="Its time zone.")
@click.option("--language", default="en", show_default=True, help="Its language.")
@click.option("--quiet-from", default="19:00", show_default=True, help="Nobody is written to from,")
@click.option("--quiet-until", default="07:00", show_default=True, help="and until this hour.")
@with_installation
def create(
    installation: Installation,
    *,
    name: str,
    time_zone: str,
    language: str,
    quiet_from: str,
    quiet_until: str,
) -> None:
    """Create a partnership."""
    from pulse_bot.usecases.people import NewPartnership, create_partnership

    new = NewPartnership(name, time_zone, language, _hour(quiet_from), _hour(quiet_until))
    create_partnership(installation, new)
    click.echo(f'Created "{name}". Next: pulse-bot member add, pulse-bot programme set.')


def _hour(text: str) -> time:
    from pulse_bot.domain.calendar import clock_time

    try:
        return clock_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@partnership.command("list")
@as_json
@with_installation
def list_(installation: Installation, *, as_json: bool) -> None:
    """List the partnerships."""
    from pulse_bot.usecases.report import partnership_rows

    rows = partnership_rows(installation)
    nothing = "No partnership yet. Create one with: pulse-bot partnership create NAME"
    print_rows(rows, as_json=as_json, nothing=nothing)


@partnership.command()
@click.argument("name")
@as_json
@with_installation
def show(installation: Installation, *, name: str, as_json: bool) -> None:
    """Show a partnership: its settings, and the log of what was changed."""
    from pulse_bot.usecases.report import log_rows, partnership_rows

    print_rows(partnership_rows(installation, name), as_json=as_json, nothing="")
    if not as_json:
        click.echo()
        print_rows(log_rows(installation, name), as_json=False, nothing="Nothing changed yet.")
