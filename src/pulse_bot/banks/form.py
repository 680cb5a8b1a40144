"""What pydantic says about the keys of a bank, turned into the words of the bank's author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pulse_bot.banks.findings import Finding
from pulse_bot.banks.model import Levels
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.banks.tree import KeyPath, Tree

_CODES: Final = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "string_too_long": "too-long",
    "too_long": "too-long",
    "string_too_short": "empty-value",
    "too_short": "empty-value",
}
_WANTS: Final = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list (each entry on a line that begins with a hyphen)",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}
KeyFields = Mapping[str, FieldInfo]
"""The keys that there are, with what each is for."""

_LANGUAGE: Final = "a language code such as en, cy or en-GB"


def form_findings(error: ValidationError, tree: Tree, levels: Levels) -> Iterator[Finding]:
    """One finding for each thing that pydantic found; `levels` tells which keys there are."""
    for details in error.errors(include_url=False):
        if details["type"] == "too_short" and details["input"]:
            continue  # a list counts as empty when its entries are wrong, which is said already
        loc = tuple(part for part in details["loc"] if part != "[key]")
        key = next((part[:60] for part in reversed(loc) if isinstance(part, str)), "")
        code, what = _explain_error(details, _find_model(loc, levels).model_fields, key)
        yield Finding(code, tree.locate_path(loc, _item_id(loc, tree), key), what)


def _item_id(loc: KeyPath, tree: Tree) -> str:
    """The id of the item that a path leads into, or its number in the file."""
    if len(loc) < 2 or loc[0] != "items":
        return ""
    if isinstance(loc[1], str):  # a translation has them by their id
        return loc[1][:60]
    items = tree.value.get("items") if isinstance(tree.value, dict) else None
    item = items[loc[1]] if isinstance(items, list) else None
    name = item.get("id") if isinstance(item, dict) else None
    return name[:60] if isinstance(name, str) and name else f"number {loc[1] + 1}"


def _explain_error(details: ErrorDetails, fields: KeyFields, key: str) -> tuple[str, str]:
    sort = details["type"]
    if details["input"] is None and sort != "missing":
        return "empty-value", f'There is nothing after "{key}".'
    if sort in _WANTS:
        return "wrong-type", f'"{key}" wants {_WANTS[sort]}.'
    if sort in _CODES:
        return _CODES[sort], _plain_message(details, fields, key)
    if sort == "string_pattern_mismatch":
        return _explain_pattern(details, key)
    return "wrong-value", _value_message(details, key)


def _plain_message(details: ErrorDetails, fields: KeyFields, key: str) -> str:
    sort, context = details["type"], details.get("ctx", {})
    if sort == "missing":
        about = fields[key].description if key in fields else ""
        return f'The key "{key}" is missing. {about}'.rstrip()
    if sort == "extra_forbidden":
        return f'There is no key "{key}" here.{did_you_mean(key, fields)}'
    if sort == "string_too_long":
        length, room = len(str(details["input"])), context.get("max_length")
        return f'"{key}" has {length} characters, and there is room for {room}.'
    if sort == "too_long":
        return f'"{key}" has more than {context.get("max_length")} entries.'
    return f'There is nothing in "{key}".'


def _explain_pattern(details: ErrorDetails, key: str) -> tuple[str, str]:
    text = str(details["input"])[:60]
    if key == "language":
        return "wrong-value", f'"{text}" is not {_LANGUAGE}.'
    return "bad-id", f'"{text}" cannot be an id.'


def _value_message(details: ErrorDetails, key: str) -> str:
    text, context = str(details["input"])[:60], details.get("ctx", {})
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    if expected:
        return f'"{text}" does not fit "{key}".{did_you_mean(text, expected.split(", "))}'
    return f'"{text}" does not fit "{key}": {details["msg"].lower()}.'


def _find_model(loc: KeyPath, levels: Levels) -> type[BaseModel]:
    """The model whose keys stand where the path ends."""
    names = [part for part in loc[:-1] if isinstance(part, str) and part in levels]
    return levels[names[-1] if names else ""]
