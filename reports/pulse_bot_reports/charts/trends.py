"""How the picture looks: one panel a theme, as wide as a phone, in one colour and its shades.

matplotlib is imported when a picture is drawn. Dots are weeks, bars are
blocks of six rounds; nothing joins them, because a line would claim a trend that nobody called.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.release.results import End, Level
from pulse_bot_reports.charts.alternative_text import newest
from pulse_bot_reports.charts.canvas import DRAWING, FONT, WIDTH, Sheet, points
from pulse_bot_reports.charts.colours import LIGHT, Colours
from pulse_bot_reports.charts.series import Block, Closing, Drawn, Panel, Week
from pulse_bot_reports.titles import short_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Pixels of a sheet's height.
HEADING: Final = 110
TITLES: Final = 170
PLOT: Final = 290
BELOW: Final = 130
LINE: Final = 50
MARGIN: Final = 30

DOT_SIZE: Final = 20
BAR_SIZE: Final = 14

LOWEST: Final = 1
HIGHEST: Final = 5
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEWEST_MONTHS: Final = 3
MOST_TICKS: Final = 6

SIGNS: Final = {End.NONE: "", End.HIGH: "≥", End.LOW: "≤"}

# What a mark shows, as its `gid` says.
WEEKS: Final = "weeks"
OPEN_WEEK: Final = "open week"
BLOCK: Final = "block"
OPEN_BLOCK: Final = "open block"


@lru_cache(maxsize=8)
def png(drawn: Drawn, colours: Colours = LIGHT) -> bytes:
    """The picture. The same numbers give the same bytes. Raises MissingExtra."""
    # Releases never change, so what was drawn for one reader can be shown to the next.
    with DRAWING:
        return sheet(drawn, colours).png()


def sheet(drawn: Drawn, colours: Colours = LIGHT) -> Sheet:
    """The picture before it is written. Raises MissingExtra."""
    notes = _notes(drawn)
    under = HEADING + len(drawn.panels) * (TITLES + PLOT) + BELOW
    made = Sheet(under + len(notes) * LINE + MARGIN, colours)
    made.write(MARGIN, 70, "Our themes over time, out of 5", size=46, weight="bold")
    for place, panel in enumerate(drawn.panels):
        last = place == len(drawn.panels) - 1
        _draw_panel(made, HEADING + place * (TITLES + PLOT), panel, drawn.closings, last=last)
    for line, (mark, words) in enumerate(notes):
        _draw_note(made, under + line * LINE, mark, words)
    return made


def _draw_panel(
    sheet: Sheet, top: float, panel: Panel, closings: Sequence[Closing], *, last: bool
) -> None:
    sheet.write(MARGIN, top + 55, short_title(panel.theme), size=42, weight="bold")
    sheet.write(MARGIN, top + 105, newest(panel), size=36, ink=sheet.colours.quiet)
    axes = sheet.axes(top + TITLES, PLOT)
    axes.set_label(panel.theme)
    _draw_scale(axes, closings, sheet.colours, labelled=last)
    for block in panel.blocks:
        _draw_block(axes, block, sheet.colours)
    _draw_weeks(axes, panel.weeks, sheet.colours)


def _draw_weeks(axes: Axes, weeks: Sequence[Week], colours: Colours) -> None:
    opened = [week for week in weeks if week.level.edge]
    axes.vlines(
        [_day(week.closing.at) for week in opened],
        [float(week.level.value) for week in opened],
        [_end(week.level) for week in opened],
        color=colours.shade,
        lw=points(10),
        zorder=1,
        gid=OPEN_WEEK,
    )
    axes.plot(
        [_day(week.closing.at) for week in weeks],
        [float(week.level.value) for week in weeks],
        linestyle="none",
        marker="o",
        markersize=points(DOT_SIZE),
        markerfacecolor=colours.dot,
        markeredgecolor=colours.paper,
        markeredgewidth=points(2),
        zorder=4,
        gid=WEEKS,
    )


def _draw_block(axes: Axes, block: Block, colours: Colours) -> None:
    """A bar, and its number above the plot, where it is in nobody's way."""
    level, ends = float(block.level.value), [_day(block.first.at), _day(block.last.at)]
    if block.level.edge:
        axes.fill_between(ends, level, _end(block.level), color=colours.shade, lw=0, gid=OPEN_BLOCK)
    axes.plot(
        ends,
        [level, level],
        color=colours.bar,
        lw=points(BAR_SIZE),
        solid_capstyle="round",
        gid=BLOCK,
    )
    axes.text(
        sum(ends) / 2,
        HIGHEST + 0.4,
        f"{SIGNS[block.level.end]}{block.level.about}",
        ha="center",
        fontfamily=FONT,
        fontsize=points(30),
        fontweight="bold",
        color=colours.bar,
    )


def _draw_scale(
    axes: Axes, closings: Sequence[Closing], colours: Colours, *, labelled: bool
) -> None:
    """The whole scale from 1 to 5, whatever the numbers, and the same time for all themes."""
    first, last = _day(closings[0].at), _day(closings[-1].at)
    aside = max((last - first) * 0.03, 2)
    axes.set_xlim(first - aside, last + aside)
    axes.set_ylim(LOWEST - 0.2, HIGHEST + 0.2)
    axes.set_yticks(range(LOWEST, HIGHEST + 1))
    axes.set_facecolor(colours.paper)
    axes.set_axisbelow(True)
    axes.grid(color=colours.grid, lw=points(2))
    axes.spines[:].set_visible(False)
    ticks = _ticks(closings)
    axes.set_xticks(
        [_day(at) for at, _ in ticks], [words if labelled else "" for _, words in ticks]
    )
    axes.tick_params(length=0, pad=points(12), labelcolor=colours.quiet)
    for one in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        one.set(fontfamily=FONT, fontsize=points(32))


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


def _end(level: Level) -> int:
    return HIGHEST if level.end is End.HIGH else LOWEST


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


def _draw_note(sheet: Sheet, top: float, mark: str, words: str) -> None:
    from matplotlib.lines import Line2D

    y = 1 - (top + 24) / sheet.height
    left, right = MARGIN / WIDTH, (MARGIN + 50) / WIDTH
    if mark == WEEKS:
        middle = (left + right) / 2
        size = points(DOT_SIZE)
        sheet.figure.add_artist(
            Line2D([middle], [y], marker="o", markersize=size, color=sheet.colours.dot)
        )
    elif mark:
        thick, ink = (BAR_SIZE, sheet.colours.bar) if mark == BLOCK else (34, sheet.colours.shade)
        line = Line2D([left, right], [y, y], lw=points(thick), color=ink, solid_capstyle="butt")
        sheet.figure.add_artist(line)
    sheet.write(MARGIN + 75 if mark else MARGIN, top + 36, words, size=32, ink=sheet.colours.quiet)
