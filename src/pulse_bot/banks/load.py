"""Bank files into frozen banks: finding them, reading them, and saying all that is wrong at once.

The form of the text lives in `tree`, of the keys in `model`, what must fit together in `sense`.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Sequence
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pulse_bot.banks.bank import Bank, Dimension, Entry, Library, Source, Wording
from pulse_bot.banks.findings import BankMistakes, Finding, Place
from pulse_bot.banks.form import form_findings
from pulse_bot.banks.model import BankKeys, ItemKeys, WordingKeys
from pulse_bot.banks.sense import check_sense, check_together, dimension_of
from pulse_bot.banks.tree import Tree, Value, read_tree
from pulse_bot.domain.items import Choice, Item

LARGEST_FILE: Final = 1_000_000
"""Bytes."""
MOST_FINDINGS: Final = 100
"""About the keys of one file: whoever mends a hundred mistakes looks again anyway."""


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
    """The bank files of a folder, by name. Raises BankMistakes where it cannot be read."""
    try:
        files = [one for one in folder.iterdir() if one.name.endswith((".yaml", ".yml"))]
    except OSError as error:
        place = Place(str(folder))
        what = f"The folder cannot be read ({error.strerror})."
        raise BankMistakes([Finding("no-such-file", place, what)]) from None
    return sorted(files, key=lambda one: one.name)


def load_library(own: Sequence[Path] = ()) -> Library:
    """The shipped banks and those of a partnership's own folders.

    Raises BankMistakes with everything that is wrong in any of them.
    """
    findings: list[Finding] = []
    banks: list[Bank] = []
    for folder in (shipped_folder(), *own):
        try:
            files = bank_files(folder)
        except BankMistakes as mistakes:
            findings.extend(mistakes.findings)
            continue
        banks.extend(_loaded(files, findings))
    findings.extend(check_together(banks))
    if findings:
        raise BankMistakes(findings)
    return Library(tuple(banks))


def _loaded(files: Iterable[Traversable], findings: list[Finding]) -> Iterable[Bank]:
    for file in files:
        try:
            yield load_bank(file)
        except BankMistakes as mistakes:
            findings.extend(mistakes.findings)


def load_bank(file: Traversable) -> Bank:
    """The bank of a file. Raises BankMistakes with everything that is wrong in it."""
    name = _shown(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        what = f"The file cannot be read ({error.strerror})."
        raise BankMistakes([Finding("no-such-file", Place(name), what)]) from None
    return parse_bank(data, name)


def _shown(file: Traversable) -> str:
    """A file's name in messages: as it was given, and of a whole path the last folder."""
    if not isinstance(file, Path):
        return file.name
    return f"{file.parent.name}/{file.name}" if file.is_absolute() else str(file)


def parse_bank(data: bytes, file: str) -> Bank:
    """The bank in the bytes of a file; `file` is its name in messages. Raises BankMistakes."""
    tree = read_tree(_decoded(data, file), file)
    value = _folded(tree.value)
    if not isinstance(value, dict):
        what = "There are no keys in it." if value is None else "It is a list or a single text."
        raise BankMistakes([*tree.findings, Finding("not-a-bank", Place(file, 1), what)])
    try:
        keys = BankKeys.model_validate(value)
    except ValidationError as error:
        found = islice(form_findings(error, tree, file), MOST_FINDINGS)
        raise BankMistakes([*tree.findings, *found]) from None

    def where(number: int, key: str) -> Place:
        return Place(file, tree.line(("items", number, key)), keys.items[number].id, key)

    findings = [*tree.findings, *check_sense(keys, where)]
    if findings:
        raise BankMistakes(findings)
    return _bank(keys, tree, file)


def _decoded(data: bytes, file: str) -> str:
    if len(data) > LARGEST_FILE:
        what = f"The file has more than {LARGEST_FILE:,} bytes."
        raise BankMistakes([Finding("file-too-large", Place(file), what)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = f"Line {line} has a byte that is not UTF-8."
        raise BankMistakes([Finding("not-utf-8", Place(file, line), what)]) from None


def _folded(value: Value) -> Value:
    """Texts on one line each: how an author breaks lines is no part of a question."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_folded(one) for one in value]
    if isinstance(value, dict):
        return {key: _folded(one) for key, one in value.items()}
    return value


def _bank(keys: BankKeys, tree: Tree, file: str) -> Bank:
    return Bank(
        id=keys.id,
        version=keys.version,
        title=keys.title,
        summary=keys.summary,
        language=keys.language,
        licence=keys.licence,
        use=tuple(str(use) for use in keys.use),
        cadence=keys.cadence,
        sources=tuple(
            Source(one.title, one.authors, one.year, one.framework, one.originator)
            for one in keys.source
        ),
        dimensions=tuple(
            Dimension(key, one.title, one.facets) for key, one in keys.dimensions.items()
        ),
        entries=tuple(_entry(keys, number, tree) for number in range(len(keys.items))),
        file=file,
    )


def _entry(keys: BankKeys, number: int, tree: Tree) -> Entry:
    item = keys.items[number]
    path = ("items", number)
    lines = {str(one[2]): line for one, line in tree.lines.items() if one[:2] == path and one[2:]}
    return Entry(
        item=_item(keys, item),
        lines={**lines, "": tree.line(path)},
        replaced_by=item.replaced_by or "",
        translations={key: _wording(one) for key, one in item.translations.items()},
    )


def _item(keys: BankKeys, item: ItemKeys) -> Item:
    return Item(
        id=item.id,
        bank=keys.id,
        text=item.text,
        kind=item.kind,
        dimension=dimension_of(keys, item),
        talk=item.talk,
        facet=item.facet or "",
        reverse=item.reverse,
        core=item.core,
        choices=tuple(Choice(one.key, one.label) for one in item.choices),
        most=item.most,
        ends=item.ends or ("", ""),
        pair=item.pair or "",
    )


def _wording(keys: WordingKeys) -> Wording:
    return Wording(keys.text, keys.talk or "", keys.choices, keys.ends or ("", ""))
