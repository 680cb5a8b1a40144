"""The colours of a picture by their use: one set for light screens and paper, one for dark ones.

Chosen by lightness, so that marks stay apart in greyscale and for colour-blind readers; a test
holds them to it. The dark set lies on the page's own dark sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Colours:
    """Hexadecimal colours. What is written in `quiet` is no less readable, only less loud."""

    paper: str
    ink: str
    quiet: str
    grid: str
    bar: str
    shade: str
    dot: str


LIGHT: Final = Colours(
    paper="#ffffff",
    ink="#1c2827",
    quiet="#52605e",
    grid="#dfe5e2",
    bar="#0f625c",
    shade="#bfdad5",
    dot="#7b8985",
)
DARK: Final = Colours(
    paper="#1d2326",
    ink="#e9e7e1",
    quiet="#a4afb5",
    grid="#343c41",
    bar="#8fe3d7",
    shade="#2f5f59",
    dot="#8e9ba1",
)
