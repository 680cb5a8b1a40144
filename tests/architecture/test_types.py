"""Nothing is untyped by accident, and whatever is switched off says why."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import code

SWITCH = re.compile(r"type: ignore|noqa|# (fmt: off|mypy:|ruff:|pyright:)")
IGNORED = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\s+# \S")
SILENCED = re.compile(r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\s+(-|#) \S")
BARE_SILENCED = re.compile(r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*$")


def test_every_module_says_what_lives_in_it() -> None:
    missing = [
        code.name(path)
        for path in code.files(*code.EVERYTHING)
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(code.tree(path))
    ]

    assert missing == []


def test_the_domain_and_the_ports_are_typed_without_any() -> None:
    places = code.files("src/pulse_bot/domain", "src/pulse_bot/ports")
    found = [
        f"{code.name(path)}:{line}"
        for path in places
        for name, line in code.identifiers(path)
        if name == "Any"
    ]

    assert found == []


def test_the_domain_imports_the_standard_library_alone() -> None:
    """The contract in pyproject.toml names what is forbidden; this names what is not."""
    found = [
        f"{code.name(path)}:{line} {module}"
        for path in code.files("src/pulse_bot/domain")
        for module, line in imports(path)
        if module.split(".")[0] not in sys.stdlib_module_names
        and not module.startswith(("pulse_bot.domain", "pulse_bot.errors"))
    ]

    assert found == []


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, with its line."""
    for node in ast.walk(code.tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ".", node.lineno


def comments(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, text, and the comment that fills the line above, if one does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    with path.open("rb") as opened:
        for token in tokenize.tokenize(opened.readline):
            if token.type == tokenize.COMMENT:
                line = token.start[0]
                above = lines[line - 2].strip() if line > 1 else ""
                yield line, token.string, above if above.startswith("# ") else ""


def reasoned(comment: str, above: str) -> bool:
    """Whether a comment that switches a check off has its code and its reason."""
    if "type: ignore" in comment:
        return bool(IGNORED.search(comment))
    if "noqa" in comment:
        return bool(SILENCED.search(comment) or (above and BARE_SILENCED.search(comment)))
    return not SWITCH.search(comment)


def test_what_is_switched_off_has_its_code_and_its_reason() -> None:
    found = [
        f"{code.name(path)}:{line}: {text}"
        for path in code.files(*code.EVERYTHING)
        if SWITCH.search(path.read_text(encoding="utf-8"))
        for line, text, above in comments(path)
        if not reasoned(text, above)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("comment", "above", "fine"),
    [
        ("# type: ignore[arg-type]  # it is the point", "", True),
        ("# type: ignore[arg-type]", "# reasons stand beside", False),
        ("# type: ignore  # everything", "", False),
        ("# noqa: S104 - all interfaces are meant", "", True),
        ("# noqa: S104", "# All interfaces are meant.", True),
        ("# noqa: S104", "", False),
        ("# noqa", "# because", False),
    ],
)
def test_the_rule_itself(comment: str, above: str, fine: bool) -> None:
    assert reasoned(comment, above) == fine
