"""`pulse-bot seed`: questions for a workshop, planned at the command line.

`pulse-bot seed PARTNERSHIP --on DATE …` plans; `list`, `move` and `cancel` are commands under it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation

if TYPE_CHECKING:
    from pulse_bot.usecases.context import Installation
    from pulse_bot.usecases.workshops.operator import Order, Ordered

PLAN = "plan"


class Typed(TypedDict):
    """What is to be asked, as it was typed."""

    on: str
    about: str
    bank: str
    items: tuple[str, ...]
    own: tuple[str, ...]
    together: bool


class Seed(click.Group):
    """Plans, where the first word names none of its commands: it is the partnership then."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [PLAN, *args])


@click.group(cls=Seed)
def seed() -> None:
    """Plan questions for a workshop: pulse-bot seed PARTNERSHIP --on DATE --about TEXT.

    They are asked a week before, together with the weekly questions where there is room, and close
    the evening before.
    """


@seed.command(PLAN)
@click.argument("partnership")
@click.option("--on", required=True, help="The day of the workshop, such as 2027-03-12 or Thu.")
@click.option("--about", default="", help="Words, such as: six for a workshop on trust.")
@click.option("--bank", default="", help="A bank instead of words. See: pulse-bot bank list")
@click.option("--item", "items", multiple=True, help="A question by its id. Can be repeated.")
@click.option("--own", multiple=True, help="A question of your own. Can be repeated.")
@click.option("--together", is_flag=True, help="The pack is opened together, in the room.")
@click.option("--dry-run", is_flag=True, help="Plan nothing; show it with made-up answers.")
@as_json
@with_installation
def plan(
    installation: Installation,
    *,
    partnership: str,
    dry_run: bool,
    as_json: bool,
    **typed: Unpack[Typed],
) -> None:
    """Plan a workshop; the word plan can be left out. Everybody is told."""
    from pulse_bot.usecases.workshops.operator import Order

    wanted = Order(**typed)
    if dry_run:
        _rehearse(installation, partnership, wanted, as_json=as_json)
    else:
        _plan(installation, partnership, wanted, as_json=as_json)


def _plan(installation: Installation, partnership: str, wanted: Order, *, as_json: bool) -> None:
    from pulse_bot.usecases.workshops.operator import order, texts

    found = order(installation, partnership, wanted)
    if as_json:
        asked = {"asked": texts(found.questions), "warnings": list(found.warnings)}
        click.echo(json.dumps({**found.seeding, **asked}, indent=2, ensure_ascii=False))
        return
    _print(found, f"Workshop {found.seeding['seeding']}: {found.title}")


def _print(found: Ordered, head: str) -> None:
    click.echo(head)
    for number, item in enumerate(found.questions, 1):
        click.echo(f"  {number}. {item.text}  ({item.id})")
    for line in (*found.said, *found.warnings):
        click.echo(line)


def _rehearse(
    installation: Installation, partnership: str, wanted: Order, *, as_json: bool
) -> None:
    from pulse_bot.usecases.workshops.cards import run_card
    from pulse_bot.usecases.workshops.operator import rehearse

    runs = rehearse(installation, partnership, wanted)
    if as_json:
        rows = [
            {
                "made_up": True,
                "answers": run.answers,
                "members": run.members,
                "questions": run.questions,
                "shown": run.shown,
                "said": [one.text for one in run.said],
            }
            for run in runs
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for card in map(run_card, runs):
        click.echo("\n  ".join((card.title, *card.text)) + "\n")


@seed.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List workshops: drafts, planned ones, and those that were asked."""
    from pulse_bot.usecases.workshops.operator import rows

    found = rows(installation, partnership)
    print_rows(found, as_json=as_json, nothing="No workshop yet.")


@seed.command()
@click.argument("partnership")
@click.argument("seeding", type=int)
@click.argument("on")
@with_installation
def move(installation: Installation, *, partnership: str, seeding: int, on: str) -> None:
    """Put workshop SEEDING on another day."""
    from pulse_bot.usecases.workshops import operator as workshop_operator

    found = workshop_operator.move(installation, partnership, seeding, on)
    _print(found, f"Workshop {seeding} is moved: {found.title}")


@seed.command()
@click.argument("partnership")
@click.argument("seeding", type=int)
@with_installation
def cancel(installation: Installation, *, partnership: str, seeding: int) -> None:
    """Cancel workshop SEEDING, before its questions are out."""
    from pulse_bot.usecases.workshops import operator as workshop_operator

    workshop_operator.cancel(installation, partnership, seeding)
    click.echo(f"Workshop {seeding} is cancelled. Nobody is asked about it.")
