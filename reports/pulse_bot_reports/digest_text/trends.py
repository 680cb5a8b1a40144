"""The words of what a digest says of its themes over time: trends, levels, and when we shall know.

Facts in, statements out; what may be called was decided by the printed record alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from pulse_bot.domain.asking.calendar import format_date
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    OutlookFact,
    OutlookKind,
    ThemeLevel,
    ThemeTrend,
)
from pulse_bot.domain.release.moves import compare_levels
from pulse_bot.domain.release.record import ReleasedBlock, ReleasedTrend, Statement
from pulse_bot.domain.release.results import Level, Silence
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from pulse_bot_reports.digest_text.results import say_before, say_level
from pulse_bot_reports.titles import join_themes, join_words, spell_number, theme_title

NEW_QUESTIONS: Final = (
    "{theme} is asked with other questions from this round on, so comparisons begin anew."
)
# Of one that never was and of one that is over: the numbers do not tell the two apart.
WITHDRAWN: Final = "We reported that {theme} went {way} around round {since}; that no longer holds."
UNCLEAR: Final = {
    Unclear.NOTHING_MORE: "No clear change in {themes}.",
    Unclear.HALF_A_POINT: (
        "No clear change in {themes}; a change of half a point would have shown."
    ),
    Unclear.OPEN_ENDS: (
        "No clear change in {themes}; most numbers are “or higher” or “or lower” already, so a "
        "change would hardly show."
    ),
    Unclear.LEARNING: "Too few numbers yet to say whether {themes} moves.",
}
SO_SAY: Final = "The newest numbers of {theme} lie {where} earlier ones of the same questions."
SO_SAYS: Final = "The level of {theme} lies {where} those of the half-terms before."
WHERE: Final = {Direction.UP: "above", Direction.DOWN: "below"}
_SIGNS: Final = {Direction.UP: 1, Direction.DOWN: -1}
BLOCK_SILENCES: Final = {
    Silence.TOO_FEW: "too few answers to say anything",
    Silence.SMALL_GROUP: "our group is too small to show a number",
}
TOO_FEW: Final = "too few answers"
OUTLOOKS: Final = {
    OutlookKind.FIRST_LEVEL: (
        "{themes} {has} {its} first half-term level{s} on {day}, if enough of us answer."
    ),
    OutlookKind.NEXT_LEVEL: (
        "{themes} {has} {its} next half-term level{s} on {day}, if enough of us answer."
    ),
    OutlookKind.COMPARISON: "From {day} on, at the earliest, we can say whether {themes} moves.",
}


def trend_statements(facts: DigestFacts) -> Iterator[Statement]:
    """First what moved, theme by theme; then the others, those with the same reason together."""
    others = []
    moved = {block.dimension: compare_levels(block) for block in facts.blocks}
    for entry in facts.trends:
        if words := say_moves(entry, facts.round_number, moved.get(entry.dimension, 0)):
            fact = ReleasedTrend(
                (entry.dimension,), entry.trend, entry.is_new, (entry.levels,) * bool(entry.levels)
            )
            yield Statement(fact, words)
        else:
            others.append(entry)
    order = list(Unclear)
    others.sort(key=lambda entry: (order.index(_unclear(entry.trend)), entry.trend.numbers_needed))
    for trend, group in groupby(others, key=lambda entry: entry.trend):
        yield _unclear_statement(trend, list(group))


def _unclear_statement(trend: Trend, group: Sequence[ThemeTrend]) -> Statement:
    themes = tuple(entry.dimension for entry in group)
    levels = tuple(entry.levels for entry in group) if any(e.levels for e in group) else ()
    named = [
        f"{theme_title(entry.dimension).lower()}{_in_brackets(entry.levels)}" for entry in group
    ]
    text = UNCLEAR[_unclear(trend)].format(themes=join_words(named, "or"))
    return Statement(ReleasedTrend(themes, trend, levels=levels), text)


def _in_brackets(levels: Sequence[ThemeLevel]) -> str:
    return f" ({say_levels(levels)})" if levels else ""


def say_levels(levels: Sequence[ThemeLevel]) -> str:
    """ "3.4, 3.4, 3.9": half-term by half-term."""
    return ", ".join(say_theme_level(level) for level in levels)


def say_theme_level(level: ThemeLevel, scale: str = "") -> str:
    """ "3.4", "4.0 or higher", "rather high"."""
    return say_level(level, scale) if isinstance(level, Level) else level.value


def _unclear(trend: Trend) -> Unclear:
    return trend.unclear or Unclear.NOTHING_MORE


def say_moves(entry: ThemeTrend, number: int, moved: int = 0) -> str:
    """What is said of a theme by itself; nothing where no change was called.

    `moved` is 1 where its level of this half-term lies above the last one, -1 below, else 0.
    """
    theme, trend = theme_title(entry.dimension), entry.trend
    if entry.is_new:
        return NEW_QUESTIONS.format(theme=theme)
    sentences = []
    if trend.withdrawn:
        gone = trend.withdrawn
        sentences.append(
            WITHDRAWN.format(theme=theme.lower(), way=gone.direction, since=gone.since)
        )
    if trend.now and trend.just_called:
        # Called in the headline: here is what it is made of.
        levels = say_levels(entry.levels) if _bear_out(entry.levels, trend.now) else ""
        why = SO_SAYS if trend.by_block else SO_SAY
        words = why.format(theme=theme.lower(), where=WHERE[trend.now.direction])
        sentences.append(f"{theme} by half-terms: {levels}." if levels else words)
    elif trend.now:
        has_stayed = trend.confirmed and moved != -_SIGNS[trend.now.direction]
        sentences.append(_say_standing(theme, trend, number, has_stayed=has_stayed))
    return " ".join(sentences)


def _bear_out(levels: Sequence[ThemeLevel], move: Move) -> bool:
    """Whether the newest level is the furthest out, as one who reads them looks for."""
    numbers = [level.value for level in levels if isinstance(level, Level)]
    sign = _SIGNS[move.direction]
    return len(levels) == len(numbers) > 1 and all(
        sign * (numbers[-1] - earlier) > 0 for earlier in numbers[:-1]
    )


def _say_standing(theme: str, trend: Trend, number: int, *, has_stayed: bool) -> str:
    """With how long ago it was, so that a year of digests does not say one sentence."""
    now = trend.now
    if now is None:
        return ""
    rounds = number - now.since
    span = f"{spell_number(rounds)} {'round' if rounds == 1 else 'rounds'}"
    stayed = f", and has stayed there for {span}" if has_stayed else f", {span} ago"
    if before := trend.before:
        again = "again" if before.direction is now.direction else f"came back {now.direction}"
        return (
            f"{theme} went {before.direction} around round {before.since} and {again} around round "
            f"{now.since}{stayed}."
        )
    return f"{theme} went {now.direction} around round {now.since}{stayed}."


def block_statements(blocks: Sequence[BlockFact]) -> Iterator[Statement]:
    """The levels of the blocks that ended; what they are of, and the scale, is named once."""
    over, scale = " over the last six rounds", " out of 5"
    for fact in blocks:
        if isinstance(fact.result, Silence):
            words = BLOCK_SILENCES[fact.result] if over else TOO_FEW
        else:
            level = say_theme_level(fact.result)
            before = say_before(level, [say_theme_level(past) for past in fact.before])
            words = f"{say_theme_level(fact.result, scale)}{before}"
            scale = ""
        yield Statement(
            ReleasedBlock.of_fact(fact), f"{theme_title(fact.dimension)}{over}: {words}."
        )
        over = ""


def outlook_statements(outlook: Sequence[OutlookFact]) -> Iterator[Statement]:
    """When we shall know."""
    for fact in outlook:
        many = len(fact.themes) > 1
        word = "or" if fact.kind is OutlookKind.COMPARISON else "and"
        named = join_themes(fact.themes, word)
        is_first = fact.kind is not OutlookKind.COMPARISON
        text = OUTLOOKS[fact.kind].format(
            themes=f"{named[:1].upper()}{named[1:]}" if is_first else named,
            has="have" if many else "has",
            its="their" if many else "its",
            s="s" if many else "",
            day=format_date(fact.on),
        )
        yield Statement(fact, text)
