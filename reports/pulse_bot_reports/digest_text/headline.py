"""The first line of a digest: which round it is of, and its news in one sentence.

Which news it is was decided by `domain/release/news.py`; what it is about is said further down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulse_bot.domain.asking.calendar import format_date, format_local_day, parse_zone
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    News,
    NewsKind,
    QuestionFact,
    ThemeTrend,
)
from pulse_bot.domain.release.record import HeadlineFact, Statement
from pulse_bot.domain.release.results import Level
from pulse_bot_reports.digest_text.results import say_level, turn
from pulse_bot_reports.titles import join_themes, join_words, spell_number, theme_title

COUNTED: Final[Mapping[NewsKind, str]] = {
    NewsKind.NO_MOVE: "no number moved; {questions}.",
    NewsKind.FIRST_TIME: "{questions}, asked for the first time.",
    NewsKind.QUESTIONS: "this week's questions.",
    NewsKind.TOO_FEW: "too few answers to show a number.",
    NewsKind.TO_TALK: "{questions} to talk about.",
}
COMMITMENTS: Final[Mapping[NewsKind, str]] = {
    NewsKind.KEPT: "a commitment of ours is kept.",
    NewsKind.DUE: "a commitment of ours is due.",
    NewsKind.NOT_YET_KEPT: "a commitment of ours is due, and not yet kept.",
}


def headline_statement(facts: DigestFacts) -> Statement:
    """The round, the workshop that it was for, and the news; without news, when it closed."""
    on = f" on {format_date(facts.workshop_on)}" if facts.workshop_on else ""
    workshop = f", for the workshop “{facts.workshop}”{on}" if facts.workshop else ""
    fact = HeadlineFact(facts.round_number, facts.workshop, facts.workshop_on, facts.news)
    words = _say_news(facts, facts.news) if facts.news else ""
    if words:
        return Statement(fact, f"Round {facts.round_number}{workshop}: {words}")
    day = format_local_day(facts.closed_at, parse_zone(facts.time_zone))
    return Statement(
        fact, f"Round {facts.round_number} of {facts.partnership}{workshop}, closed {day}."
    )


def _say_news(facts: DigestFacts, news: News) -> str:
    """The sentence; nothing where what it is about could not be kept in the digest."""
    match news.kind:
        case NewsKind.CALL:
            return _say_calls(facts.trends)
        case NewsKind.WITHDRAWAL:
            return _say_withdrawals(facts.trends)
        case NewsKind.HALF_TERM:
            return _say_half_term(facts, news)
        case NewsKind.LOWEST | NewsKind.MOVED:
            about = [fact for fact in facts.questions if fact.item == news.item]
            return _say_question(about[0], news) if about else ""
        case NewsKind.KEPT | NewsKind.DUE | NewsKind.NOT_YET_KEPT:
            return COMMITMENTS[news.kind] if facts.commitments else ""
    return COUNTED[news.kind].format(questions=_count_questions(len(facts.questions)))


def _count_questions(number: int) -> str:
    return "one question" if number == 1 else f"{spell_number(number)} questions"


def _say_calls(trends: tuple[ThemeTrend, ...]) -> str:
    calls = [
        _say_call(theme_title(entry.dimension).lower(), entry)
        for entry in trends
        if entry.trend.now and entry.trend.just_called
    ]
    return f"{', and '.join(calls)}." if calls else ""


def _say_call(theme: str, entry: ThemeTrend) -> str:
    """ "trust is up, since around round 16"."""
    now, before = entry.trend.now, entry.trend.before
    if now is None:
        return ""
    if before is None:
        return f"{theme} is {now.direction}, since around round {now.since}"
    if before.direction is now.direction:
        return f"{theme} is {now.direction} once more, since around round {now.since}"
    return (
        f"{theme} is back {now.direction} since around round {now.since}, after it went "
        f"{before.direction} around round {before.since}"
    )


def _say_withdrawals(trends: tuple[ThemeTrend, ...]) -> str:
    themes = [theme_title(entry.dimension).lower() for entry in trends if entry.trend.withdrawn]
    return f"we take back what we reported of {join_words(themes, 'and')}." if themes else ""


def _say_half_term(facts: DigestFacts, news: News) -> str:
    if not facts.blocks:
        return ""
    if not any(block.before for block in facts.blocks):
        return "our first levels of a half-term."
    if not any(map(_is_comparable, facts.blocks)):
        return "this half-term's levels."
    higher, lower = (
        f"{join_themes(themes, 'and')} {'stand' if len(themes) > 1 else 'stands'} {where}"
        if themes
        else ""
        for themes, where in ((news.up, "higher"), (news.down, "lower"))
    )
    if not higher and not lower:
        return "at this half-term no level is far from the last one."
    moved = " and ".join(words for words in (higher, lower) if words)
    # The last level may be of an earlier half-term than the last.
    return f"at this half-term, {moved} than last time."


def _is_comparable(block: BlockFact) -> bool:
    """Whether there are two levels to compare: a group that grows or shrinks reads other ones."""
    return bool(block.before) and isinstance(block.result, type(block.before[-1]))


def _say_question(fact: QuestionFact, news: News) -> str:
    theme = theme_title(fact.dimension).lower()
    if news.kind is NewsKind.LOWEST:
        when = "in the last year" if news.is_year else "before"
        return f"a question of {theme} came out weaker than any {when}."
    last = fact.before[-1] if fact.before else None
    if not isinstance(fact.result, Level) or not isinstance(last, Level):
        return ""
    was, now = (say_level(turn(level, fact.reverse, 3)) for level in (last, fact.result))
    good = ", where low is good," if fact.reverse else ""
    return f"a question of {theme}{good} moved from {was} to {now}."
