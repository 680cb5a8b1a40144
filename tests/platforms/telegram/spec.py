"""Whether a call, or an answer, has the form that the Bot API documents (see README.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

with Path(__file__).with_name("bot_api.json").open(encoding="utf-8") as opened:
    _SPEC: dict[str, Any] = json.load(opened)
METHODS: dict[str, dict[str, list[Any]]] = _SPEC["methods"]
RETURNS: dict[str, list[str]] = _SPEC["returns"]
TYPES: dict[str, Any] = _SPEC["types"]

WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


def decode(method: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A call's parameters as values: forms carry text alone, with JSON inside where it is due.

    What cannot be read stays as it came, for `mistakes` to find.
    """
    declared = METHODS[method]
    return {
        name: _decoded(value, declared[name][1] if name in declared else ["String"])
        for name, value in raw.items()
    }


def _decoded(value: Any, types: list[str]) -> Any:
    if not isinstance(value, str):
        return value
    if "Integer" in types and WHOLE.fullmatch(value):
        return int(value)
    if "String" in types:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def mistakes(method: str, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the form of a call; nothing where it is as documented."""
    return list(_fields(METHODS[method], values, method))


def answer_mistakes(value: Any, types: list[str]) -> list[str]:
    """What is wrong with something that we send ourselves, such as an "Update"."""
    return list(_value(value, types, types[0]))


def _fields(declared: dict[str, list[Any]], values: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in values.keys() - declared.keys():
        yield f"{where}: there is no {name!r}"
    for name, (required, types, *fixed) in declared.items():
        if name not in values:
            if required:
                yield f"{where}: {name!r} is missing"
        elif fixed and values[name] != fixed[0]:
            yield f"{where}.{name}: must be {fixed[0]!r}"
        else:
            yield from _value(values[name], types, f"{where}.{name}")


def _value(value: Any, types: list[str], where: str) -> Iterator[str]:
    """Nothing if the value is of one of the types; else why it is not of the likeliest."""
    tries = [list(_one(value, one, where)) for one in types]
    if all(tries):
        # Of several types, the one with the fewest mistakes was meant.
        yield from min(tries, key=len)


def _one(value: Any, name: str, where: str) -> Iterator[str]:
    if name.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where}: is not a list"
            return
        for number, one in enumerate(value):
            yield from _value(one, [name.removeprefix("Array of ")], f"{where}[{number}]")
    elif name in TYPES and name != "InputFile":
        declared = TYPES[name]
        if isinstance(declared, list):
            yield from _value(value, declared, where)
        elif not isinstance(value, dict):
            yield f"{where}: is not a {name}"
        else:
            yield from _fields(declared, value, where)
    elif not _is_simple(value, name):
        yield f"{where}: is not of the type {name}"


def _is_simple(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "Boolean"
    kinds: dict[str, tuple[type, ...]] = {
        "Integer": (int,),
        "Float": (int, float),
        "String": (str,),
        "InputFile": (Upload,),
    }
    return isinstance(value, kinds.get(name, ()))
