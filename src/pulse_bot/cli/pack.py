"""`pulse-bot pack`: the packs of workshops, when everybody can read them. Each look is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, with_installation
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.domain.partnership.pack import Pack
    from pulse_bot.usecases.context import Installation

_number = click.option(
    "--round", "number", type=int, help="The number of its round.  [default: the newest pack]"
)


@click.group()
def pack() -> None:
    """Show, export and open the packs of workshops."""


@pack.command()
@click.argument("partnership")
@_number
@as_json
@with_installation
def show(
    installation: Installation, *, partnership: str, number: int | None, as_json: bool
) -> None:
    """Show a pack: a running order, the questions, and what the digest says of them."""
    from pulse_bot.usecases.workshops.pack import look_at

    found = look_at(installation, partnership, number)
    if as_json:
        click.echo(json.dumps(_plain(found), indent=2, ensure_ascii=False))
        return
    for line in _lines(found):
        click.echo(line)


@pack.command()
@click.argument("partnership")
@_number
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write: .html, .pdf, or .png for numbered slides.",
)
@with_installation
def export(installation: Installation, *, partnership: str, number: int | None, file: Path) -> None:
    """Write a pack as a page, as a PDF for A4, or as slides."""
    from pulse_bot.usecases.workshops.pack import look_at

    files = installation.renderer.pack(file.name, look_at(installation, partnership, number))
    for name, content in files.items():
        _write(file.with_name(name), content)
    names = [str(file.with_name(name)) for name in files]
    told = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    click.echo(f"Wrote the pack to {told}.")


@pack.command("open")
@click.argument("partnership")
@with_installation
def open_(installation: Installation, *, partnership: str) -> None:
    """Open the pack that is to be opened together, for everybody at once.

    It can be opened from the workshop's day on, as in the chats.
    """
    from pulse_bot.usecases.workshops.pack import open_now

    click.echo(f"The pack for “{open_now(installation, partnership)}” is open for everybody.")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None


def _lines(found: Pack) -> Iterator[str]:
    from pulse_bot.domain.asking.calendar import spoken_date
    from pulse_bot.domain.partnership.pack import parts, rest, running_order

    yield f"{found.title}, {spoken_date(found.workshop_on)} {found.workshop_on.year}"
    yield ""
    begins = 0
    for step in running_order(found):
        yield f"{begins // 60}:{begins % 60:02}  {step.title} ({step.minutes} minutes)"
        yield f"      {step.what}"
        begins += step.minutes
    for part in parts(found):
        yield ""
        yield from (one.text for one in (*part.said, *part.words))
        yield f"  To talk about: {part.item.talk}"
    yield ""
    yield from (one.text for one in rest(found))
    for one in found.commitments:
        yield f"Open until {spoken_date(one.due)}: {one.text}"


def _plain(found: Pack) -> dict[str, object]:
    """A pack as scripts read it."""
    from pulse_bot.domain.partnership.pack import parts, rest, running_order

    return {
        "title": found.title,
        "workshop_on": found.workshop_on.isoformat(),
        "round": found.digest.number,
        "running_order": [
            {"minutes": step.minutes, "title": step.title, "what": step.what}
            for step in running_order(found)
        ],
        "questions": [
            {
                "id": part.item.id,
                "text": part.item.text,
                "kind": part.item.kind.value,
                "talk": part.item.talk,
                "said": [one.text for one in part.said],
                "words": [one.text for one in part.words],
            }
            for part in parts(found)
        ],
        "rest": [one.text for one in rest(found)],
        "commitments": [
            {"number": one.number, "text": one.text, "due": one.due.isoformat()}
            for one in found.commitments
        ],
    }
