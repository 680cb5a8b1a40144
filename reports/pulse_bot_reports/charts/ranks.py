"""The ranked chart: which choices stand out, in three steps, for one `choose` question.

Drawn from what was released and from nothing else. A step is a shade and a word; every bar is
equally long, because a length would be read as a count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.release.results import Often
from pulse_bot_reports.charts.canvas import DRAWING, PHONE, Shape, Sheet, lines, points
from pulse_bot_reports.charts.colours import LIGHT, Colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS: Final = (Often.MOST, Often.OFTEN, Often.UNSAID)
HEADINGS: Final = {
    Often.MOST: "Taken by most of us",
    Often.OFTEN: "Taken often",
    Often.UNSAID: "Does not stand out",
}
NONE_STANDS_OUT: Final = "No choice stands out"
NOTE: Final = "Within a step, in the question's own order."

# Pixels.
MARGIN: Final = 40
LEADING: Final = 1.25
TITLE_SIZE: Final = 42
HEADING_SIZE: Final = 32
LABEL_SIZE: Final = 36
SMALLEST: Final = 18
HEADING: Final = 80
PADDING: Final = 20
BETWEEN: Final = 14
FOOT: Final = 90


@dataclass(frozen=True, slots=True)
class Rank:
    """One choice, and how often it was taken, as far as that was released."""

    label: str
    often: Often


def rank_chart(
    rows: Sequence[Rank], title: str, colours: Colours = LIGHT, shape: Shape = PHONE
) -> bytes:
    """The picture as a PNG: the question above its choices, those taken most often first.

    The same rows give the same bytes. Raises ValueError for no row, and MissingExtra.
    """
    return _png(tuple(rows), title, colours, shape)


def rank_words(rows: Sequence[Rank], title: str) -> str:
    """The picture in words: its text alternative."""
    said = [
        f"{_named(rows, often)}: {'; '.join(one.label for one in group)}."
        for often, group in groupby(ranked(rows), key=lambda one: one.often)
    ]
    return f"Chart of what was chosen to “{title}” {' '.join(said)}"


def ranked(rows: Sequence[Rank]) -> list[Rank]:
    """Those taken most often first; within a step in the question's own order."""
    return sorted(rows, key=lambda one: STEPS.index(one.often))


@lru_cache(maxsize=8)
def _png(rows: tuple[Rank, ...], title: str, colours: Colours, shape: Shape) -> bytes:
    with DRAWING:
        return rank_sheet(rows, title, colours, shape).png()


def rank_sheet(
    rows: Sequence[Rank], title: str, colours: Colours = LIGHT, shape: Shape = PHONE
) -> Sheet:
    """The picture before it is written. Raises ValueError, and MissingExtra."""
    if not rows:
        raise ValueError("A picture has at least one choice.")
    size = _size(rows, title, shape)
    height = shape.height or round(_height(rows, title, shape, size))
    sheet = Sheet(height, colours, shape.width)
    plane, down = sheet.plane(), float(MARGIN)
    for words in lines(title, TITLE_SIZE, _room(shape), bold=True):
        down += TITLE_SIZE * LEADING
        sheet.write(MARGIN, down, words, size=TITLE_SIZE, weight="bold")
    for often, group in groupby(ranked(rows), key=lambda one: one.often):
        down += _heading(size)
        words = _named(rows, often)
        if words == NONE_STANDS_OUT:
            words += "."
        sheet.write(MARGIN, down - BETWEEN, words, size=HEADING_SIZE, ink=colours.quiet)
        for one in group:
            down = _draw_bar(sheet, plane, one, down, size)
    sheet.write(MARGIN, down + 55, NOTE, size=HEADING_SIZE, ink=colours.quiet)
    return sheet


def _draw_bar(sheet: Sheet, plane: Axes, one: Rank, top: float, size: float) -> float:
    """A bar with its label; returns where the next one begins."""
    from matplotlib.patches import Rectangle

    colours = sheet.colours
    fill = {Often.MOST: colours.bar, Often.OFTEN: colours.shade, Often.UNSAID: colours.paper}
    height = _bar(one, sheet.width, size)
    plane.add_patch(
        Rectangle(
            (MARGIN, top),
            sheet.width - 2 * MARGIN,
            height,
            facecolor=fill[one.often],
            edgecolor=colours.grid if one.often is Often.UNSAID else fill[one.often],
            lw=points(3),
            gid=one.often.name.lower(),
            label=one.label,
        )
    )
    ink = colours.paper if one.often is Often.MOST else colours.ink
    weight = "normal" if one.often is Often.UNSAID else "bold"
    for number, words in enumerate(_lines(one, sheet.width, size)):
        down = top + _padding(size) + (number + 0.8) * size * LEADING
        sheet.write(MARGIN + PADDING, down, words, size=size, weight=weight, ink=ink)
    return top + height + _between(size)


def _size(rows: Sequence[Rank], title: str, shape: Shape) -> float:
    """The type of labels: on a slide the largest that has room."""
    size = float(LABEL_SIZE)
    while shape.height and size > SMALLEST and _height(rows, title, shape, size) > shape.height:
        size -= 1
    return size


def _height(rows: Sequence[Rank], title: str, shape: Shape, size: float) -> float:
    titles = len(lines(title, TITLE_SIZE, _room(shape), bold=True)) * TITLE_SIZE * LEADING
    bars = sum(_bar(one, shape.width, size) + _between(size) for one in rows)
    headings = len({one.often for one in rows}) * _heading(size)
    return MARGIN + titles + headings + bars + FOOT


def _bar(one: Rank, width: int, size: float) -> float:
    return len(_lines(one, width, size)) * size * LEADING + 2 * _padding(size)


def _lines(one: Rank, width: int, size: float) -> list[str]:
    bold = one.often is not Often.UNSAID
    return lines(one.label, size, width - 2 * (MARGIN + PADDING), bold=bold)


def _padding(size: float) -> float:
    return PADDING * size / LABEL_SIZE


def _between(size: float) -> float:
    return BETWEEN * size / LABEL_SIZE


def _heading(size: float) -> float:
    return HEADING * size / LABEL_SIZE


def _room(shape: Shape) -> float:
    return shape.width - 2 * MARGIN


def _named(rows: Sequence[Rank], often: Often) -> str:
    nothing = all(one.often is Often.UNSAID for one in rows)
    return NONE_STANDS_OUT if nothing else HEADINGS[often]
