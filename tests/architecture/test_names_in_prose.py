"""What a docstring or a comment names is there: between backticks, or as what is raised.

A module that moved leaves its old name in the sentences that send people to it.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import code

NAMED = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`")
RAISED = re.compile(r"\bRaises ([A-Z]\w+)(?:(?:, | and | or )([A-Z]\w+))*")
MODULE = re.compile(r"`(?:[\w/]+/)?(\w+)\.py`|`(test_\w+)`")
FILE = re.compile(r".*\.(?:py|md|html|j2|css|js|json|toml|yaml|csv|xlsx)$")
WORD = re.compile(r"[\w.-]{1,40}")

NOT_OURS = {
    "Authorized",  # a word of Slack's page
    "Mount",  # Starlette's
}
STALE = {
    ("adapters/slack/pulse_bot_slack/installs.py", "find"),
    ("adapters/slack/pulse_bot_slack/workspaces.py", "TooLate"),
    ("adapters/web/pulse_bot_web/parse.py", "TurnedAway"),
    ("src/pulse_bot/engine/cluster.py", "prepare"),
}
"""In files that others rebuild at this time: to be taken out with them."""


def names_in(tree: ast.Module) -> Iterator[str]:
    """What a file defines, takes, imports, or writes as a word of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.alias(name=name, asname=asname):
                yield from (*name.split("."), asname or "")
            case ast.Constant(value=str(text)) if WORD.fullmatch(text):
                yield from (text, *text.split("."))


@cache
def known(*folders: str) -> frozenset[str]:
    """Every name that there is, of these folders and of the language."""
    found = {*dir(builtins), *sys.stdlib_module_names}
    for path in code.files(*folders):
        found |= {*path.parent.relative_to(code.ROOT).parts, path.stem}
        found.update(names_in(code.tree(path)))
    return frozenset(found)


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """The docstrings and the comments of a file, each with its line."""
    if "`" not in path.read_text(encoding="utf-8"):
        return
    for node in ast.walk(code.tree(path)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)), lineno=line):
                yield line, text
    with path.open("rb") as opened:
        for token in tokenize.tokenize(opened.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def unknown(text: str, names: Iterable[str]) -> list[str]:
    """What a text names that is nowhere. Of `domain.items` each part counts."""
    there = {*names, *NOT_OURS}
    named = [*NAMED.findall(text), *(name for found in RAISED.findall(text) for name in found)]
    return [
        name
        for name in filter(None, named)
        if not FILE.fullmatch(name) and not set(name.split(".")) <= there
    ]


@pytest.mark.parametrize(
    ("folders", "among"),
    [(code.SHIPPED, code.SHIPPED), (("tests", "benchmarks"), code.EVERYTHING)],
    ids=["shipped", "tests"],
)
def test_every_name_in_prose_is_there(folders: Sequence[str], among: Sequence[str]) -> None:
    found = [
        f"{code.name(path)}:{line} {name}"
        for path in code.files(*folders)
        for line, text in prose_of(path)
        for name in unknown(text, known(*among))
        if (code.name(path), name) not in STALE
    ]

    assert found == []


def modules_nowhere(page: str) -> list[str]:
    """The modules that a page names and the checkout does not have."""
    stems = {path.stem for path in code.files(*code.EVERYTHING)}
    named = ("".join(found) for found in MODULE.findall(page))
    return [name for name in named if name not in stems]


@pytest.mark.parametrize(
    "page",
    [
        path
        for pattern in ("*.md", "docs/*.md", "adapters/**/*.md", "tests/**/*.md")
        for path in code.ROOT.glob(pattern)
    ],
    ids=code.name,
)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    assert modules_nowhere(page.read_text(encoding="utf-8")) == []


def test_a_module_that_is_nowhere_is_found() -> None:
    page = "`release_kinds.py`, `release/kinds.py`; `test_nothing` and `test_release_lot`"

    assert modules_nowhere(page) == ["release_kinds", "test_nothing"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What is decided is in `old_module`.", ["old_module"]),
        ("The rules are in `domain.arranging`.", ["domain.arranging"]),
        ("The round. Raises Refused and NobodyThere.", ["Refused", "NobodyThere"]),
        ("with one question it takes `SHORTEST`.", ["SHORTEST"]),
        ("It is `close_round()`, in `close`, of `domain.release`; see `page.html.j2`.", []),
    ],
)
def test_a_name_that_is_nowhere_is_found(text: str, names: list[str]) -> None:
    assert unknown(text, {"close_round", "close", "domain", "release"}) == names
