"""How the picture of a year looks: a table as wide as a phone or a sheet of paper, in shades.

matplotlib is imported when it is drawn. Every cell has its number or its word, so that no shade has
to be told from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from pulse_bot.domain.release.digest import ThemeLevel
from pulse_bot.domain.release.half_term import place_level
from pulse_bot.domain.release.results import Level
from pulse_bot_reports.charts.canvas import (
    DRAWING,
    FONT,
    WIDTH,
    DrawingSheet,
    to_points,
    wrap_text,
)
from pulse_bot_reports.charts.colours import DARK, LIGHT, Colours
from pulse_bot_reports.charts.series import MarkKind
from pulse_bot_reports.charts.trends import ARROWS, MONTHS, SIGNS
from pulse_bot_reports.charts.year import YearColumn, YearRow, YearTable, YearTheme
from pulse_bot_reports.titles import short_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Pixels.
MARGIN: Final = 30
HEADING: Final = 110
HEAD: Final = 150
"""The rounds of each half-term, when it ended, and what happened in it."""
CELL: Final = 100
THEME: Final = 96
GAP: Final = 26
LINE: Final = 38
LEAST_ROW: Final = 84
NOTE: Final = 50
TEXT_SIZE: Final = 30
NUMBER_SIZE: Final = 34
WORD_SIZE: Final = 32
PAPER: Final = 1760
"""How wide it is on paper, where a question has room for a line."""
SIGNS_ABOVE: Final = 40
"""Room for where changes began, above a theme's cells."""
FAINTEST: Final = 0.06
LOWEST, HIGHEST = 1.8, 4.2
"""Where numbers end at the latest; beyond them all cells look alike."""
STRONGEST: Final = {LIGHT: 0.55, DARK: 0.36}
"""How much of the bars' colour the highest cell has, and the lowest: words stay readable on it."""
SIGNS_OF_MARKS: Final = {MarkKind.WORKSHOP: "◆", MarkKind.PROMISED: "+", MarkKind.KEPT: "✓"}
NOTES_OF_MARKS: Final = {
    MarkKind.WORKSHOP: "◆ a workshop",
    MarkKind.PROMISED: "+ something was promised",
    MarkKind.KEPT: "✓ a promise was kept",
}


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns are: their left edge, and how wide each is."""

    left: float
    width: float

    def middle(self, place: int) -> float:
        return self.left + (place + 0.5) * self.width


@lru_cache(maxsize=8)
def year_png(year: YearTable, colours: Colours = LIGHT, width: int = WIDTH) -> bytes:
    """The picture. The same numbers give the same bytes. Raises MissingExtra."""
    with DRAWING:
        return draw_year(year, colours, width).to_png()


def draw_year(year: YearTable, colours: Colours = LIGHT, width: int = WIDTH) -> DrawingSheet:
    """The picture before it is written. Raises MissingExtra."""
    grid = _lay_out(year, width)
    lines = {row: _wrap(row, grid) for theme in year.themes for row in theme.rows}
    heights = [_theme_height(theme, lines, has_numbers=year.has_numbers) for theme in year.themes]
    notes = _list_notes(year)
    under = HEADING + HEAD + sum(heights)
    sheet = DrawingSheet(int(under + GAP + len(notes) * NOTE + MARGIN), colours, width)
    sheet.write_text(MARGIN, 70, "Our year, half-term by half-term", size=46, weight="bold")
    axes = sheet.add_pixel_axes()
    _draw_head(axes, year.columns, grid, colours)
    top: float = HEADING + HEAD
    for theme, height in zip(year.themes, heights, strict=True):
        _draw_theme(sheet, axes, theme, top, grid, lines)
        top += height
    for place, note in enumerate(notes):
        sheet.write_text(MARGIN, under + GAP + place * NOTE + 30, note, size=32, ink=colours.quiet)
    return sheet


def _lay_out(year: YearTable, width: int) -> _Grid:
    if year.has_numbers:
        return _Grid(width - MARGIN - CELL * len(year.columns), CELL)
    return _Grid(MARGIN, (width - 2 * MARGIN) / len(year.columns))


def _wrap(row: YearRow, grid: _Grid) -> list[str]:
    return wrap_text(row.text, TEXT_SIZE, grid.left - MARGIN - 20)


def _theme_height(theme: YearTheme, lines: dict[YearRow, list[str]], *, has_numbers: bool) -> float:
    head = THEME if has_numbers else 2 * THEME
    signs = SIGNS_ABOVE if any(theme.calls) else 0
    return GAP + signs + head + sum(_row_height(lines[row]) for row in theme.rows)


def _row_height(lines: Sequence[str]) -> float:
    return max(LEAST_ROW, len(lines) * LINE + 24)


def _draw_head(axes: Axes, columns: Sequence[YearColumn], grid: _Grid, colours: Colours) -> None:
    for place, column in enumerate(columns):
        middle, span = grid.middle(place), column.half_term
        _write(axes, (middle, HEADING + 24), f"{span.first}\u2013{span.last}", 30, colours.ink)
        month = MONTHS[column.ended.month - 1]
        _write(axes, (middle, HEADING + 66), month, 30, colours.quiet)
        signs = " ".join(SIGNS_OF_MARKS[kind] for kind in column.marks)
        _write(axes, (middle, HEADING + 112), signs, 34, colours.ink)


def _draw_theme(
    sheet: DrawingSheet,
    axes: Axes,
    theme: YearTheme,
    top: float,
    grid: _Grid,
    lines: dict[YearRow, list[str]],
) -> None:
    colours = sheet.colours
    axes.axhline(top + GAP, color=colours.grid, lw=to_points(3))
    top = _draw_theme_head(sheet, axes, theme, top + GAP, grid)
    for row in theme.rows:
        height = _row_height(lines[row])
        for number, line in enumerate(lines[row]):
            down = top + height / 2 + (number - (len(lines[row]) - 1) / 2) * LINE
            # It has been wrapped: to be measured once more took most of the time.
            _write(axes, (MARGIN, down), line, TEXT_SIZE, colours.ink, align="left")
        for place, level in enumerate(row.levels):
            _draw_cell(axes, level, place, (top + 3, height - 6), grid, colours)
        top += height


def _draw_theme_head(
    sheet: DrawingSheet, axes: Axes, theme: YearTheme, top: float, grid: _Grid
) -> float:
    """Its title, its levels and where changes began; returns where its questions go on."""
    colours, title = sheet.colours, short_title(theme.theme)
    if grid.left == MARGIN:
        # No question has a number, and the cells are as wide as the sheet.
        sheet.write_text(MARGIN, top + 60, title, size=38, weight="bold")
        top += THEME
    for place, call in enumerate(theme.calls):
        if call:
            _write(axes, (grid.middle(place), top + 28), ARROWS[call], 34, colours.bar)
    top += SIGNS_ABOVE if any(theme.calls) else 0
    if grid.left > MARGIN:
        sheet.write_text(MARGIN, top + THEME / 2 + 13, title, size=36, weight="bold")
    for place, level in enumerate(theme.levels):
        _draw_cell(axes, level, place, (top + 6, THEME - 12), grid, colours, bold=True)
    return top + THEME


def _draw_cell(
    axes: Axes,
    level: ThemeLevel | None,
    place: int,
    span: tuple[float, float],
    grid: _Grid,
    colours: Colours,
    *,
    bold: bool = False,
) -> None:
    from matplotlib.patches import Rectangle

    if level is None:
        return
    top, height = span
    left = grid.left + place * grid.width + 3
    shade = shade_of(level, colours)
    axes.add_patch(
        Rectangle((left, top), grid.width - 6, height, facecolor=shade, lw=0, gid=str(level))
    )
    words = (
        [f"{SIGNS[level.end]}{level.about}"]
        if isinstance(level, Level)
        else wrap_text(level.value, WORD_SIZE, grid.width - 20)
    )
    size = NUMBER_SIZE if isinstance(level, Level) else WORD_SIZE
    for number, word in enumerate(words):
        down = top + height / 2 + (number - (len(words) - 1) / 2) * LINE
        _write(axes, (grid.middle(place), down), word, size, colours.ink, bold=bold)


def shade_of(level: ThemeLevel, colours: Colours) -> str:
    """The colour of a cell: between the paper and the bars, the nearer to the bars the higher."""
    if isinstance(level, Level):
        part = (min(max(float(level.value), LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    else:
        part = float(place_level(level) - 1) / 4
    share = FAINTEST + part * (STRONGEST.get(colours, min(STRONGEST.values())) - FAINTEST)
    mixed = (
        round(int(paper, 16) + share * (int(bar, 16) - int(paper, 16)))
        for paper, bar in zip(_split(colours.paper), _split(colours.bar), strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _split(colour: str) -> tuple[str, str, str]:
    return colour[1:3], colour[3:5], colour[5:7]


def _write(
    axes: Axes,
    at: tuple[float, float],
    words: str,
    size: float,
    ink: str,
    *,
    bold: bool = False,
    align: Literal["left", "center"] = "center",
) -> None:
    axes.text(
        *at,
        words,
        ha=align,
        va="center",
        fontfamily=FONT,
        fontsize=to_points(size),
        fontweight="bold" if bold else "normal",
        color=ink,
        parse_math=False,
    )


def _list_notes(year: YearTable) -> list[str]:
    """What the signs mean, those that are there."""
    levels = [level for theme in year.themes for level in theme.levels]
    levels += [level for theme in year.themes for row in theme.rows for level in row.levels]
    notes = ["The stronger the colour, the higher."]
    if year.has_numbers:
        notes.append("A bold row is a theme, over six rounds together.")
    if any(isinstance(level, Level) and level.edge for level in levels):
        notes.append("≥ or higher, ≤ or lower. All numbers are out of 5.")
    if any(row.reverse for theme in year.themes for row in theme.rows):
        notes.append("Where low is good, the number is turned: high is always good.")
    if any(call for theme in year.themes for call in theme.calls):
        notes.append("▲ ▼ here a change began that still stands")
    told = {kind for column in year.columns for kind in column.marks}
    return [*notes, *(words for kind, words in NOTES_OF_MARKS.items() if kind in told)]
