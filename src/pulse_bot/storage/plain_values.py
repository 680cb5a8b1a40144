"""Frozen dataclasses of the domain as plain values for a JSON column, and back.

The names of their fields are part of the schema: a migration changes what stands in rows, and
nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class UnknownShape(ValueError):
    """What stands in a row is not what this version of pulse-bot writes; no value is repeated."""


def to_plain(value: object) -> dict[str, Any]:
    """A dataclass as text, whole numbers, booleans, lists and mappings."""
    plain: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return plain


def from_plain(shape: type[T], plain: Mapping[str, Any]) -> T:
    """The dataclass again. Raises UnknownShape for a field too many, one too few, or another value.

    What came from JSON once, such as a nested dataclass, may be there as itself.
    """
    known = {field.name for field in fields(shape)}  # type: ignore[arg-type] # a dataclass
    if not plain.keys() <= known:
        raise UnknownShape(f"A {shape.__name__} has no field of that name.")
    try:
        value: T = _adapter(shape).validate_python(plain)
    except ValidationError:
        raise UnknownShape(f"These are not the fields of a {shape.__name__}.") from None
    return value


_ADAPTERS: Final[dict[type[Any], TypeAdapter[Any]]] = {}


def _adapter(shape: type[Any]) -> TypeAdapter[Any]:
    # Made once a shape: it takes a millisecond, and a history has thousands of rows.
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]
