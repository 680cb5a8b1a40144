"""The sheet that a picture is drawn on: written on in pixels, and turned into a small PNG.

matplotlib is imported here, and by whoever draws marks, and only when something is drawn.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Final

from pulse_bot.errors import MissingExtra
from pulse_bot_reports.charts.colours import Colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

# Pixels. A phone shows the picture at about a third of its width.
WIDTH: Final = 1080
LEFT: Final = 90
RIGHT: Final = 40
DOTS_AN_INCH: Final = 100

SHADES: Final = 32
"""Colours in the file. A picture of few colours is a third as large with as many as these."""

COMPRESSION: Final = 7
"""The last sixth of the size would take five times as long."""

FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so the picture is the same on every machine."""

DRAWING: Final = Lock()
"""matplotlib is not safe in several threads at once: held while a sheet is drawn."""


@dataclass(frozen=True, slots=True)
class SheetSize:
    """How wide a sheet is, in pixels, and how high; 0 where it is as high as what stands on it."""

    width: int
    height: int = 0


PHONE: Final = SheetSize(WIDTH)
SLIDE: Final = SheetSize(1920, 1080)


class DrawingSheet:
    """A figure that is written on in pixels, from the top left corner."""

    def __init__(self, height: int, colours: Colours, width: int = WIDTH) -> None:
        """Raises MissingExtra."""
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ImportError:
            raise MissingExtra("reports", "matplotlib") from None
        size = (width / DOTS_AN_INCH, height / DOTS_AN_INCH)
        self.figure: Figure = Figure(size, DOTS_AN_INCH, facecolor=colours.paper)
        self.width = width
        self.height = height
        self.colours = colours
        # A figure without a canvas makes one, of ten megabytes, for each text that it measures.
        self._canvas = FigureCanvasAgg(self.figure)

    def write_text(
        self, x: float, y: float, words: str, *, size: float, weight: str = "normal", ink: str = ""
    ) -> None:
        """Words with their base line at `y`; smaller where they would not fit the width."""
        text = self.figure.text(
            x / self.width,
            1 - y / self.height,
            drawable_text(words),
            fontfamily=FONT,
            fontsize=to_points(size),
            fontweight=weight,
            color=ink or self.colours.ink,
            parse_math=False,  # a theme may be called "$x$"
        )
        room, width = self.width - x - RIGHT, text.get_window_extent().width
        if width > room:
            text.set_fontsize(to_points(size) * room / width)

    def add_axes(self, top: float, height: float) -> Axes:
        """Room for one plot below `top`."""
        bottom = 1 - (top + height) / self.height
        width = (self.width - LEFT - RIGHT) / self.width
        return self.figure.add_axes((LEFT / self.width, bottom, width, height / self.height))

    def draw_line(self, left: float, right: float, down: float, *, thick: float, ink: str) -> None:
        """A level line, that belongs to no plot."""
        from matplotlib.lines import Line2D

        ends, height = [left / self.width, right / self.width], 1 - down / self.height
        self.figure.add_artist(
            Line2D(ends, [height] * 2, lw=to_points(thick), color=ink, solid_capstyle="butt")
        )

    def add_pixel_axes(self) -> Axes:
        """The whole sheet as a plot whose places are pixels, from the top left corner."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        axes.set_axis_off()
        return axes

    def to_png(self) -> bytes:
        """The sheet as a file. Ends the sheet."""
        self._canvas.draw()  # type: ignore[no-untyped-call]  # it has no types
        content = _encode_png(self._canvas.buffer_rgba(), self._canvas.get_width_height())  # type: ignore[no-untyped-call]  # it has no types
        # Figure and canvas hold one another, and would keep their megabytes until some later day.
        del self.figure, self._canvas
        gc.collect()
        return content


def _encode_png(drawn: memoryview, size: tuple[int, int]) -> bytes:
    """RGBA as a small PNG of few colours, one of which is that of the top left corner.

    Nearly all pixels are paper: colours are chosen for the others alone, in a fifth of the time.
    """
    import numpy as np
    from PIL import Image

    pixels = np.asarray(drawn)
    packed = pixels.view(np.uint32)[..., 0]
    is_inked = packed != packed[0, 0]
    inked = pixels[is_inked]
    marks = Image.frombytes("RGB", (1, len(inked)), inked.tobytes(), "raw", "RGBX").quantize(
        SHADES - 1, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    shades = np.zeros(packed.shape, np.uint8)
    shades[is_inked] = np.frombuffer(marks.tobytes(), np.uint8) + 1
    sheet = Image.frombytes("P", size, shades.tobytes())
    sheet.putpalette([*pixels[0, 0, :3].tolist(), *(marks.getpalette() or ())])
    written = BytesIO()
    sheet.save(written, "png", compress_level=COMPRESSION)
    return written.getvalue()


def to_points(pixels: float) -> float:
    """A length in the unit of fonts and lines."""
    return pixels * 72 / DOTS_AN_INCH


def drawable_text(words: str) -> str:
    """Words with a box for each sign that the font does not have; matplotlib would warn."""
    signs = _font_signs()
    return "".join(sign if ord(sign) in signs else "□" for sign in words)


def wrap_text(words: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Words in lines of at most `room` pixels; a longer word is cut. Raises MissingExtra."""
    wrapped = [""]
    for word in " ".join(drawable_text(words).split()).split(" "):
        longer = f"{wrapped[-1]} {word}".strip()
        if text_width(longer, size, bold=bold) <= room:
            wrapped[-1] = longer
            continue
        *whole, rest = _cut_word(word, size, room, bold=bold)
        wrapped += [*whole, rest]
    return [line for line in wrapped if line]


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """How wide words are, in pixels: sign by sign, and so without the little that kerning saves."""
    weight = "bold" if bold else "normal"
    return sum(_sign_width(sign, weight, size) for sign in words)


def _cut_word(word: str, size: float, room: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and text_width(pieces[-1] + sign, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += sign
    return pieces


@cache
def _font_signs() -> frozenset[int]:
    return frozenset(_load_font("normal").get_charmap())


@lru_cache(maxsize=8192)
def _sign_width(sign: str, weight: str, size: float) -> float:
    # Kept, because a text is tried in size after size until it fits its sheet.
    font = _load_font(weight)
    font.set_size(to_points(size), DOTS_AN_INCH)
    return float(font.load_char(ord(sign)).horiAdvance) / 64


def _load_font(weight: str) -> FT2Font:
    try:
        from matplotlib.font_manager import FontProperties, findfont, get_font
    except ImportError:
        raise MissingExtra("reports", "matplotlib") from None
    return get_font(findfont(FontProperties(family=FONT, weight=weight)))
