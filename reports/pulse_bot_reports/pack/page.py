"""A pack as one HTML page that needs nothing else: for a screen, and to print on A4.

No scripts and no outside requests, as the page of digests; the layout is in `pack.html.j2`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.partnership.pack import AskedQuestion, Pack, list_questions
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.colours import DARK, LIGHT
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.pictures import gap_pictures, rank_picture

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class PackFigure:
    """A picture for light screens and paper, and for dark ones, as data addresses; its words."""

    light: str
    dark: str
    alternative: str


def render_pack(pack: Pack) -> str:
    """The page. The same pack gives the same page. Raises MissingExtra where Jinja2 is missing.

    Where matplotlib is not installed the words stand without the pictures, which say no more.
    """
    questions = list_questions(pack)
    return _load_template().render(
        pack=layout.lay_out_pack(pack),
        gaps=_gap_figures(questions),
        ranks=_rank_figures(questions),
        words=_WORDS,
    )


def _gap_figures(questions: Sequence[AskedQuestion]) -> tuple[PackFigure, ...]:
    try:
        light, dark = (gap_pictures(questions, colours) for colours in (LIGHT, DARK))
    except MissingExtra:
        return ()
    return tuple(_build_figure(*both) for both in zip(light, dark, strict=True))


def _rank_figures(questions: Sequence[AskedQuestion]) -> Mapping[int, PackFigure]:
    """By the question's number."""
    figures = {}
    for part in questions:
        try:
            light, dark = (rank_picture(part, colours) for colours in (LIGHT, DARK))
        except MissingExtra:
            continue
        if light and dark:
            figures[part.number] = _build_figure(light, dark)
    return figures


def _build_figure(light: Picture, dark: Picture) -> PackFigure:
    return PackFigure(_data_url(light.png), _data_url(dark.png), light.alternative)


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _load_template() -> Template:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("reports", "Jinja2") from None
    environment = Environment(
        loader=PackageLoader("pulse_bot_reports", package_path="pack"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("pack.html.j2")


_WORDS: Final = {name.lower(): value for name, value in vars(layout).items() if name.isupper()}
"""The fixed words of a pack, for the template."""
