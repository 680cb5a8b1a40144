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
    in_language,
    own_folders,
    print_json,
    suggest_name,
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
        print_json([bank_facts(question_bank) for question_bank in banks])
        return
    width = max((len(question_bank.id) for question_bank in banks), default=0)
    for question_bank in banks:
        core = sum(item.core for item in question_bank.items)
        print(
            f"{question_bank.id:{width}}  {len(question_bank.items):3} items, {core} core  "
            f"{question_bank.summary}"
        )


@bank.command()
@click.argument("name", metavar="BANK")
@_language
@with_folders
@as_json_option
def show(*, name: str, language: str | None, folders: Folders, as_json: bool) -> None:
    """Show a bank: its sources and its questions."""
    from pulse_bot.banks.facts import bank_facts, entry_facts

    question_bank = in_language(chosen_bank(chosen_library(folders), name), language)
    if as_json:
        print_json(
            {
                **bank_facts(question_bank),
                "items": [entry_facts(entry) for entry in question_bank.entries],
            }
        )
        return
    print(
        f"{question_bank.title} ({question_bank.id}, version {question_bank.version}, "
        f"{question_bank.licence})\n{question_bank.summary}\n"
    )
    for source in question_bank.sources:
        print(f"Source: {source.title}; {', '.join(source.authors)}, {source.year}")
    for item in question_bank.items:
        marks = [str(item.kind), item.facet, *_list_marks(core=item.core, reverse=item.reverse)]
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

    hits = searching.search_items(chosen_library(folders).banks, " ".join(words))
    if as_json:
        print_json([entry_facts(hit.entry) for hit in hits])
        return
    for hit in hits:
        print(f"{hit.entry.item.id}  ({hit.entry.item.kind})\n  {hit.entry.item.text}")
    if not hits:
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

    chosen = _list_bank_files(files) if files else _list_all_files(folders)
    findings = [*lint_files(chosen), *_list_reworded(chosen, against)]
    if as_json:
        print_json([finding_facts(finding) for finding in findings])
    else:
        for finding in findings:
            print(finding)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        counts = {"file": len(chosen), "error": errors, "warning": len(findings) - errors}
        print(", ".join(_count_text(count, word) for word, count in counts.items()))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise click.exceptions.Exit(1)


@bank.command(short_help="Show questions as a member will see them.")
@click.argument("name", metavar="BANK")
@click.argument("item", required=False)
@_language
@with_folders
def preview(*, name: str, item: str | None, language: str | None, folders: Folders) -> None:
    """Show each question of BANK, or one ITEM of it, as a member will see it on each platform."""
    from pulse_bot.banks.preview import preview_items, preview_text
    from pulse_bot.config.plugins import adapter_plugins

    items = in_language(chosen_bank(chosen_library(folders), name), language).items
    item_ids = [entry.id for entry in items]
    if item is not None and item not in item_ids:
        raise Refused(f'The bank "{name}" has no item "{item}".{suggest_name(item, item_ids)}')
    plugins = adapter_plugins()
    draws = {entry: plugin.preview for entry, plugin in plugins.items() if plugin.preview}
    for number, rendered in enumerate(preview_items(items, only=item or "")):
        print("\n" * (number > 0) + preview_text(rendered, draws))


def _list_marks(*, core: bool, reverse: bool) -> list[str]:
    marks = {"core": core, "reverse-scored": reverse}
    return [name for name, marked in marks.items() if marked]


def _count_text(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _list_bank_files(paths: tuple[Path, ...]) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, file_family

    files = [
        file
        for path in paths
        for file in (bank_files(path) if path.is_dir() else file_family(path))
    ]
    return list(dict.fromkeys(files))


def _list_reworded(files: list[Traversable], against: Path | None) -> Iterator[Finding]:
    from pulse_bot.banks.changes import find_reworded
    from pulse_bot.banks.load import load_banks

    if against is None:
        return
    old, findings = load_banks(_list_bank_files((against,)))
    yield from findings
    before = {old_bank.id: old_bank for old_bank in old}
    for new in load_banks(files)[0]:
        if new.id in before:
            yield from find_reworded(before[new.id], new)


def _list_all_files(folders: Folders) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, shipped_folder

    everywhere = (shipped_folder(), *own_folders(folders))
    return [file for folder in everywhere for file in bank_files(folder)]
