"""The page that shows the whole names no file that is not there, and leaves out no room."""

from __future__ import annotations

import re

import pytest

from tests.architecture import code

PAGE = (code.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:src|adapters|reports)/[\w./-]*)`")


def missing_paths(page: str) -> list[str]:
    """The paths that a page names and the checkout does not have."""
    return [path for path in PATH.findall(page) if not (code.ROOT / path).exists()]


EXAMPLES = {
    "a kind of question": re.compile(r"ItemKind\.YES_NO|yes-no"),
    "a statement of the digest": re.compile("NewcomersFact"),
}
"""Rows of "Where do I put", each with one of its kind that is there already, and plain."""


def row(beginning: str) -> str:
    """The row of the page that begins like this."""
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {beginning} |"))


@pytest.mark.parametrize("thing", EXAMPLES)
def test_a_row_names_every_file_that_one_of_its_kind_is_in(thing: str) -> None:
    files = [
        code.name(path)
        for path in code.files(*code.SHIPPED)
        if EXAMPLES[thing].search(path.read_text(encoding="utf-8"))
        if "migrations" not in path.parts
    ]

    assert len(files) >= 3
    assert [file for file in files if file not in PATH.findall(row(thing))] == []


def test_every_path_of_the_page_is_there() -> None:
    assert len(PATH.findall(PAGE)) > 30
    assert missing_paths(PAGE) == []


def test_a_path_that_is_not_there_is_found() -> None:
    assert missing_paths("in `src/pulse_bot/nowhere.py`") == ["src/pulse_bot/nowhere.py"]


def test_no_room_of_the_core_is_left_out() -> None:
    rooms = {
        path.name
        for path in (code.ROOT / "src" / "pulse_bot").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }

    assert [room for room in sorted(rooms) if f"`src/pulse_bot/{room}/`" not in PAGE] == []
