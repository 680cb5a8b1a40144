"""The words of a half-term's report: at length for pages and paper, and short for a chat.

Facts in, words out; what they are was worked out in `domain/release/half_term.py`, of what digests
said. Nothing here looks at a digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Final

from pulse_bot.domain.asking.calendar import format_date
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, ThemeLevel
from pulse_bot.domain.release.half_term import (
    HalfTerm,
    HalfTermReport,
    RankedQuestion,
    ResponseShare,
    SuggestedTheme,
    ThemeReport,
    place_level,
)
from pulse_bot.domain.release.results import Agreement, Level, Silence
from pulse_bot_reports.digest_text.commitments import quote_commitment
from pulse_bot_reports.digest_text.results import LOW_IS_GOOD, say_level, turn
from pulse_bot_reports.digest_text.trends import say_theme_level
from pulse_bot_reports.titles import join_themes, join_words, spell_number, theme_title

MESSAGE_ROOM: Final = 900
"""Characters of a message: a digest has as many."""
MOST_NAMED: Final = 3
"""Questions of one rank that are named; of more it is told how many they are."""
MOST_PROMISES: Final = 2
"""In a message."""

LEVELS: Final = "Levels, by the rounds of each half-term"
THEMES: Final = "What moved"
QUESTIONS: Final = "Strongest and weakest"
COMMITMENTS: Final = "Promised and kept"
RESPONSE: Final = "Who answered"
WORKSHOP: Final = "For our next workshop"
RANKED: Final = (
    "By the last two numbers of each question. These are different questions: they say where to "
    "look, and not what has changed."
)
PROMISES: Final = {
    CommitmentNews.MADE: "Promised, due on {due}: {text}",
    CommitmentNews.DUE: "Promised, due on {due}: {text}",
    CommitmentNews.KEPT: "Promised and kept: {text}",
    CommitmentNews.ON_ITS_WAY: "Promised, and not yet kept: {text}",
    CommitmentNews.UNHEARD: "Promised, and to be talked about: {text}",
    CommitmentNews.DROPPED: "Dropped: {text}",
}
MINDS: Final = {
    Agreement.CLOSE: "close to one mind",
    Agreement.MIXED: "of mixed minds",
    Agreement.TWO_CAMPS: "in two camps",
}
SEED: Final = "A lead or a facilitator can prepare it: “/pulse seed”."
NO_LEVEL: Final = "—"
SILENT: Final = "too few answers"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """Paragraphs under one title."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportText:
    """A report at length. `headings` and `rows` are the table of levels, a row a theme."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[ReportSection, ...]


def report_title(report: HalfTermReport) -> str:
    """ "Our half-term: rounds 13 to 18"."""
    return f"Our half-term: rounds {_say_span(report.own)}"


def write_report(report: HalfTermReport) -> ReportText:
    """The report at length."""
    suggested = suggestion_lines(report)[1:]
    sections = (
        ReportSection(THEMES, tuple(_theme_notes(report.themes))),
        ReportSection(QUESTIONS, tuple(_question_lines(report))),
        ReportSection(COMMITMENTS, tuple(_commitment_lines(report))),
        ReportSection(RESPONSE, tuple(_response_lines(report))),
        ReportSection(WORKSHOP, (*suggested, SEED) if suggested else ()),
    )
    return ReportText(
        report_title(report),
        ("Theme", *map(short_span, report.half_terms)),
        tuple((theme_title(entry.theme), *map(_say_cell, entry.levels)) for entry in report.themes),
        tuple(section for section in sections if section.lines),
    )


def report_text(report: HalfTermReport, width: int = 78) -> str:
    """The report at length, for a terminal; ends without a line break."""
    written = write_report(report)
    spans = join_words([_say_span(half_term) for half_term in report.half_terms], "and")
    scale = ", out of 5" if any(isinstance(one.newest, Level) for one in report.themes) else ""
    levels = [f"{theme}: {', '.join(cells)}." for theme, *cells in written.rows]
    parts = [
        (f"Levels over rounds {spans}{scale}:", levels),
        *((f"{section.title}:", section.lines) for section in written.sections),
    ]
    blocks = [
        "\n".join((head, *(_wrap_line(line, width) for line in rest))) for head, rest in parts
    ]
    return "\n\n".join((written.title, *blocks))


def _wrap_line(line: str, width: int) -> str:
    return fill(
        line,
        width,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def message_lines(report: HalfTermReport) -> tuple[str, ...]:
    """The report as one message, its title first: what the digest has not just said.

    What has no room is left out from the end, but never the workshop, which comes last.
    """
    title, last = f"{report_title(report)}.", tuple(_suggestion_message(report))
    promises = list(_promise_lines(report.commitments))[:MOST_PROMISES]
    more = (*_rank_lines(report), *promises, *_response_lines(report))
    lines, room = [title], MESSAGE_ROOM - len(title) - sum(map(len, last))
    for line in (*_order_lines(report.themes), *more):
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return (*lines, *last)


def suggestion_lines(report: HalfTermReport) -> tuple[str, ...]:
    """What the next workshop may be about, for whoever can prepare it, a title first.

    Empty where nothing is suggested.
    """
    if report.suggested is None:
        return ()
    theme = theme_title(report.suggested.theme)
    return (WORKSHOP, *_suggestion_lines(report.suggested, report.themes, theme))


def _suggestion_message(report: HalfTermReport) -> Iterator[str]:
    if report.suggested:
        theme = f"{WORKSHOP}: {theme_title(report.suggested.theme).lower()}"
        yield " ".join((*_suggestion_lines(report.suggested, report.themes, theme), SEED))


def short_span(half_term: HalfTerm) -> str:
    """A half-term at the head of a column: "13-18", with the longer dash of spans."""
    return f"{half_term.first}\u2013{half_term.last}"


def _say_span(half_term: HalfTerm) -> str:
    return f"{half_term.first} to {half_term.last}"


def _say_cell(level: ThemeLevel | Silence | None) -> str:
    if level is None:
        return NO_LEVEL
    return SILENT if isinstance(level, Silence) else say_theme_level(level)


def _theme_notes(themes: Sequence[ThemeReport]) -> Iterator[str]:
    """What the numbers beside one another do not say."""
    for entry in themes:
        title = theme_title(entry.theme)
        if entry.call:
            yield f"{title} went {entry.call.direction} around round {entry.call.since}."
        if entry.agreement:
            yield f"{title}: we are {MINDS[entry.agreement]}."


def _order_lines(themes: Sequence[ThemeReport]) -> Iterator[str]:
    """The levels in one line, the lowest first: the digest has them in its own order."""
    by_level: dict[ThemeLevel, list[str]] = {}
    for entry in themes:
        if entry.newest is not None:
            by_level.setdefault(entry.newest, []).append(entry.theme)
    lowest_first = sorted(by_level, key=place_level)
    named = [
        f"{join_themes(by_level[level], 'and')} {say_theme_level(level)}" for level in lowest_first
    ]
    if len(named) > 1:
        yield f"Levels, the lowest first: {'; '.join(named)}."
    elif named and len(by_level[lowest_first[0]]) > 1:
        yield f"Our levels are alike: {named[0]}."


def _question_lines(report: HalfTermReport) -> Iterator[str]:
    lines = list(_rank_lines(report))
    yield from lines
    if lines:
        yield RANKED


def _rank_lines(report: HalfTermReport) -> Iterator[str]:
    for title, ranked in (("Strongest", report.strongest), ("Weakest", report.weakest)):
        if len(ranked) > MOST_NAMED:
            told = {entry.question.theme for entry in ranked}
            themes = [entry.theme for entry in report.themes if entry.theme in told]
            of = f", of {join_themes(themes, 'and')}" if themes else ""
            yield f"{title}: {spell_number(len(ranked))} questions alike{of}."
        elif len(ranked) == 1:
            yield f"{title}: {_quote(ranked[0])} {_say_values(ranked[0])}."
        elif len({_say_values(one) for one in ranked}) == 1:
            yield f"{title}, alike at {_say_values(ranked[0])}: {' '.join(map(_quote, ranked))}"
        elif ranked:
            named = [f"{_quote(one)} {_say_values(one)}." for one in ranked]
            yield f"{title}, alike: {' '.join(named)}"


def _quote(ranked: RankedQuestion) -> str:
    return f"“{ranked.question.text}”"


def _say_values(ranked: RankedQuestion) -> str:
    """ "4.2 or higher (before: 3.8)", in the direction of the statement."""
    is_turned = ranked.question.reverse
    *before, now = (say_level(turn(value, is_turned, 3)) for value in ranked.values)
    good = LOW_IS_GOOD if is_turned else ""
    return f"{now}{good}{f' (before: {before[0]})' if before else ''}"


def _commitment_lines(report: HalfTermReport) -> Iterator[str]:
    yield from _promise_lines(report.commitments)
    if report.kept:
        what = "commitment" if report.kept.due == 1 else "commitments"
        yield f"So far we have kept {report.kept.kept} of {report.kept.due} {what} that came due."


def _promise_lines(commitments: Sequence[CommitmentFact]) -> Iterator[str]:
    """What was kept first."""
    for fact in sorted(commitments, key=lambda fact: fact.news is not CommitmentNews.KEPT):
        text = quote_commitment(fact)
        yield PROMISES[fact.news].format(due=format_date(fact.due), text=text)


def _response_lines(report: HalfTermReport) -> Iterator[str]:
    """ "Nine or more of us answered in five of the six rounds, six to eight in one."."""
    total = sum(share.rounds for share in report.response)
    if not total:
        return
    first, *others = report.response
    if total == 1:
        often = "the one round"
    elif others:
        often = f"{spell_number(first.rounds)} of the {spell_number(total)} rounds"
    else:
        often = f"all {spell_number(total)} rounds"
    said = f"{_name_class(first).capitalize()} of us answered in {often}"
    rest = [f"{_name_class(share)} in {spell_number(share.rounds)}" for share in others]
    yield f"{', '.join((said, *rest))}."


def _name_class(share: ResponseShare) -> str:
    if share.most is None:
        return f"{spell_number(share.least)} or more"
    if not share.least:
        # Fewer than a number takes, or all of them from too few organisations.
        return "too few for a number"
    return f"{spell_number(share.least)} to {spell_number(share.most)}"


def _suggestion_lines(
    suggested: SuggestedTheme, themes: Sequence[ThemeReport], theme: str
) -> Iterator[str]:
    """What the next workshop may be about, and with what to begin; `theme` begins the sentence."""
    level = next(entry.newest for entry in themes if entry.theme == suggested.theme)
    at = f" ({say_theme_level(level)})" if level else ""
    if suggested.is_lowest:
        also = f", like {join_themes(suggested.equals, 'and')}" if suggested.equals else ""
        yield f"{theme}, at our lowest level{at}{also}."
    else:
        yield f"{theme}, for one of our weakest questions; our levels are alike."
    if suggested.question and suggested.question.talk:
        yield f"To begin with: {suggested.question.talk}"
