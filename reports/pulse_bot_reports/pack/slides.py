"""A pack as slides: one picture each, 1920 by 1080 pixels, to be put into any presentation.

A question is never smaller than can be read from the back of a room: what does not fit is cut into
further slides, or left to the page and the PDF, which have all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.partnership.pack import Pack, parts
from pulse_bot_reports.charts.canvas import DRAWING, SLIDE, Sheet, lines
from pulse_bot_reports.charts.colours import LIGHT
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.layout import Asked, Laid, laid
from pulse_bot_reports.pack.pictures import gap_pictures, rank_picture

# Pixels.
MARGIN: Final = 110
LEADING: Final = 1.3
TOP: Final = 90
FOOT: Final = 1000
SMALL: Final = 30
BODY: Final = 40
LARGE: Final = 58
TITLE: Final = 84
LEAST, MOST = 0.3, 1.4
"""The smallest and the largest that type becomes, of its own size, to fit the slide."""
STEP: Final = 0.1
MOST_QUOTES: Final = 6
MOST_WRITTEN: Final = 700
"""Quotes, and characters of them, on one slide."""
MOST_COMMITMENTS: Final = 6


@dataclass(frozen=True, slots=True)
class Block:
    """Words of one size, and the room above them."""

    words: str
    size: float
    above: float = 20
    bold: bool = False
    quiet: bool = False
    barred: bool = False
    """With a bar beside it: what is to be read out."""


def slides(pack: Pack) -> Iterator[bytes]:
    """The slides in their order, each a PNG. Raises MissingExtra.

    The same pack gives the same bytes.
    """
    found, questions = laid(pack), parts(pack)
    yield _slide(found, _cover(found))
    yield _slide(found, _order(found))
    for picture in gap_pictures(questions, shape=SLIDE):
        yield picture.png
    for one in found.asked:
        ranked = rank_picture(one.part, shape=SLIDE)
        if ranked:
            yield ranked.png
        yield _slide(found, _question(one))
        for quotes in _shared(one.quotes):
            yield _slide(found, _quotes(one, quotes))
    yield _slide(found, _asks(layout.GROWTH, layout.GROWTH_ASKS))
    yield _slide(found, _commitments(found))
    yield _slide(found, _asks(layout.EXIT, layout.EXIT_ASKS))


def _cover(found: Laid) -> Iterator[Block]:
    yield Block(found.partnership, BODY, above=120, bold=True, quiet=True)
    yield Block(found.title, TITLE, bold=True)
    yield Block(found.day, LARGE, above=30)
    yield Block(layout.PROMISE, BODY, above=90, quiet=True)
    if found.nothing:
        yield Block(found.nothing, BODY, above=40)


def _order(found: Laid) -> Iterator[Block]:
    yield Block(f"{layout.ORDER}, {found.minutes} minutes", LARGE, bold=True)
    for one in found.order:
        yield Block(f"{one.begins}   {one.title} ({one.minutes})", BODY)


def _question(one: Asked) -> Iterator[Block]:
    yield Block(one.heading, SMALL, bold=True, quiet=True)
    yield Block(one.text, LARGE, above=10, bold=True)
    for text in one.result:
        yield Block(text, BODY, above=30)
    if one.instead:
        yield Block(one.instead, BODY, above=10, quiet=True)
    yield Block(layout.TALK, SMALL, above=90, bold=True, quiet=True)
    yield Block(one.prompt, LARGE, above=10, barred=True)


def _quotes(one: Asked, quotes: Sequence[str]) -> Iterator[Block]:
    yield Block(f"{one.heading}. {layout.WORDS}", SMALL, bold=True, quiet=True)
    yield Block(one.text, BODY, above=10, bold=True)
    for text in quotes:
        yield Block(" ".join(text.split()), BODY, above=28, barred=True)


def _shared(quotes: Sequence[str]) -> list[list[str]]:
    """Quotes by slide, so few that they can be read."""
    found: list[list[str]] = []
    for quote in quotes:
        last = found[-1] if found else []
        if last and len(last) < MOST_QUOTES and sum(map(len, last)) + len(quote) <= MOST_WRITTEN:
            last.append(quote)
        else:
            found.append([quote])
    return found


def _asks(title: str, asks: Sequence[str]) -> Iterator[Block]:
    yield Block(title, TITLE, above=60, bold=True)
    for ask in asks:
        yield Block(ask, LARGE, above=60)


def _commitments(found: Laid) -> Iterator[Block]:
    yield Block(layout.COMMITMENTS, TITLE, above=60, bold=True)
    for one in found.commitments[:MOST_COMMITMENTS]:
        yield Block(f"{one.text} By {one.due}.", BODY, above=24, barred=True)
    if len(found.commitments) > MOST_COMMITMENTS:
        yield Block("The others are in the pack's page.", SMALL, quiet=True)
    yield Block("What will we do next, and by when?", LARGE, above=60)


def _slide(found: Laid, blocks: Iterator[Block]) -> bytes:
    """The words in the largest type in which they all fit."""
    kept = tuple(blocks)
    with DRAWING:
        sheet = Sheet(SLIDE.height, LIGHT, SLIDE.width)
        scale = MOST
        while scale > LEAST and _height(kept, scale) > FOOT - TOP:
            scale -= STEP
        plane, down = sheet.plane(), float(TOP)
        for one in kept:
            size, top = one.size * scale, down + one.above * scale
            ink = LIGHT.quiet if one.quiet else LIGHT.ink
            down = top
            for words in _lines(one, scale):
                down += size * LEADING
                sheet.write(
                    _left(one),
                    down - size * 0.3,
                    words,
                    size=size,
                    ink=ink,
                    weight="bold" if one.bold else "normal",
                )
            if one.barred:
                plane.plot([MARGIN] * 2, [top, down], color=LIGHT.bar, lw=5)
        foot = f"{found.title}, {found.partnership}"
        sheet.write(MARGIN, SLIDE.height - 20, foot, size=20, ink=LIGHT.quiet)
        return sheet.png()


def _height(blocks: Sequence[Block], scale: float) -> float:
    return sum(
        one.above * scale + len(_lines(one, scale)) * one.size * scale * LEADING for one in blocks
    )


def _lines(one: Block, scale: float) -> list[str]:
    room = SLIDE.width - MARGIN - _left(one)
    return lines(one.words, one.size * scale, room, bold=one.bold)


def _left(one: Block) -> float:
    return MARGIN + 40 if one.barred else MARGIN
