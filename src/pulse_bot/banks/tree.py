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

from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding

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

    def locate_path(self, path: KeyPath, item: str = "", key: str = "") -> FileLocation:
        """Where a path stands, or the nearest thing around it that stands somewhere."""
        while path and path not in self.lines:
            path = path[:-1]
        line, cell = self.lines.get(path, 1), self.cells.get(path, ("", ""))
        return FileLocation(self.file, line, item, key, *cell)


def read_tree(text: str, file: str) -> Tree:
    """The values of a YAML text. Raises BankMistakes where its form cannot be read at all."""
    try:
        events = list(_plain_events(yaml.parse(text, Loader=_LOADER), file))
    except yaml.YAMLError as error:
        raise BankMistakes([_syntax_finding(error, text, file)]) from None
    tree = Tree(None, file)
    nodes = iter([event for event in events if isinstance(event, _NODES)])
    first = next(nodes, None)
    if first is not None:
        tree.value = _TreeBuilder(tree, nodes).build_value(first, ())
    return tree


def _syntax_finding(error: yaml.YAMLError, text: str, file: str) -> Finding:
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
    return Finding("not-yaml", FileLocation(file, line), what)


def _plain_events(events: Iterable[yaml.Event], file: str) -> Iterator[yaml.Event]:
    """The events as they are parsed, up to the first one that no bank needs.

    Not after all of them: the parser's time grows with the square of the depth.
    """
    documents = depth = 0
    for event in events:
        line = _event_line(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            what = f"Something is nested more than {DEEPEST} levels deep."
            raise BankMistakes([Finding("too-deep", FileLocation(file, line), what)])
        trick = "a second document (---)" if documents > 1 else _find_trick(event)
        if trick:
            raise BankMistakes(
                [Finding("yaml-trick", FileLocation(file, line), f"There is {trick} here.")]
            )
        yield event


def _find_trick(event: yaml.Event) -> str:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        return f"an alias (*{anchor})"
    if anchor:
        return f"an anchor (&{anchor})"
    return f"a tag ({tag})" if tag else ""


def _event_line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _TreeBuilder:
    tree: Tree
    nodes: Iterator[yaml.Event]

    def build_value(self, event: yaml.Event, path: KeyPath) -> Value:
        self.tree.lines.setdefault(path, _event_line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self.build_mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.build_sequence(path)
        return _scalar_value(event) if isinstance(event, yaml.ScalarEvent) else None

    def build_sequence(self, path: KeyPath) -> list[Value]:
        values: list[Value] = []
        while not isinstance(event := next(self.nodes), yaml.SequenceEndEvent):
            values.append(self.build_value(event, (*path, len(values))))
        return values

    def build_mapping(self, path: KeyPath) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while not isinstance(event := next(self.nodes), yaml.MappingEndEvent):
            key = self.build_key(event, path)
            if key in values:
                what = f'The key "{key[:60]}" stands here for the second time.'
                self.report_finding("duplicate-key", what, _event_line(event), key[:60])
            self.tree.lines.setdefault((*path, key), _event_line(event))
            values[key] = self.build_value(next(self.nodes), (*path, key))
        values.pop(_NO_KEY, None)
        return values

    def build_key(self, event: yaml.Event, path: KeyPath) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self.build_value(event, (*path, _NO_KEY))
        what = "A key is a list or a set of keys, where a word belongs."
        self.report_finding("wrong-type", what, _event_line(event))
        return _NO_KEY

    def report_finding(self, code: str, what: str, line: int, key: str = "") -> None:
        self.tree.findings.append(Finding(code, FileLocation(self.tree.file, line, key=key), what))


def _scalar_value(event: yaml.ScalarEvent) -> Value:
    text = str(event.value)
    if event.style:  # quoted or a block: a text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text
