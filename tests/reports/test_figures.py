"""Gaps and choices: what is drawn is what was released, row by row, and its words say the same."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from PIL import Image

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    ReleasedValue,
    Silence,
)
from pulse_bot_reports import renderer
from pulse_bot_reports.charts import gaps, ranks
from pulse_bot_reports.charts.canvas import (
    PHONE,
    SLIDE,
    DrawingSheet,
    SheetSize,
    text_width,
    wrap_text,
)
from pulse_bot_reports.charts.colours import DARK, LIGHT
from pulse_bot_reports.charts.figures import MOST_GAPS, PICTURED, digest_figures, pictured_rounds
from pulse_bot_reports.charts.gaps import Gap, gap_chart, gap_sheet, gap_words
from pulse_bot_reports.charts.ranks import RankedChoice, rank_chart, rank_sheet, rank_words
from pulse_bot_reports.page.history_page import history_page
from tests import printed
from tests.reports.history import digest, level, week

ABOUTS = ("1.8", "2.6", "3.0", "3.4", "4.2")
EVERY = tuple(Gap(f"From {a} to {b}.", level(a), level(b)) for a, b in product(ABOUTS, ABOUTS))
LABELS = ("A visit", "A call each month", "One short update, in one place", "Nothing of it")
STEPS = (
    ChoiceFrequency.UNSAID,
    ChoiceFrequency.OFTEN,
    ChoiceFrequency.MOST,
    ChoiceFrequency.UNSAID,
)
RANKS = tuple(map(RankedChoice, LABELS, STEPS))
TITLE = "What, if it were stronger, would make the biggest difference?"


def plane(sheet: DrawingSheet) -> Axes:
    """The plot of pixels."""
    (axes,) = sheet.figure.axes
    return axes


def lines_of(sheet: DrawingSheet, gid: str) -> Iterator[Line2D]:
    """The marks of one meaning, from top to bottom."""
    found = [line for line in plane(sheet).lines if line.get_gid() == gid]
    yield from sorted(found, key=lambda line: float(np.asarray(line.get_ydata())[0]))


def values(sheet: DrawingSheet, gid: str) -> list[tuple[float, ...]]:
    """Where marks stand on the scale from 1 to 5, as its own numbers below it say."""
    ticks = {one.get_text(): one.get_window_extent() for one in sheet.figure.texts}
    left, right = (ticks[name].x0 + ticks[name].width / 2 for name in ("1", "5"))
    return [
        tuple(round(1 + 4 * (x - left) / (right - left), 1) for x in np.asarray(line.get_xdata()))
        for line in lines_of(sheet, gid)
    ]


@pytest.mark.parametrize("shape", [PHONE, SLIDE])
@pytest.mark.parametrize("first", [0, 8, 16])
def test_every_gap_is_drawn_where_it_was_released(shape: SheetSize, first: int) -> None:
    rows = EVERY[first : first + 8]
    made = gap_sheet(rows, LIGHT, shape)
    assert values(made, gaps.NOW) == [(float(one.now.about),) for one in rows]
    assert values(made, gaps.LATER) == [(float(one.later.about),) for one in rows]
    for gid, levels in (
        (gaps.OPEN_NOW, [one.now for one in rows]),
        (gaps.OPEN_LATER, [one.later for one in rows]),
    ):
        ends = {"or higher": 5.0, "or lower": 1.0}
        wanted = [(float(one.about), ends[one.edge]) for one in levels if one.edge]
        assert values(made, gid) == wanted


def test_a_gap_that_was_not_released_would_be_seen() -> None:
    """The control of the test above: one level a step off, and it fails."""
    rows = list(EVERY[:3])
    made = gap_sheet([replace(rows[0], now=printed.level("2.2")), *rows[1:]])
    assert values(made, gaps.NOW) != [(float(one.now.about),) for one in rows]


@pytest.mark.parametrize("shape", [PHONE, SLIDE])
def test_bars_stand_in_their_steps_and_say_no_count(shape: SheetSize) -> None:
    made = rank_sheet(RANKS, TITLE, LIGHT, shape)
    bars = [one for one in plane(made).patches if isinstance(one, Rectangle)]
    assert [(one.get_label(), one.get_gid()) for one in bars] == [
        (LABELS[2], "most"),
        (LABELS[1], "often"),
        (LABELS[0], "unsaid"),
        (LABELS[3], "unsaid"),
    ]
    assert len({one.get_width() for one in bars}) == 1, "a length would be read as a count"
    written = [one.get_text() for one in made.figure.texts]
    assert "Taken by most of us" in written
    assert not any(sign.isdigit() for text in written for sign in text)


def test_where_nothing_stands_out_the_picture_says_so() -> None:
    rows = [RankedChoice(label, ChoiceFrequency.UNSAID) for label in LABELS]
    written = [one.get_text() for one in rank_sheet(rows, TITLE).figure.texts]
    assert "No choice stands out." in written
    assert "Does not stand out" not in written
    assert "No choice stands out: A visit; A call each month" in rank_words(rows, TITLE)


@pytest.mark.parametrize("shape", [PHONE, SLIDE])
@pytest.mark.parametrize(
    "text", ["W" * 120, "We do. " * 17, "$x^2$ \\frac{1}{0}", "שלום 👍", "a\nb\x00"]
)
def test_words_of_any_kind_stay_inside_the_picture(shape: SheetSize, text: str) -> None:
    eight = [Gap(text, printed.level("2.6"), printed.level("3.4"))] * gaps.MOST_ON_A_SLIDE
    seven = [RankedChoice(text, step) for step in (*STEPS, *STEPS[:3])]
    for made in (gap_sheet(eight, LIGHT, shape), rank_sheet(seven, text, LIGHT, shape)):
        for one in made.figure.texts:
            box = one.get_window_extent()
            assert not one.get_parse_math()
            assert box.x0 >= 0
            assert box.x1 <= made.width
            assert box.y0 >= 0
            assert box.y1 <= made.height


def test_lines_are_no_wider_than_their_room_and_lose_no_word() -> None:
    text = "We plan our year around what our schools do together, Llanfairpwllgwyngyll too."
    for room in (200, 400, 900):
        found = wrap_text(text, 36, room)
        assert all(text_width(one, 36) <= room for one in found)
        assert "".join(found).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("shape", [PHONE, SLIDE])
def test_a_png_of_its_shape(shape: SheetSize, colours: object) -> None:
    shade = DARK if colours is DARK else LIGHT
    for content in (gap_chart(EVERY[:8], shade, shape), rank_chart(RANKS, TITLE, shade, shape)):
        with Image.open(BytesIO(content)) as opened:
            opened.load()
            assert opened.format == "PNG"
            assert opened.width == shape.width
            assert opened.height == shape.height or not shape.height
        assert len(content) < 300_000


def test_the_same_rows_give_the_same_bytes_in_several_threads_too() -> None:
    def draw(number: int) -> bytes:
        if number % 2:
            return gaps._gap_png.__wrapped__(EVERY[:3], LIGHT, PHONE)
        return ranks._rank_png.__wrapped__(RANKS, TITLE, LIGHT, PHONE)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(draw, range(6)))) == 2


@pytest.mark.parametrize("count", [0, 9])
def test_a_slide_has_from_one_to_eight_statements(count: int) -> None:
    with pytest.raises(ValueError, match="from one to 8"):
        gap_chart(EVERY[:count], LIGHT, SLIDE)


def test_the_words_say_every_row() -> None:
    one = Gap("We do.", printed.level("1.8", "or lower"), printed.level("3.0"))
    assert gap_words([one]) == (
        "Chart of where we are now and where we want to be in 12 months, out of 5. "
        "“We do.” Now about 1.8 or lower, in 12 months about 3.0."
    )
    assert rank_words(RANKS, TITLE) == (
        f"Chart of what was chosen to “{TITLE}” Taken by most of us: One short update, in one "
        "place. Taken often: A call each month. Does not stand out: A visit; Nothing of it."
    )


# Of a digest


def asked(kind: ItemKind, says: ReleasedValue | Silence, item: str = "one") -> QuestionFact:
    """A question of a workshop."""
    return QuestionFact(item, f"We do {item}.", "talent", "", says, kind=kind)


JOURNEY = asked(ItemKind.JOURNEY, Journey(printed.level("2.6"), printed.level("4.2", "or higher")))
CHOICE = asked(ItemKind.CHOOSE, Choices(tuple(zip(LABELS, STEPS, strict=True))), "another")


def test_the_pictures_of_a_digest_are_those_of_its_questions() -> None:
    drawn = digest_figures(digest(1, CHOICE, JOURNEY, week("trust", level("3.0"))))
    assert [one.alternative for one in drawn] == [
        gap_words([Gap("We do one.", printed.level("2.6"), printed.level("4.2", "or higher"))]),
        rank_words(RANKS, "We do another."),
    ]


@pytest.mark.parametrize(
    "fact",
    [
        asked(ItemKind.JOURNEY, Silence.TOO_FEW),
        asked(ItemKind.CHOOSE, Silence.TOO_FEW),
        asked(ItemKind.CHOOSE, Choices(tuple((label, ChoiceFrequency.UNSAID) for label in LABELS))),
        asked(ItemKind.YES_NO, Lean.YES),
        week("trust", level("3.0")),
    ],
)
def test_of_the_rest_there_is_no_picture(fact: QuestionFact) -> None:
    assert digest_figures(digest(1, fact)) == ()
    assert pictured_rounds([digest(1, fact)]) == frozenset()


def test_many_statements_are_drawn_in_several_pictures() -> None:
    many = [replace(JOURNEY, item=f"n{n}", text=f"We do {n}.") for n in range(MOST_GAPS + 1)]
    first, second = digest_figures(digest(1, *many))
    assert first.alternative.count("Now about") == MOST_GAPS
    assert second.alternative.count("Now about") == 1


def test_a_page_shows_the_pictures_of_the_newest_digests_with_their_words() -> None:
    digests = [digest(number, JOURNEY) for number in range(1, PICTURED + 3)]
    assert pictured_rounds(digests) == frozenset(range(3, PICTURED + 3))
    page = history_page("P", digests, "UTC")
    assert page.count("<figure>") == page.count("Chart of where we are now") == PICTURED
    newest = page.index(f'id="round-{PICTURED + 2}"')
    assert newest < page.index("<figure>") < page.index(f'id="round-{PICTURED + 1}"')


def test_a_workshop_is_posted_with_its_own_picture_and_a_week_with_the_trend() -> None:
    weeks = [digest(n, week("trust", level("3.0"))) for n in (1, 2)]
    workshop = replace(digest(3, JOURNEY), workshop="Talent")
    silent = replace(digest(3, asked(ItemKind.JOURNEY, Silence.TOO_FEW)), workshop="Talent")

    def shown(*digests: Digest) -> str:
        picture = renderer.picture(digests)
        return picture.alternative if picture else ""

    assert (
        shown(workshop, *weeks)
        == shown(*weeks, workshop)
        == digest_figures(workshop)[0].alternative
    )
    assert shown(silent, *weeks).startswith("Chart of our themes over time.")
    later = digest(4, week("trust", level("3.0")))
    assert shown(later, workshop, *weeks).startswith("Chart of our themes over time.")
