"""The page of past digests as a PDF for A4: the same words, picture and tables, in black on white.

Imported where a PDF is asked for: `a4` needs fpdf2 and matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from fpdf import Align, FontFace, YPos
from fpdf.enums import TableBordersLayout

from pulse_bot.domain.release.digest import Digest
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.alternative_text import alternative
from pulse_bot_reports.charts.canvas import drawable
from pulse_bot_reports.charts.figures import figures, pictured
from pulse_bot_reports.charts.series import drawn
from pulse_bot_reports.charts.trends import png
from pulse_bot_reports.page.history_page import LEAD, NO_ROUND, SCALE, Entry, Section, entries
from pulse_bot_reports.page.tables import LEGEND, Table, tables
from pulse_bot_reports.paper.a4 import A4, INK, MARGIN, QUIET, SMALL, leading, ratio

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


def pdf(partnership: str, digests: Sequence[Digest], time_zone: str) -> bytes:
    """The file, newest digest first. The same digests give the same bytes."""
    found = drawn(digests)
    # The day of the newest digest: a file that is made again is the same.
    paper = _Paper(partnership, max((one.closed_at for one in digests), default=NEVER))
    paper.words(partnership, size=20, bold=True)
    paper.ln(1.5)
    paper.words(LEAD, size=BODY, ink=QUIET)
    shown = pictured(digests)
    own = {one.number: figures(one) for one in digests if one.number in shown}
    for place, entry in enumerate(entries(digests, time_zone)):
        paper.entry(entry)
        for one in own.get(entry.number, ()):
            paper.figure(one)
        if place == 0 and found:
            paper.figure(Picture(png(found), alternative(found)))
    if not digests:
        paper.words(NO_ROUND, size=BODY)
    if found:
        paper.tables(tables(found, time_zone))
    paper.ln(4)
    paper.words(SCALE, size=SMALL, ink=QUIET)
    return bytes(paper.output())


class _Paper(A4):
    """Sheets of A4 that digests stand on."""

    def entry(self, entry: Entry) -> None:
        """A digest, on one page wherever it fits one."""
        self.ln(5)
        if self.will_page_break(min(self._height_of(entry), self.eph)):
            self.add_page()
        self.rule(INK, 0.5)
        self.ln(2.5)
        self.start_section(self.short(drawable(entry.headline), 150))
        self.words(entry.headline, size=12, bold=True)
        self.ln(2)
        for number, section in enumerate(entry.sections):
            if number:
                self.ln(1.5)
                self.rule(HAIR, 0.2)
                self.ln(1.5)
            self._section(section)

    def figure(self, found: Picture) -> None:
        """As wide as there is room for below its digest, or on a page of its own."""
        least, most = PICTURE
        self.ln(6)
        if self.room() < least * ratio(found):
            self.add_page()
        self.picture(found, min(most, self.room() / ratio(found)))

    def tables(self, several: Iterable[Table]) -> None:
        """The numbers; a row is never cut, and headings stand on every page."""
        self.ln(8)
        if self.room() < LEAST_OF_A_TABLE + 15:
            self.add_page()
        self.heading("The numbers behind the picture", 14)
        self.ln(1.5)
        self.words(LEGEND, size=SMALL, ink=QUIET)
        for one in several:
            self.ln(5)
            if self.room() < LEAST_OF_A_TABLE:
                self.add_page()
            self.words(one.caption, size=BODY, bold=True)
            self.ln(1)
            self._table(one)

    def _table(self, one: Table) -> None:
        self.dress(SMALL, INK)
        self.set_draw_color(HAIR)
        self.set_line_width(0.2)
        shares = (38.0, *[(self.epw - 38.0) / (len(one.headings) - 1)] * (len(one.headings) - 1))
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=shares,
            headings_style=FontFace(emphasis="BOLD"),
            line_height=leading(SMALL),
            padding=(1, 2, 1, 0),
            text_align=Align.L,
        ) as table:
            for cells in (one.headings, *one.rows):
                table.row([drawable(cell) for cell in cells])

    def _section(self, section: Section) -> None:
        top, page = self.get_y(), self.page_no()
        self.dress(SMALL, QUIET, bold=True)
        self.multi_cell(ASIDE - 3, leading(SMALL), section.title, align=Align.L, new_y=YPos.TOP)
        if page == self.page_no():
            self.set_y(top)
        self.set_left_margin(MARGIN + ASIDE)
        for text in section.texts:
            self.set_x(MARGIN + ASIDE)
            self.words(text, size=BODY)
            self.ln(0.8)
        self.set_left_margin(MARGIN)
        self.set_x(MARGIN)

    def _height_of(self, entry: Entry) -> float:
        height = 4.5 + self.tall(entry.headline, self.epw, 12, bold=True)
        for section in entry.sections:
            height += 3.2 + sum(
                0.8 + self.tall(text, self.epw - ASIDE, BODY) for text in section.texts
            )
        return height
