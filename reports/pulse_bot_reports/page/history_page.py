"""The history of a partnership's digests as one HTML page that needs nothing else.

This week comes first, then the picture, the last half-term's report with the picture of the year,
and the tables, then what was said before, folded by term.
No scripts and no outside requests: the page can be mailed, printed and opened in ten years. It
repeats what was said and adds no number; the words are the digests' own, the layout is in
`history.html.j2`, the picture and its tables come from the same releases.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.release.half_term import make_report
from pulse_bot.domain.release.record import Digest, Statement, StatementKind
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.charts.alternative_text import describe_chart
from pulse_bot_reports.charts.colours import DARK, LIGHT
from pulse_bot_reports.charts.figures import digest_figures, pictured_rounds
from pulse_bot_reports.charts.series import ThemeChart, build_chart
from pulse_bot_reports.charts.year import build_year, describe_year
from pulse_bot_reports.half_term.words import LEVELS, write_report
from pulse_bot_reports.page.tables import LEGEND, LevelTable, level_tables

if TYPE_CHECKING:
    from jinja2 import Template

TITLES: Final = {
    StatementKind.TREND: "Themes",
    StatementKind.COMMITMENT: "Commitments",
    StatementKind.QUESTION: "Questions",
    StatementKind.LEVEL: "Last six rounds",
    StatementKind.AGREEMENT: "Of one mind?",
    StatementKind.NOTE: "A word of care",
    StatementKind.RESPONSE: "Response",
    StatementKind.TALK: "For the group",
    StatementKind.COMMENT: "Comments",
    StatementKind.NEXT: "Next",
}

LEAD: Final = (
    "What the group was told last, its numbers over time, and everything that was said before, "
    "word for word."
)
BETWEEN_TERMS: Final = timedelta(days=16)
"""Rounds further apart have holidays between them; a half-term of one week is none of these."""
NO_ROUND: Final = "No round has closed yet. The first digest will stand here."
SCALE: Final = (
    "Numbers out of 5 are averages of answers from 1 (strongly disagree, never, or not started) to "
    "5 (strongly agree, always, or there). In pictures and tables those of questions for which low "
    "is good are turned, so that high is always good. All numbers are coarse on purpose, so that "
    "nobody can tell who gave which answer."
)


@dataclass(frozen=True, slots=True)
class HistorySection:
    """Statements of one kind under one title."""

    kind: str
    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryFigure:
    """The picture for light screens and paper, and for dark ones, as data addresses; its words."""

    light: str
    dark: str
    alternative: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One digest, laid out."""

    number: int
    closed: datetime
    """In the partnership's own time."""
    day: str
    """The same as machines read it."""
    headline: str
    sections: tuple[HistorySection, ...]
    figures: tuple[HistoryFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryTerm:
    """Digests between two holidays, newest first."""

    title: str
    entries: tuple[HistoryEntry, ...]


def history_page(partnership: str, digests: Sequence[Digest], time_zone: str) -> str:
    """The page, whatever order they come in.

    The same digests give the same page. Where matplotlib is not installed there are the tables
    without the picture. Raises MissingExtra where Jinja2 is not installed.
    """
    chart, laid = build_chart(digests), lay_out_digests(digests, time_zone)
    rounds_shown = pictured_rounds(digests)
    figures_by_round = {
        digest.number: _history_figures(digest)
        for digest in digests
        if digest.number in rounds_shown
    }
    report = make_report(digests)
    written = write_report(report) if report else None
    entries = [replace(entry, figures=figures_by_round.get(entry.number, ())) for entry in laid]
    return _load_template().render(
        partnership=partnership,
        newest=entries[0] if entries else None,
        terms=fold_terms(entries[1:]),
        figure=_chart_figure(chart) if chart else None,
        report=written,
        year=_year_figure(digests),
        levels=LevelTable(LEVELS, written.headings, written.rows) if written else None,
        tables=level_tables(chart, time_zone) if chart else (),
        lead=LEAD,
        no_round=NO_ROUND,
        scale=SCALE,
        legend=LEGEND,
    )


def lay_out_digests(digests: Iterable[Digest], time_zone: str) -> list[HistoryEntry]:
    """The digests laid out, newest first."""
    newest_first = sorted(digests, key=lambda digest: digest.number, reverse=True)
    return [_lay_out_digest(digest, time_zone) for digest in newest_first]


def fold_terms(entries: Sequence[HistoryEntry]) -> list[HistoryTerm]:
    """The same digests, newest first, a term each: parted where rounds lie weeks apart."""
    terms: list[list[HistoryEntry]] = []
    for entry in entries:
        if terms and terms[-1][-1].closed - entry.closed < BETWEEN_TERMS:
            terms[-1].append(entry)
        else:
            terms.append([entry])
    return [HistoryTerm(_name_term(term), tuple(term)) for term in terms]


def _name_term(entries: Sequence[HistoryEntry]) -> str:
    """ "January to March 2026, rounds 1 to 9"."""
    last, first = entries[0], entries[-1]
    until = f"{last.closed:%B %Y}"
    since = (
        f"{first.closed:%B}" if first.closed.year == last.closed.year else f"{first.closed:%B %Y}"
    )
    months = until if f"{first.closed:%B %Y}" == until else f"{since} to {until}"
    if first is last:
        return f"{months}, round {last.number}"
    return f"{months}, rounds {first.number} to {last.number}"


def _chart_figure(chart: ThemeChart) -> HistoryFigure | None:
    from pulse_bot_reports.charts.trends import chart_png

    try:
        light, dark = (_data_url(chart_png(chart, colours)) for colours in (LIGHT, DARK))
    except MissingExtra:
        return None
    return HistoryFigure(light, dark, describe_chart(chart))


def _year_figure(digests: Sequence[Digest]) -> HistoryFigure | None:
    from pulse_bot_reports.charts.year_picture import year_png

    try:
        year = build_year(digests)
        if year is None:
            return None
        light, dark = (_data_url(year_png(year, colours)) for colours in (LIGHT, DARK))
    except MissingExtra:
        return None
    return HistoryFigure(light, dark, describe_year(year))


def _history_figures(digest: Digest) -> tuple[HistoryFigure, ...]:
    try:
        both = zip(digest_figures(digest, LIGHT), digest_figures(digest, DARK), strict=True)
        return tuple(
            HistoryFigure(_data_url(light.png), _data_url(dark.png), light.alternative)
            for light, dark in both
        )
    except MissingExtra:
        return ()


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _lay_out_digest(digest: Digest, time_zone: str) -> HistoryEntry:
    where = parse_zone(time_zone)
    closed = digest.closed_at.astimezone(where)
    headlines = [
        statement.text
        for statement in digest.statements
        if statement.kind is StatementKind.HEADLINE
    ]
    return HistoryEntry(
        number=digest.number,
        closed=closed,
        day=closed.date().isoformat(),
        headline=" ".join(headlines),
        sections=tuple(_group_sections(digest.statements)),
    )


def _group_sections(statements: Sequence[Statement]) -> Iterable[HistorySection]:
    for kind, group in groupby(statements, key=lambda statement: statement.kind):
        if kind is not StatementKind.HEADLINE:
            yield HistorySection(kind.value, TITLES[kind], tuple(grouped.text for grouped in group))


def _load_template() -> Template:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("reports", "Jinja2") from None
    loader = PackageLoader("pulse_bot_reports", package_path="page")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("history.html.j2")
