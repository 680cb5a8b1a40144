"""`pulse-bot bank export|import|template`: banks out of spreadsheets and into them.

Thin: the formats live in `pulse_bot.banks.sheets`. Nothing is written over what is there already,
unless --replace says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulse_bot.cli.bank_choice import Folders, chosen_bank, chosen_library, with_folders
from pulse_bot.errors import Refused

if TYPE_CHECKING:
    from pulse_bot.banks.bank import Bank

_replace = click.option("--replace", is_flag=True, help="Write over a file that is there already.")
_file = click.Path(path_type=Path)


@click.command(short_help="Write a bank to a spreadsheet.")
@click.argument("name", metavar="BANK")
@click.option("--to", "file", required=True, type=_file, help="A .csv or .xlsx file.")
@click.option("--language", multiple=True, help="Add columns for this language; can be repeated.")
@_replace
@with_folders
def export(
    *, name: str, file: Path, language: tuple[str, ...], replace: bool, folders: Folders
) -> None:
    """Write BANK to a CSV file or a workbook (XLSX)."""
    from pulse_bot.banks.sheets.files import export_bank

    bank = chosen_bank(chosen_library(folders), name)
    _write_files({file: export_bank(bank, file.name, language)}, replace=replace)
    print(f"Wrote {len(bank.entries)} items to {file}.")


@click.command(short_help="Write a spreadsheet to fill in.")
@click.argument("file", type=_file)
@_replace
def template(*, file: Path, replace: bool) -> None:
    """Write FILE (.csv or .xlsx) with examples to write over, and a page that explains it."""
    from pulse_bot.banks.sheets.files import grid_bytes
    from pulse_bot.banks.sheets.template import template_grid

    _write_files({file: grid_bytes(template_grid(), file.name)}, replace=replace)
    print(f"Wrote {file}. Fill it in, then run: pulse-bot bank import {file} --to my-bank.yaml")


@click.command("import", short_help="Make a bank of a spreadsheet.")
@click.argument("file", type=_file)
@click.option("--to", "to", required=True, type=_file, help="A folder, or a .yaml file.")
@_replace
def import_(*, file: Path, to: Path, replace: bool) -> None:
    """Make a bank of FILE: a CSV file or a workbook (XLSX).

    A bank that is there already is only replaced where each id has kept its wording.
    """
    from pulse_bot.banks.lint import lint_banks
    from pulse_bot.banks.sheets.files import import_bank

    bank = import_bank(file)
    target = to if to.suffix in (".yaml", ".yml") else to / f"{bank.id}.yaml"
    _check_wording(bank, target)
    _write_files(_bank_texts(bank, target), replace=replace)
    for finding in lint_banks([bank]):
        print(finding)
    print(f"Wrote {len(bank.entries)} items to {target}.")


def _bank_texts(bank: Bank, target: Path) -> dict[Path, bytes]:
    """The files of a bank: its own, and one for each language beside it."""
    from pulse_bot.banks.yaml_file import bank_yaml, translation_yaml

    texts = {target: bank_yaml(bank).encode()}
    for translation in bank.translations:
        translation_file = target.with_name(f"{target.stem}.{translation.language}{target.suffix}")
        texts[translation_file] = translation_yaml(bank, translation).encode()
    return texts


def _check_wording(bank: Bank, target: Path) -> None:
    from pulse_bot.banks.changes import find_reworded
    from pulse_bot.banks.findings import BankMistakes
    from pulse_bot.banks.load import load_banks

    if not target.exists():
        return
    old, findings = load_banks([target])
    findings += [finding for old_bank in old for finding in find_reworded(old_bank, bank)]
    if findings:
        raise BankMistakes(findings)


def _write_files(texts: dict[Path, bytes], *, replace: bool) -> None:
    """Write all the files, or none where one is there already. Raises Refused."""
    existing = [str(file) for file in texts if file.exists()]
    if existing and not replace:
        raise Refused(
            f"{', '.join(existing)} is there already. Choose another name, or add --replace."
        )
    try:
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
    except OSError as error:
        raise Refused(f"The file cannot be written ({error.strerror}): {error.filename}") from None
