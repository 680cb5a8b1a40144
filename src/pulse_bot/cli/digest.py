"""`pulse-bot digest`: what everybody can read anyway, for the operator. Each look is logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pulse_bot.cli.opened import as_json, with_installation
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_bot.domain.release.record import Digest
    from pulse_bot.usecases.context import Installation

_PAGE_NAME: Final = "digests.html"
_JSON_NAME: Final = "digests.json"


@click.group()
def digest() -> None:
    """Show, export, post and sum up digests."""


@digest.command()
@click.argument("partnership")
@click.option("--round", "number", type=int, help="Its number.  [default: the last one closed]")
@as_json
@with_installation
def show(
    installation: Installation, *, partnership: str, number: int | None, as_json: bool
) -> None:
    """Show a digest as it was released."""
    from pulse_bot.config.plugins import load_renderer
    from pulse_bot.usecases.reading.operator_lists import read_digest as look_at

    released = look_at(installation, partnership, number)
    if as_json:
        click.echo(json.dumps(_digest_json(released), indent=2, ensure_ascii=False))
    else:
        click.echo(load_renderer().text(released.statements))


@digest.command()
@click.argument("partnership")
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path),
    help="The file to write: .html, .pdf, .csv, .xlsx or .json.",
)
@as_json
@with_installation
def export(
    installation: Installation, *, partnership: str, file: Path | None, as_json: bool
) -> None:
    """Export every digest: a page to read or print, or its facts as tables.

    The ending of the file's name says which; with none the page is printed. A .csv has its other
    tables beside it, and what the columns hold. With --json the tables are printed, or written
    whatever the file is called: all that was ever said.
    """
    from pulse_bot.config.plugins import load_renderer
    from pulse_bot.usecases.reading.operator_lists import list_partnerships, read_digests

    released = read_digests(installation, partnership)
    time_zone = str(list_partnerships(installation, partnership)[0]["time_zone"])
    own_name = file.name if file else ""
    asked_name = _JSON_NAME if as_json else own_name or _PAGE_NAME
    files = load_renderer().export(asked_name, partnership, time_zone, released)
    if file is None:
        click.echo(b"".join(files.values()), nl=False)
        return
    written = {
        file.with_name(own_name if name == asked_name else name): content
        for name, content in files.items()
    }
    for path, content in written.items():
        _write_file(path, content)
    count = f"{len(released)} digest{'' if len(released) == 1 else 's'}"
    click.echo(f"Wrote {count} to {file}.{_name_beside([*written][1:])}")


def _name_beside(files: Sequence[Path]) -> str:
    """Which files stand beside the one that was asked for; nothing where there are none."""
    if not files:
        return ""
    dictionary, *tables = map(str, files)
    others = f" Its other tables are {', '.join(tables)}." if tables else ""
    return f" What its columns hold is in {dictionary}.{others}"


@digest.command()
@click.argument("partnership")
@click.option("--round", "number", type=int, help="That ended it.  [default: the last half-term]")
@click.option(
    "--to", "file", type=click.Path(path_type=Path), help="The file to write: .pdf, to hand round."
)
@with_installation
def report(
    installation: Installation, *, partnership: str, number: int | None, file: Path | None
) -> None:
    """Show a half-term's report, or write it to a file.

    What its digests say together: levels side by side, the strongest and the weakest questions,
    what was promised and kept, who answered, and what the next workshop may be about.
    """
    from pulse_bot.config.plugins import load_renderer
    from pulse_bot.usecases.reading.half_terms import read_report
    from pulse_bot.usecases.reading.operator_lists import list_partnerships

    found, released = read_report(installation, partnership, number)
    if file is None:
        click.echo(load_renderer().report_text(found))
        return
    time_zone = str(list_partnerships(installation, partnership)[0]["time_zone"])
    files = load_renderer().report_file(file.name, partnership, time_zone, released)
    for name, content in files.items():
        _write_file(file.with_name(name), content)
    click.echo(f"Wrote the report of rounds {found.own.first} to {found.own.last} to {file}.")


@digest.command("post")
@click.argument("partnership")
@click.option("--round", "number", type=int, help="Its number.  [default: the last one closed]")
@click.option("--everywhere", is_flag=True, help="Also into chats that have it already.")
@with_installation
def post_(
    installation: Installation, *, partnership: str, number: int | None, everywhere: bool
) -> None:
    """Post a digest again, into the chats in which it has not arrived."""
    from pulse_bot.usecases.rounds.post import post_again

    number, chats = post_again(installation, partnership, number, everywhere=everywhere)
    if not chats:
        if everywhere:
            raise Refused(f"The digest of round {number} is being posted at this moment.")
        raise Refused(
            f"The digest of round {number} is in every chat of {partnership}, or on its way there "
            "at this moment. With --everywhere it is posted once more."
        )
    count = f"{chats} chat{'' if chats == 1 else 's'}"
    click.echo(f"A running pulse-bot posts round {number} to {count} within a minute.")


def _write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None


def _digest_json(released: Digest) -> dict[str, object]:
    """A digest as the public log has it; a level is text, as exact as it was said."""
    return {
        "round": released.number,
        "closed_at": released.closed_at.isoformat(),
        "statements": [
            {
                "kind": statement.kind.value,
                "theme": statement.theme,
                "subject": statement.subject,
                "text": statement.text,
                "level": statement.level.about if statement.level else None,
                "edge": statement.level.edge if statement.level else None,
            }
            for statement in released.statements
        ],
    }
