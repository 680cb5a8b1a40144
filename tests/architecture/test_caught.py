"""Whoever catches everything passes it on, or leaves its place in the log."""

from __future__ import annotations

import ast

from tests.architecture import code

BROAD = {"Exception", "BaseException"}

PASSED_ON = {
    "src/pulse_bot/storage/group_commit.py",  # to everybody who waits for the commit
}
"""Where what was caught is handed to others, who log it."""


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches what nobody foresaw."""
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in BROAD for node in ast.walk(handler.type))


def keeps_the_place(handler: ast.ExceptHandler) -> bool:
    """Whether it raises something in every case, or logs the exception itself."""
    if isinstance(handler.body[-1], ast.Raise):
        return True
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr == "exception" or any(key.arg == "exc_info" for key in node.keywords))
        for part in handler.body
        for node in ast.walk(part)
    )


def careless(source: ast.Module) -> list[int]:
    """The lines of handlers that catch everything, and after which nobody knows where it was."""
    return [
        node.lineno
        for node in ast.walk(source)
        if isinstance(node, ast.ExceptHandler)
        if catches_all(node) and not keeps_the_place(node)
    ]


def test_what_nobody_foresaw_leaves_its_place() -> None:
    found = {code.name(path): careless(code.tree(path)) for path in code.files(*code.SHIPPED)}

    assert {name for name, lines in found.items() if lines} == PASSED_ON


def test_a_careless_handler_is_found() -> None:
    """The control."""
    body = "    log.error('It failed (%s).', type(error).__name__)"
    for caught in ("except Exception as error", "except (OSError, Exception) as error", "except"):
        assert careless(ast.parse(f"try:\n    act()\n{caught}:\n{body}")) == [3]
    assert careless(ast.parse(f"try:\n    act()\nexcept OSError as error:\n{body}")) == []
