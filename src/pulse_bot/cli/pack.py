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
    from pulse_bot.usecases.workshops.pack import inspect_pack

    workshop_pack = inspect_pack(installation, partnership, number)
    if as_json:
        click.echo(json.dumps(_pack_json(workshop_pack), indent=2, ensure_ascii=False))
        return
    for line in _pack_lines(workshop_pack):
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
    from pulse_bot.usecases.workshops.pack import inspect_pack

    files = installation.renderer.pack(file.name, inspect_pack(installation, partnership, number))
    for name, content in files.items():
        _write_file(file.with_name(name), content)
    names = [str(file.with_name(name)) for name in files]
    written = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    click.echo(f"Wrote the pack to {written}.")


@pack.command("open")
@click.argument("partnership")
@with_installation
def open_(installation: Installation, *, partnership: str) -> None:
    """Open the pack that is to be opened together, for everybody at once.

    It can be opened from the workshop's day on, as in the chats.
    """
    from pulse_bot.usecases.workshops.pack import open_pack_now

    click.echo(f"The pack for “{open_pack_now(installation, partnership)}” is open for everybody.")


def _write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None


def _pack_lines(workshop_pack: Pack) -> Iterator[str]:
    from pulse_bot.domain.asking.calendar import format_date
    from pulse_bot.domain.partnership.pack import list_questions, other_statements, running_order

    day = workshop_pack.workshop_on
    yield f"{workshop_pack.title}, {format_date(day)} {day.year}"
    yield ""
    begins = 0
    for step in running_order(workshop_pack):
        yield f"{begins // 60}:{begins % 60:02}  {step.title} ({step.minutes} minutes)"
        yield f"      {step.what}"
        begins += step.minutes
    for question in list_questions(workshop_pack):
        yield ""
        yield from (entry.text for entry in (*question.results, *question.quotes))
        yield f"  To talk about: {question.item.talk}"
    yield ""
    yield from (entry.text for entry in other_statements(workshop_pack))
    for entry in workshop_pack.commitments:
        yield f"Open until {format_date(entry.due)}: {entry.text}"


def _pack_json(workshop_pack: Pack) -> dict[str, object]:
    """A pack as scripts read it."""
    from pulse_bot.domain.partnership.pack import list_questions, other_statements, running_order

    return {
        "title": workshop_pack.title,
        "workshop_on": workshop_pack.workshop_on.isoformat(),
        "round": workshop_pack.digest.number,
        "running_order": [
            {"minutes": step.minutes, "title": step.title, "what": step.what}
            for step in running_order(workshop_pack)
        ],
        "questions": [
            {
                "id": question.item.id,
                "text": question.item.text,
                "kind": question.item.kind.value,
                "talk": question.item.talk,
                "said": [entry.text for entry in question.results],
                "words": [entry.text for entry in question.quotes],
            }
            for question in list_questions(workshop_pack)
        ],
        "rest": [entry.text for entry in other_statements(workshop_pack)],
        "commitments": [
            {"number": entry.number, "text": entry.text, "due": entry.due.isoformat()}
            for entry in workshop_pack.commitments
        ],
    }
