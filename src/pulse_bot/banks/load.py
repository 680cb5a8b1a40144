"""Bank files and translations into a library: finding them, reading them, saying all that is wrong.

What the bytes of a file mean lives in `parse` and `translation`.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterable, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pulse_bot.banks.bank import Bank, Library
from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.parse import LARGEST_FILE, parse_bank
from pulse_bot.banks.sense import check_together
from pulse_bot.banks.translation import add_translations, is_translation, parse_translation

T = TypeVar("T")


def shipped_folder() -> Traversable:
    """The folder of the banks that come with pulse-bot.

    The checkout's own where there is one: an editable install copies the folder into the package
    once and never again, so the copy would be stale.
    """
    source = Path(__file__).resolve().parents[2]
    checkout = source.parent / "question_banks"
    if source.name == "src" and checkout.is_dir():
        return checkout
    return importlib.resources.files("pulse_bot") / "question_banks"


def bank_files(folder: Traversable) -> list[Traversable]:
    """The banks and translations of a folder, by name. Raises BankMistakes if it is unreadable."""
    try:
        files = [file for file in folder.iterdir() if file.name.endswith((".yaml", ".yml"))]
    except OSError as error:
        place = FileLocation(str(folder))
        what = f"The folder cannot be read ({error.strerror})."
        raise BankMistakes([Finding("no-such-file", place, what)]) from None
    return sorted(files, key=lambda file: file.name)


def file_family(file: Path) -> list[Path]:
    """A bank file with its translations, and a translation with its bank: they are one thing."""
    stem = file.name.partition(".")[0]
    family = [
        sibling for sibling in file.parent.glob("*.y*ml") if sibling.name.partition(".")[0] == stem
    ]
    return sorted({file, *family})


def load_library(extra_folders: Sequence[Path] = ()) -> Library:
    """The shipped banks and those of a partnership's own folders.

    Raises BankMistakes with everything that is wrong in any of them.
    """
    files: list[Traversable] = []
    findings: list[Finding] = []
    for folder in (shipped_folder(), *extra_folders):
        try:
            files.extend(bank_files(folder))
        except BankMistakes as mistakes:
            findings.extend(mistakes.findings)
    banks, wrong = load_banks(files)
    findings.extend([*wrong, *check_together(banks)])
    if findings:
        raise BankMistakes(findings)
    return Library(tuple(banks))


def load_banks(files: Iterable[Traversable]) -> tuple[list[Bank], list[Finding]]:
    """The banks of these files with their translations, and what is wrong in any file."""
    files = list(files)
    findings: list[Finding] = []
    banks = list(
        _read_files(
            (candidate for candidate in files if not _is_translation_file(candidate)),
            parse_bank,
            findings,
        )
    )
    unread = bool(findings)
    translations = list(
        _read_files(filter(_is_translation_file, files), parse_translation, findings)
    )
    whole, misfits = add_translations(banks, translations)
    # A translation misses its bank where that one has mistakes, which are told already.
    reported = [
        candidate for candidate in misfits if not (unread and candidate.code == "unknown-bank")
    ]
    return whole, [*findings, *reported]


def _is_translation_file(file: Traversable) -> bool:
    return is_translation(file.name)


def _read_files(
    files: Iterable[Traversable], parse: Callable[[bytes, str], T], findings: list[Finding]
) -> Iterable[T]:
    for file in files:
        try:
            yield parse(_read_bytes(file), _display_name(file))
        except BankMistakes as mistakes:
            findings.extend(mistakes.findings)


def _read_bytes(file: Traversable) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    except OSError as error:
        what = f"The file cannot be read ({error.strerror})."
        raise BankMistakes(
            [Finding("no-such-file", FileLocation(_display_name(file)), what)]
        ) from None


def _display_name(file: Traversable) -> str:
    """A file's name in messages: as it was given, and of a whole path the last folder."""
    if not isinstance(file, Path):
        return file.name
    return f"{file.parent.name}/{file.name}" if file.is_absolute() else str(file)
