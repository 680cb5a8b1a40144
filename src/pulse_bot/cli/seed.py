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
    from pulse_bot.usecases.workshops.operator import WorkshopOrder, WorkshopSummary

PLAN = "plan"


class SeedOptions(TypedDict):
    """What is to be asked, as it was typed."""

    on: str
    about: str
    bank: str
    items: tuple[str, ...]
    own: tuple[str, ...]
    together: bool


class SeedGroup(click.Group):
    """Plans, where the first word names none of its commands: it is the partnership then."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [PLAN, *args])


@click.group(cls=SeedGroup)
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
    **options: Unpack[SeedOptions],
) -> None:
    """Plan a workshop; the word plan can be left out. Everybody is told."""
    from pulse_bot.usecases.workshops.operator import WorkshopOrder

    request = WorkshopOrder(**options)
    if dry_run:
        _print_dry_run(installation, partnership, request, as_json=as_json)
    else:
        _plan_workshop(installation, partnership, request, as_json=as_json)


def _plan_workshop(
    installation: Installation, partnership: str, request: WorkshopOrder, *, as_json: bool
) -> None:
    from pulse_bot.usecases.workshops.operator import list_questions, plan_workshop

    summary = plan_workshop(installation, partnership, request)
    if as_json:
        extra = {"asked": list_questions(summary.questions), "warnings": list(summary.warnings)}
        click.echo(json.dumps({**summary.seeding, **extra}, indent=2, ensure_ascii=False))
        return
    _print_workshop(summary, f"Workshop {summary.seeding['seeding']}: {summary.title}")


def _print_workshop(summary: WorkshopSummary, head: str) -> None:
    click.echo(head)
    for number, item in enumerate(summary.questions, 1):
        click.echo(f"  {number}. {item.text}  ({item.id})")
    for line in (*summary.notes, *summary.warnings):
        click.echo(line)


def _print_dry_run(
    installation: Installation, partnership: str, request: WorkshopOrder, *, as_json: bool
) -> None:
    from pulse_bot.usecases.workshops.cards import dry_run_card
    from pulse_bot.usecases.workshops.operator import rehearse_workshop

    runs = rehearse_workshop(installation, partnership, request)
    if as_json:
        rows = [
            {
                "made_up": True,
                "answers": run.answers,
                "members": run.members,
                "questions": run.questions,
                "shown": run.questions_shown,
                "said": [statement.text for statement in run.statements],
            }
            for run in runs
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for card in map(dry_run_card, runs):
        click.echo("\n  ".join((card.title, *card.text)) + "\n")


@seed.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List workshops: drafts, planned ones, and those that were asked."""
    from pulse_bot.usecases.workshops.operator import list_workshop_rows

    workshops = list_workshop_rows(installation, partnership)
    print_rows(workshops, as_json=as_json, nothing="No workshop yet.")


@seed.command()
@click.argument("partnership")
@click.argument("seeding", type=int)
@click.argument("on")
@with_installation
def move(installation: Installation, *, partnership: str, seeding: int, on: str) -> None:
    """Put workshop SEEDING on another day."""
    from pulse_bot.usecases.workshops import operator as workshop_operator

    summary = workshop_operator.move_workshop(installation, partnership, seeding, on)
    _print_workshop(summary, f"Workshop {seeding} is moved: {summary.title}")


@seed.command()
@click.argument("partnership")
@click.argument("seeding", type=int)
@with_installation
def cancel(installation: Installation, *, partnership: str, seeding: int) -> None:
    """Cancel workshop SEEDING, before its questions are out."""
    from pulse_bot.usecases.workshops import operator as workshop_operator

    workshop_operator.cancel_workshop(installation, partnership, seeding)
    click.echo(f"Workshop {seeding} is cancelled. Nobody is asked about it.")
