"""`pulse-bot commitment`: what a partnership said it would do, by when, and whether it was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation

HIGHEST = 2**31 - 1
"""What a database takes for a commitment's number."""

number_argument = click.argument("number", type=click.IntRange(1, HIGHEST))


@click.group()
def commitment() -> None:
    """Write down and end commitments."""


@commitment.command()
@click.argument("partnership")
@click.argument("text")
@click.option("--by", "due", required=True, help="A day, such as 2026-12-04 or 4 December.")
@with_installation
def add(installation: Installation, *, partnership: str, text: str, due: str) -> None:
    """Write down what the group said it would do; all can read it, and are asked about it."""
    from pulse_bot.domain.asking.arrange_workshop import format_full_date
    from pulse_bot.usecases.commitments.register import add_as_operator, warn_about_wording

    added = add_as_operator(installation, partnership, text, due)
    click.echo(
        f"Commitment {added.number} is written down, by {format_full_date(added.due)}: {added.text}"
    )
    for warning in warn_about_wording(added.text):
        click.echo(warning, err=True)


@commitment.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List the commitments of a partnership, the oldest first."""
    from pulse_bot.usecases.commitments.register import list_as_operator

    rows = [
        {
            "number": entry.number,
            "state": entry.state.value,
            "due": str(entry.due),
            "text": entry.text,
        }
        for entry in list_as_operator(installation, partnership)
    ]
    nothing = f'Nothing is written down yet. Begin with: pulse-bot commitment add "{partnership}" …'
    print_rows(rows, as_json=as_json, nothing=nothing)


@commitment.command()
@click.argument("partnership")
@number_argument
@with_installation
def keep(installation: Installation, *, partnership: str, number: int) -> None:
    """Call a commitment kept; the next digest tells everybody."""
    _change_state(installation, partnership, number, "kept")


@commitment.command()
@click.argument("partnership")
@number_argument
@with_installation
def drop(installation: Installation, *, partnership: str, number: int) -> None:
    """Drop a commitment; the next digest tells everybody."""
    _change_state(installation, partnership, number, "dropped")


@commitment.command("open")
@click.argument("partnership")
@number_argument
@with_installation
def open_(installation: Installation, *, partnership: str, number: int) -> None:
    """Open a commitment again that was called kept or dropped by mistake."""
    _change_state(installation, partnership, number, "open")


def _change_state(installation: Installation, partnership: str, number: int, state: str) -> None:
    from pulse_bot.domain.partnership.commitments import CommitmentState
    from pulse_bot.usecases.commitments.register import STATE_WORDS, set_state_as_operator

    to = CommitmentState(state)
    changed = set_state_as_operator(installation, partnership, number, to)
    click.echo(f"Commitment {changed.number} is {STATE_WORDS[to]}: {changed.text}")
