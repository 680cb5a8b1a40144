"""The page of past digests as a PDF for A4: the same words, picture and tables, in black on white.

Made by fpdf2, which needs nothing but Python, in the font that comes with matplotlib. Needs both,
so it is imported where a PDF is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from fpdf import FPDF, Align, FontFace, XPos, YPos
from fpdf.enums import MethodReturnValue, TableBordersLayout
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image

from pulse_bot.domain.digest import Digest
from pulse_bot.ports import Picture
from pulse_bot_reports.chart import png
from pulse_bot_reports.drawn import drawn
from pulse_bot_reports.figures import figures, pictured
from pulse_bot_reports.page import LEAD, NO_ROUND, SCALE, Entry, Section, entries
from pulse_bot_reports.sheet import FONT, drawable
from pulse_bot_reports.table import LEGEND, Table, tables
from pulse_bot_reports.words import alternative

# Millimetres; sizes of type in points.
MARGIN: Final = 18.0
FOOT: Final = 20.0
ASIDE: Final = 36.0
"""What a section's title takes, left of its words."""
LEADING: Final = 1.45
PICTURE: Final = (76.0, 112.0)
"""How wide the picture is, at least and at most."""
LEAST_OF_A_TABLE: Final = 45.0
"""Room for a caption, the headings and some rows: less of a table is not begun on a page."""

BODY: Final = 9.5
SMALL: Final = 8.5
INK: Final = 0
QUIET: Final = 85
"""A grey that is read well on paper: 7.5 to 1."""
HAIR: Final = 190


def pdf(partnership: str, digests: Sequence[Digest], time_zone: str) -> bytes:
    """The file, newest digest first. The same digests give the same bytes."""
    found = drawn(digests)
    paper = _Paper(partnership, max((one.closed_at for one in digests), default=None))
    paper.heading(partnership, 20)
    paper.words(LEAD, size=BODY, ink=QUIET)
    shown = pictured(digests)
    own = {one.number: figures(one) for one in digests if one.number in shown}
    for place, entry in enumerate(entries(digests, time_zone)):
        paper.entry(entry)
        for one in own.get(entry.number, ()):
            paper.picture(one)
        if place == 0 and found:
            paper.picture(Picture(png(found), alternative(found)))
    if not digests:
        paper.words(NO_ROUND, size=BODY)
    if found:
        paper.tables(tables(found, time_zone))
    paper.ln(4)
    paper.words(SCALE, size=SMALL, ink=QUIET)
    return bytes(paper.output())


class _Paper(FPDF):
    """Sheets of A4 that are written on from top to bottom."""

    def __init__(self, title: str, made_at: datetime | None) -> None:
        super().__init__(format="A4")
        # The day of the newest digest: a file that is made again is the same.
        self.set_creation_date(made_at or datetime(2000, 1, 1, tzinfo=UTC))
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT)
        self.set_lang("en-GB")
        self.set_title(drawable(title))
        for style, weight in (("", "normal"), ("B", "bold")):
            self.add_font(FONT, style, findfont(FontProperties(family=FONT, weight=weight)))
        self.c_margin = 0
        self._title = drawable(title)
        self.add_page()

    def footer(self) -> None:
        """Whose page it is, and which of how many."""
        # Not at the left margin: a section that goes on overleaf has moved it.
        self.set_xy(MARGIN, -FOOT + 6)
        self._type(SMALL, QUIET)
        width = self.w - 2 * MARGIN
        self.cell(width * 0.75, 5, self._short(self._title, width * 0.75))
        self.cell(width * 0.25, 5, f"{self.page_no()} of {{nb}}", align=Align.R)

    def heading(self, text: str, size: float) -> None:
        """A heading, which is an entry of the file's own table of contents, too."""
        self.words(text, size=size, bold=True)
        self.ln(1.5)

    def words(self, text: str, *, size: float, bold: bool = False, ink: int = INK) -> None:
        """A paragraph as wide as the page, or as what is left of it to the right."""
        self._type(size, ink, bold=bold)
        self.multi_cell(
            0,
            self._line(size),
            _lines(text),
            align=Align.L,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )

    def entry(self, entry: Entry) -> None:
        """A digest, on one page wherever it fits one."""
        self.ln(5)
        if self.will_page_break(min(self._height_of(entry), self.eph)):
            self.add_page()
        self._rule(INK, 0.5)
        self.ln(2.5)
        self.start_section(self._short(drawable(entry.headline), 150))
        self.words(entry.headline, size=12, bold=True)
        self.ln(2)
        for number, section in enumerate(entry.sections):
            if number:
                self.ln(1.5)
                self._rule(HAIR, 0.2)
                self.ln(1.5)
            self._section(section)

    def picture(self, found: Picture) -> None:
        """As wide as there is room for below its digest, or on a page of its own."""
        file = BytesIO(found.png)
        with Image.open(file) as opened:
            ratio = opened.height / opened.width
        least, most = PICTURE
        self.ln(6)
        if self._room() < least * ratio:
            self.add_page()
        width = min(most, self._room() / ratio)
        self.image(file, x=Align.C, w=width, h=width * ratio, alt_text=drawable(found.alternative))

    def tables(self, several: Iterable[Table]) -> None:
        """The numbers; a row is never cut, and headings stand on every page."""
        self.ln(8)
        if self._room() < LEAST_OF_A_TABLE + 15:
            self.add_page()
        self.start_section("The numbers behind the picture")
        self.heading("The numbers behind the picture", 14)
        self.words(LEGEND, size=SMALL, ink=QUIET)
        for one in several:
            self.ln(5)
            if self._room() < LEAST_OF_A_TABLE:
                self.add_page()
            self.words(one.caption, size=BODY, bold=True)
            self.ln(1)
            self._table(one)

    def _table(self, one: Table) -> None:
        self._type(SMALL, INK)
        self.set_draw_color(HAIR)
        self.set_line_width(0.2)
        shares = (38.0, *[(self.epw - 38.0) / (len(one.headings) - 1)] * (len(one.headings) - 1))
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=shares,
            headings_style=FontFace(emphasis="BOLD"),
            line_height=self._line(SMALL),
            padding=(1, 2, 1, 0),
            text_align=Align.L,
        ) as table:
            for cells in (one.headings, *one.rows):
                table.row([drawable(cell) for cell in cells])

    def _section(self, section: Section) -> None:
        top, page = self.get_y(), self.page_no()
        self._type(SMALL, QUIET, bold=True)
        self.multi_cell(ASIDE - 3, self._line(SMALL), section.title, align=Align.L, new_y=YPos.TOP)
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
        self._type(12, INK, bold=True)
        height = 4.5 + self._tall(entry.headline, self.epw, 12)
        self._type(BODY, INK)
        for section in entry.sections:
            height += 3.2 + sum(
                0.8 + self._tall(text, self.epw - ASIDE, BODY) for text in section.texts
            )
        return height

    def _tall(self, text: str, width: float, size: float) -> float:
        found = self.multi_cell(
            width,
            self._line(size),
            _lines(text),
            align=Align.L,
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return float(found)  # type: ignore[arg-type]  # one output gives one number

    def _room(self) -> float:
        """What is left of the page."""
        return float(self.page_break_trigger - self.get_y())

    def _rule(self, ink: int, width: float) -> None:
        self.set_draw_color(ink)
        self.set_line_width(width)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())

    def _type(self, size: float, ink: int, *, bold: bool = False) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(ink)

    def _line(self, size: float) -> float:
        """How high a line is. A point is 0.3528 mm."""
        return size * 0.3528 * LEADING

    def _short(self, text: str, width: float) -> str:
        """A text in one line."""
        self._type(SMALL, QUIET)
        while text and self.get_string_width(text) > width:
            text = f"{text[:-2].rstrip()}…"
        return text


def _lines(text: str) -> str:
    """Words that the font has, in the lines that they were written in."""
    return "\n".join(drawable(line) for line in text.splitlines())
