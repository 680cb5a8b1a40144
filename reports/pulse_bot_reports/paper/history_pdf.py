"""The page of past digests as a PDF for A4: the same words, picture and tables, in black on white.

Imported where a PDF is asked for: `a4` needs fpdf2 and matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.alternative_text import describe_chart
from pulse_bot_reports.charts.canvas import drawable_text
from pulse_bot_reports.charts.figures import digest_figures, pictured_rounds
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.charts.trends import chart_png
from pulse_bot_reports.page.history_page import (
    LEAD,
    NO_ROUND,
    SCALE,
    HistoryEntry,
    HistorySection,
    lay_out_digests,
)
from pulse_bot_reports.page.tables import LEGEND, LevelTable, level_tables
from pulse_bot_reports.paper.a4 import (
    INK,
    MARGIN,
    QUIET,
    SMALL,
    A4Document,
    picture_ratio,
)

# Millimetres; sizes of type in points.
ASIDE: Final = 36.0
"""What a section's title takes, left of its words."""
PICTURE: Final = (76.0, 112.0)
"""How wide the picture is, at least and at most."""
LEAST_OF_A_TABLE: Final = 45.0
"""Room for a caption, the headings and some rows: less of a table is not begun on a page."""
BODY: Final = 9.5
HAIR: Final = 190
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def history_pdf(partnership: str, digests: Sequence[Digest], time_zone: str) -> bytes:
    """The file, newest digest first. The same digests give the same bytes."""
    chart = build_chart(digests)
    # The day of the newest digest: a file that is made again is the same.
    paper = _HistoryPaper(
        partnership, max((element.closed_at for element in digests), default=NEVER)
    )
    paper.write_text(partnership, size=20, bold=True)
    paper.ln(1.5)
    paper.write_text(LEAD, size=BODY, ink=QUIET)
    rounds_shown = pictured_rounds(digests)
    pictures = {
        element.number: digest_figures(element)
        for element in digests
        if element.number in rounds_shown
    }
    for place, entry in enumerate(lay_out_digests(digests, time_zone)):
        paper.write_entry(entry)
        for element in pictures.get(entry.number, ()):
            paper.write_figure(element)
        if place == 0 and chart:
            paper.write_figure(Picture(chart_png(chart), describe_chart(chart)))
    if not digests:
        paper.write_text(NO_ROUND, size=BODY)
    if chart:
        paper.write_tables(level_tables(chart, time_zone))
    paper.ln(4)
    paper.write_text(SCALE, size=SMALL, ink=QUIET)
    return bytes(paper.output())


class _HistoryPaper(A4Document):
    """Sheets of A4 that digests stand on."""

    def write_entry(self, entry: HistoryEntry) -> None:
        """A digest, on one page wherever it fits one."""
        self.ln(5)
        if self.will_page_break(min(self._entry_height(entry), self.eph)):
            self.add_page()
        self.draw_rule(INK, 0.5)
        self.ln(2.5)
        self.start_section(self.clip_text(drawable_text(entry.headline), 150))
        self.write_text(entry.headline, size=12, bold=True)
        self.ln(2)
        for number, section in enumerate(entry.sections):
            if number:
                self.ln(1.5)
                self.draw_rule(HAIR, 0.2)
                self.ln(1.5)
            self._write_section(section)

    def write_figure(self, picture: Picture) -> None:
        """As wide as there is room for below its digest, or on a page of its own."""
        least, most = PICTURE
        self.ln(6)
        if self.room_left() < least * picture_ratio(picture):
            self.add_page()
        self.place_picture(picture, min(most, self.room_left() / picture_ratio(picture)))

    def write_tables(self, level_groups: Iterable[LevelTable]) -> None:
        """The numbers; a row is never cut, and headings stand on every page."""
        self.ln(8)
        if self.room_left() < LEAST_OF_A_TABLE + 15:
            self.add_page()
        self.write_heading("The numbers behind the picture", 14)
        self.ln(1.5)
        self.write_text(LEGEND, size=SMALL, ink=QUIET)
        for level_table in level_groups:
            self.ln(5)
            if self.room_left() < LEAST_OF_A_TABLE:
                self.add_page()
            self.write_text(level_table.caption, size=BODY, bold=True)
            self.ln(1)
            self.write_table(level_table.headings, level_table.rows)

    def _write_section(self, section: HistorySection) -> None:
        top, page = self.get_y(), self.page_no()
        self.write_text(section.title, size=SMALL, bold=True, ink=QUIET, width=ASIDE - 3)
        if page == self.page_no():
            self.set_y(top)
        self.set_left_margin(MARGIN + ASIDE)
        for text in section.texts:
            self.set_x(MARGIN + ASIDE)
            self.write_text(text, size=BODY)
            self.ln(0.8)
        self.set_left_margin(MARGIN)
        self.set_x(MARGIN)

    def _entry_height(self, entry: HistoryEntry) -> float:
        height = 4.5 + self.text_height(entry.headline, self.epw, 12, bold=True)
        for section in entry.sections:
            height += 3.2 + sum(
                0.8 + self.text_height(text, self.epw - ASIDE, BODY) for text in section.texts
            )
        return height
