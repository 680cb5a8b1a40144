"""The page that shows the whole names no file that is not there, and leaves out no room."""

from __future__ import annotations

import re

from tests.architecture import code

PAGE = (code.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:src|adapters|reports)/[\w./-]*)`")


def missing_paths(page: str) -> list[str]:
    """The paths that a page names and the checkout does not have."""
    return [path for path in PATH.findall(page) if not (code.ROOT / path).exists()]


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
