"""What the commands share that work on an installation: opening it, and printing lists.

Logs go to standard error, results to standard output, so that `--json` can be piped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from pulse_bot.cli import with_settings

if TYPE_CHECKING:
    from pulse_bot.config.settings import Settings
    from pulse_bot.usecases.context import Installation

P = ParamSpec("P")
R = TypeVar("R")

PrintedRow = Mapping[str, str | int | None]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def with_installation(command: Callable[Concatenate[Installation, P], R]) -> Callable[P, R]:
    """Hand a command the opened installation as its first argument.

    It needs no keys, and goes on working where they are wrong or away.
    """

    def open_it(settings: Settings) -> Installation:
        from pulse_bot.app import open_without_proof

        return open_without_proof(settings)[0]

    return _with_opened(open_it, command)


def with_installation_key(command: Callable[Concatenate[Installation, P], R]) -> Callable[P, R]:
    """The same for one that signs something: the installation key is this database's own."""

    def open_it(settings: Settings) -> Installation:
        from pulse_bot.app import open_without_proof

        installation, keys = open_without_proof(settings)
        keys.prove_installation_key()
        return installation

    return _with_opened(open_it, command)


def with_keys(command: Callable[Concatenate[Installation, P], R]) -> Callable[P, R]:
    """The same for one that opens or closes rounds: all keys are this database's own."""

    def open_it(settings: Settings) -> Installation:
        from pulse_bot.app import open_installation

        return open_installation(settings)

    return _with_opened(open_it, command)


def _with_opened(
    open_it: Callable[[Settings], Installation], command: Callable[Concatenate[Installation, P], R]
) -> Callable[P, R]:
    def opened(settings: Settings, /, *args: P.args, **kwargs: P.kwargs) -> R:
        from pulse_bot.config.logs import set_up_logging

        set_up_logging("WARNING", settings.log_style)
        installation = open_it(settings)
        try:
            return command(installation, *args, **kwargs)
        finally:
            installation.database.close()

    # `with_settings` and click read the command's name and help from `opened`.
    update_wrapper(opened, command)
    return with_settings(opened)


def print_rows(rows: Sequence[PrintedRow], *, as_json: bool, nothing: str) -> None:
    """Print a list as JSON, or as columns for people."""
    if as_json:
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo(nothing)
        return
    titles = list(rows[0])
    lines = [titles, *([_format_cell(row[title]) for title in titles] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _format_cell(value: str | int | None) -> str:
    return "" if value is None else str(value)
