"""`pulse-bot member`: add, list and import members, give out links, change roles."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli import with_settings
from pulse_bot.cli.opened import as_json, print_rows, with_installation
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.config.plugins import PersonalLink
    from pulse_bot.config.settings import Settings
    from pulse_bot.usecases.context import Installation

ROLES = click.Choice(["member", "facilitator", "lead"])
COLUMNS = ("name", "organisation", "role")
HIGHEST = 2**31 - 1
"""What a database takes for a member's number."""

adapter_option = click.option(
    "--adapter", default="web", show_default=True, help="The adapter that makes the link."
)


@click.group()
def member() -> None:
    """Add, list and import members."""


@member.command()
@click.argument("partnership")
@click.option("--name", required=True, help="The member's name, as the others read it.")
@click.option("--organisation", required=True, help="The member's school.")
@click.option("--role", type=ROLES, default="member", show_default=True)
@click.option("--time-zone", help="The member's own, if it is not the partnership's.")
@adapter_option
@with_installation
def add(
    installation: Installation,
    *,
    partnership: str,
    name: str,
    organisation: str,
    role: str,
    time_zone: str | None,
    adapter: str,
) -> None:
    """Add a member, and print their personal link: once, because only its fingerprint is kept."""
    from pulse_bot.domain.partnership.people import Role
    from pulse_bot.usecases.members.directory import NewMember, add_member

    personal_link = _new_link(adapter)
    new = NewMember(name, organisation, Role(role), time_zone)
    number = add_member(installation, partnership, new, personal_link.address)
    click.echo(
        f"Added {name} as member {number}. Give this link to nobody else:\n{personal_link.url}"
    )


@member.command("import")
@click.argument("partnership")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@adapter_option
@with_installation
def import_(installation: Installation, *, partnership: str, file: Path, adapter: str) -> None:
    """Add the members of a CSV file with the columns name, organisation and role.

    Prints the same list with a column link. All are added, or none.
    """
    from pulse_bot.domain.partnership.people import Role
    from pulse_bot.usecases.members.directory import NewMember, add_members

    people = [
        NewMember(row["name"], row["organisation"], Role(row["role"])) for row in _read_people(file)
    ]
    links = [_new_link(adapter) for _ in people]
    add_members(
        installation,
        partnership,
        [(new, personal_link.address) for new, personal_link in zip(people, links, strict=True)],
    )
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow((*COLUMNS, "link"))
    for new, personal_link in zip(people, links, strict=True):
        writer.writerow((new.name, new.organisation, new.role.value, personal_link.url))


def _read_people(file: Path) -> Iterator[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        try:
            # Spreadsheets write headings with capitals and blanks.
            reader.fieldnames = [heading.strip().lower() for heading in reader.fieldnames or ()]
            columns = set(reader.fieldnames)
            rows = [(reader.line_num, row) for row in reader]
        except (UnicodeDecodeError, csv.Error):
            raise Refused(f"{file.name} is not a CSV file in UTF-8. Save it as such.") from None
    missing = {"name", "organisation"} - columns
    if missing:
        raise Refused(
            f"{file.name} has no column {' and '.join(sorted(missing))}. Its first line must read: "
            "name,organisation,role - with commas."
        )
    for line, row in rows:
        yield _check_person(row, f"{file.name}, line {line}")


def _check_person(row: dict[str, str], where: str) -> dict[str, str]:
    """One row, checked here, because only here its line is known."""
    if None in row:
        raise Refused(f'{where}: more cells than columns. Write a name with a comma as "Lee, Ann".')
    person = {column: (row.get(column) or "").strip() for column in COLUMNS}
    for column in ("name", "organisation"):
        if not person[column]:
            raise Refused(f"{where}: the {column} is missing.")
        if not person[column].isprintable():
            raise Refused(f"{where}: the {column} has a line break or a control character in it.")
    person["role"] = person["role"].lower() or "member"
    if person["role"] not in ROLES.choices:
        roles = ", ".join(ROLES.choices)
        raise Refused(f'{where}: "{person["role"]}" is no role. There are: {roles}.')
    return person


@member.command("list")
@click.argument("partnership")
@as_json
@with_installation
def list_(installation: Installation, *, partnership: str, as_json: bool) -> None:
    """List the members of a partnership."""
    from pulse_bot.usecases.reading.operator_lists import list_members

    rows = list_members(installation, partnership)
    nothing = f'Nobody yet. Add somebody with: pulse-bot member add "{partnership}" …'
    print_rows(rows, as_json=as_json, nothing=nothing)


@member.command()
@click.argument("partnership")
@click.argument("number", type=click.IntRange(1, HIGHEST))
@adapter_option
@with_installation
def link(installation: Installation, *, partnership: str, number: int, adapter: str) -> None:
    """Give a member a new link; the old one stops working at once."""
    from pulse_bot.usecases.members.directory import change_address

    fresh = _new_link(adapter)
    change_address(installation, partnership, number, fresh.address)
    click.echo(f"The old link is dead. Give this one to nobody else:\n{fresh.url}")


@member.command()
@click.argument("partnership")
@click.argument("number", type=click.IntRange(1, HIGHEST))
@with_installation
def remove(installation: Installation, *, partnership: str, number: int) -> None:
    """Remove a member who has gone: name and address are deleted, the link is dead."""
    from pulse_bot.usecases.members.directory import remove_member

    remove_member(installation, partnership, number)
    click.echo(f"Member {number} is removed; name and address are deleted.")


@member.command()
@click.argument("partnership")
@click.argument("number", type=click.IntRange(1, HIGHEST))
@click.argument("role", type=ROLES)
@with_installation
def role(installation: Installation, *, partnership: str, number: int, role: str) -> None:
    """Make a member a facilitator, a lead, or a member like the others; all can read that."""
    from pulse_bot.domain.partnership.people import Role
    from pulse_bot.usecases.members.directory import change_role

    change_role(installation, partnership, number, Role(role))
    click.echo(f"Member {number} is a {role} now.")


@with_settings
def _new_link(settings: Settings, adapter: str) -> PersonalLink:
    from pulse_bot.config.plugins import adapter_plugins

    plugin = adapter_plugins().get(adapter)
    section = settings.adapter_sections().get(adapter)
    if plugin is None or section is None:
        raise Refused(f"{adapter} is not switched on in the settings.")
    if plugin.personal_link is None:
        raise Refused(f"On {adapter} members join by themselves; no link is given out.")
    return plugin.personal_link(section)
