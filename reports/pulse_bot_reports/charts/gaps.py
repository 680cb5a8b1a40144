"""The gap chart: where we are now, and where we want to be in 12 months, statement by statement.

Drawn from what was released of `journey` questions and from nothing else. A disc is now, a diamond
in 12 months; they differ in shape and in lightness, so that they stay apart without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.release.results import End, Level
from pulse_bot_reports.charts.canvas import (
    DRAWING,
    PHONE,
    DrawingSheet,
    SheetSize,
    text_width,
    to_points,
    wrap_text,
)
from pulse_bot_reports.charts.colours import LIGHT, Colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ON_A_SLIDE: Final = 8
TITLE: Final = "Now, and in 12 months"
SCALE: Final = "1: not started. 5: there."
OPEN: Final = "“or higher”, “or lower”: somewhere in here"

LOWEST: Final = 1
HIGHEST: Final = 5
SIGNS: Final = {End.NONE: "", End.HIGH: "≥", End.LOW: "≤"}

# Pixels.
MARGIN: Final = 40
HEAD: Final = 190
"""Above the first row: the title and the key."""
FOOT: Final = 80
"""Below the last one: the numbers of the scale. Notes come below them."""
NOTE: Final = 48
STRIP: Final = 110
"""What marks take of a row, on a phone."""
LEADING: Final = 1.25
TITLE_SIZE: Final = 46
TEXT_SIZE: Final = 36
LARGEST, SMALLEST = 40, 20
"""Type of statements on a slide."""
NOTE_SIZE: Final = 32
NUMBER_SIZE: Final = 34
DISC: Final = 42
DIAMOND: Final = 24
THICK: Final = 30
ASIDE: Final = 110
"""Room at both ends of the scale, for numbers beside marks."""
HALF: Final = 0.46
"""What words take of a slide."""

# What a mark shows, as its `gid` says.
NOW: Final = "now"
LATER: Final = "in 12 months"
OPEN_NOW: Final = "open now"
OPEN_LATER: Final = "open in 12 months"
JOINED: Final = "joined"
KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class Gap:
    """One statement, and its two levels as they were released, of answers from 1 to 5."""

    text: str
    now: Level
    later: Level


@dataclass(frozen=True, slots=True)
class ScaleTrack:
    """Where the scale from 1 to 5 lies on a sheet, in pixels."""

    left: float
    right: float

    def pixel_at(self, value: float) -> float:
        """Where a value lies, from left to right."""
        return self.left + (value - LOWEST) / (HIGHEST - LOWEST) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class GapRow:
    """A statement in lines, where they begin, and how high its marks and their scale lie."""

    gap: Gap
    lines: Sequence[str]
    size: float
    top: float
    middle: float
    span: tuple[float, float]


def gap_chart(rows: Sequence[Gap], colours: Colours = LIGHT, shape: SheetSize = PHONE) -> bytes:
    """The picture as a PNG, rows from top to bottom; on a slide at most `MOST_ON_A_SLIDE`.

    The same rows give the same bytes. Raises ValueError for no row and for more than fit a slide,
    and MissingExtra.
    """
    return _gap_png(tuple(rows), colours, shape)


def gap_words(rows: Sequence[Gap]) -> str:
    """The picture in words: its text alternative."""
    sentences = " ".join(f"“{gap.text}” Now {gap.now}, in 12 months {gap.later}." for gap in rows)
    return f"Chart of where we are now and where we want to be in 12 months, out of 5. {sentences}"


@lru_cache(maxsize=8)
def _gap_png(rows: tuple[Gap, ...], colours: Colours, shape: SheetSize) -> bytes:
    with DRAWING:
        return gap_sheet(rows, colours, shape).to_png()


def gap_sheet(
    rows: Sequence[Gap], colours: Colours = LIGHT, shape: SheetSize = PHONE
) -> DrawingSheet:
    """The picture before it is written. Raises ValueError, and MissingExtra."""
    if not rows or (shape.height and len(rows) > MOST_ON_A_SLIDE):
        raise ValueError(f"A picture has from one to {MOST_ON_A_SLIDE} statements.")
    notes = [SCALE, OPEN] if any(gap.now.edge or gap.later.edge for gap in rows) else [SCALE]
    foot = FOOT + NOTE * len(notes)
    laid = (
        _slide_rows(rows, shape, shape.height - foot) if shape.height else _phone_rows(rows, shape)
    )
    height = shape.height or round(laid[-1].middle + STRIP / 2) + foot
    sheet = DrawingSheet(height, colours, shape.width)
    sheet.write_text(MARGIN, 75, TITLE, size=TITLE_SIZE, weight="bold")
    plane, track = sheet.add_pixel_axes(), _scale_track(shape)
    _draw_key(sheet, plane)
    for row in laid:
        _draw_row(sheet, plane, row, track)
    for value in range(LOWEST, HIGHEST + 1):
        left = track.pixel_at(value) - text_width(str(value), NOTE_SIZE) / 2
        sheet.write_text(left, height - foot + 40, str(value), size=NOTE_SIZE, ink=colours.quiet)
    for number, words in enumerate(notes):
        _draw_note(sheet, height - foot + FOOT + 25 + NOTE * number, words)
    return sheet


def _phone_rows(rows: Sequence[Gap], shape: SheetSize) -> list[GapRow]:
    """On a phone a statement stands above its marks."""
    laid, top = [], HEAD + 10.0
    for gap in rows:
        wrapped = wrap_text(gap.text, TEXT_SIZE, shape.width - 2 * MARGIN)
        middle = top + len(wrapped) * TEXT_SIZE * LEADING + STRIP / 2 - 10
        laid.append(GapRow(gap, wrapped, TEXT_SIZE, top, middle, (middle - 34, middle + 34)))
        top = middle + STRIP / 2 + 15
    return laid


def _slide_rows(rows: Sequence[Gap], shape: SheetSize, bottom: float) -> list[GapRow]:
    """On a slide a statement stands left of its marks, in the largest type that has room."""
    each, room = (bottom - HEAD) / len(rows), shape.width * HALF
    size = LARGEST
    while size > SMALLEST and any(
        len(wrap_text(gap.text, size, room)) * size * LEADING > each * 0.9 for gap in rows
    ):
        size -= 1
    laid = []
    for number, gap in enumerate(rows):
        wrapped, middle = wrap_text(gap.text, size, room), HEAD + each * (number + 0.5)
        top, span = (
            middle - len(wrapped) * size * LEADING / 2,
            (middle - each / 2, middle + each / 2),
        )
        laid.append(GapRow(gap, wrapped, size, top, middle, span))
    return laid


def _scale_track(shape: SheetSize) -> ScaleTrack:
    left = MARGIN + shape.width * HALF + 20 if shape.height else 0
    return ScaleTrack(left + ASIDE, shape.width - ASIDE)


def _draw_row(sheet: DrawingSheet, plane: Axes, row: GapRow, track: ScaleTrack) -> None:
    colours = sheet.colours
    for number, words in enumerate(row.lines):
        sheet.write_text(
            MARGIN, row.top + (number + 0.8) * row.size * LEADING, words, size=row.size
        )
    # The whole scale from 1 to 5, whatever the numbers.
    for value in range(LOWEST, HIGHEST + 1):
        plane.plot(
            [track.pixel_at(value)] * 2, row.span, color=colours.grid, lw=to_points(2), zorder=0
        )
    now, later = (
        track.pixel_at(float(end_level.value)) for end_level in (row.gap.now, row.gap.later)
    )
    for level, gid in ((row.gap.now, OPEN_NOW), (row.gap.later, OPEN_LATER)):
        if level.edge:
            ends = [track.pixel_at(float(level.value)), track.pixel_at(_open_end(level))]
            _draw_line(plane, ends, row.middle, THICK, colours.shade, gid)
    _draw_line(plane, [now, later], row.middle, 6, colours.quiet, JOINED)
    _draw_mark(plane, now, row.middle, NOW, colours)
    _draw_mark(plane, later, row.middle, LATER, colours)
    _write_number(sheet, row.gap.now, now, row.middle, leftward=now <= later)
    _write_number(sheet, row.gap.later, later, row.middle, leftward=later < now)


def _write_number(
    sheet: DrawingSheet, level: Level, at: float, down: float, *, leftward: bool
) -> None:
    """Beside its mark, away from the other one."""
    words, away = f"{SIGNS[level.end]}{level.about}", DISC / 2 + 10
    left = at - away - text_width(words, NUMBER_SIZE, bold=True) if leftward else at + away
    sheet.write_text(left, down + 12, words, size=NUMBER_SIZE, weight="bold")


def _draw_key(sheet: DrawingSheet, plane: Axes) -> None:
    left, down = float(MARGIN), 135
    for which in (NOW, LATER):
        _draw_mark(plane, left + DISC / 2, down, which, sheet.colours, gid=KEY)
        left += DISC + 16
        sheet.write_text(left, down + 12, which, size=NOTE_SIZE, ink=sheet.colours.quiet)
        left += text_width(which, NOTE_SIZE) + 50


def _draw_note(sheet: DrawingSheet, down: float, words: str) -> None:
    left = MARGIN
    if words == OPEN:
        sheet.draw_line(left, left + 50, down - 11, thick=THICK, ink=sheet.colours.shade)
        left += 75
    sheet.write_text(left, down, words, size=NOTE_SIZE, ink=sheet.colours.quiet)


def _draw_line(
    plane: Axes, ends: Sequence[float], down: float, thick: float, ink: str, gid: str
) -> None:
    above = 2 if gid == JOINED else 1
    plane.plot(
        ends,
        [down] * 2,
        color=ink,
        lw=to_points(thick),
        solid_capstyle="butt",
        gid=gid,
        zorder=above,
    )


def _draw_mark(
    plane: Axes, at: float, down: float, which: str, colours: Colours, *, gid: str = ""
) -> None:
    later = which == LATER
    plane.plot(
        [at],
        [down],
        linestyle="none",
        marker="D" if later else "o",
        markersize=to_points(DIAMOND if later else DISC),
        markerfacecolor=colours.bar if later else colours.dot,
        markeredgecolor=colours.paper,
        markeredgewidth=to_points(3),
        gid=gid or which,
        zorder=4 if later else 3,
    )


def _open_end(level: Level) -> int:
    return HIGHEST if level.end is End.HIGH else LOWEST
