"""The five situations of docs/pictures: each says what it is there to show, in small files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pulse_bot.domain.digest import Digest, StatementKind
from pulse_bot_reports import renderer
from tests.reports.pictures import FOLDER, MOST_BYTES
from tests.reports.situations import SITUATIONS, played

BY_NAME = {one.name: one for one in SITUATIONS}


def said(digests: list[Digest], kind: StatementKind) -> list[str]:
    """What all digests say of one kind."""
    return [one.text for digest in digests for one in digest.statements if one.kind is kind]


def test_of_too_few_there_is_no_number_and_no_chart(tmp_path: Path) -> None:
    digests = played(BY_NAME["too-few"], tmp_path)
    assert all("Too few answers" in text for text in said(digests, StatementKind.QUESTION))
    assert renderer.picture(digests) is None


def test_who_is_still_learning_has_numbers_and_no_word(tmp_path: Path) -> None:
    digests = played(BY_NAME["still-learning"], tmp_path)
    trends = said(digests[:1], StatementKind.TREND)
    assert len(trends) == 3
    assert all("still learning (round 5 of 8)" in text for text in trends)
    assert renderer.picture(digests)


@pytest.mark.parametrize(("name", "called"), [("no-change", set()), ("up", {"Trust"})])
def test_only_what_moved_is_called(name: str, called: set[str], tmp_path: Path) -> None:
    digests = played(BY_NAME[name], tmp_path)
    found = {
        text.partition(":")[0]
        for text in said(digests, StatementKind.TREND)
        if ": up" in text or ": down" in text
    }
    assert found == called
    last = said(digests[:1], StatementKind.TREND)
    assert sum("no clear change" in text for text in last) == 3 - len(called)


def test_two_camps_read_like_any_middle(tmp_path: Path) -> None:
    """A mean of two camps is a middle: no number of a digest may tell them from it."""
    digests = played(BY_NAME["two-camps"], tmp_path)
    honesty = [
        one.level
        for digest in digests
        for one in digest.statements
        if one.theme == "honesty" and one.level
    ]
    assert honesty
    assert all(2.4 <= float(level.about) <= 3.6 for level in honesty)


def test_the_pictures_are_there_and_small() -> None:
    for one in SITUATIONS:
        for part in ("message", "page", "chart"):
            if (one.name, part) != ("too-few", "chart"):
                assert (FOLDER / f"{one.name}-{part}.png").exists()
    for file in FOLDER.glob("*.png"):
        assert file.stat().st_size < MOST_BYTES, file.name
        with Image.open(file) as opened:
            assert set(opened.info) <= {"transparency", "gamma", "dpi"}, "nothing of who made it"
