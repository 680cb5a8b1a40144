"""`pulse-bot programme`: what a partnership is asked, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from pulse_bot.cli.opened import as_json, print_rows, with_installation
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.domain.asking.calendar import WeekTime
    from pulse_bot.domain.asking.programme import Programme
    from pulse_bot.usecases.context import Installation

DEFAULT_THEMES = "trust,honesty,accountability"


@click.group()
def programme() -> None:
    """Set and show what is asked, and when."""


@programme.command("set")
@click.argument("partnership")
@click.option("--themes", default=DEFAULT_THEMES, show_default=True, help="Separated by commas.")
@click.option("--items", default=3, show_default=True, help="Questions a round, one to three.")
@click.option("--opens", default="Wed 15:30", show_default=True, help="When a round opens.")
@click.option("--closes", default="Fri 16:00", show_default=True, help="When it closes.")
@click.option(
    "--remind",
    "reminders",
    multiple=True,
    default=(24.0,),
    show_default=True,
    type=click.FloatRange(min=0, max=168),
    help="Hours after the opening; twice at most. 0 reminds nobody.",
)
@with_installation
def set_(
    installation: Installation,
    *,
    partnership: str,
    themes: str,
    items: int,
    opens: str,
    closes: str,
    reminders: tuple[float, ...],
) -> None:
    """Set a partnership's programme, from now on."""
    from pulse_bot.usecases.chats.programme import set_programme

    plan = _parse_programme(themes, items, opens, closes, reminders)
    set_programme(installation, partnership, plan)
    click.echo(f"Rounds of {partnership} open on {plan.opens} and close on {plan.closes}.")


@programme.command()
@click.argument("partnership")
@click.argument("questions", type=int)
@with_installation
def limit(installation: Installation, *, partnership: str, questions: int) -> None:
    """Ask a member at most so many QUESTIONS in any seven days, whatever asks them."""
    from pulse_bot.usecases.chats.weekly_limit import change_limit

    change_limit(installation, partnership, questions)
    click.echo(f"Nobody in {partnership} is asked more than {questions} questions a week.")


def _parse_programme(
    themes: str, items: int, opens: str, closes: str, hours: tuple[float, ...]
) -> Programme:
    from pulse_bot.domain.asking.programme import Programme

    try:
        return Programme(
            themes=tuple(theme.strip() for theme in themes.split(",") if theme.strip()),
            opens=_parse_week_time(opens),
            closes=_parse_week_time(closes),
            items_a_round=items,
            reminders=tuple(timedelta(hours=after) for after in sorted(hours) if after > 0),
        )
    except ValueError as error:
        raise Refused(str(error)) from None


def _parse_week_time(text: str) -> WeekTime:
    from pulse_bot.domain.asking.calendar import parse_week_time

    return parse_week_time(text)


@programme.command()
@click.argument("partnership")
@as_json
@with_installation
def show(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """Show a partnership's programme."""
    from pulse_bot.usecases.reading.operator_lists import list_partnerships

    print_rows(list_partnerships(installation, partnership), as_json=as_json, nothing="")


@programme.command()
@click.argument("partnership")
@click.argument("first")
@click.argument("last", required=False)
@click.option("--organisation", help="Of one school only, in its own term calendar.")
@with_installation
def holiday(
    installation: Installation,
    *,
    partnership: str,
    first: str,
    last: str | None,
    organisation: str | None,
) -> None:
    """Ask nothing from FIRST to LAST, both included, written like 2026-12-21."""
    from pulse_bot.domain.asking.calendar import Holiday
    from pulse_bot.usecases.chats.programme import add_holiday

    days = Holiday(_parse_day(first), _parse_day(last or first))
    add_holiday(installation, partnership, days, organisation)
    when = f"from {days.first} to {days.last}" if last else f"on {days.first}"
    who = f"Nobody of {organisation}" if organisation else "Nobody"
    click.echo(f"{who} is asked {when}.")


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text} is not a day. Write it like 2026-12-21.") from None
