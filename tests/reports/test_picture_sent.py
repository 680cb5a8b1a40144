"""The picture as it is sent: a PNG that chats take, with any names of themes, and its words."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from pulse_bot.domain.release.digest import BlockFact
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.results import Silence
from pulse_bot.errors import MissingExtra
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.alternative_text import describe_chart
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.charts.trends import chart_png, draw_chart
from tests.reports.history import THEMES, digest, history, level, picture, week


@pytest.mark.parametrize("rounds", [2, 13, 60])
@pytest.mark.parametrize("themes", [THEMES[:1], (*THEMES, "shared-goals")])
def test_a_chat_takes_the_picture(rounds: int, themes: Sequence[str]) -> None:
    made = picture(history(rounds, themes))
    with Image.open(BytesIO(made.png)) as opened:
        opened.load()
        assert opened.format == "PNG"
        width, height = opened.size
        assert not {"Software", "Creation Time"} & set(opened.info)
    assert width == 1080
    assert max(width, height) / min(width, height) <= 20
    assert width + height <= 10_000
    assert len(made.png) < 300_000


def test_the_same_numbers_give_the_same_bytes_in_several_threads_too() -> None:
    digests = history(20)
    with ThreadPoolExecutor(4) as threads:
        # Past the cache, which would give what was drawn first.
        found = [build_chart(digests), build_chart(digests[::-1])] * 3
        made = set(threads.map(chart_png.__wrapped__, found))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("theme", "title"),
    [
        ("$x^2$ \\frac{1}{0}", "$x^2$ \\frac{1}{0}"),
        ("<b>&\"'%s{0}", "<b>&\"'%s{0}"),
        ("a\nb\tc\x00d\u202ee", "A b c d e"),
        ("שלום-עולם", "שלום עולם"),
        ("😀🏴󠁧󠁢󠁳󠁣󠁴󠁿", None),
        ("W" * 500, None),
        ("\ud7ff", None),
    ],
)
def test_a_theme_of_any_name_is_drawn_inside_the_picture(theme: str, title: str | None) -> None:
    digests = [digest(n, week(theme, level("3.0")), week("trust", level("3.0"))) for n in (1, 2)]
    found = build_chart(digests)
    assert found is not None
    made = draw_chart(found).figure
    for one in made.texts:
        assert not one.get_parse_math()
        assert one.get_window_extent().x1 <= made.bbox.x1
    if title is not None:
        assert title in [one.get_text() for one in made.texts]
    assert len(words_of(digests)) <= 1000


def test_without_matplotlib_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    chart_png.cache_clear()
    with pytest.raises(MissingExtra, match=r"matplotlib.*pulse-bot\[reports\]"):
        renderer.picture(history(2))


# In words


def words_of(digests: Sequence[Digest]) -> str:
    """The words of a picture, which need not be drawn for them."""
    chart = build_chart(digests)
    assert chart is not None
    return describe_chart(chart)


def test_the_words_say_the_newest_first() -> None:
    digests = [
        digest(6, week("trust", level("4.2")), BlockFact("trust", 1, level("3.4"))),
        digest(4, week("honesty", level("1.8")), week("trust", Silence.TOO_FEW)),
        *(digest(number, week("trust", Silence.TOO_FEW)) for number in (1, 2, 3, 5)),
    ]
    assert picture(digests).alternative == (
        "Chart of our themes over time. All numbers are out of 5, and the newest come first. "
        "Where low is good, numbers are turned. "
        "Round 6: Trust over rounds 1 to 6 about 3.4; Trust about 4.2 or higher. "
        "Round 4: Honesty about 1.8 or lower."
    )


@pytest.mark.parametrize("rounds", [2, 3, 5, 8, 13, 60, 520])
@pytest.mark.parametrize("themes", [THEMES, ["W" * 300, *THEMES]])
def test_the_words_fit_a_caption_and_say_no_other_number(
    rounds: int, themes: Sequence[str]
) -> None:
    digests = history(rounds, themes)
    words = words_of(digests)
    assert len(words) <= 1000
    found = [
        (int(number), float(about))
        for number, said in re.findall(r"Round (\d+): ([^.]*(?:\.\d[^.]*)*)\.", words)
        for about in re.findall(r"about (\d\.\d)", said)
    ]
    released = [
        (one.number, float(said.level.about))
        for one in digests
        for said in one.statements
        if said.level
    ]
    # Whole rounds are said, the newest first; what does not fit is left to the digests.
    assert found
    assert [number for number, _ in found] == sorted((one for one, _ in found), reverse=True)
    told = {number for number, _ in found}
    assert sorted(found) == sorted(one for one in released if one[0] in told)
    assert min(told) == min(n for n, _ in released) or words.endswith("are in their digests.")
