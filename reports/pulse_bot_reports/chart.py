"""How the picture looks: one panel a theme, as wide as a phone, in one colour and its shades.

matplotlib is imported here, and here alone, when a picture is drawn. Dots are weeks, bars are
blocks of six rounds; nothing joins them, because a line would claim a trend that nobody called.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.digest import Level
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.drawn import Block, Closing, Drawn, Panel, Week
from pulse_bot_reports.words import newest, short_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Pixels. A phone shows the picture at about a third of its width.
WIDTH: Final = 1080
LEFT: Final = 90
RIGHT: Final = 40
HEADING: Final = 110
TITLES: Final = 170
PLOT: Final = 290
BELOW: Final = 130
LINE: Final = 50
MARGIN: Final = 30

DOTS_AN_INCH: Final = 100
DOT_SIZE: Final = 20
BAR_SIZE: Final = 14

PAPER: Final = "#ffffff"
INK: Final = "#1c2827"
QUIET: Final = "#52605e"
GRID: Final = "#d5dcd9"
BAR: Final = "#0f625c"
SHADE: Final = "#bfdad5"
DOT: Final = "#7b8985"

LOWEST: Final = 1
HIGHEST: Final = 5
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEWEST_MONTHS: Final = 3
MOST_TICKS: Final = 6

FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so the picture is the same on every machine."""

OR_HIGHER: Final = "or higher"
SIGNS: Final = {"": "", OR_HIGHER: "≥", "or lower": "≤"}

# What a mark shows, as its `gid` says.
WEEKS: Final = "weeks"
OPEN_WEEK: Final = "open week"
BLOCK: Final = "block"
OPEN_BLOCK: Final = "open block"

_LOCK: Final = Lock()
"""matplotlib is not safe in several threads at once."""


def png(drawn: Drawn) -> bytes:
    """The picture. The same numbers give the same bytes. Raises MissingExtra."""
    with _LOCK:
        made = figure(drawn)
        written = BytesIO()
        made.savefig(written, format="png", metadata={"Software": None})
        return written.getvalue()


def figure(drawn: Drawn) -> Figure:
    """The picture before it is written. Raises MissingExtra."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("reports", "matplotlib") from None
    notes = _notes(drawn)
    height = HEADING + len(drawn.panels) * (TITLES + PLOT) + BELOW + len(notes) * LINE + MARGIN
    made = Figure((WIDTH / DOTS_AN_INCH, height / DOTS_AN_INCH), DOTS_AN_INCH, facecolor=PAPER)
    sheet = _Sheet(made, height)
    sheet.write(MARGIN, 70, "Our themes over time, out of 5", size=46, weight="bold")
    for place, panel in enumerate(drawn.panels):
        last = place == len(drawn.panels) - 1
        _draw_panel(sheet, HEADING + place * (TITLES + PLOT), panel, drawn.closings, last=last)
    under = HEADING + len(drawn.panels) * (TITLES + PLOT) + BELOW
    for line, (mark, words) in enumerate(notes):
        _draw_note(sheet, under + line * LINE, mark, words)
    return made


class _Sheet:
    """A figure that is written on in pixels, from the top left corner."""

    def __init__(self, figure: Figure, height: int) -> None:
        self.figure = figure
        self.height = height

    def write(
        self, x: float, y: float, words: str, *, size: float, weight: str = "normal", ink: str = INK
    ) -> None:
        """Words with their base line at `y`; smaller where they would not fit the width."""
        text = self.figure.text(
            x / WIDTH,
            1 - y / self.height,
            _drawable(words),
            fontfamily=FONT,
            fontsize=_points(size),
            fontweight=weight,
            color=ink,
            parse_math=False,  # a theme may be called "$x$"
        )
        room, width = WIDTH - x - RIGHT, text.get_window_extent().width
        if width > room:
            text.set_fontsize(_points(size) * room / width)

    def axes(self, top: float) -> Axes:
        """Room for one plot below `top`."""
        bottom = 1 - (top + PLOT) / self.height
        width = (WIDTH - LEFT - RIGHT) / WIDTH
        return self.figure.add_axes((LEFT / WIDTH, bottom, width, PLOT / self.height))


def _draw_panel(
    sheet: _Sheet, top: float, panel: Panel, closings: Sequence[Closing], *, last: bool
) -> None:
    sheet.write(MARGIN, top + 55, short_title(panel.theme), size=42, weight="bold")
    sheet.write(MARGIN, top + 105, newest(panel), size=36, ink=QUIET)
    axes = sheet.axes(top + TITLES)
    axes.set_label(panel.theme)
    _draw_scale(axes, closings, labelled=last)
    for block in panel.blocks:
        _draw_block(axes, block)
    _draw_weeks(axes, panel.weeks)


def _draw_weeks(axes: Axes, weeks: Sequence[Week]) -> None:
    opened = [week for week in weeks if week.level.edge]
    axes.vlines(
        [_day(week.closing.at) for week in opened],
        [float(week.level.about) for week in opened],
        [_end(week.level) for week in opened],
        color=SHADE,
        lw=_points(10),
        zorder=1,
        gid=OPEN_WEEK,
    )
    axes.plot(
        [_day(week.closing.at) for week in weeks],
        [float(week.level.about) for week in weeks],
        linestyle="none",
        marker="o",
        markersize=_points(DOT_SIZE),
        markerfacecolor=DOT,
        markeredgecolor=PAPER,
        markeredgewidth=_points(2),
        zorder=4,
        gid=WEEKS,
    )


def _draw_block(axes: Axes, block: Block) -> None:
    """A bar, and its number above the plot, where it is in nobody's way."""
    level, ends = float(block.level.about), [_day(block.first.at), _day(block.last.at)]
    if block.level.edge:
        axes.fill_between(ends, level, _end(block.level), color=SHADE, lw=0, gid=OPEN_BLOCK)
    axes.plot(
        ends, [level, level], color=BAR, lw=_points(BAR_SIZE), solid_capstyle="round", gid=BLOCK
    )
    axes.text(
        sum(ends) / 2,
        HIGHEST + 0.4,
        f"{SIGNS[block.level.edge]}{block.level.about}",
        ha="center",
        fontfamily=FONT,
        fontsize=_points(30),
        fontweight="bold",
        color=BAR,
    )


def _draw_scale(axes: Axes, closings: Sequence[Closing], *, labelled: bool) -> None:
    """The whole scale from 1 to 5, whatever the numbers, and the same time for all themes."""
    first, last = _day(closings[0].at), _day(closings[-1].at)
    aside = max((last - first) * 0.03, 2)
    axes.set_xlim(first - aside, last + aside)
    axes.set_ylim(LOWEST - 0.2, HIGHEST + 0.2)
    axes.set_yticks(range(LOWEST, HIGHEST + 1))
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    axes.grid(color=GRID, lw=_points(2))
    axes.spines[:].set_visible(False)
    ticks = _ticks(closings)
    axes.set_xticks(
        [_day(at) for at, _ in ticks], [words if labelled else "" for _, words in ticks]
    )
    axes.tick_params(length=0, pad=_points(12), labelcolor=QUIET)
    for one in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        one.set(fontfamily=FONT, fontsize=_points(32))


def _ticks(closings: Sequence[Closing]) -> list[tuple[datetime, str]]:
    """The months, or the rounds where the time is too short to find one's way by months."""
    first, last = closings[0].at.astimezone(UTC), closings[-1].at.astimezone(UTC)
    starts = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
    ]
    months = [start for start in starts if first <= start <= last]
    if len(months) >= FEWEST_MONTHS:
        shown = months[:: -(-len(months) // MOST_TICKS)]
        return [(at, f"{MONTHS[at.month - 1]}\n{_year(at, shown)}") for at in shown]
    shown_rounds = closings[:: -(-len(closings) // MOST_TICKS)]
    return [(one.at, f"Round\n{one.number}") for one in shown_rounds]


def _year(at: datetime, shown: Sequence[datetime]) -> str:
    """The year, below its first month. A blank keeps the other months as high as that one."""
    return str(at.year) if at == min(one for one in shown if one.year == at.year) else " "


def _day(at: datetime) -> float:
    """A moment as a place in time, in days."""
    return at.timestamp() / 86_400


def _points(pixels: float) -> float:
    return pixels * 72 / DOTS_AN_INCH


def _end(level: Level) -> int:
    return HIGHEST if level.edge == OR_HIGHER else LOWEST


def _notes(drawn: Drawn) -> list[tuple[str, str]]:
    """What the marks mean, those that are there, and how to read them."""
    weeks = [week.level for panel in drawn.panels for week in panel.weeks]
    blocks = [block.level for panel in drawn.panels for block in panel.blocks]
    notes = []
    if weeks:
        notes.append((WEEKS, "one week's question; questions differ, so dots jump"))
    if blocks:
        notes.append((BLOCK, "six rounds together; small steps may be chance"))
    if any(level.edge for level in (*weeks, *blocks)):
        notes.append((OPEN_BLOCK, "“or higher”, “or lower”: somewhere in here"))
    notes.append(("", "1: strongly disagree, or never. 5: strongly agree, or always."))
    if drawn.left_out:
        notes.append(("", "Our other themes are in the digests."))
    return notes


def _draw_note(sheet: _Sheet, top: float, mark: str, words: str) -> None:
    from matplotlib.lines import Line2D

    y = 1 - (top + 24) / sheet.height
    left, right = MARGIN / WIDTH, (MARGIN + 50) / WIDTH
    if mark == WEEKS:
        middle = (left + right) / 2
        size = _points(DOT_SIZE)
        sheet.figure.add_artist(Line2D([middle], [y], marker="o", markersize=size, color=DOT))
    elif mark:
        thick, ink = (BAR_SIZE, BAR) if mark == BLOCK else (34, SHADE)
        line = Line2D([left, right], [y, y], lw=_points(thick), color=ink, solid_capstyle="butt")
        sheet.figure.add_artist(line)
    sheet.write(MARGIN + 75 if mark else MARGIN, top + 36, words, size=32, ink=QUIET)


def _drawable(words: str) -> str:
    """Words with a box for each sign that the font does not have; matplotlib would warn."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    signs = get_font(findfont(FontProperties(family=FONT))).get_charmap()
    return "".join(sign if ord(sign) in signs else "□" for sign in words)
