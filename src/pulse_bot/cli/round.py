"""`pulse-bot round`: open and close rounds by hand, by the same rules as the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation, with_keys

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation


@click.group("round")
def round_() -> None:
    """Open, close and list rounds."""


@round_.command("open")
@click.argument("partnership")
@with_keys
def open_(installation: Installation, *, partnership: str) -> None:
    """Open a round now. A running pulse-bot sends its cards within a minute."""
    from pulse_bot.usecases.rounds.open_round import open_round_now

    number, closes = open_round_now(installation, partnership)
    click.echo(f"Round {number} is open until {closes}.")


@round_.command()
@click.argument("partnership")
@with_keys
def close(installation: Installation, *, partnership: str) -> None:
    """Close the open round now: tally, release, destroy the key."""
    from pulse_bot.usecases.rounds.close import close_round_now

    number = close_round_now(installation, partnership)
    click.echo(f'Round {number} is closed. Read it with: pulse-bot digest show "{partnership}"')


@round_.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List the rounds of a partnership."""
    from pulse_bot.usecases.reading.operator_lists import list_rounds

    rows = list_rounds(installation, partnership)
    print_rows(rows, as_json=as_json, nothing="No round yet.")
