"""A pack as a PDF for A4: the words and pictures of the page, with room to write on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pulse_bot.domain.partnership.pack import Pack, list_questions
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.layout import (
    OpenCommitment,
    PackContent,
    PackQuestion,
    TimedStep,
    lay_out_pack,
)
from pulse_bot_reports.pack.pictures import gap_pictures, rank_picture
from pulse_bot_reports.paper.a4 import (
    BODY,
    HAIR,
    INK,
    MARGIN,
    QUIET,
    SMALL,
    A4Document,
    line_height,
    picture_ratio,
)

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
def pack_pdf(pack: Pack) -> bytes:
    """The file. The same pack gives the same bytes."""
    # Everybody in a room asks for it at the same time.
    content = lay_out_pack(pack)
    paper = A4Document(f"{content.title}, {content.partnership}", pack.digest.closed_at)
    _write_cover(paper, content)
    paper.add_page()
    _write_section(paper, layout.QUESTIONS)
    if content.nothing:
        paper.write_text(content.nothing, size=RESULT)
        paper.ln(4)
    for picture in gap_pictures(list_questions(pack)):
        paper.place_picture(picture, PICTURE)
        paper.ln(4)
    for question in content.questions:
        _write_question(paper, question)
    _write_asks(paper, layout.GROWTH, layout.GROWTH_ASKS)
    _write_commitments(paper, content.commitments)
    _write_asks(paper, layout.EXIT, layout.EXIT_ASKS)
    _write_rest(paper, content.rest)
    return bytes(paper.output())


def _write_cover(paper: A4Document, content: PackContent) -> None:
    paper.write_text(content.partnership, size=BODY, bold=True, ink=QUIET)
    paper.ln(1)
    paper.write_heading(content.title, TITLE)
    paper.ln(1)
    paper.write_text(content.day, size=QUESTION)
    paper.ln(4)
    for text in (content.headline, layout.PROMISE):
        paper.write_text(text, size=BODY, ink=QUIET)
        paper.ln(1.5)
    paper.ln(3)
    _write_section(paper, content.order_heading)
    for step in content.order:
        _write_step(paper, step)


def _write_step(paper: A4Document, step: TimedStep) -> None:
    width = paper.epw - CLOCK
    height = (
        4
        + paper.text_height(step.title, width, STEP, bold=True)
        + paper.text_height(step.what, width, STEP)
    )
    if paper.room_left() < height:
        paper.add_page()
    paper.draw_rule(HAIR, 0.2)
    paper.ln(1.2)
    top = paper.get_y()
    paper.write_text(f"{step.begins}  {step.minutes}", size=STEP, ink=QUIET)
    paper.set_y(top)
    _set_indent(paper, CLOCK)
    paper.write_text(step.title, size=STEP, bold=True)
    paper.write_text(step.what, size=STEP)
    _set_indent(paper, 0)
    paper.ln(1.2)


def _write_question(paper: A4Document, question: PackQuestion) -> None:
    """On one sheet wherever it fits one."""
    picture = rank_picture(question.part)
    height = _question_height(paper, question) + (
        PICTURE * picture_ratio(picture) + 5 if picture else 0
    )
    paper.ln(6)
    if paper.will_page_break(min(height, paper.eph)):
        paper.add_page()
    paper.draw_rule(INK, 0.5)
    paper.ln(3)
    paper.write_text(question.heading, size=SMALL, bold=True, ink=QUIET)
    paper.write_heading(question.text, QUESTION)
    paper.ln(1.5)
    for text in question.result:
        paper.write_text(text, size=RESULT)
    if question.instead:
        paper.write_text(question.instead, size=BODY, ink=QUIET)
    if picture:
        paper.ln(3)
        paper.place_picture(picture, PICTURE)
    _write_quotes(paper, question.quotes)
    _write_prompt(paper, question.prompt)


def _question_height(paper: A4Document, question: PackQuestion) -> float:
    """Of a question without its picture; of what members wrote, the first few lines."""
    quotes = sum(
        paper.text_height(text, paper.epw - BAR, BODY) + 1.5 for text in question.quotes[:3]
    )
    return (
        20.0
        + paper.text_height(question.text, paper.epw, QUESTION, bold=True)
        + sum(
            paper.text_height(text, paper.epw, RESULT)
            for text in (*question.result, question.instead)
            if text
        )
        + (quotes + 9 if question.quotes else 0)
        + paper.text_height(question.prompt, paper.epw - BAR, PROMPT)
    )


def _write_quotes(paper: A4Document, quotes: Sequence[str]) -> None:
    if not quotes:
        return
    paper.ln(3)
    paper.write_text(layout.WORDS, size=SMALL, bold=True, ink=QUIET)
    for text in quotes:
        paper.ln(1.5)
        _write_beside(paper, text, BODY, HAIR, 0.4)


def _write_prompt(paper: A4Document, prompt: str) -> None:
    paper.ln(4)
    height = line_height(SMALL) + paper.text_height(prompt, paper.epw - BAR, PROMPT)
    if paper.room_left() < height:
        paper.add_page()
    paper.write_text(layout.TALK, size=SMALL, bold=True, ink=QUIET)
    _write_beside(paper, prompt, PROMPT, INK, 1.0)


def _write_beside(paper: A4Document, text: str, size: float, ink: int, width: float) -> None:
    """Words behind a bar, which ends at the foot of the sheet where they go on overleaf."""
    top, sheet = paper.get_y(), paper.page_no()
    _set_indent(paper, BAR)
    paper.write_text(text, size=size)
    _set_indent(paper, 0)
    if paper.page_no() == sheet:
        paper.set_draw_color(ink)
        paper.set_line_width(width)
        paper.line(MARGIN + 0.5, top + 0.5, MARGIN + 0.5, paper.get_y() - 0.5)


def _write_asks(paper: A4Document, title: str, asks: Sequence[str]) -> None:
    """A few things to be asked, with a line to write on below each."""
    height = 15 + len(asks) * (line_height(RESULT) + LINE_TO_WRITE_ON)
    paper.ln(8)
    if paper.room_left() < height:
        paper.add_page()
    _write_section(paper, title)
    for ask in asks:
        paper.write_text(ask, size=RESULT)
        paper.ln(LINE_TO_WRITE_ON - 2)
        paper.draw_rule(HAIR, 0.2)
        paper.ln(2)


def _write_commitments(paper: A4Document, commitments: Sequence[OpenCommitment]) -> None:
    written = [commitment.sentence for commitment in commitments]
    new = 12 + layout.NEW_LINES * LINE_TO_WRITE_ON
    old = sum(paper.text_height(text, paper.epw - BAR, BODY) + 1.5 for text in written)
    paper.ln(8)
    if paper.will_page_break(min(30 + old + new, paper.eph)):
        paper.add_page()
    _write_section(paper, layout.COMMITMENTS)
    if written:
        paper.write_text(layout.OPEN_COMMITMENTS, size=BODY, bold=True)
        paper.ln(1.5)
        for text in written:
            _write_beside(paper, text, BODY, HAIR, 0.4)
            paper.ln(1.5)
        paper.ln(5)
        if paper.room_left() < new:
            paper.add_page()
    paper.write_text(layout.NEW_COMMITMENTS, size=BODY, bold=True)
    paper.ln(2)
    _write_lines(paper)


def _write_lines(paper: A4Document) -> None:
    """Rows to write on, in two columns."""
    what, when = layout.NEW_HEADINGS
    top, split = paper.get_y(), paper.w - MARGIN - WHEN
    paper.write_text(what, size=SMALL, ink=QUIET)
    paper.set_xy(split + 2, top)
    paper.write_text(when, size=SMALL, ink=QUIET)
    paper.set_x(MARGIN)
    for _ in range(layout.NEW_LINES):
        paper.draw_rule(HAIR, 0.2)
        paper.ln(LINE_TO_WRITE_ON)
    paper.draw_rule(HAIR, 0.2)
    paper.line(split, top, split, paper.get_y())


def _write_rest(paper: A4Document, texts: Sequence[str]) -> None:
    if not texts:
        return
    paper.ln(8)
    if paper.room_left() < 30:
        paper.add_page()
    _write_section(paper, layout.REST)
    for text in texts:
        paper.write_text(text, size=BODY, ink=QUIET)
        paper.ln(1.5)


def _set_indent(paper: A4Document, by: float) -> None:
    paper.set_left_margin(MARGIN + by)
    paper.set_x(MARGIN + by)


def _write_section(paper: A4Document, title: str) -> None:
    paper.write_heading(title, SECTION)
    paper.ln(2.5)
