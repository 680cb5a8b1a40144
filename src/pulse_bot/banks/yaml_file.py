"""A bank, or a translation of one, as a YAML file that reads as if a person had written it.

The order of the keys is that of the shipped banks; what is left at its usual value is left out.
Reading lives in `parse`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

import yaml

from pulse_bot.banks.bank import Bank, BankEntry, Dimension, Translation
from pulse_bot.domain.asking.items import Item, Wording

_WIDTH: Final = 100
_EVER: Final = 100_000
"""A width that no text reaches: a short text stays on its line."""


def bank_yaml(bank: Bank) -> str:
    """The text of a bank's file."""
    lines = [
        "# yaml-language-server: $schema=schema.json",
        f"id: {_yaml_text(bank.id)}",
        f"version: {bank.version}",
        f"title: {_yaml_text(bank.title)}",
        *_paragraph_lines("summary", bank.summary),
        f"language: {_yaml_text(bank.language)}",
        f"licence: {_yaml_text(bank.licence)}",
        f"use: {_yaml_list(bank.use)}",
        *_paragraph_lines("cadence", bank.cadence),
        "",
        "source:",
    ]
    for source in bank.sources:
        lines.append(f"  - title: {_yaml_text(source.title)}")
        lines.append(f"    authors: {_yaml_list(source.authors)}")
        lines.append(f"    year: {source.year}")
        lines.extend(_filled_keys(4, framework=source.framework, originator=source.originator))
    lines += ["", *_dimension_lines(bank.dimensions), "", "items:"]
    only_dimension = bank.dimensions[0].key if len(bank.dimensions) == 1 else ""
    lines.append(
        "\n\n".join("\n".join(_item_lines(entry, only_dimension)) for entry in bank.entries)
    )
    return "\n".join(lines) + "\n"


def translation_yaml(bank: Bank, translation: Translation) -> str:
    """The text of a translation's file."""
    lines = [
        "# yaml-language-server: $schema=translation.schema.json",
        f"bank: {_yaml_text(bank.id)}",
        f"language: {_yaml_text(translation.language)}",
        *_filled_keys(0, title=translation.title),
        *(_paragraph_lines("summary", translation.summary) if translation.summary else ()),
        *(["", *_dimension_lines(translation.dimensions)] if translation.dimensions else ()),
        "",
        "items:",
    ]
    items = [
        "\n".join(_wording_lines(entry.item, wording))
        for entry in bank.entries
        for wording in entry.item.translations
        if wording.language == translation.language
    ]
    return "\n".join([*lines, "\n\n".join(items)]) + "\n"


def _dimension_lines(dimensions: Iterable[Dimension]) -> Iterator[str]:
    yield "dimensions:"
    for dimension in dimensions:
        yield f"  {dimension.key}:"
        yield f"    title: {_yaml_text(dimension.title)}"
        if dimension.facets:
            yield "    facets:"
        yield from (
            f"      {_yaml_text(key)}: {_yaml_text(meaning)}"
            for key, meaning in dimension.facets.items()
        )


def _item_lines(entry: BankEntry, only_dimension: str) -> Iterator[str]:
    item = entry.item
    yield f"  - id: {_yaml_text(item.id)}"
    yield f"    text: {_yaml_text(item.text)}"
    yield f"    kind: {item.kind}"
    yield from _filled_keys(
        4,
        dimension="" if item.dimension == only_dimension else item.dimension,
        facet=item.facet,
        pair=item.pair,
    )
    if item.reverse:
        yield "    reverse: true"
    if item.core:
        yield "    core: true"
    if item.choices:
        yield "    choices:"
    for choice in item.choices:
        yield f"      - key: {_yaml_text(choice.key)}"
        yield f"        label: {_yaml_text(choice.label)}"
    if item.most > 1:
        yield f"    most: {item.most}"
    if any(item.ends):
        yield f"    ends: {_yaml_list(item.ends)}"
    yield f"    talk: {_yaml_text(item.talk)}"
    yield from _filled_keys(4, replaced_by=entry.replaced_by)


def _wording_lines(item: Item, wording: Wording) -> Iterator[str]:
    yield f"  {_yaml_text(item.id)}:"
    yield f"    text: {_yaml_text(wording.text)}"
    if wording.choices:
        yield "    choices:"
    yield from (
        f"      {_yaml_text(choice.key)}: {_yaml_text(choice.label)}" for choice in wording.choices
    )
    if any(wording.ends):
        yield f"    ends: {_yaml_list(wording.ends)}"
    yield from _filled_keys(4, talk=wording.talk)


def _filled_keys(indent: int, **texts: str) -> Iterator[str]:
    """The keys that have something after them."""
    yield from (f"{' ' * indent}{key}: {_yaml_text(text)}" for key, text in texts.items() if text)


def _paragraph_lines(key: str, text: str) -> Iterator[str]:
    """A text over several lines where it is long, as a person would break it."""
    if len(text) <= _WIDTH - len(key) - 2 or not text.isprintable():
        yield f"{key}: {_yaml_text(text)}"
        return
    yield f"{key}: >-"
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _yaml_text(text: str) -> str:
    """A text as YAML: bare where it stays the same text, in quotes where it would not."""
    dumped = yaml.safe_dump(text, width=_EVER, allow_unicode=True)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _yaml_list(texts: Iterable[str]) -> str:
    dumped = yaml.safe_dump(list(texts), width=_EVER, allow_unicode=True, default_flow_style=True)
    return dumped.removesuffix("\n")
