"""`pulse-bot bank`: list, show, lint and preview question banks.

Thin: what a bank is, how it is read and what is said of it lives in `pulse_bot.banks`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pulse_bot.cli import settings_option
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pulse_bot.banks.bank import Bank, Library

Command = TypeVar("Command", bound=Callable[..., None])

Folders = tuple[Path, ...]


@click.group()
def bank() -> None:
    """List, show, lint and preview question banks."""


def _with_folders(command: Command) -> Command:
    option = click.option(
        "--dir",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder with banks of your own, beside those of the settings. Can be repeated.",
    )
    return option(command)


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@bank.command("list")
@_with_folders
@_as_json
def list_(*, folders: Folders, as_json: bool) -> None:
    """List the banks."""
    from pulse_bot.banks.facts import bank_facts

    banks = _library(folders).banks
    if as_json:
        _print_json([bank_facts(one) for one in banks])
        return
    width = max((len(one.id) for one in banks), default=0)
    for one in banks:
        core = sum(item.core for item in one.items)
        print(f"{one.id:{width}}  {len(one.items):3} items, {core} core  {one.summary}")


@bank.command()
@click.argument("name", metavar="BANK")
@_with_folders
@_as_json
def show(*, name: str, folders: Folders, as_json: bool) -> None:
    """Show a bank: its sources and its questions."""
    from pulse_bot.banks.facts import bank_facts, entry_facts

    one = _bank(_library(folders), name)
    if as_json:
        _print_json({**bank_facts(one), "items": [entry_facts(entry) for entry in one.entries]})
        return
    print(f"{one.title} ({one.id}, version {one.version}, {one.licence})\n{one.summary}\n")
    for source in one.sources:
        print(f"Source: {source.title}; {', '.join(source.authors)}, {source.year}")
    for item in one.items:
        marks = [str(item.kind), item.facet, *_marks(core=item.core, reverse=item.reverse)]
        print(f"\n{item.id}  ({', '.join(mark for mark in marks if mark)})")
        print(f"  {item.text}\n  To discuss: {item.talk}")


@bank.command(short_help="Say what to mend in bank files.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_with_folders
@_as_json
def lint(*, files: tuple[Path, ...], folders: Folders, as_json: bool) -> None:
    """Say what to mend in FILES or folders; without any, in every bank there is.

    Ends with 1 where there is an error. A warning asks you to look again, and you decide.
    """
    from pulse_bot.banks.codes import Severity
    from pulse_bot.banks.facts import finding_facts
    from pulse_bot.banks.lint import lint_files

    chosen = _files(files) if files else _files_of_all(folders)
    findings = lint_files(chosen)
    if as_json:
        _print_json([finding_facts(finding) for finding in findings])
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
@_with_folders
def preview(*, name: str, item: str | None, folders: Folders) -> None:
    """Show each question of BANK, or one ITEM of it, as a member will see it."""
    from pulse_bot.banks.preview import card_text, preview_cards

    items = _bank(_library(folders), name).items
    known = [one.id for one in items]
    if item is not None and item not in known:
        raise Refused(f'The bank "{name}" has no item "{item}".{_guess(item, known)}')
    print("\n\n".join(card_text(card) for card in preview_cards(items, only=item or "")))


def _marks(*, core: bool, reverse: bool) -> list[str]:
    marks = {"core": core, "reverse-scored": reverse}
    return [name for name, marked in marks.items() if marked]


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _own(folders: Folders) -> Folders:
    from pulse_bot.settings import load_settings

    return (*load_settings(settings_option()).bank_dirs, *folders)


def _library(folders: Folders) -> Library:
    from pulse_bot.banks.load import load_library

    return load_library(_own(folders))


def _bank(library: Library, name: str) -> Bank:
    found = library.bank(name)
    if found is None:
        known = [one.id for one in library.banks]
        raise Refused(f'There is no bank "{name}".{_guess(name, known)}')
    return found


def _guess(name: str, known: list[str]) -> str:
    from pulse_bot.banks.spelling import did_you_mean

    return did_you_mean(name, known)


def _files(paths: tuple[Path, ...]) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, beside

    found = [
        file for path in paths for file in (bank_files(path) if path.is_dir() else beside(path))
    ]
    return list(dict.fromkeys(found))


def _files_of_all(folders: Folders) -> list[Traversable]:
    from pulse_bot.banks.load import bank_files, shipped_folder

    everywhere = (shipped_folder(), *_own(folders))
    return [file for folder in everywhere for file in bank_files(folder)]


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
