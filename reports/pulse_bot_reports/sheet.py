"""The sheet that a picture is drawn on: written on in pixels, and turned into a small PNG.

matplotlib is imported here and in `chart`, and only when something is drawn.
"""

from __future__ import annotations

import gc
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pulse_bot.errors import MissingExtra
from pulse_bot_reports.colours import Colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Pixels. A phone shows the picture at about a third of its width.
WIDTH: Final = 1080
LEFT: Final = 90
RIGHT: Final = 40
DOTS_AN_INCH: Final = 100

SHADES: Final = 32
"""Colours in the file. A picture of few colours is a third as large with as many as these."""

FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so the picture is the same on every machine."""


class Sheet:
    """A figure that is written on in pixels, from the top left corner."""

    def __init__(self, height: int, colours: Colours) -> None:
        """Raises MissingExtra."""
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ImportError:
            raise MissingExtra("reports", "matplotlib") from None
        size = (WIDTH / DOTS_AN_INCH, height / DOTS_AN_INCH)
        self.figure: Figure = Figure(size, DOTS_AN_INCH, facecolor=colours.paper)
        self.height = height
        self.colours = colours
        # A figure without a canvas makes one, of ten megabytes, for each text that it measures.
        self._canvas = FigureCanvasAgg(self.figure)

    def write(
        self, x: float, y: float, words: str, *, size: float, weight: str = "normal", ink: str = ""
    ) -> None:
        """Words with their base line at `y`; smaller where they would not fit the width."""
        text = self.figure.text(
            x / WIDTH,
            1 - y / self.height,
            drawable(words),
            fontfamily=FONT,
            fontsize=points(size),
            fontweight=weight,
            color=ink or self.colours.ink,
            parse_math=False,  # a theme may be called "$x$"
        )
        room, width = WIDTH - x - RIGHT, text.get_window_extent().width
        if width > room:
            text.set_fontsize(points(size) * room / width)

    def axes(self, top: float, height: float) -> Axes:
        """Room for one plot below `top`."""
        bottom = 1 - (top + height) / self.height
        width = (WIDTH - LEFT - RIGHT) / WIDTH
        return self.figure.add_axes((LEFT / WIDTH, bottom, width, height / self.height))

    def png(self) -> bytes:
        """The sheet as a file. Ends the sheet."""
        from PIL import Image

        self._canvas.draw()  # type: ignore[no-untyped-call]  # it has no types
        size, pixels = self._canvas.get_width_height(), self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]  # it has no types
        drawn = Image.frombytes("RGB", size, pixels, "raw", "RGBX")
        few = drawn.quantize(SHADES, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        written = BytesIO()
        few.save(written, "png", optimize=True)
        # Figure and canvas hold one another, and would keep their megabytes until some later day.
        del self._canvas.renderer, pixels, drawn
        self.figure.clear()
        gc.collect()
        return written.getvalue()


def points(pixels: float) -> float:
    """A length in the unit of fonts and lines."""
    return pixels * 72 / DOTS_AN_INCH


def drawable(words: str) -> str:
    """Words with a box for each sign that the font does not have; matplotlib would warn."""
    signs = _signs()
    return "".join(sign if ord(sign) in signs else "□" for sign in words)


@cache
def _signs() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())
