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

from pulse_bot.domain.release.results import ChoiceFrequency
from pulse_bot_reports.charts.canvas import (
    DRAWING,
    PHONE,
    DrawingSheet,
    SheetSize,
    to_points,
    wrap_text,
)
from pulse_bot_reports.charts.colours import LIGHT, Colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS: Final = (ChoiceFrequency.MOST, ChoiceFrequency.OFTEN, ChoiceFrequency.UNSAID)
HEADINGS: Final = {
    ChoiceFrequency.MOST: "Taken by most of us",
    ChoiceFrequency.OFTEN: "Taken often",
    ChoiceFrequency.UNSAID: "Does not stand out",
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
class RankedChoice:
    """One choice, and how often it was taken, as far as that was released."""

    label: str
    often: ChoiceFrequency


def rank_chart(
    rows: Sequence[RankedChoice], title: str, colours: Colours = LIGHT, shape: SheetSize = PHONE
) -> bytes:
    """The picture as a PNG: the question above its choices, those taken most often first.

    The same rows give the same bytes. Raises ValueError for no row, and MissingExtra.
    """
    return _rank_png(tuple(rows), title, colours, shape)


def rank_words(rows: Sequence[RankedChoice], title: str) -> str:
    """The picture in words: its text alternative."""
    sentences = [
        f"{_step_heading(rows, often)}: {'; '.join(choice.label for choice in group)}."
        for often, group in groupby(order_choices(rows), key=lambda choice: choice.often)
    ]
    return f"Chart of what was chosen to “{title}” {' '.join(sentences)}"


def order_choices(rows: Sequence[RankedChoice]) -> list[RankedChoice]:
    """Those taken most often first; within a step in the question's own order."""
    return sorted(rows, key=lambda choice: STEPS.index(choice.often))


@lru_cache(maxsize=8)
def _rank_png(
    rows: tuple[RankedChoice, ...], title: str, colours: Colours, shape: SheetSize
) -> bytes:
    with DRAWING:
        return rank_sheet(rows, title, colours, shape).to_png()


def rank_sheet(
    rows: Sequence[RankedChoice], title: str, colours: Colours = LIGHT, shape: SheetSize = PHONE
) -> DrawingSheet:
    """The picture before it is written. Raises ValueError, and MissingExtra."""
    if not rows:
        raise ValueError("A picture has at least one choice.")
    size = _label_size(rows, title, shape)
    height = shape.height or round(_chart_height(rows, title, shape, size))
    sheet = DrawingSheet(height, colours, shape.width)
    plane, down = sheet.add_pixel_axes(), float(MARGIN)
    for words in wrap_text(title, TITLE_SIZE, _title_width(shape), bold=True):
        down += TITLE_SIZE * LEADING
        sheet.write_text(MARGIN, down, words, size=TITLE_SIZE, weight="bold")
    for often, group in groupby(order_choices(rows), key=lambda choice: choice.often):
        down += _heading_height(size)
        words = _step_heading(rows, often)
        if words == NONE_STANDS_OUT:
            words += "."
        sheet.write_text(MARGIN, down - BETWEEN, words, size=HEADING_SIZE, ink=colours.quiet)
        for choice in group:
            down = _draw_bar(sheet, plane, choice, down, size)
    sheet.write_text(MARGIN, down + 55, NOTE, size=HEADING_SIZE, ink=colours.quiet)
    return sheet


def _draw_bar(
    sheet: DrawingSheet, plane: Axes, choice: RankedChoice, top: float, size: float
) -> float:
    """A bar with its label; returns where the next one begins."""
    from matplotlib.patches import Rectangle

    colours = sheet.colours
    fill = {
        ChoiceFrequency.MOST: colours.bar,
        ChoiceFrequency.OFTEN: colours.shade,
        ChoiceFrequency.UNSAID: colours.paper,
    }
    height = _bar_height(choice, sheet.width, size)
    plane.add_patch(
        Rectangle(
            (MARGIN, top),
            sheet.width - 2 * MARGIN,
            height,
            facecolor=fill[choice.often],
            edgecolor=colours.grid
            if choice.often is ChoiceFrequency.UNSAID
            else fill[choice.often],
            lw=to_points(3),
            gid=choice.often.name.lower(),
            label=choice.label,
        )
    )
    ink = colours.paper if choice.often is ChoiceFrequency.MOST else colours.ink
    weight = "normal" if choice.often is ChoiceFrequency.UNSAID else "bold"
    for number, words in enumerate(_label_lines(choice, sheet.width, size)):
        down = top + _bar_padding(size) + (number + 0.8) * size * LEADING
        sheet.write_text(MARGIN + PADDING, down, words, size=size, weight=weight, ink=ink)
    return top + height + _bar_gap(size)


def _label_size(rows: Sequence[RankedChoice], title: str, shape: SheetSize) -> float:
    """The type of labels: on a slide the largest that has room."""
    size = float(LABEL_SIZE)
    while (
        shape.height and size > SMALLEST and _chart_height(rows, title, shape, size) > shape.height
    ):
        size -= 1
    return size


def _chart_height(rows: Sequence[RankedChoice], title: str, shape: SheetSize, size: float) -> float:
    titles = (
        len(wrap_text(title, TITLE_SIZE, _title_width(shape), bold=True)) * TITLE_SIZE * LEADING
    )
    bars = sum(_bar_height(choice, shape.width, size) + _bar_gap(size) for choice in rows)
    headings = len({choice.often for choice in rows}) * _heading_height(size)
    return MARGIN + titles + headings + bars + FOOT


def _bar_height(choice: RankedChoice, width: int, size: float) -> float:
    return len(_label_lines(choice, width, size)) * size * LEADING + 2 * _bar_padding(size)


def _label_lines(choice: RankedChoice, width: int, size: float) -> list[str]:
    bold = choice.often is not ChoiceFrequency.UNSAID
    return wrap_text(choice.label, size, width - 2 * (MARGIN + PADDING), bold=bold)


def _bar_padding(size: float) -> float:
    return PADDING * size / LABEL_SIZE


def _bar_gap(size: float) -> float:
    return BETWEEN * size / LABEL_SIZE


def _heading_height(size: float) -> float:
    return HEADING * size / LABEL_SIZE


def _title_width(shape: SheetSize) -> float:
    return shape.width - 2 * MARGIN


def _step_heading(rows: Sequence[RankedChoice], often: ChoiceFrequency) -> str:
    nothing = all(choice.often is ChoiceFrequency.UNSAID for choice in rows)
    return NONE_STANDS_OUT if nothing else HEADINGS[often]
