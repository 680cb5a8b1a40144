"""`pulse-bot audit`: the attack on everything that a partnership has ever published."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pulse_bot.cli.opened import with_installation
from pulse_bot.errors import MissingExtra, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_bot.audit.published import PublishedRound
    from pulse_bot.audit.report import AuditReport
    from pulse_bot.usecases.context import Installation

FAILED: Final = 1
"""The exit status of an audit that found something."""
LIBRARIES: Final = frozenset({"numpy", "ortools"})
"""Of the extra."""


@click.command()
@click.argument("partnership", required=False)
@click.option(
    "--texts",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with texts of digests, copied or exported from a chat, in place of a partnership.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --texts: a file with the lines of the log that say how many were asked.",
)
@click.option(
    "--roster",
    type=click.IntRange(min=1),
    help="With --texts: how many are asked, where no line of a log says it.",
)
def audit(
    partnership: str | None, texts: Path | None, log: Path | None, roster: int | None
) -> None:
    """Attack what was published, as somebody would who wants to know who said what.

    It is given the digests and the log that all members can read, and nothing else. It ends with 0
    where nothing follows about anybody, and with 1 where something does. It takes up to two minutes
    for each year.
    """
    if (partnership is None) == (texts is None):
        raise click.UsageError("Name a partnership, or a file with --texts.")
    if texts is None and (log or roster):
        raise click.UsageError("--log and --roster go with --texts.")
    _find_libraries()
    if texts is None:
        rounds = _publish_partnership(partnership=partnership or "")
    else:
        rounds = _publish_texts(texts, log, roster)
    report = _attack(rounds)
    _print_report(report, rounds)
    if not report.passes:
        raise click.exceptions.Exit(FAILED)


def _find_libraries() -> None:
    """Before anything is read: raises MissingExtra."""
    try:
        import_module("pulse_bot.audit.attack")
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in LIBRARIES:
            raise MissingExtra("audit", error.name.split(".")[0]) from error
        raise


@with_installation
def _publish_partnership(
    installation: Installation, *, partnership: str
) -> tuple[PublishedRound, ...]:
    from pulse_bot.audit.published import AskedRound, publish_digests
    from pulse_bot.usecases.reading.audit_material import read_audit_material

    digests, events = read_audit_material(installation, partnership)
    asked = {
        event.number: AskedRound(event.number, event.roster, event.joined, event.left)
        for event in events
    }
    return publish_digests(digests, asked)


def _publish_texts(texts: Path, log: Path | None, roster: int | None) -> tuple[PublishedRound, ...]:
    from pulse_bot.audit.digest_texts import read_asked, read_digests
    from pulse_bot.audit.published import tell_rosters

    content = _read_text(texts)
    asked = read_asked(f"{content}\n{_read_text(log) if log else ''}")
    rounds = read_digests(content, _list_themes())
    if not rounds:
        raise Refused(f"There is no digest in {texts}. A digest begins with “Round 1”.")
    try:
        return tell_rosters(rounds, asked, roster)
    except LookupError as missing:
        raise Refused(
            f"Nothing says how many were asked in round {missing.args[0]}. Say it with --roster, "
            "or give a file of the log with --log; `pulse-bot partnership show` prints it."
        ) from None


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{file} cannot be read as text in UTF-8.") from None


def _list_themes() -> dict[str, str]:
    """The theme of each question of the core that comes with pulse-bot, by its words."""
    from pulse_bot.banks.load import load_library

    return {
        entry.item.text: entry.item.dimension
        for bank in load_library().banks
        for entry in bank.entries
        if entry.item.core
    }


def _attack(rounds: Sequence[PublishedRound]) -> AuditReport:
    from pulse_bot.audit.attack import audit as attack
    from pulse_bot.audit.wording import name_count

    with click.progressbar(
        length=1, label=f"Attacking {name_count(len(rounds))}", file=sys.stderr
    ) as bar:

        def show(done: int, steps: int) -> None:
            bar.length = steps
            bar.update(done - bar.pos)

        return attack(rounds, show)


def _print_report(report: AuditReport, rounds: Sequence[PublishedRound]) -> None:
    from pulse_bot.audit.wording import describe_report

    texts = {
        question.item: question.text
        for published in rounds
        for question in published.questions
        if question.text
    }
    for line in describe_report(report, texts):
        click.echo(line)
