"""`pulse-bot partnership`: create, list and show partnerships, and give out their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation, with_installation_key

if TYPE_CHECKING:
    from datetime import time

    from pulse_bot.usecases.context import Installation


_HOW_TO_LINK: Final = (
    "To link a group's chat, add the bot to it and write there, once: /pulse link {code}"
)


@click.group()
def partnership() -> None:
    """Create and show partnerships, and give out their codes."""


@partnership.command()
@click.argument("name")
@click.option("--time-zone", default="Europe/London", show_default=True, help="Its time zone.")
@click.option("--language", default="en", show_default=True, help="Its language.")
@click.option("--quiet-from", default="19:00", show_default=True, help="Nobody is written to from,")
@click.option("--quiet-until", default="07:00", show_default=True, help="and until this hour.")
@with_installation_key
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
    from pulse_bot.usecases.members.directory import NewPartnership, create_partnership
    from pulse_bot.usecases.members.invite import find_codes

    new = NewPartnership(
        name, time_zone, language, _parse_hour(quiet_from), _parse_hour(quiet_until)
    )
    create_partnership(installation, new)
    click.echo(f'Created "{name}". Next: pulse-bot member add, pulse-bot programme set.')
    click.echo(_HOW_TO_LINK.format(code=find_codes(installation, name.strip()).link))


def _parse_hour(text: str) -> time:
    from pulse_bot.domain.asking.calendar import parse_clock_time

    try:
        return parse_clock_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@partnership.command("list")
@as_json
@with_installation
def list_(installation: Installation, *, as_json: bool) -> None:
    """List the partnerships."""
    from pulse_bot.usecases.reading.operator_lists import list_partnerships

    rows = list_partnerships(installation)
    nothing = "No partnership yet. Create one with: pulse-bot partnership create NAME"
    print_rows(rows, as_json=as_json, nothing=nothing)


@partnership.command()
@click.argument("name")
@as_json
@with_installation
def show(installation: Installation, *, name: str, as_json: bool) -> None:
    """Show a partnership: its settings, and the log of what was changed."""
    from pulse_bot.usecases.reading.operator_lists import (
        explain_zone,
        list_log_lines,
        list_partnerships,
    )

    print_rows(list_partnerships(installation, name), as_json=as_json, nothing="")
    if not as_json:
        click.echo(explain_zone(installation, name))
        print_rows(
            list_log_lines(installation, name), as_json=False, nothing="Nothing changed yet."
        )


@partnership.command()
@click.argument("name")
@click.option("--renew", is_flag=True, help="Make older invitations worthless first.")
@as_json
@with_installation_key
def codes(installation: Installation, *, name: str, renew: bool, as_json: bool) -> None:
    """Print the code that links a chat, and the invitation that members join by."""
    from pulse_bot.usecases.members import invite

    current_codes = (invite.renew_invitation if renew else invite.find_codes)(installation, name)
    if as_json:
        rows = [{"link": current_codes.link, "invitation": current_codes.invitation}]
        print_rows(rows, as_json=True, nothing="")
        return
    click.echo(_HOW_TO_LINK.format(code=current_codes.link))
    click.echo(
        "Members join by the button in that chat. Whoever is not in it writes to the bot: "
        f"/start {current_codes.invitation}"
    )
