"""The tail stays short: files to 450 lines, functions to 40 (complexity is ruff's)."""

from __future__ import annotations

from tests.architecture import code

LINES_A_FILE = 450
LINES_A_FUNCTION = 40


def test_no_file_is_long() -> None:
    lengths = {
        code.name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in code.files(*code.SHIPPED)
        if "migrations" not in path.parts
    }

    assert {name: length for name, length in lengths.items() if length > LINES_A_FILE} == {}


def test_no_function_is_long() -> None:
    found = [
        f"{code.name(path)}:{one.lineno} {one.name} has {length} lines"
        for path in code.files(*code.SHIPPED, "benchmarks")
        if "migrations" not in path.parts
        for one in code.functions(path)
        if (length := (one.end_lineno or 0) - one.lineno + 1) > LINES_A_FUNCTION
    ]

    assert found == []
