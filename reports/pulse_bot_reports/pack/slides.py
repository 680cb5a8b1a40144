"""A pack as slides: one picture each, 1920 by 1080 pixels, to be put into any presentation.

What is said, and how a question goes with its result, its quotes and its prompt, is laid out in
`layout`, as for the page and the PDF, in whose order the slides come; decided here is only what one
slide has room for. A question is never smaller than can be read from the back of a room: what does
not fit is cut into further slides, or left to the page and the PDF, which have all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.partnership.pack import Pack, list_questions
from pulse_bot_reports.charts.canvas import DRAWING, SLIDE, DrawingSheet, wrap_text
from pulse_bot_reports.charts.colours import LIGHT
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.layout import PackContent, PackQuestion, lay_out_pack
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
class SlideText:
    """Words of one size, and the room above them."""

    words: str
    size: float
    above: float = 20
    bold: bool = False
    quiet: bool = False
    barred: bool = False
    """With a bar beside it: what is to be read out."""


def render_slides(pack: Pack) -> Iterator[bytes]:
    """The slides in their order, each a PNG. Raises MissingExtra.

    The same pack gives the same bytes.
    """
    content, questions = lay_out_pack(pack), list_questions(pack)
    yield _draw_slide(content, _cover_texts(content))
    yield _draw_slide(content, _order_texts(content))
    for picture in gap_pictures(questions, shape=SLIDE):
        yield picture.png
    for question in content.questions:
        ranked = rank_picture(question.part, shape=SLIDE)
        if ranked:
            yield ranked.png
        yield _draw_slide(content, _question_texts(question))
        for quotes in _group_quotes(question.quotes):
            yield _draw_slide(content, _quote_texts(question, quotes))
    yield _draw_slide(content, _ask_texts(layout.GROWTH, layout.GROWTH_ASKS))
    yield _draw_slide(content, _commitment_texts(content))
    yield _draw_slide(content, _ask_texts(layout.EXIT, layout.EXIT_ASKS))


def _cover_texts(content: PackContent) -> Iterator[SlideText]:
    yield SlideText(content.partnership, BODY, above=120, bold=True, quiet=True)
    yield SlideText(content.title, TITLE, bold=True)
    yield SlideText(content.day, LARGE, above=30)
    yield SlideText(layout.PROMISE, BODY, above=90, quiet=True)
    if content.nothing:
        yield SlideText(content.nothing, BODY, above=40)


def _order_texts(content: PackContent) -> Iterator[SlideText]:
    yield SlideText(content.order_heading, LARGE, bold=True)
    for step in content.order:
        yield SlideText(f"{step.begins}   {step.title} ({step.minutes})", BODY)


def _question_texts(question: PackQuestion) -> Iterator[SlideText]:
    yield SlideText(question.heading, SMALL, bold=True, quiet=True)
    yield SlideText(question.text, LARGE, above=10, bold=True)
    for text in question.result:
        yield SlideText(text, BODY, above=30)
    if question.instead:
        yield SlideText(question.instead, BODY, above=10, quiet=True)
    yield SlideText(layout.TALK, SMALL, above=90, bold=True, quiet=True)
    yield SlideText(question.prompt, LARGE, above=10, barred=True)


def _quote_texts(question: PackQuestion, quotes: Sequence[str]) -> Iterator[SlideText]:
    yield SlideText(f"{question.heading}. {layout.WORDS}", SMALL, bold=True, quiet=True)
    yield SlideText(question.text, BODY, above=10, bold=True)
    for text in quotes:
        yield SlideText(" ".join(text.split()), BODY, above=28, barred=True)


def _group_quotes(quotes: Sequence[str]) -> list[list[str]]:
    """Quotes by slide, so few that they can be read."""
    groups: list[list[str]] = []
    for quote in quotes:
        last = groups[-1] if groups else []
        if last and len(last) < MOST_QUOTES and sum(map(len, last)) + len(quote) <= MOST_WRITTEN:
            last.append(quote)
        else:
            groups.append([quote])
    return groups


def _ask_texts(title: str, asks: Sequence[str]) -> Iterator[SlideText]:
    yield SlideText(title, TITLE, above=60, bold=True)
    for ask in asks:
        yield SlideText(ask, LARGE, above=60)


def _commitment_texts(content: PackContent) -> Iterator[SlideText]:
    yield SlideText(layout.COMMITMENTS, TITLE, above=60, bold=True)
    for commitment in content.commitments[:MOST_COMMITMENTS]:
        yield SlideText(commitment.sentence, BODY, above=24, barred=True)
    if len(content.commitments) > MOST_COMMITMENTS:
        yield SlideText(layout.OTHERS, SMALL, quiet=True)
    yield SlideText(layout.NEW_ASK, LARGE, above=60)


def _draw_slide(content: PackContent, blocks: Iterator[SlideText]) -> bytes:
    """The words in the largest type in which they all fit."""
    texts = tuple(blocks)
    with DRAWING:
        sheet = DrawingSheet(SLIDE.height, LIGHT, SLIDE.width)
        scale = MOST
        while scale > LEAST and _texts_height(texts, scale) > FOOT - TOP:
            scale -= STEP
        plane, down = sheet.add_pixel_axes(), float(TOP)
        for text in texts:
            size, top = text.size * scale, down + text.above * scale
            ink = LIGHT.quiet if text.quiet else LIGHT.ink
            down = top
            for words in _text_lines(text, scale):
                down += size * LEADING
                sheet.write_text(
                    _text_left(text),
                    down - size * 0.3,
                    words,
                    size=size,
                    ink=ink,
                    weight="bold" if text.bold else "normal",
                )
            if text.barred:
                plane.plot([MARGIN] * 2, [top, down], color=LIGHT.bar, lw=5)
        foot = f"{content.title}, {content.partnership}"
        sheet.write_text(MARGIN, SLIDE.height - 20, foot, size=20, ink=LIGHT.quiet)
        return sheet.to_png()


def _texts_height(blocks: Sequence[SlideText], scale: float) -> float:
    return sum(
        text.above * scale + len(_text_lines(text, scale)) * text.size * scale * LEADING
        for text in blocks
    )


def _text_lines(text: SlideText, scale: float) -> list[str]:
    room = SLIDE.width - MARGIN - _text_left(text)
    return wrap_text(text.words, text.size * scale, room, bold=text.bold)


def _text_left(text: SlideText) -> float:
    return MARGIN + 40 if text.barred else MARGIN
