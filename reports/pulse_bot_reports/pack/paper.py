"""A pack as a PDF for A4: the words and pictures of the page, with room to write on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pulse_bot.domain.partnership.pack import Pack, parts
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.layout import Asked, Laid, Promised, Timed, laid
from pulse_bot_reports.pack.pictures import gap_pictures, rank_picture
from pulse_bot_reports.paper.a4 import A4, BODY, HAIR, INK, MARGIN, QUIET, SMALL, leading, ratio

# Millimetres; sizes of type in points.
TITLE: Final = 22
SECTION: Final = 15
QUESTION: Final = 13
STEP: Final = 9
RESULT: Final = 11
PROMPT: Final = 15
"""Large enough to be read out with the sheet on a table."""
PICTURE: Final = 120.0
BAR: Final = 4.0
"""What stands left of a prompt takes so much of its width."""
CLOCK: Final = 28.0
WHEN: Final = 45.0
LINE_TO_WRITE_ON: Final = 11.0


@lru_cache(maxsize=4)
def pdf(pack: Pack) -> bytes:
    """The file. The same pack gives the same bytes."""
    # Everybody in a room asks for it at the same time.
    found = laid(pack)
    paper = A4(f"{found.title}, {found.partnership}", pack.digest.closed_at)
    _write_cover(paper, found)
    paper.add_page()
    _section(paper, layout.QUESTIONS)
    if found.nothing:
        paper.words(found.nothing, size=RESULT)
        paper.ln(4)
    for picture in gap_pictures(parts(pack)):
        paper.picture(picture, PICTURE)
        paper.ln(4)
    for one in found.asked:
        _write_question(paper, one)
    _write_asks(paper, layout.GROWTH, layout.GROWTH_ASKS)
    _write_commitments(paper, found.commitments)
    _write_asks(paper, layout.EXIT, layout.EXIT_ASKS)
    _write_rest(paper, found.rest)
    return bytes(paper.output())


def _write_cover(paper: A4, found: Laid) -> None:
    paper.words(found.partnership, size=BODY, bold=True, ink=QUIET)
    paper.ln(1)
    paper.heading(found.title, TITLE)
    paper.ln(1)
    paper.words(found.day, size=QUESTION)
    paper.ln(4)
    for text in (found.headline, layout.PROMISE):
        paper.words(text, size=BODY, ink=QUIET)
        paper.ln(1.5)
    paper.ln(3)
    _section(paper, f"{layout.ORDER}, {found.minutes} minutes")
    for one in found.order:
        _write_step(paper, one)


def _write_step(paper: A4, one: Timed) -> None:
    width = paper.epw - CLOCK
    height = 4 + paper.tall(one.title, width, STEP, bold=True) + paper.tall(one.what, width, STEP)
    if paper.room() < height:
        paper.add_page()
    paper.rule(HAIR, 0.2)
    paper.ln(1.2)
    top = paper.get_y()
    paper.words(f"{one.begins}  {one.minutes}", size=STEP, ink=QUIET)
    paper.set_y(top)
    _indent(paper, CLOCK)
    paper.words(one.title, size=STEP, bold=True)
    paper.words(one.what, size=STEP)
    _indent(paper, 0)
    paper.ln(1.2)


def _write_question(paper: A4, one: Asked) -> None:
    """On one sheet wherever it fits one."""
    picture = rank_picture(one.part)
    height = _height(paper, one) + (PICTURE * ratio(picture) + 5 if picture else 0)
    paper.ln(6)
    if paper.will_page_break(min(height, paper.eph)):
        paper.add_page()
    paper.rule(INK, 0.5)
    paper.ln(3)
    paper.words(one.heading, size=SMALL, bold=True, ink=QUIET)
    paper.heading(one.text, QUESTION)
    paper.ln(1.5)
    for text in one.result:
        paper.words(text, size=RESULT)
    if one.instead:
        paper.words(one.instead, size=BODY, ink=QUIET)
    if picture:
        paper.ln(3)
        paper.picture(picture, PICTURE)
    _write_quotes(paper, one.quotes)
    _write_prompt(paper, one.prompt)


def _height(paper: A4, one: Asked) -> float:
    """Of a question without its picture; of what members wrote, the first few lines."""
    quotes = sum(paper.tall(text, paper.epw - BAR, BODY) + 1.5 for text in one.quotes[:3])
    return (
        20.0
        + paper.tall(one.text, paper.epw, QUESTION, bold=True)
        + sum(paper.tall(text, paper.epw, RESULT) for text in (*one.result, one.instead) if text)
        + (quotes + 9 if one.quotes else 0)
        + paper.tall(one.prompt, paper.epw - BAR, PROMPT)
    )


def _write_quotes(paper: A4, quotes: Sequence[str]) -> None:
    if not quotes:
        return
    paper.ln(3)
    paper.words(layout.WORDS, size=SMALL, bold=True, ink=QUIET)
    for text in quotes:
        paper.ln(1.5)
        _write_beside(paper, text, BODY, HAIR, 0.4)


def _write_prompt(paper: A4, prompt: str) -> None:
    paper.ln(4)
    height = leading(SMALL) + paper.tall(prompt, paper.epw - BAR, PROMPT)
    if paper.room() < height:
        paper.add_page()
    paper.words(layout.TALK, size=SMALL, bold=True, ink=QUIET)
    _write_beside(paper, prompt, PROMPT, INK, 1.0)


def _write_beside(paper: A4, text: str, size: float, ink: int, width: float) -> None:
    """Words behind a bar, which ends at the foot of the sheet where they go on overleaf."""
    top, sheet = paper.get_y(), paper.page_no()
    _indent(paper, BAR)
    paper.words(text, size=size)
    _indent(paper, 0)
    if paper.page_no() == sheet:
        paper.set_draw_color(ink)
        paper.set_line_width(width)
        paper.line(MARGIN + 0.5, top + 0.5, MARGIN + 0.5, paper.get_y() - 0.5)


def _write_asks(paper: A4, title: str, asks: Sequence[str]) -> None:
    """A few things to be asked, with a line to write on below each."""
    height = 15 + len(asks) * (leading(RESULT) + LINE_TO_WRITE_ON)
    paper.ln(8)
    if paper.room() < height:
        paper.add_page()
    _section(paper, title)
    for ask in asks:
        paper.words(ask, size=RESULT)
        paper.ln(LINE_TO_WRITE_ON - 2)
        paper.rule(HAIR, 0.2)
        paper.ln(2)


def _write_commitments(paper: A4, open_ones: Sequence[Promised]) -> None:
    written = [f"{one.text} By {one.due}." for one in open_ones]
    new = 12 + layout.NEW_LINES * LINE_TO_WRITE_ON
    old = sum(paper.tall(text, paper.epw - BAR, BODY) + 1.5 for text in written)
    paper.ln(8)
    if paper.will_page_break(min(30 + old + new, paper.eph)):
        paper.add_page()
    _section(paper, layout.COMMITMENTS)
    if written:
        paper.words(layout.OPEN_COMMITMENTS, size=BODY, bold=True)
        paper.ln(1.5)
        for text in written:
            _write_beside(paper, text, BODY, HAIR, 0.4)
            paper.ln(1.5)
        paper.ln(5)
        if paper.room() < new:
            paper.add_page()
    paper.words(layout.NEW_COMMITMENTS, size=BODY, bold=True)
    paper.ln(2)
    _write_lines(paper)


def _write_lines(paper: A4) -> None:
    """Rows to write on, in two columns."""
    what, when = layout.NEW_HEADINGS
    top, split = paper.get_y(), paper.w - MARGIN - WHEN
    paper.words(what, size=SMALL, ink=QUIET)
    paper.set_xy(split + 2, top)
    paper.words(when, size=SMALL, ink=QUIET)
    paper.set_x(MARGIN)
    for _ in range(layout.NEW_LINES):
        paper.rule(HAIR, 0.2)
        paper.ln(LINE_TO_WRITE_ON)
    paper.rule(HAIR, 0.2)
    paper.line(split, top, split, paper.get_y())


def _write_rest(paper: A4, texts: Sequence[str]) -> None:
    if not texts:
        return
    paper.ln(8)
    if paper.room() < 30:
        paper.add_page()
    _section(paper, layout.REST)
    for text in texts:
        paper.words(text, size=BODY, ink=QUIET)
        paper.ln(1.5)


def _indent(paper: A4, by: float) -> None:
    paper.set_left_margin(MARGIN + by)
    paper.set_x(MARGIN + by)


def _section(paper: A4, title: str) -> None:
    paper.heading(title, SECTION)
    paper.ln(2.5)
