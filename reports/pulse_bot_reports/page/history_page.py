"""The history of a partnership's digests as one HTML page that needs nothing else.

No scripts and no outside requests: the page can be mailed, printed and opened in ten years. It
repeats what was said and adds no number; the words come from `digest`, the layout from
`history.html.j2`, the picture and its tables from the same releases.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.asking.calendar import spoken_day, zone
from pulse_bot.domain.release.digest import Digest, Statement, StatementKind
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.charts.alternative_text import alternative
from pulse_bot_reports.charts.colours import DARK, LIGHT
from pulse_bot_reports.charts.figures import figures, pictured
from pulse_bot_reports.charts.series import Drawn, drawn
from pulse_bot_reports.page.tables import LEGEND, tables

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

LEAD: Final = "What the group was told after each round, newest first, word for word."
NO_ROUND: Final = "No round has closed yet. The first digest will stand here."
SCALE: Final = (
    "Numbers out of 5 are averages of answers from 1 (strongly disagree, never, or not started) to "
    "5 (strongly agree, always, or there). All numbers are coarse on purpose, so that nobody can "
    "tell who gave which answer."
)


@dataclass(frozen=True, slots=True)
class Section:
    """Statements of one kind under one title."""

    kind: str
    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """The picture for light screens and paper, and for dark ones, as data addresses; its words."""

    light: str
    dark: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One digest, laid out."""

    number: int
    year: int
    day: str
    """As machines read it; `long_day` as people do."""
    long_day: str
    headline: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()


def history_page(partnership: str, digests: Sequence[Digest], time_zone: str) -> str:
    """The page, newest digest first, whatever order they come in.

    The same digests give the same page. Where matplotlib is not installed there are the tables
    without the picture. Raises MissingExtra where Jinja2 is not installed.
    """
    found, laid = drawn(digests), entries(digests, time_zone)
    shown = pictured(digests)
    own = {one.number: _figures(one) for one in digests if one.number in shown}
    return _template().render(
        partnership=partnership,
        entries=[replace(one, figures=own.get(one.number, ())) for one in laid],
        figure=_figure(found) if found else None,
        tables=tables(found, time_zone) if found else (),
        lead=LEAD,
        no_round=NO_ROUND,
        scale=SCALE,
        legend=LEGEND,
    )


def entries(digests: Iterable[Digest], time_zone: str) -> list[Entry]:
    """The digests laid out, newest first."""
    newest_first = sorted(digests, key=lambda digest: digest.number, reverse=True)
    return [_entry(digest, time_zone) for digest in newest_first]


def _figure(found: Drawn) -> Figure | None:
    from pulse_bot_reports.charts.trends import png

    try:
        light, dark = (_address(png(found, colours)) for colours in (LIGHT, DARK))
    except MissingExtra:
        return None
    return Figure(light, dark, alternative(found))


def _figures(digest: Digest) -> tuple[Figure, ...]:
    try:
        both = zip(figures(digest, LIGHT), figures(digest, DARK), strict=True)
        return tuple(
            Figure(_address(light.png), _address(dark.png), light.alternative)
            for light, dark in both
        )
    except MissingExtra:
        return ()


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _entry(digest: Digest, time_zone: str) -> Entry:
    where = zone(time_zone)
    closed = digest.closed_at.astimezone(where)
    headlines = [one.text for one in digest.statements if one.kind is StatementKind.HEADLINE]
    return Entry(
        number=digest.number,
        year=closed.year,
        day=closed.date().isoformat(),
        long_day=f"{spoken_day(closed, where)} {closed.year}",
        headline=" ".join(headlines),
        sections=tuple(_sections(digest.statements)),
    )


def _sections(statements: Sequence[Statement]) -> Iterable[Section]:
    for kind, group in groupby(statements, key=lambda statement: statement.kind):
        if kind is not StatementKind.HEADLINE:
            yield Section(kind.value, TITLES[kind], tuple(one.text for one in group))


def _template() -> Template:
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
