"""Sheets of A4 that are written on from top to bottom, in black on white.

Made by fpdf2, which needs nothing but Python, in the font that comes with matplotlib. Needs both,
so it is imported where a PDF is asked for. What stands on the sheets is the caller's.

Lines are broken here: fpdf2 measures every sign of every line anew, which took most of the time of
a long file. It still lays out what runs from right to left.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from fpdf import FPDF, Align, FontFace, XPos, YPos
from fpdf.enums import MethodReturnValue, TableBordersLayout
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
TABLE_HAIR: Final = 190
_RIGHT_TO_LEFT: Final = frozenset(
    {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
)
"""What Unicode calls the directions of signs that are not put from left to right."""
_SHEETS: Final = "\ue000\ue001\ue002"
"""Stands for the number of sheets until it is known: of private signs, which `drawable_text` lets
nobody type. As long as the three digits that room is kept for."""
_NUMBER: Final = 18.0
"""Room for a sheet's number, of how many."""


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
        self._widths: dict[tuple[str, float, bool], float] = {}
        self._broken: dict[tuple[str, float, float, bool], tuple[str, ...]] = {}
        self.add_page()

    def footer(self) -> None:
        """Whose sheet it is, and which of how many."""
        # Not at the left margin: what goes on overleaf may have moved it.
        self.set_xy(MARGIN, -FOOT + 6)
        self.set_type(SMALL, QUIET)
        width = self.w - 2 * MARGIN - _NUMBER
        self.cell(width, 5, self.clip_text(self._title, width * 0.9))
        self.cell(_NUMBER, 5, f"{self.page_no()} of {_SHEETS}", align=Align.L)

    def write_text(
        self, text: str, *, size: float, bold: bool = False, ink: int = INK, width: float = 0
    ) -> None:
        """A paragraph as wide as this, or as what is left of the sheet to the right."""
        self.set_type(size, ink, bold=bold)
        words = drawable_lines(text)
        if self.can_place(words):
            width = width or self.w - self.r_margin - self.x
            for line in self._break_lines(words, width, size, bold=bold):
                self._place_line(line, line_height(size))
            return
        self.multi_cell(
            width, line_height(size), words, align=Align.L, new_x=XPos.LEFT, new_y=YPos.NEXT
        )

    def can_place(self, words: str) -> bool:
        """Whether each line of it can be put as it is: all of it runs from left to right."""
        return words.isascii() or not any(
            unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in words
        )

    def _place_line(self, line: str, height: float) -> None:
        """A line of the type that is set, and on to the next."""
        if self.will_page_break(height):
            left = self.x
            self.add_page()
            self.set_x(left)
        # Where fpdf2 puts the baseline of a cell of this height.
        self.text(self.x, self.y + 0.5 * height + 0.3 * self.font_size, line)
        self.y += height

    def _break_lines(self, words: str, width: float, size: float, *, bold: bool) -> tuple[str, ...]:
        """Words in lines of at most this width, of the type that is set; a longer word is cut."""
        key = (words, width, size, bold)
        if key not in self._broken:
            paragraphs = words.split("\n")
            self._broken[key] = tuple(
                line
                for paragraph in paragraphs
                for line in self._break_paragraph(paragraph, width, size, bold=bold)
            )
        return self._broken[key]

    def _break_paragraph(
        self, paragraph: str, width: float, size: float, *, bold: bool
    ) -> Iterator[str]:
        def measure(part: str) -> float:
            if (part, size, bold) not in self._widths:
                self._widths[part, size, bold] = self.get_string_width(part)
            return self._widths[part, size, bold]

        line, room, blank = "", width, measure(" ")
        for word in paragraph.split(" "):
            taken = measure(word) + (blank if line else 0)
            if taken <= room:
                line, room = (f"{line} {word}" if line else word), room - taken
                continue
            if line:
                yield line
            *whole, line = _cut_word(word, width, measure)
            yield from whole
            room = width - measure(line)
        yield line

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

    def write_table(
        self, headings: Sequence[str], rows: Iterable[Sequence[str]], first: float = 38.0
    ) -> None:
        """A table whose first column has this width; no row is cut, and headings come again."""
        self.set_type(SMALL, INK)
        self.set_draw_color(TABLE_HAIR)
        self.set_line_width(0.2)
        others = len(headings) - 1
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=(first, *[(self.epw - first) / others] * others),
            headings_style=FontFace(emphasis="BOLD"),
            line_height=line_height(SMALL),
            padding=(1, 2, 1, 0),
            text_align=Align.L,
        ) as table:
            for cells in (headings, *rows):
                table.row([drawable_text(cell) for cell in cells])

    def text_height(self, text: str, width: float, size: float, *, bold: bool = False) -> float:
        """How high a paragraph would be."""
        self.set_type(size, INK, bold=bold)
        words = drawable_lines(text)
        if self.can_place(words):
            lines = self._break_lines(words, width, size, bold=bold)
            return len(lines) * line_height(size)
        height = self.multi_cell(
            width,
            line_height(size),
            words,
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


def _cut_word(word: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A word in pieces of at most this width, and of one sign at least."""
    pieces, room = [""], width
    for sign in word:
        if pieces[-1] and measure(sign) > room:
            pieces, room = [*pieces, ""], width
        pieces[-1] += sign
        room -= measure(sign)
    return pieces


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
