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
from pulse_bot_reports.charts.canvas import DRAWING, PHONE, Shape, Sheet, lines, points, wide
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
class Track:
    """Where the scale from 1 to 5 lies on a sheet, in pixels."""

    left: float
    right: float

    def place(self, value: float) -> float:
        """Where a value lies, from left to right."""
        return self.left + (value - LOWEST) / (HIGHEST - LOWEST) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Row:
    """A statement in lines, where they begin, and how high its marks and their scale lie."""

    gap: Gap
    lines: Sequence[str]
    size: float
    top: float
    middle: float
    span: tuple[float, float]


def gap_chart(rows: Sequence[Gap], colours: Colours = LIGHT, shape: Shape = PHONE) -> bytes:
    """The picture as a PNG, rows from top to bottom; on a slide at most `MOST_ON_A_SLIDE`.

    The same rows give the same bytes. Raises ValueError for no row and for more than fit a slide,
    and MissingExtra.
    """
    return _png(tuple(rows), colours, shape)


def gap_words(rows: Sequence[Gap]) -> str:
    """The picture in words: its text alternative."""
    said = " ".join(f"“{one.text}” Now {one.now}, in 12 months {one.later}." for one in rows)
    return f"Chart of where we are now and where we want to be in 12 months, out of 5. {said}"


@lru_cache(maxsize=8)
def _png(rows: tuple[Gap, ...], colours: Colours, shape: Shape) -> bytes:
    with DRAWING:
        return gap_sheet(rows, colours, shape).png()


def gap_sheet(rows: Sequence[Gap], colours: Colours = LIGHT, shape: Shape = PHONE) -> Sheet:
    """The picture before it is written. Raises ValueError, and MissingExtra."""
    if not rows or (shape.height and len(rows) > MOST_ON_A_SLIDE):
        raise ValueError(f"A picture has from one to {MOST_ON_A_SLIDE} statements.")
    notes = [SCALE, OPEN] if any(one.now.edge or one.later.edge for one in rows) else [SCALE]
    foot = FOOT + NOTE * len(notes)
    laid = _beside(rows, shape, shape.height - foot) if shape.height else _below(rows, shape)
    height = shape.height or round(laid[-1].middle + STRIP / 2) + foot
    sheet = Sheet(height, colours, shape.width)
    sheet.write(MARGIN, 75, TITLE, size=TITLE_SIZE, weight="bold")
    plane, track = sheet.plane(), _track(shape)
    _draw_key(sheet, plane)
    for row in laid:
        _draw_row(sheet, plane, row, track)
    for value in range(LOWEST, HIGHEST + 1):
        left = track.place(value) - wide(str(value), NOTE_SIZE) / 2
        sheet.write(left, height - foot + 40, str(value), size=NOTE_SIZE, ink=colours.quiet)
    for number, words in enumerate(notes):
        _draw_note(sheet, height - foot + FOOT + 25 + NOTE * number, words)
    return sheet


def _below(rows: Sequence[Gap], shape: Shape) -> list[Row]:
    """On a phone a statement stands above its marks."""
    laid, top = [], HEAD + 10.0
    for gap in rows:
        own = lines(gap.text, TEXT_SIZE, shape.width - 2 * MARGIN)
        middle = top + len(own) * TEXT_SIZE * LEADING + STRIP / 2 - 10
        laid.append(Row(gap, own, TEXT_SIZE, top, middle, (middle - 34, middle + 34)))
        top = middle + STRIP / 2 + 15
    return laid


def _beside(rows: Sequence[Gap], shape: Shape, bottom: float) -> list[Row]:
    """On a slide a statement stands left of its marks, in the largest type that has room."""
    each, room = (bottom - HEAD) / len(rows), shape.width * HALF
    size = LARGEST
    while size > SMALLEST and any(
        len(lines(gap.text, size, room)) * size * LEADING > each * 0.9 for gap in rows
    ):
        size -= 1
    laid = []
    for number, gap in enumerate(rows):
        own, middle = lines(gap.text, size, room), HEAD + each * (number + 0.5)
        top, span = middle - len(own) * size * LEADING / 2, (middle - each / 2, middle + each / 2)
        laid.append(Row(gap, own, size, top, middle, span))
    return laid


def _track(shape: Shape) -> Track:
    left = MARGIN + shape.width * HALF + 20 if shape.height else 0
    return Track(left + ASIDE, shape.width - ASIDE)


def _draw_row(sheet: Sheet, plane: Axes, row: Row, track: Track) -> None:
    colours = sheet.colours
    for number, words in enumerate(row.lines):
        sheet.write(MARGIN, row.top + (number + 0.8) * row.size * LEADING, words, size=row.size)
    # The whole scale from 1 to 5, whatever the numbers.
    for value in range(LOWEST, HIGHEST + 1):
        plane.plot([track.place(value)] * 2, row.span, color=colours.grid, lw=points(2), zorder=0)
    now, later = (track.place(float(one.value)) for one in (row.gap.now, row.gap.later))
    for level, gid in ((row.gap.now, OPEN_NOW), (row.gap.later, OPEN_LATER)):
        if level.edge:
            ends = [track.place(float(level.value)), track.place(_end(level))]
            _join(plane, ends, row.middle, THICK, colours.shade, gid)
    _join(plane, [now, later], row.middle, 6, colours.quiet, JOINED)
    _mark(plane, now, row.middle, NOW, colours)
    _mark(plane, later, row.middle, LATER, colours)
    _write_number(sheet, row.gap.now, now, row.middle, leftward=now <= later)
    _write_number(sheet, row.gap.later, later, row.middle, leftward=later < now)


def _write_number(sheet: Sheet, level: Level, at: float, down: float, *, leftward: bool) -> None:
    """Beside its mark, away from the other one."""
    words, away = f"{SIGNS[level.end]}{level.about}", DISC / 2 + 10
    left = at - away - wide(words, NUMBER_SIZE, bold=True) if leftward else at + away
    sheet.write(left, down + 12, words, size=NUMBER_SIZE, weight="bold")


def _draw_key(sheet: Sheet, plane: Axes) -> None:
    left, down = float(MARGIN), 135
    for which in (NOW, LATER):
        _mark(plane, left + DISC / 2, down, which, sheet.colours, gid=KEY)
        left += DISC + 16
        sheet.write(left, down + 12, which, size=NOTE_SIZE, ink=sheet.colours.quiet)
        left += wide(which, NOTE_SIZE) + 50


def _draw_note(sheet: Sheet, down: float, words: str) -> None:
    left = MARGIN
    if words == OPEN:
        sheet.line(left, left + 50, down - 11, thick=THICK, ink=sheet.colours.shade)
        left += 75
    sheet.write(left, down, words, size=NOTE_SIZE, ink=sheet.colours.quiet)


def _join(
    plane: Axes, ends: Sequence[float], down: float, thick: float, ink: str, gid: str
) -> None:
    above = 2 if gid == JOINED else 1
    plane.plot(
        ends, [down] * 2, color=ink, lw=points(thick), solid_capstyle="butt", gid=gid, zorder=above
    )


def _mark(
    plane: Axes, at: float, down: float, which: str, colours: Colours, *, gid: str = ""
) -> None:
    later = which == LATER
    plane.plot(
        [at],
        [down],
        linestyle="none",
        marker="D" if later else "o",
        markersize=points(DIAMOND if later else DISC),
        markerfacecolor=colours.bar if later else colours.dot,
        markeredgecolor=colours.paper,
        markeredgewidth=points(3),
        gid=gid or which,
        zorder=4 if later else 3,
    )


def _end(level: Level) -> int:
    return HIGHEST if level.end is End.HIGH else LOWEST
