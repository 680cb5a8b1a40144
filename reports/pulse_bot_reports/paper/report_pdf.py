"""A half-term's report on paper: four sheets of A4 at most, to be handed round.

Imported where a PDF is asked for: `a4` needs fpdf2 and matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulse_bot.domain.asking.calendar import format_local_day, parse_zone
from pulse_bot.domain.release.half_term import HalfTermReport
from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.colours import LIGHT
from pulse_bot_reports.charts.year import build_year, describe_year
from pulse_bot_reports.charts.year_picture import PAPER, year_png
from pulse_bot_reports.half_term.words import LEVELS, ReportSection, report_title, write_report
from pulse_bot_reports.page.history_page import SCALE
from pulse_bot_reports.paper.a4 import BODY, QUIET, SMALL, A4Document


def report_pdf(
    partnership: str, time_zone: str, report: HalfTermReport, digests: Sequence[Digest]
) -> bytes:
    """The file. The same digests give the same bytes."""
    closed_at = _find_close(report, digests)
    # The day on which the half-term ended: a file that is made again is the same.
    paper = A4Document(f"{partnership}. {report_title(report)}", closed_at)
    paper.write_text(partnership, size=20, bold=True)
    paper.ln(1)
    paper.write_text(report_title(report), size=13, bold=True)
    paper.ln(1)
    paper.write_text(_say_day(closed_at, time_zone), size=BODY, ink=QUIET)
    written = write_report(report)
    paper.ln(5)
    paper.write_heading(LEVELS, 11)
    paper.ln(1)
    paper.write_table(written.headings, written.rows)
    for section in written.sections:
        _write_section(paper, section)
    paper.ln(6)
    paper.write_text(SCALE, size=SMALL, ink=QUIET)
    if year := build_year([one for one in digests if one.number <= report.own.last]):
        paper.ln(8)
        picture = Picture(year_png(year, LIGHT, PAPER), describe_year(year))
        paper.place_picture(picture, paper.epw)
    return bytes(paper.output())


def _write_section(paper: A4Document, section: ReportSection) -> None:
    paper.ln(5)
    paper.write_heading(section.title, 11)
    for line in section.lines:
        paper.ln(1)
        paper.write_text(line, size=BODY)


def _find_close(report: HalfTermReport, digests: Sequence[Digest]) -> datetime:
    return next(digest.closed_at for digest in digests if digest.number == report.own.last)


def _say_day(closed_at: datetime, time_zone: str) -> str:
    where = parse_zone(time_zone)
    year = closed_at.astimezone(where).year
    return f"Made of what our digests said up to {format_local_day(closed_at, where)} {year}."
