"""The situations of docs/pictures: each says what it is there to show, in small files."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot.domain.release.results import LevelWord
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.figures import digest_figures
from tests.reports.pictures import FOLDER, MOST_BYTES
from tests.reports.situations import SITUATIONS, played

WITHOUT = {("too-few", "chart"), ("small-group", "chart")}
"""What there is no picture of."""
BY_NAME = {one.name: one for one in SITUATIONS}


def said(digests: list[Digest], kind: StatementKind) -> list[str]:
    """What all digests say of one kind."""
    return [one.text for digest in digests for one in digest.statements if one.kind is kind]


def test_of_too_few_there_is_no_number_and_no_chart(tmp_path: Path) -> None:
    digests = played(BY_NAME["too-few"], tmp_path)
    assert all(text.startswith("Asked: “") for text in said(digests, StatementKind.QUESTION))
    assert all("too few answers" in text for text in said(digests, StatementKind.HEADLINE))
    assert renderer.picture(digests) is None


def test_after_five_rounds_there_are_numbers_of_weeks_and_no_level(tmp_path: Path) -> None:
    digests = played(BY_NAME["five-rounds"], tmp_path)
    assert said(digests, StatementKind.LEVEL) == []
    assert renderer.picture(digests)


def test_what_moved_is_seen_in_levels_of_six_rounds(tmp_path: Path) -> None:
    """Trust stands one point higher from the fifteenth round on."""
    first, _, last = levels_of("trust", played(BY_NAME["up"], tmp_path))
    assert last - first >= 0.4
    steady = played(BY_NAME["steady"], tmp_path)
    for theme in ("trust", "honesty", "accountability"):
        first, _, last = levels_of(theme, steady)
        assert abs(last - first) < 0.4, "one step of the grid at most"


def levels_of(theme: str, digests: list[Digest]) -> list[float]:
    """The levels of a theme's blocks, oldest first."""
    return [
        float(one.level.value)
        for digest in reversed(digests)
        for one in digest.statements
        if (one.kind, one.theme) == (StatementKind.LEVEL, theme) and one.level
    ]


def test_two_camps_are_said_in_no_number(tmp_path: Path) -> None:
    """A mean of two camps is a middle: no number of a digest may tell them from it."""
    digests = played(BY_NAME["two-camps"], tmp_path)
    honesty = [
        one.level
        for digest in digests
        for one in digest.statements
        if one.theme == "honesty" and one.level
    ]
    assert honesty
    assert all(2.0 <= float(level.about) <= 4.0 for level in honesty)


def test_seven_members_read_one_word_a_theme_after_six_rounds(tmp_path: Path) -> None:
    digests = played(BY_NAME["small-group"], tmp_path)
    assert not re.search(r"\d\.\d", " ".join(said(digests, StatementKind.QUESTION)))
    levels = said(digests, StatementKind.LEVEL)
    assert len(levels) == 6, "three themes, twice"
    words = "|".join(word.value for word in LevelWord)
    earlier = rf"( \((before: ({words})|as before)\))?"
    level = rf"\w+( over the last six rounds)?: ({words}){earlier}\."
    assert all(re.fullmatch(level, one) for one in levels)
    assert said(digests, StatementKind.RESPONSE) == []
    assert renderer.picture(digests) is None


def test_a_journey_has_two_levels_and_a_gap_chart(tmp_path: Path) -> None:
    (digest,) = played(BY_NAME["journey"], tmp_path)
    texts = said([digest], StatementKind.QUESTION)
    assert len(texts) == 3
    assert all("” Now " in text and ", in 12 months " in text for text in texts)
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
        "So far we have kept the one commitment that is over or due.",
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
