"""`pulse-bot bank`: list, search, show, lint and preview question banks.

Thin: what a bank is, how it is read and what is said of it lives in `pulse_bot.banks`. Writing
files out of banks and banks out of files lives in `bank_files`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli.bank_choice import (
    Folders,
    as_json_option,
    chosen_bank,
    chosen_library,
    guess,
    in_language,
    own_folders,
    print_json,
    with_folders,
)
from pulse_bot.cli.bank_files import export, import_, template
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from pulse_bot.banks.findings import Finding


@click.group()
def bank() -> None:
    """List, search, show, lint and preview question banks; write them to files and read them."""


bank.add_command(export)
bank.add_command(import_)
bank.add_command(template)

_language = click.option("--language", help="In this language, where the bank is there in it.")


@bank.command("list")
@with_folders
@as_json_option
def list_(*, folders: Folders, as_json: bool) -> None:
    """List the banks."""
    from pulse_bot.banks.facts import bank_facts

    banks = chosen_library(folders).banks
    if as_json:
        print_json([bank_facts(one) for one in banks])
        return
    width = max((len(one.id) for one in banks), default=0)
    for one in banks:
        core = sum(item.core for item in one.items)
        print(f"{one.id:{width}}  {len(one.items):3} items, {core} core  {one.summary}")


@bank.command()
@click.argument("name", metavar="BANK")
@_language
@with_folders
@as_json_option
def show(*, name: str, language: str | None, folders: Folders, as_json: bool) -> None:
    """Show a bank: its sources and its questions."""
    from pulse_bot.banks.facts import bank_facts, entry_facts

    one = in_language(chosen_bank(chosen_library(folders), name), language)
    if as_json:
        print_json({**bank_facts(one), "items": [entry_facts(entry) for entry in one.entries]})
        return
    print(f"{one.title} ({one.id}, version {one.version}, {one.licence})\n{one.summary}\n")
    for source in one.sources:
        print(f"Source: {source.title}; {', '.join(source.authors)}, {source.year}")
    for item in one.items:
        marks = [str(item.kind), item.facet, *_marks(core=item.core, reverse=item.reverse)]
        print(f"\n{item.id}  ({', '.join(mark for mark in marks if mark)})")
        print(f"  {item.text}\n  To discuss: {item.talk}")


@bank.command(short_help="Find questions by their words.")
@click.argument("words", nargs=-1, required=True)
@with_folders
@as_json_option
def search(*, words: tuple[str, ...], folders: Folders, as_json: bool) -> None:
    """Find the questions that have all of WORDS, or words that begin with them; best ones first."""
    from pulse_bot.banks import search as searching
    from pulse_bot.banks.facts import entry_facts

    found = searching.search(chosen_library(folders).banks, " ".join(words))
    if as_json:
        print_json([entry_facts(one.entry) for one in found])
        return
    for one in found:
        print(f"{one.entry.item.id}  ({one.entry.item.kind})\n  {one.entry.item.text}")
    if not found:
        print("No question has all of these words. Try fewer of them, or other ones.")


@bank.command(short_help="Say what to mend in bank files.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="The file or folder as it was before: tells which ids have changed their wording.",
)
@with_folders
@as_json_option
def lint(*, files: tuple[Path, ...], against: Path | None, folders: Folders, as_json: bool) -> None:
    """Say what to mend in FILES or folders; without any, in every bank there is.

    Ends with 1 where there is an error. A warning asks you to look again, and you decide.
    """
    from pulse_bot.banks.codes import Severity
    from pulse_bot.banks.facts import finding_facts
    from pulse_bot.banks.lint import lint_files

    chosen = _files(files) if files else _files_of_all(folders)
    findings = [*lint_files(chosen), *_reworded(chosen, against)]
    if as_json:
        print_json([finding_facts(finding) for finding in findings])
    else:
        for finding in findings:
            print(finding)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        counts = {"file": len(chosen), "error": errors, "warning": len(findings) - errors}
        print(", ".join(_counted(count, word) for word, count in counts.items()))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise click.exceptions.Exit(1)


@bank.command(short_help="Show questions as a member will see them.")
@click.argument("name", metavar="BANK")
@click.argument("item", required=False)
@_language
@with_folders
def preview(*, name: str, item: str | None, language: str | None, folders: Folders) -> None:
    """Show each question of BANK, or one ITEM of it, as a member will see it on each platform."""
    from pulse_bot.banks.preview import preview_text, previews
    from pulse_bot.config.plugins import adapter_plugins

    items = in_language(chosen_bank(chosen_library(folders), name), language).items
    known = [one.id for one in items]
    if item is not None and item not in known:
        raise Refused(f'The bank "{name}" has no item "{item}".{guess(item, known)}')
    plugins = adapter_plugins()
    draws = {one: plugin.preview for one, plugin in plugins.items() if plugin.preview}
    for number, shown in enumerate(previews(items, only=item or "")):
        print("\n" * (number > 0) + preview_text(shown, draws))


def _marks(*, core: bool, reverse: bool) -> list[str]:
    marks = {"core": core, "reverse-scored": reverse}
    return [name for name, marked in marks.items() if marked]


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _files(paths: tuple[Path, ...]) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, beside

    found = [
        file for path in paths for file in (bank_files(path) if path.is_dir() else beside(path))
    ]
    return list(dict.fromkeys(found))


def _reworded(files: list[Traversable], against: Path | None) -> Iterator[Finding]:
    from pulse_bot.banks.changes import reworded
    from pulse_bot.banks.load import load_banks

    if against is None:
        return
    old, findings = load_banks(_files((against,)))
    yield from findings
    before = {one.id: one for one in old}
    for new in load_banks(files)[0]:
        if new.id in before:
            yield from reworded(before[new.id], new)


def _files_of_all(folders: Folders) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, shipped_folder

    everywhere = (shipped_folder(), *own_folders(folders))
    return [file for folder in everywhere for file in bank_files(folder)]
