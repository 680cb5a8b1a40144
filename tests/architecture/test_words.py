"""One word a concept: files are named for things of the product, names follow the glossary."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture import code

NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "tools"}

NEVER = {
    "survey": "round",
    "questionnaire": "round",
    "poll": "round; polling is for waiting",
    "respondent": "member",
    "participant": "member",
    "cohort": "partnership",
    "team": "partnership",
    "consortium": "partnership",
    "invitee": "member",
    "todo": "commitment",
    "newsletter": "digest",
}
"""A word that is not used, and the glossary's."""

ALLOWED = {
    ("src/pulse_bot/engine/pace.py", "poll"): "how often the engine looks, in its own word",
    ("src/pulse_bot/engine/runner.py", "poll"): "the same",
}


def words(name: str) -> set[str]:
    """The words of an identifier, in the singular."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {form for part in parts for form in (part.lower(), part.lower().removesuffix("s"))}


def test_no_file_has_a_name_that_says_nothing() -> None:
    stems = {path: words(path.stem) for path in code.files(*code.EVERYTHING)}

    assert [code.name(path) for path, found in stems.items() if found & NAMELESS] == []


def test_names_follow_the_glossary() -> None:
    found = {
        f"{code.name(path)}:{line} {name}: say {NEVER[word]}"
        for path in code.files(*code.SHIPPED)
        for name, line in code.identifiers(path)
        for word in words(name) & NEVER.keys()
        if (code.name(path), word) not in ALLOWED
    }

    assert sorted(found) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("open_surveys", {"survey"}),
        ("SurveyPage", {"survey"}),
        ("MAX_POLLS", {"poll"}),
        ("teamwork", set()),
    ],
)
def test_words_are_found_in_every_kind_of_name(name: str, found: set[str]) -> None:
    assert words(name) & NEVER.keys() == found


def test_the_glossary_defines_what_the_names_use() -> None:
    page = (code.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"\*\*([a-z ]+)\*\*", page))

    for word in ("partnership", "organisation", "member", "bank", "item", "programme", "round",
                 "invitation", "envelope", "tally", "release", "digest", "commitment", "card",
                 "form", "address"):  # fmt: skip
        assert word in defined
    for word in NEVER:
        assert word in page, f"the glossary does not say that {word} is not used"


YES_OR_NO = ("is", "has", "may", "can", "must", "takes", "meets")
PLAIN_TEXT = {
    ("adapters/web/pulse_bot_web/settings.py", "_is_a_plain_web_address"): "rebuilt elsewhere",
}


def misleading(tree: ast.AST) -> list[str]:
    """Functions whose names ask a question that their results do not answer, or promise a list."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            verb, _, noun = node.name.strip("_").partition("_")
            result = ast.unparse(node.returns)
            asks = verb in YES_OR_NO and not result.startswith(("bool", "TypeGuard"))
            lists = verb == "list" and noun and result in ("str", "int", "bool", "None")
            found += [node.name] if asks or lists else []
    return found


def test_a_name_that_asks_or_lists_says_what_comes_back() -> None:
    found = [
        (code.name(path), name)
        for path in code.files(*code.SHIPPED)
        for name in misleading(code.tree(path))
    ]

    assert [place for place in found if place not in PLAIN_TEXT] == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("def is_end(self) -> End: ...", ["is_end"]),
        ("def _list_rounds() -> str: ...", ["_list_rounds"]),
        ("def is_last() -> bool: ...", []),
        ("def list_() -> None: ...", []),
        ("def list_rounds() -> list[str]: ...", []),
    ],
)
def test_a_misleading_name_is_found(line: str, names: list[str]) -> None:
    assert misleading(ast.parse(line)) == names


def class_names(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Every class name with the places that define it, inner classes too."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        for node in ast.walk(code.tree(path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{path.name}:{node.lineno}")
    return found


def doubled(paths: Iterable[Path]) -> dict[str, list[str]]:
    """The class names that are defined more than once."""
    return {name: places for name, places in class_names(paths).items() if len(places) > 1}


def test_a_class_name_exists_once() -> None:
    assert doubled(code.files(*code.SHIPPED)) == {}


def test_a_class_name_that_exists_twice_is_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("class Round:\n    class Seat: ...\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("class Seat: ...\nclass Tag: ...\n", encoding="utf-8")

    assert doubled(sorted(tmp_path.glob("*.py"))) == {"Seat": ["one.py:2", "other.py:1"]}
