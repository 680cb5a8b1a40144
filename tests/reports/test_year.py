"""The picture of a year: a table of what was released, in shades that words can be read on."""

from __future__ import annotations

from datetime import date

import pytest

from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.record import Digest, ReleasedTrend
from pulse_bot.domain.release.results import LevelWord
from pulse_bot.domain.release.trend import Direction, Move, Trend
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.canvas import WIDTH
from pulse_bot_reports.charts.colours import DARK, LIGHT, Colours
from pulse_bot_reports.charts.series import MarkKind
from pulse_bot_reports.charts.year import YearTable, build_year, describe_year
from pulse_bot_reports.charts.year_picture import draw_year, shade_of
from tests import printed
from tests.half_terms import digest, half_term

TRUST = ("3.0", "3.4", "4.2 or higher", "", "3.4", "3.4")
LATER = ("3.4", "3.4", "4.2 or higher", "3.8", "3.4", "")
LEVELS = {"trust": printed.level("3.4")}
AGAIN = {"trust": printed.level("3.6")}
PROMISE = CommitmentFact(1, "We visit.", date(2026, 10, 1), CommitmentNews.MADE)
UP = ReleasedTrend(("trust",), Trend(now=Move(Direction.UP, 8)))


def two(*more: ReleasedTrend | CommitmentFact) -> list[Digest]:
    first = half_term(1, {"trust": TRUST}, LEVELS)
    return first + half_term(2, {"trust": LATER}, AGAIN, *more)


def year_of(digests: list[Digest]) -> YearTable:
    year = build_year(digests)
    assert year
    return year


def test_it_is_a_table_of_questions_by_half_terms() -> None:
    year = year_of(two()[::-1])
    assert [(one.half_term.first, one.half_term.last) for one in year.columns] == [(1, 6), (7, 12)]
    (theme,) = year.themes
    assert theme.levels == (printed.level("3.4"), printed.level("3.6"))
    assert [row.text for row in theme.rows] == [
        f"trust {place} holds." for place in (1, 2, 3, 5, 6, 4)
    ]
    assert theme.rows[0].levels == (printed.level("3.0"), printed.level("3.4"))
    assert theme.rows[-1].levels == (None, printed.level("3.8"))
    assert theme.rows[-2].levels == (printed.level("3.4"), None)


def test_calls_workshops_and_promises_stand_where_they_were() -> None:
    digests = two(UP, PROMISE)
    digests[2] = digest(3, *digests[2].facts, workshop="A day")
    year = year_of(digests)
    assert year.themes[0].calls == (None, Direction.UP)
    assert [one.marks for one in year.columns] == [(MarkKind.WORKSHOP,), (MarkKind.PROMISED,)]
    assert "Trust went up in rounds 7 to 12." in describe_year(year)
    assert "Rounds 1 to 6: trust 3.4, workshop." in describe_year(year)


def test_one_half_term_is_no_year() -> None:
    assert build_year(half_term(1, {"trust": TRUST}, LEVELS)) is None
    assert renderer.year_picture([]) is None


def test_no_more_than_a_year_is_shown() -> None:
    digests = [one for n in range(1, 9) for one in half_term(n, {"trust": TRUST}, LEVELS)]
    assert [one.half_term.last for one in year_of(digests).columns] == [18, 24, 30, 36, 42, 48]


def test_each_cell_has_what_was_printed_written_on_it() -> None:
    axes = draw_year(year_of(two())).figure.axes[0]
    cells = [patch.get_gid() for patch in axes.patches]
    texts = [text.get_text() for text in axes.texts]
    assert len(cells) == 12
    assert texts.count("≥4.2") == cells.count("about 4.2 or higher") == 2
    assert texts.count("3.4") == cells.count("about 3.4") == 7


def test_a_small_group_has_its_words_in_it() -> None:
    silent = {"trust": ("",) * 6}
    low = half_term(1, silent, {"trust": LevelWord.LOW})
    year = year_of(low + half_term(2, silent, {"trust": LevelWord.RATHER_HIGH}))
    assert not year.has_numbers
    texts = [text.get_text() for text in draw_year(year).figure.axes[0].texts]
    assert "low" in texts
    assert "rather high" in texts


def test_it_is_as_wide_as_a_phone_and_the_same_each_time() -> None:
    sheet = draw_year(year_of(two()))
    assert sheet.width == WIDTH
    picture = renderer.year_picture(two())
    assert picture
    assert picture.png.startswith(b"\x89PNG")
    assert picture == renderer.year_picture(two()[::-1])
    assert len(picture.alternative) <= 1000


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_are_readable_on_every_shade_and_shades_go_one_way(colours: Colours) -> None:
    values = [printed.level(about) for about in ("1.8", "2.6", "3.4", "4.2")]
    shades = [_luminance(shade_of(level, colours)) for level in values]
    assert shades in (sorted(shades), sorted(shades, reverse=True))
    ink = _luminance(colours.ink)
    for shade in [*shades, *(_luminance(shade_of(word, colours)) for word in LevelWord)]:
        # As the guidelines for accessible pages ask (WCAG 2.2, 1.4.3).
        assert (max(ink, shade) + 0.05) / (min(ink, shade) + 0.05) >= 4.5
