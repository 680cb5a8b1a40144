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
    from pulse_bot.domain.asking.arrange_workshop import full
    from pulse_bot.usecases.commitments.register import warnings, written

    one = written(installation, partnership, text, due)
    click.echo(f"Commitment {one.number} is written down, by {full(one.due)}: {one.text}")
    for warning in warnings(one.text):
        click.echo(warning, err=True)


@commitment.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List the commitments of a partnership, the oldest first."""
    from pulse_bot.usecases.commitments.register import of_partnership

    rows = [
        {"number": one.number, "state": one.state.value, "due": str(one.due), "text": one.text}
        for one in of_partnership(installation, partnership)
    ]
    nothing = f'Nothing is written down yet. Begin with: pulse-bot commitment add "{partnership}" …'
    print_rows(rows, as_json=as_json, nothing=nothing)


@commitment.command()
@click.argument("partnership")
@number_argument
@with_installation
def keep(installation: Installation, *, partnership: str, number: int) -> None:
    """Call a commitment kept; the next digest tells everybody."""
    _end(installation, partnership, number, "kept")


@commitment.command()
@click.argument("partnership")
@number_argument
@with_installation
def drop(installation: Installation, *, partnership: str, number: int) -> None:
    """Drop a commitment; the next digest tells everybody."""
    _end(installation, partnership, number, "dropped")


@commitment.command("open")
@click.argument("partnership")
@number_argument
@with_installation
def open_(installation: Installation, *, partnership: str, number: int) -> None:
    """Open a commitment again that was called kept or dropped by mistake."""
    _end(installation, partnership, number, "open")


def _end(installation: Installation, partnership: str, number: int, state: str) -> None:
    from pulse_bot.domain.partnership.commitments import CommitmentState
    from pulse_bot.usecases.commitments.register import STANDS, ended

    to = CommitmentState(state)
    one = ended(installation, partnership, number, to)
    click.echo(f"Commitment {one.number} is {STANDS[to]}: {one.text}")
