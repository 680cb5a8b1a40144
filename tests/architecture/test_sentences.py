"""Nothing of ours is parsed out of a sentence of ours.

Whether a program does so cannot be told in general. What can be found is the ways in which it was
done before: a statement's or a line's words, taken apart or looked into by name.
"""

from __future__ import annotations

import ast

import pytest

from tests.architecture import code

SENTENCES = {"text", "what", "who", "headline", "result", "words", "notice"}
"""Attributes that hold words for people."""
TAKING_APART = {
    "removeprefix", "removesuffix", "partition", "rpartition", "startswith", "endswith", "find",
    "index", "match", "search", "fullmatch", "findall", "finditer",
}  # fmt: skip

ALLOWED = {
    "adapters/telegram/pulse_bot_telegram/ticks.py",
    "reports/pulse_bot_reports/digest_text/commitments.py",
}
"""Telegram hands back no more of a button than its label; a commitment's words are the group's own,
and get their full stop."""


def taken_apart(tree: ast.AST) -> list[int]:
    """The lines on which a sentence is looked into."""
    expressions = (node for node in ast.walk(tree) if isinstance(node, ast.expr))
    return [one.lineno for one in expressions if _is_method(one) or _is_looked_into(one)]


def _is_method(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr not in TAKING_APART:
        return False
    return _is_sentence(node.func.value) or any(map(_is_sentence, node.args))


def _is_looked_into(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare):
        return False
    looks = any(isinstance(one, ast.In | ast.NotIn) for one in node.ops)
    return looks and any(map(_is_sentence, node.comparators))


def _is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in SENTENCES


def test_no_sentence_is_taken_apart() -> None:
    found = {
        code.name(path): lines
        for path in code.files(*code.SHIPPED)
        # A contract of adapters looks at what a platform showed; a bank is its author's words; a
        # migration reads what the first versions kept as sentences.
        if not {"banks", "migrations", "testing"} & set(path.parts)
        if (lines := taken_apart(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert {name: lines for name, lines in found.items() if name not in ALLOWED} == {}
    assert found.keys() == ALLOWED, "a file that is allowed to has no need of it"


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("one.text.removeprefix('Somebody wrote: ')", True),
        ("question, found, _ = said.text.rpartition('About ')", True),
        ("entry.what.startswith('joined')", True),
        ("re.fullmatch('Round ([0-9]+).*', said.text)", True),
        ("is_down = 'down' in statement.text", True),
        ("isinstance(one.fact, TrendFact)", False),
        ("event.action.partition(':')", False),
    ],
)
def test_the_ways_in_which_it_was_done_are_found(line: str, is_found: bool) -> None:
    assert bool(taken_apart(ast.parse(line))) is is_found
