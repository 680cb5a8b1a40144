"""Which banks a command is about: the shipped ones, those of the settings, and those of --dir."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pulse_bot.cli import settings_option
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.banks.bank import Bank, Library

Command = TypeVar("Command", bound=Callable[..., None])

Folders = tuple[Path, ...]


def with_folders(command: Command) -> Command:
    """The option for folders of one's own."""
    option = click.option(
        "--dir",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder with banks of your own, beside those of the settings. Can be repeated.",
    )
    return option(command)


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def own_folders(folders: Folders) -> Folders:
    """The folders of the settings and of the command line. Raises SettingsError."""
    from pulse_bot.config.settings import load_settings

    return (*load_settings(settings_option()).bank_dirs, *folders)


def chosen_library(folders: Folders) -> Library:
    """All banks that there are. Raises BankMistakes."""
    from pulse_bot.banks.load import load_library

    return load_library(own_folders(folders))


def chosen_bank(library: Library, name: str) -> Bank:
    """The bank of this name. Raises Refused, with a guess."""
    bank = library.find_bank(name)
    if bank is None:
        bank_ids = [candidate.id for candidate in library.banks]
        raise Refused(f'There is no bank "{name}".{suggest_name(name, bank_ids)}')
    return bank


def in_language(bank: Bank, language: str | None) -> Bank:
    """The bank in a language. Raises Refused where it is not there in it."""
    languages = [bank.language, *(translation.language for translation in bank.translations)]
    if language is not None and language not in languages:
        raise Refused(
            f'The bank "{bank.id}" is not there in "{language}", but in: {", ".join(languages)}.'
        )
    return bank.in_language(language) if language else bank


def suggest_name(name: str, names: Iterable[str]) -> str:
    """What a misspelt name was meant to be, as a sentence."""
    from pulse_bot.banks.spelling import did_you_mean

    return did_you_mean(name, names)


def print_json(value: object) -> None:
    """Print a value for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
