"""The bytes of a bank file into a frozen bank, or into all that is wrong with them at once.

The form of the text lives in `tree`, of the keys in `model`, what must fit together in `sense`.
Finding files and reading them lives in `load`, translations in `translation`.
"""

from __future__ import annotations

from itertools import islice
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from pulse_bot.banks.bank import Bank, BankEntry, Dimension, Source
from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.form import form_findings
from pulse_bot.banks.model import BANK, BankKeys, ItemKeys, Levels
from pulse_bot.banks.sense import check_sense, dimension_of
from pulse_bot.banks.tree import Tree, Value, read_tree
from pulse_bot.domain.asking.items import Choice, Item

KeysT = TypeVar("KeysT", bound=BaseModel)

LARGEST_FILE: Final = 1_000_000
"""Bytes."""
MOST_FINDINGS: Final = 100
"""About the keys of one file: whoever mends a hundred mistakes looks again anyway."""


def parse_bank(data: bytes, file: str) -> Bank:
    """The bank in the bytes of a file; `file` is its name in messages. Raises BankMistakes."""
    return build_bank(text_tree(data, file))


def text_tree(data: bytes, file: str) -> Tree:
    """The values in the bytes of a file. Raises BankMistakes where they cannot be read."""
    return read_tree(_decode_text(data, file), file)


def build_bank(tree: Tree) -> Bank:
    """The bank that these values are. Raises BankMistakes with everything that is wrong."""
    keys = validate_keys(tree, BankKeys, BANK)

    def locate(number: int, key: str) -> FileLocation:
        return tree.locate_path(("items", number, key), keys.items[number].id, key)

    findings = [*tree.findings, *check_sense(keys, locate)]
    if findings:
        raise BankMistakes(findings)
    return _bank_from_keys(keys, tree)


def validate_keys(tree: Tree, model: type[KeysT], levels: Levels) -> KeysT:
    """The values as keys of a model. Raises BankMistakes with all that does not fit it."""
    value = _fold_lines(tree.value)
    if not isinstance(value, dict):
        what = "There are no keys in it." if value is None else "It is a list or a single text."
        raise BankMistakes(
            [*tree.findings, Finding("not-a-bank", FileLocation(tree.file, 1), what)]
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        mistakes = islice(form_findings(error, tree, levels), MOST_FINDINGS)
        raise BankMistakes([*tree.findings, *mistakes]) from None


def _decode_text(data: bytes, file: str) -> str:
    if len(data) > LARGEST_FILE:
        what = f"The file has more than {LARGEST_FILE:,} bytes."
        raise BankMistakes([Finding("file-too-large", FileLocation(file), what)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = f"Line {line} has a byte that is not UTF-8."
        raise BankMistakes([Finding("not-utf-8", FileLocation(file, line), what)]) from None


def _fold_lines(value: Value) -> Value:
    """Texts on one line each: how an author breaks lines is no part of a question."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_fold_lines(child) for child in value]
    if isinstance(value, dict):
        return {key: _fold_lines(child) for key, child in value.items()}
    return value


def _bank_from_keys(keys: BankKeys, tree: Tree) -> Bank:
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
            Source(part.title, part.authors, part.year, part.framework, part.originator)
            for part in keys.source
        ),
        dimensions=tuple(
            Dimension(key, part.title, part.facets) for key, part in keys.dimensions.items()
        ),
        entries=tuple(_entry_from_keys(keys, number, tree) for number in range(len(keys.items))),
        file=tree.file,
    )


def _entry_from_keys(keys: BankKeys, number: int, tree: Tree) -> BankEntry:
    item = keys.items[number]
    path = ("items", number)
    lines = {
        str(key_path[2]): line
        for key_path, line in tree.lines.items()
        if key_path[:2] == path and key_path[2:]
    }
    return BankEntry(
        item=_item_from_keys(keys, item),
        lines={**lines, "": tree.locate_path(path).line},
        replaced_by=item.replaced_by or "",
    )


def _item_from_keys(keys: BankKeys, item: ItemKeys) -> Item:
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
        choices=tuple(Choice(choice.key, choice.label) for choice in item.choices),
        most=item.most,
        ends=item.ends or ("", ""),
        pair=item.pair or "",
        language=keys.language,
    )
