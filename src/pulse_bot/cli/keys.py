"""`pulse-bot keys`: whether keys and database belong together, and what to do where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import TYPE_CHECKING

import click

from pulse_bot.cli import with_settings
from pulse_bot.errors import KeyStoreError, Refused

if TYPE_CHECKING:
    from pulse_bot.config.settings import Settings
    from pulse_bot.storage.proven_keys import KeyReport, ProvenKeys


@click.group()
def keys() -> None:
    """Say whether the keys are this database's own; adopt others."""


def _with_proven_keys(command: Callable[..., None]) -> Callable[..., None]:
    def opened(settings: Settings, /, **options: bool) -> None:
        from pulse_bot.app import open_without_proof
        from pulse_bot.config.logs import set_up_logging

        set_up_logging("WARNING", settings.log_style)
        installation, proven = open_without_proof(settings)
        try:
            command(proven, **options)
        finally:
            installation.database.close()

    update_wrapper(opened, command)
    return with_settings(opened)


@keys.command()
@_with_proven_keys
def show(proven: ProvenKeys) -> None:
    """Say whether the installation key and the key store are this database's own.

    Where they are not, it says what to do, and ends with 1.
    """
    report = proven.inspect()
    for line in _report_lines(report):
        click.echo(line)
    fits = report.installation_key_fits and _store_fits(report)
    if fits:
        for warning in proven.check():
            click.echo(f"Warning: {warning}")
    raise click.exceptions.Exit(0 if fits else 1)


@keys.command()
@click.option("--yes", is_flag=True, help="Give up what is lost by it.")
@_with_proven_keys
def adopt(proven: ProvenKeys, *, yes: bool) -> None:
    """Take the keys that are set as this database's own, where the ones before are gone for good.

    Says first what is lost by it, and does nothing without --yes.
    """
    from pulse_bot.storage.key_texts import explain_served

    for warning in proven.check():
        click.echo(f"Warning: {warning}", err=True)
    report = proven.inspect()
    if report.ownership is None:
        raise KeyStoreError(report.store)
    if report.installation_key_fits and _store_fits(report):
        click.echo("The keys are this database's own already. Nothing was changed.")
        return
    if report.served_elsewhere:
        raise KeyStoreError(explain_served(report.known_store))
    losses = list(_loss_lines(report))
    for line in losses:
        click.echo(line, err=not yes)
    if not yes:
        raise Refused("Nothing was changed. To do it, add --yes.")
    proven.adopt()
    click.echo("The keys are this database's own now. Start: pulse-bot run")


def _store_fits(report: KeyReport) -> bool:
    from pulse_bot.crypto.store_marker import Ownership

    if report.ownership is Ownership.FREE:
        return not report.keyless and report.words_kept
    own = report.ownership in (Ownership.OWN, Ownership.HALF_RENEWED)
    return own and not report.served_elsewhere


def _report_lines(report: KeyReport) -> Iterator[str]:
    from pulse_bot.crypto.store_marker import Ownership

    fits = "this database's own" if report.installation_key_fits else "NOT this database's own"
    yield f"Installation key: {fits}."
    standing = {
        Ownership.OWN: "this database's own",
        Ownership.HALF_RENEWED: "this database's own",
        Ownership.FREE: "nobody's yet; the first pulse-bot run takes it",
        Ownership.BLANK: "NOT this database's own: it has no marker",
        Ownership.OUTDATED: "NOT this database's own: an old copy of it, or the database is one",
        Ownership.FOREIGN: "NOT this database's own: it belongs to another database",
        None: "cannot be read",
    }
    yield f"Key store: {standing[report.ownership]}. {report.store}"
    if report.known_store and report.ownership is None:
        yield f"This database's own was last at {report.known_store}."
    yield f"Open rounds: {report.unclosed}, of which {report.keyless} have no key here."
    if not report.words_kept:
        yield "What members wrote and waits to be shown has no key here."
    advice = _advise(report)
    if advice:
        yield f"\n{advice}"


def _advise(report: KeyReport) -> str:
    """What a worker would say; nothing where the keys fit, or the store has said why it is away."""
    from pulse_bot.crypto.store_marker import Ownership
    from pulse_bot.storage import key_texts

    if not report.installation_key_fits:
        return key_texts.OTHER_INSTALLATION_KEY
    if report.ownership in (Ownership.BLANK, Ownership.OUTDATED):
        return key_texts.explain_other_store(
            report.ownership,
            report.store,
            report.known_store,
            report.since,
            elsewhere=report.served_elsewhere,
        )
    if report.ownership is Ownership.FOREIGN:
        return key_texts.explain_foreign(report.store)
    if report.ownership is Ownership.FREE and report.keyless:
        return key_texts.explain_keyless(report.store, report.unclosed, report.keyless)
    if report.served_elsewhere:
        return key_texts.explain_beside(report.store, report.known_store)
    return ""


def _loss_lines(report: KeyReport) -> Iterator[str]:
    if report.keyless:
        rounds = "1 open round" if report.keyless == 1 else f"{report.keyless} open rounds"
        yield (
            f"{rounds} will be lost: there is no key here that opens the answers. They are "
            "destroyed unread, and members are asked again."
        )
    else:
        yield "No open round is lost by it."
    if not report.words_kept:
        yield "What members wrote and waits to be shown is lost: it is destroyed unread."
    if not report.installation_key_fits:
        yield (
            f"The sums of {report.tallied_rounds} closed rounds cannot be read with this "
            "installation key: levels over six rounds leave them out. Digests stay as they are. "
            "What chat platforms gave us is lost: connect them again."
        )
        yield "The codes that link chats and invite members change: pulse-bot partnership codes"
