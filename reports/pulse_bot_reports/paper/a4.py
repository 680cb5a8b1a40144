"""Sheets of A4 that are written on from top to bottom, in black on white.

Made by fpdf2, which needs nothing but Python, in the font that comes with matplotlib. Needs both,
so it is imported where a PDF is asked for. What stands on the sheets is the caller's.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from io import BytesIO
from typing import Final

from fpdf import FPDF, Align, XPos, YPos
from fpdf.enums import MethodReturnValue
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image

from pulse_bot.ports import Picture
from pulse_bot_reports.charts.canvas import FONT, drawable_text

# Millimetres; sizes of type in points.
MARGIN: Final = 18.0
FOOT: Final = 20.0
LEADING: Final = 1.45

BODY: Final = 10.0
SMALL: Final = 8.5
INK: Final = 0
QUIET: Final = 85
"""A grey that is read well on paper: 7.5 to 1."""
HAIR: Final = 170
_SHEETS: Final = "\ue000\ue001"
"""Stands for the number of sheets until it is known: of private signs, which `drawable_text` lets
nobody type. As long as the two digits that room is kept for."""


class A4Document(FPDF):
    """A file of sheets, each with its title and its number at the foot."""

    def __init__(self, title: str, made_at: datetime) -> None:
        """`made_at` is written into the file: one that is made again is to be the same."""
        super().__init__(format="A4")
        self.set_creation_date(made_at)
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT)
        self.set_lang("en-GB")
        self.set_title(drawable_text(title))
        for style, weight in (("", "normal"), ("B", "bold")):
            self.add_font(FONT, style, findfont(FontProperties(family=FONT, weight=weight)))
        self.c_margin = 0
        self.alias_nb_pages(_SHEETS)
        self._title = drawable_text(title)
        self.add_page()

    def footer(self) -> None:
        """Whose sheet it is, and which of how many."""
        # Not at the left margin: what goes on overleaf may have moved it.
        self.set_xy(MARGIN, -FOOT + 6)
        self.set_type(SMALL, QUIET)
        width = self.w - 2 * MARGIN
        self.cell(width * 0.75, 5, self.clip_text(self._title, width * 0.75))
        self.cell(width * 0.25, 5, f"{self.page_no()} of {_SHEETS}", align=Align.R)

    def write_text(self, text: str, *, size: float, bold: bool = False, ink: int = INK) -> None:
        """A paragraph as wide as the sheet, or as what is left of it to the right."""
        self.set_type(size, ink, bold=bold)
        self.multi_cell(
            0,
            line_height(size),
            drawable_lines(text),
            align=Align.L,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )

    def write_heading(self, text: str, size: float) -> None:
        """A heading, which is an entry of the file's own table of contents, too."""
        self.start_section(self.clip_text(drawable_text(text), 150))
        self.write_text(text, size=size, bold=True)

    def place_picture(self, picture: Picture, width: float) -> None:
        """In the middle, as wide as this or as there is height for; overleaf where it is low."""
        file = BytesIO(picture.png)
        height = width * picture_ratio(picture)
        # A rounding error is no reason for another sheet.
        if height > self.room_left() + 0.01:
            self.add_page()
        if height > self.room_left():
            width, height = width * self.room_left() / height, self.room_left()
        self.image(file, x=Align.C, w=width, h=height, alt_text=drawable_text(picture.alternative))

    def text_height(self, text: str, width: float, size: float, *, bold: bool = False) -> float:
        """How high a paragraph would be."""
        self.set_type(size, INK, bold=bold)
        height = self.multi_cell(
            width,
            line_height(size),
            drawable_lines(text),
            align=Align.L,
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return float(height)  # type: ignore[arg-type]  # one output gives one number

    def room_left(self) -> float:
        """What is left of the sheet."""
        return float(self.page_break_trigger - self.get_y())

    def draw_rule(self, ink: int, width: float) -> None:
        """A line across the sheet."""
        self.set_draw_color(ink)
        self.set_line_width(width)
        self.line(self.l_margin, self.get_y(), self.w - MARGIN, self.get_y())

    def set_type(self, size: float, ink: int, *, bold: bool = False) -> None:
        """Set the type of what is written next."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(ink)

    def clip_text(self, text: str, width: float) -> str:
        """A text in one line of small type."""
        self.set_type(SMALL, QUIET)
        if self.get_string_width(text) <= width:
            return text
        # The first length that is too long; sign by sign a long name would take seconds.
        length = bisect_right(
            range(len(text)), width, key=lambda n: self.get_string_width(_cut_text(text, n))
        )
        return _cut_text(text, max(length - 1, 0))


def _cut_text(text: str, length: int) -> str:
    return f"{text[:length].rstrip()}…"


def line_height(size: float) -> float:
    """How high a line is. A point is 0.3528 mm."""
    return size * 0.3528 * LEADING


def picture_ratio(picture: Picture) -> float:
    """How high a picture is for its width."""
    with Image.open(BytesIO(picture.png)) as opened:
        return opened.height / opened.width


def drawable_lines(text: str) -> str:
    """Words that the font has, in the lines that they were written in."""
    return "\n".join(drawable_text(line) for line in text.splitlines())
