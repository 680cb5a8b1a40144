"""`pulse-bot digest`: what everybody can read anyway, for the operator. Each look is logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, with_installation
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.domain.digest import Digest
    from pulse_bot.usecases.installation import Installation


@click.group()
def digest() -> None:
    """Show and export digests."""


@digest.command()
@click.argument("partnership")
@click.option("--round", "number", type=int, help="Its number.  [default: the last one closed]")
@as_json
@with_installation
def show(
    installation: Installation, *, partnership: str, number: int | None, as_json: bool
) -> None:
    """Show a digest as it was released."""
    from pulse_bot.plugins import renderer
    from pulse_bot.usecases.report import digest as look_at

    found = look_at(installation, partnership, number)
    if as_json:
        click.echo(json.dumps(_plain(found), indent=2, ensure_ascii=False))
    else:
        click.echo(renderer().text(found.statements))


@digest.command()
@click.argument("partnership")
@click.option("--to", "file", type=click.Path(path_type=Path), help="The HTML file to write.")
@as_json
@with_installation
def export(
    installation: Installation, *, partnership: str, file: Path | None, as_json: bool
) -> None:
    """Export every digest: an HTML page, or the public log of releases as JSON."""
    from pulse_bot.plugins import renderer
    from pulse_bot.usecases.report import digests, partnership_rows

    found = digests(installation, partnership)
    time_zone = str(partnership_rows(installation, partnership)[0]["time_zone"])
    if as_json:
        written = json.dumps([_plain(one) for one in found], indent=2, ensure_ascii=False)
    else:
        written = renderer().page(partnership, time_zone, found)
    if file is None:
        click.echo(written)
        return
    try:
        file.write_text(written + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {len(found)} digest{'' if len(found) == 1 else 's'} to {file}.")


def _plain(one: Digest) -> dict[str, object]:
    return {
        "round": one.number,
        "closed_at": one.closed_at.isoformat(),
        "statements": [
            {"kind": said.kind.value, "subject": said.subject, "text": said.text}
            for said in one.statements
        ],
    }
