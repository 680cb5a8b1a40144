"""YAML text into plain values, each with its line, or into findings about its form.

Built on the parser's events, not on a constructor: so every value keeps its line, nothing can be
executed or expanded, and words that YAML 1.1 turns into something else ("no", "on", a date) stay
the words that their author wrote. What the keys mean lives in `model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from pulse_bot.banks.findings import BankMistakes, Finding, Place

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]

DEEPEST: Final = 12
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NODES: Final = (yaml.ScalarEvent, yaml.CollectionStartEvent, yaml.CollectionEndEvent)
_NO_KEY: Final = "\0"
"""Stands for a key that is no word; no YAML text can hold this character."""
_NUMBER: Final = re.compile(r"[-+]?[0-9]{1,9}")
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


@dataclass(slots=True)
class Tree:
    """The values of a file, and the line of each by its path from the top."""

    value: Value
    file: str
    """Its name in messages."""
    lines: dict[KeyPath, int] = field(default_factory=dict)
    cells: dict[KeyPath, tuple[str, str]] = field(default_factory=dict)
    """In a spreadsheet, the sheet and the column as well."""
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: KeyPath, item: str = "", key: str = "") -> Place:
        """Where a path stands, or the nearest thing around it that stands somewhere."""
        while path and path not in self.lines:
            path = path[:-1]
        line, cell = self.lines.get(path, 1), self.cells.get(path, ("", ""))
        return Place(self.file, line, item, key, *cell)


def read_tree(text: str, file: str) -> Tree:
    """The values of a YAML text. Raises BankMistakes where its form cannot be read at all."""
    try:
        events = list(_plain(yaml.parse(text, Loader=_LOADER), file))
    except yaml.YAMLError as error:
        raise BankMistakes([_broken(error, text, file)]) from None
    tree = Tree(None, file)
    nodes = iter([event for event in events if isinstance(event, _NODES)])
    first = next(nodes, None)
    if first is not None:
        tree.value = _Builder(tree, nodes).build(first, ())
    return tree


def _broken(error: yaml.YAMLError, text: str, file: str) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
        problem = getattr(error, "problem", None) or "it cannot be read"
    else:
        # A character that YAML forbids comes with an offset alone.
        before = text[: max(0, int(getattr(error, "position", 0)))]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = "a character that cannot be shown stands here"
    what = f"The YAML breaks off in line {line}, column {column}: {problem}."
    return Finding("not-yaml", Place(file, line), what)


def _plain(events: Iterable[yaml.Event], file: str) -> Iterator[yaml.Event]:
    """The events as they are parsed, up to the first one that no bank needs.

    Not after all of them: the parser's time grows with the square of the depth.
    """
    documents = depth = 0
    for event in events:
        line = _line(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            what = f"Something is nested more than {DEEPEST} levels deep."
            raise BankMistakes([Finding("too-deep", Place(file, line), what)])
        trick = "a second document (---)" if documents > 1 else _trick(event)
        if trick:
            raise BankMistakes(
                [Finding("yaml-trick", Place(file, line), f"There is {trick} here.")]
            )
        yield event


def _trick(event: yaml.Event) -> str:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        return f"an alias (*{anchor})"
    if anchor:
        return f"an anchor (&{anchor})"
    return f"a tag ({tag})" if tag else ""


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _Builder:
    tree: Tree
    nodes: Iterator[yaml.Event]

    def build(self, event: yaml.Event, path: KeyPath) -> Value:
        self.tree.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return _scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def sequence(self, path: KeyPath) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(self.nodes), yaml.SequenceEndEvent):
            found.append(self.build(event, (*path, len(found))))
        return found

    def mapping(self, path: KeyPath) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self.nodes), yaml.MappingEndEvent):
            key = self.key(event, path)
            if key in found:
                what = f'The key "{key[:60]}" stands here for the second time.'
                self.report("duplicate-key", what, _line(event), key[:60])
            self.tree.lines.setdefault((*path, key), _line(event))
            found[key] = self.build(next(self.nodes), (*path, key))
        found.pop(_NO_KEY, None)
        return found

    def key(self, event: yaml.Event, path: KeyPath) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self.build(event, (*path, _NO_KEY))
        what = "A key is a list or a set of keys, where a word belongs."
        self.report("wrong-type", what, _line(event))
        return _NO_KEY

    def report(self, code: str, what: str, line: int, key: str = "") -> None:
        self.tree.findings.append(Finding(code, Place(self.tree.file, line, key=key), what))


def _scalar(event: yaml.ScalarEvent) -> Value:
    text = str(event.value)
    if event.style:  # quoted or a block: a text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text
