"""How the picture looks: one panel a theme, as wide as a phone, in one colour and its shades.

matplotlib is imported when a picture is drawn. Bars are blocks of six rounds; a dot is one question
that was asked before, with a line from what it printed then. Nothing joins dots, because a line
would claim a trend that nobody called; a trend that was called has an arrow of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.release.results import End, Level
from pulse_bot.domain.release.trend import Direction
from pulse_bot_reports.charts.alternative_text import describe_call, newest_level
from pulse_bot_reports.charts.canvas import DRAWING, FONT, WIDTH, DrawingSheet, to_points
from pulse_bot_reports.charts.colours import LIGHT, Colours
from pulse_bot_reports.charts.series import (
    BlockLevel,
    ChartMark,
    MarkKind,
    RoundClosing,
    ThemeChart,
    ThemePanel,
    WeekLevel,
)
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
MOVE: Final = "since it was last asked"
BLOCK: Final = "block"
OPEN_BLOCK: Final = "open block"
CALL: Final = "call"
ARROWS: Final = {Direction.UP: "▲", Direction.DOWN: "▼"}
CALLED: Final = {
    Direction.UP: "here a rise began that still stands",
    Direction.DOWN: "here a fall began that still stands",
}
SIGNS_OF_MARKS: Final = {MarkKind.PROMISED: "+", MarkKind.KEPT: "✓"}
NOTES_OF_MARKS: Final = {
    MarkKind.WORKSHOP: "a workshop",
    MarkKind.PROMISED: "something was promised",
    MarkKind.KEPT: "a promise was kept",
}


@lru_cache(maxsize=8)
def chart_png(chart: ThemeChart, colours: Colours = LIGHT) -> bytes:
    """The picture. The same numbers give the same bytes. Raises MissingExtra."""
    # Releases never change, so what was drawn for one reader can be shown to the next.
    with DRAWING:
        return draw_chart(chart, colours).to_png()


def draw_chart(chart: ThemeChart, colours: Colours = LIGHT) -> DrawingSheet:
    """The picture before it is written. Raises MissingExtra."""
    notes = _legend_notes(chart)
    under = HEADING + len(chart.panels) * (TITLES + PLOT) + BELOW
    drawing = DrawingSheet(under + len(notes) * LINE + MARGIN, colours)
    drawing.write_text(MARGIN, 70, "Our themes over time, out of 5", size=46, weight="bold")
    for place, panel in enumerate(chart.panels):
        last = place == len(chart.panels) - 1
        _draw_panel(drawing, HEADING + place * (TITLES + PLOT), panel, chart, last=last)
    for line, (mark, words) in enumerate(notes):
        _draw_note(drawing, under + line * LINE, mark, words)
    return drawing


def _draw_panel(
    sheet: DrawingSheet,
    top: float,
    panel: ThemePanel,
    chart: ThemeChart,
    *,
    last: bool,
) -> None:
    called = f": {describe_call(panel.call)}" if panel.call else ""
    title = f"{short_title(panel.theme)}{called}"
    sheet.write_text(MARGIN, top + 55, title, size=42, weight="bold")
    sheet.write_text(MARGIN, top + 105, newest_level(panel), size=36, ink=sheet.colours.quiet)
    axes = sheet.add_axes(top + TITLES, PLOT)
    axes.set_label(panel.theme)
    _draw_scale(axes, chart.closings, sheet.colours, labelled=last)
    _draw_marks(axes, chart.marks, sheet.colours, named=last)
    for block in panel.blocks:
        _draw_block(axes, block, sheet.colours)
    _draw_weeks(axes, panel.shown_weeks, sheet.colours)
    _draw_call(axes, panel, chart.closings, sheet.colours)


def _draw_marks(axes: Axes, marks: Sequence[ChartMark], colours: Colours, *, named: bool) -> None:
    """A workshop is a line through all themes; what was promised stands below the last one."""
    for mark in marks:
        day = _day_number(mark.closing.at)
        if mark.kind is MarkKind.WORKSHOP:
            axes.axvline(
                day, color=colours.quiet, lw=to_points(4), ls=(0, (1, 2)), zorder=0, gid=mark.kind
            )
        elif named:
            axes.text(
                day,
                LOWEST + 0.05,
                SIGNS_OF_MARKS[mark.kind],
                ha="center",
                va="bottom",
                fontfamily=FONT,
                fontsize=to_points(34),
                color=colours.ink,
                gid=mark.kind,
            )


def _draw_call(
    axes: Axes, panel: ThemePanel, closings: Sequence[RoundClosing], colours: Colours
) -> None:
    """An arrow where a change began that stands; none where that is further back than is drawn."""
    at = next((closing.at for closing in closings if _is_start(closing, panel)), None)
    if panel.call and at:
        axes.text(
            _day_number(at),
            LOWEST + 0.05,
            ARROWS[panel.call.direction],
            ha="center",
            va="bottom",
            fontfamily=FONT,
            fontsize=to_points(40),
            color=colours.bar,
            gid=CALL,
        )


def _is_start(closing: RoundClosing, panel: ThemePanel) -> bool:
    return panel.call is not None and closing.number == panel.call.since


def _draw_weeks(axes: Axes, weeks: Sequence[WeekLevel], colours: Colours) -> None:
    opened = [week for week in weeks if week.level.edge]
    axes.vlines(
        [_day_number(week.closing.at) for week in opened],
        [float(week.level.value) for week in opened],
        [_scale_end(week.level) for week in opened],
        color=colours.shade,
        lw=to_points(10),
        zorder=1,
        gid=OPEN_WEEK,
    )
    moves = [week for week in weeks if week.before]
    axes.vlines(
        [_day_number(week.closing.at) for week in moves],
        [float(week.before.value) for week in moves if week.before],
        [float(week.level.value) for week in moves],
        color=colours.dot,
        lw=to_points(6),
        zorder=3,
        gid=MOVE,
    )
    axes.plot(
        [_day_number(week.closing.at) for week in weeks],
        [float(week.level.value) for week in weeks],
        linestyle="none",
        marker="o",
        markersize=to_points(DOT_SIZE),
        markerfacecolor=colours.dot,
        markeredgecolor=colours.paper,
        markeredgewidth=to_points(2),
        zorder=4,
        gid=WEEKS,
    )


def _draw_block(axes: Axes, block: BlockLevel, colours: Colours) -> None:
    """A bar, and its number above the plot, where it is in nobody's way."""
    level, ends = (
        float(block.level.value),
        [_day_number(block.first.at), _day_number(block.last.at)],
    )
    if block.level.edge:
        axes.fill_between(
            ends, level, _scale_end(block.level), color=colours.shade, lw=0, gid=OPEN_BLOCK
        )
    axes.plot(
        ends,
        [level, level],
        color=colours.bar,
        lw=to_points(BAR_SIZE),
        solid_capstyle="round",
        gid=BLOCK,
    )
    axes.text(
        sum(ends) / 2,
        HIGHEST + 0.4,
        f"{SIGNS[block.level.end]}{block.level.about}",
        ha="center",
        fontfamily=FONT,
        fontsize=to_points(30),
        fontweight="bold",
        color=colours.bar,
    )


def _draw_scale(
    axes: Axes, closings: Sequence[RoundClosing], colours: Colours, *, labelled: bool
) -> None:
    """The whole scale from 1 to 5, whatever the numbers, and the same time for all themes."""
    first, last = _day_number(closings[0].at), _day_number(closings[-1].at)
    margin = max((last - first) * 0.03, 2)
    axes.set_xlim(first - margin, last + margin)
    axes.set_ylim(LOWEST - 0.2, HIGHEST + 0.2)
    axes.set_yticks(range(LOWEST, HIGHEST + 1))
    axes.set_facecolor(colours.paper)
    axes.set_axisbelow(True)
    axes.grid(color=colours.grid, lw=to_points(2))
    axes.spines[:].set_visible(False)
    ticks = _axis_ticks(closings)
    axes.set_xticks(
        [_day_number(at) for at, _ in ticks], [words if labelled else "" for _, words in ticks]
    )
    axes.tick_params(length=0, pad=to_points(12), labelcolor=colours.quiet)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set(fontfamily=FONT, fontsize=to_points(32))


def _axis_ticks(closings: Sequence[RoundClosing]) -> list[tuple[datetime, str]]:
    """The months, or the rounds where the time is too short to find one's way by months."""
    first, last = closings[0].at.astimezone(UTC), closings[-1].at.astimezone(UTC)
    starts = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
    ]
    months = [start for start in starts if first <= start <= last]
    if len(months) >= FEWEST_MONTHS:
        tick_months = months[:: -(-len(months) // MOST_TICKS)]
        return [
            (at, f"{MONTHS[at.month - 1]}\n{_year_label(at, tick_months)}") for at in tick_months
        ]
    tick_rounds = closings[:: -(-len(closings) // MOST_TICKS)]
    return [(closing.at, f"Round\n{closing.number}") for closing in tick_rounds]


def _year_label(at: datetime, months: Sequence[datetime]) -> str:
    """The year, below its first month. A blank keeps the other months as high as that one."""
    return str(at.year) if at == min(month for month in months if month.year == at.year) else " "


def _day_number(at: datetime) -> float:
    """A moment as a place in time, in days."""
    return at.timestamp() / 86_400


def _scale_end(level: Level) -> int:
    return HIGHEST if level.end is End.HIGH else LOWEST


def _legend_notes(chart: ThemeChart) -> list[tuple[str, str]]:
    """What the marks mean, those that are there, and how to read them."""
    shown = [week for panel in chart.panels for week in panel.shown_weeks]
    weeks = [week.level for week in shown]
    blocks = [block.level for panel in chart.panels for block in panel.blocks]
    notes = []
    if weeks:
        came = ", and the way it came since it was last asked"
        alone = "; questions differ, so dots jump"
        notes.append((WEEKS, f"one question{came if any(w.before for w in shown) else alone}"))
    if blocks:
        notes.append((BLOCK, "six rounds together; small steps may be chance"))
    if any(level.edge for level in (*weeks, *blocks)):
        notes.append((OPEN_BLOCK, "“or higher”, “or lower”: somewhere in here"))
    called = {panel.call.direction for panel in chart.panels if panel.call}
    notes += [(sign, CALLED[way]) for way, sign in ARROWS.items() if way in called]
    told = {mark.kind for mark in chart.marks}
    notes += [(kind, words) for kind, words in NOTES_OF_MARKS.items() if kind in told]
    notes.append(("", "5 is the good end. Where low is good, numbers are turned."))
    if chart.left_out:
        notes.append(("", "Our other themes are in the digests."))
    return notes


def _draw_note(sheet: DrawingSheet, top: float, mark: str, words: str) -> None:
    from matplotlib.lines import Line2D

    y = 1 - (top + 24) / sheet.height
    left, right = MARGIN / WIDTH, (MARGIN + 50) / WIDTH
    if mark == WEEKS:
        middle = (left + right) / 2
        size = to_points(DOT_SIZE)
        sheet.figure.add_artist(
            Line2D([middle], [y], marker="o", markersize=size, color=sheet.colours.dot)
        )
    elif mark in ARROWS.values():
        sheet.write_text(MARGIN + 8, top + 36, mark, size=34, ink=sheet.colours.bar)
    elif mark in SIGNS_OF_MARKS:
        sheet.write_text(MARGIN + 8, top + 36, SIGNS_OF_MARKS[MarkKind(mark)], size=34)
    elif mark == MarkKind.WORKSHOP:
        middle, height = (left + right) / 2, 17 / sheet.height
        ends = [y - height, y + height]
        sheet.figure.add_artist(
            Line2D([middle] * 2, ends, lw=to_points(4), ls=(0, (1, 2)), color=sheet.colours.quiet)
        )
    elif mark:
        thick, ink = (BAR_SIZE, sheet.colours.bar) if mark == BLOCK else (34, sheet.colours.shade)
        line = Line2D([left, right], [y, y], lw=to_points(thick), color=ink, solid_capstyle="butt")
        sheet.figure.add_artist(line)
    sheet.write_text(
        MARGIN + 75 if mark else MARGIN, top + 36, words, size=32, ink=sheet.colours.quiet
    )
