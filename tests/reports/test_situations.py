"""The situations of docs/pictures: each says what it is there to show, in small files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.figures import digest_figures
from tests.reports.pictures import FOLDER, MOST_BYTES
from tests.reports.situations import SITUATIONS, played

WITHOUT = {("too-few", "chart")}
"""What there is no picture of."""
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


def test_two_camps_are_said_in_a_word_and_in_no_number(tmp_path: Path) -> None:
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
    assert {text.partition(":")[0] for text in said(digests, StatementKind.AGREEMENT)} == {
        "Trust",
        "Honesty",
        "Accountability",
    }
    camps = [one for one in said(digests, StatementKind.AGREEMENT) if "two camps" in one]
    assert camps
    assert all(one.startswith("Honesty:") for one in camps)
    assert "because we see honesty differently" in said(digests[:1], StatementKind.TALK)[0]


def test_a_journey_has_two_levels_and_a_gap_chart(tmp_path: Path) -> None:
    (digest,) = played(BY_NAME["journey"], tmp_path)
    texts = said([digest], StatementKind.QUESTION)
    assert len(texts) == 3
    assert all("” Now about " in text and ", in 12 months about " in text for text in texts)
    (gaps,) = digest_figures(digest)
    assert gaps.alternative.count("in 12 months about") == 3


def test_a_choice_a_scale_and_a_yes_are_each_said_in_their_own_way(tmp_path: Path) -> None:
    (digest,) = played(BY_NAME["choose"], tmp_path)
    chosen, scale, lean = said([digest], StatementKind.QUESTION)
    assert "Stands out: Say in one sentence what we are for" in chosen
    assert " out of 10." in scale
    assert "Our answers are " in lean
    (ranks,) = digest_figures(digest)
    assert "Say in one sentence what we are for" in ranks.alternative


def test_a_commitment_that_is_kept_is_told_with_the_share(tmp_path: Path) -> None:
    (digest,) = played(BY_NAME["commitments"], tmp_path)
    assert said([digest], StatementKind.COMMITMENT) == [
        "Commitment kept: “We visit one another's schools once this half-term.”",
        "So far we have kept 1 of 1 commitment that came due.",
    ]


def test_the_pictures_are_there_and_small() -> None:
    for one in SITUATIONS:
        for part in ("message", "page", "chart"):
            if (one.name, part) not in WITHOUT:
                assert (FOLDER / f"{one.name}-{part}.png").exists()
    for file in FOLDER.glob("*.png"):
        assert file.stat().st_size < MOST_BYTES, file.name
        with Image.open(file) as opened:
            assert set(opened.info) <= {"transparency", "gamma", "dpi"}, "nothing of who made it"
