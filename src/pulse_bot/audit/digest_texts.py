"""Reads what was published out of texts of digests, as people copy or export them from a chat.

This is the one place that reads our own sentences back: the attacker does, and has nothing else. A
test holds it against the renderer, so that words cannot change without it. The sentences of the
first edition are kept here as they were.

A text tells less than the record. Of a question it tells no class, so that of the whole round is
taken; of a choice question only what stands out; and no theme, so that levels over six rounds are
read only where the questions are known by their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pulse_bot.audit.numbers import FIRST_EDITION
from pulse_bot.audit.published import (
    AskedRound,
    PublishedBlock,
    PublishedQuestion,
    PublishedRound,
    SeriesSoFar,
)
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.comments import LISTS
from pulse_bot.domain.release.first_edition import (
    ResponseBand,
    SmallestShift,
    TrendCall,
    TrendFact,
)
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    OutOfTen,
    ReleasedValue,
)

SECOND_EDITION: Final = 2

_NUMBERS: Final = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_ENDS: Final = {"": End.NONE, "or higher": End.HIGH, "or lower": End.LOW}
_TURNED: Final = {End.NONE: End.NONE, End.HIGH: End.LOW, End.LOW: End.HIGH}
_LEVEL: Final = r"(?:about )?(\d\.\d)(?: (or higher|or lower))?"
_BEFORE: Final = r"(?: \((?:before: [^)]+|as (?:the \w+ times )?before)\))?"
"""What was printed of it before stands in the digests of before."""
_LOW_IS_GOOD: Final = r"(, and low is good here)?"
"""A number is told in the direction of what was asked, and kept in that of what is good."""

_LOG_LINE: Final = re.compile(
    r"asked round (\d+): (\d+) (?:people|person)(?:, (?:(\d+) more)?(?: and )?(?:(\d+) fewer)?)?"
)
_HEADLINE: Final = re.compile(r"Round (\d+)(?: of |: (?!the rest$)|, for the workshop ).+")
_REST: Final = re.compile(r"Round (\d+): the rest")
"""Above what a message had no room for."""
_QUESTION: Final = re.compile(r"“(.+)” (.+)", re.DOTALL)
_SAYS_LEVEL: Final = re.compile(
    rf"{_LEVEL}(?:,? out of 5)?{_LOW_IS_GOOD}{_BEFORE}\.", re.IGNORECASE
)
_SAYS_OF_TEN: Final = re.compile(
    rf"(?:About )?(\d+\.\d)(?: (or higher|or lower),)? out of 10{_LOW_IS_GOOD}{_BEFORE}\."
)
_SAYS_JOURNEY: Final = re.compile(rf"Now {_LEVEL}, in 12 months {_LEVEL}, out of 5{_LOW_IS_GOOD}\.")
_SAYS_LEAN: Final = re.compile(rf"Our answers are ({'|'.join(Lean)}){_BEFORE}\.")
_SAYS_CHOICES: Final = re.compile(r"Stands out: (.+)\.")
_CHOICE: Final = re.compile(r"(.+?) \(chosen (often|by most of us)\)(?:; )?")
_BLOCK: Final = re.compile(
    rf"(.+?)(?: over the last six rounds)?: "
    rf"(?:{_LEVEL}(?:,? out of 5)?|({'|'.join(LevelWord)})){_BEFORE}\."
)
_CLASS: Final = re.compile(r"(?:Fewer than )?(\w+)(?: to \w+| or more)? of us answered\b")
_COMMENT: Final = "Somebody wrote: “"
_POOL: Final = "The workshop's questions together: "

_BANDS: Final = {
    "Fewer than a quarter of those asked answered.": ResponseBand.UNDER_A_QUARTER,
    "Between a quarter and a half of those asked answered.": ResponseBand.TO_A_HALF,
    "Between a half and three quarters of those asked answered.": ResponseBand.TO_THREE_QUARTERS,
    "Most of those asked answered.": ResponseBand.MOST,
    "Some of those asked did not answer.": ResponseBand.NOT_MOST,
}
_TREND: Final = re.compile(
    r"(.+): (up|down|no clear change|still learning|too few answers this week to compare)\b(.*)"
)
_CALLS: Final = {
    "up": TrendCall.UP,
    "down": TrendCall.DOWN,
    "no clear change": TrendCall.NO_CLEAR_CHANGE,
    "still learning": TrendCall.LEARNING,
    "too few answers this week to compare": TrendCall.TOO_FEW,
}
_SHIFTS: Final = {
    "a change of half a point could have shown": SmallestShift.HALF_A_POINT,
    "a change of one point could have shown": SmallestShift.ONE_POINT,
    "not even a change of one point could have shown": SmallestShift.MORE,
}


@dataclass
class _ReadRound:
    """What is read of one digest, line by line."""

    number: int
    questions: list[tuple[str, ItemKind, ReleasedValue]] = field(default_factory=list)
    blocks: list[tuple[str, Level | LevelWord]] = field(default_factory=list)
    trends: list[TrendFact] = field(default_factory=list)
    band: ResponseBand | None = None
    least: int | None = None
    lengths: list[int] = field(default_factory=list)
    has_pool: bool = False

    @property
    def policy_version(self) -> int:
        """By the words for how many answered."""
        return FIRST_EDITION if self.band or self.trends else SECOND_EDITION


def read_asked(text: str) -> dict[int, AskedRound]:
    """What lines of the log say of rounds, by number."""
    found = {}
    for line in _LOG_LINE.finditer(" ".join(text.split())):
        number, roster, joined, left = (int(part or 0) for part in line.groups())
        found[number] = AskedRound(number, roster, joined, left)
    return found


def read_digests(text: str, themes: Mapping[str, str]) -> tuple[PublishedRound, ...]:
    """The digests in a text, without their rosters; `themes` by the words of a question.

    A round whose digest stands there twice is read once.
    """
    rounds: dict[int, _ReadRound] = {}
    current: _ReadRound | None = None
    was_comment = False
    for statement in _list_statements(text):
        headline, rest = _HEADLINE.match(statement), _REST.fullmatch(statement)
        if headline:
            number = int(headline[1])
            current = rounds[number] = _ReadRound(number)
        elif rest and (current := rounds.get(int(rest[1]))):
            # Of a list that was cut, the rest goes on with it.
            was_comment = bool(current.lengths)
            continue
        elif current and statement.startswith(_COMMENT):
            if not was_comment:
                current.lengths.append(0)
            current.lengths[-1] += 1
        elif current:
            _read_statement(current, statement)
        was_comment = statement.startswith(_COMMENT)
    return tuple(_publish_rounds([rounds[number] for number in sorted(rounds)], themes))


def _list_statements(text: str) -> Iterator[str]:
    """Statements, each in one line: they begin with a dash or a dot, or after another's end."""
    statement = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and line.startswith("  ") and statement:
            statement = f"{statement} {stripped}"
            continue
        if statement:
            yield statement
        statement = re.sub(r"^[-•*] ", "", stripped)
    if statement:
        yield statement


def _read_statement(current: _ReadRound, statement: str) -> None:
    if question := _QUESTION.fullmatch(statement):
        if (says := _read_result(question[2])) is not None:
            current.questions.append((question[1], *says))
    elif not statement.startswith(_POOL) and (block := _BLOCK.fullmatch(statement)):
        if (level := _read_level_words(block)) is not None:
            current.blocks.append((block[1], level))
    elif trend := _TREND.fullmatch(statement):
        shift = next((shift for words, shift in _SHIFTS.items() if f": {words}" in trend[3]), None)
        current.trends.append(TrendFact(trend[1], _CALLS[trend[2]], smallest=shift))
    else:
        _read_response(current, statement)


def _read_response(current: _ReadRound, statement: str) -> None:
    current.has_pool |= statement.startswith(_POOL)
    if (answered := _CLASS.match(statement)) and not statement.startswith("Fewer"):
        current.least = _read_number(answered[1])
    for words, band in _BANDS.items():
        if statement.startswith(words):
            current.band = band


def _read_result(words: str) -> tuple[ItemKind, ReleasedValue] | None:
    """What stands behind a question; None for a silence. Behind it may stand that it was turned."""
    if found := _SAYS_LEVEL.match(words):
        return ItemKind.AGREE, _read_level(found[1], found[2], turned=bool(found[3]))
    if found := _SAYS_OF_TEN.match(words):
        value, end = Decimal(found[1]), _ENDS[found[2] or ""]
        is_turned = bool(found[3])
        says = OutOfTen(10 - value, _TURNED[end]) if is_turned else OutOfTen(value, end)
        return ItemKind.SCALE, says
    if found := _SAYS_JOURNEY.match(words):
        first, second = (
            _read_level(found[place], found[place + 1], turned=bool(found[5])) for place in (1, 3)
        )
        return ItemKind.JOURNEY, Journey(first, second)
    if found := _SAYS_LEAN.match(words):
        return ItemKind.YES_NO, Lean(found[1])
    if found := _SAYS_CHOICES.match(words):
        taken = tuple(
            (label, ChoiceFrequency.OFTEN if often == "often" else ChoiceFrequency.MOST)
            for label, often in _CHOICE.findall(found[1])
        )
        return ItemKind.CHOOSE, Choices(taken)
    return None


def _read_level(value: str, end: str | None, *, turned: bool) -> Level:
    if turned:
        return Level(6 - Decimal(value), _TURNED[_ENDS[end or ""]])
    return Level(Decimal(value), _ENDS[end or ""])


def _read_level_words(block: re.Match[str]) -> Level | LevelWord | None:
    if block[2]:
        return Level(Decimal(block[2]), _ENDS[block[3] or ""])
    return LevelWord(block[4]) if block[4] in set(LevelWord) else None


def _read_number(word: str) -> int:
    lower = word.lower()
    return _NUMBERS.index(lower) if lower in _NUMBERS else int(word)


def _publish_rounds(
    rounds: Iterable[_ReadRound], themes: Mapping[str, str]
) -> Iterator[PublishedRound]:
    series = SeriesSoFar()
    for one in rounds:
        is_first = one.policy_version == FIRST_EDITION
        questions = tuple(
            PublishedQuestion(
                item=text,
                kind=kind,
                says=says,
                theme=_plain_theme(themes.get(text, "")),
                least=None if is_first else one.least,
                text=text,
                in_series=text in themes,
            )
            for text, kind, says in one.questions
        )
        series.add(one.number, questions)
        yield PublishedRound(
            number=one.number,
            roster=0,
            joined=0,
            left=0,
            policy_version=one.policy_version,
            questions=questions,
            blocks=tuple(
                PublishedBlock(theme, level, made_of)
                for title, level in one.blocks
                if (made_of := series.last_block(theme := _plain_theme(title)))
            ),
            trends=tuple(one.trends),
            band=one.band,
            lengths=tuple(_find_list_length(length) for length in one.lengths),
            has_pool=one.has_pool,
        )


def _find_list_length(shown: int) -> int:
    """Of a list of which a chat shows so many texts: it has room for fewer than were released."""
    return next((length for *_, length in reversed(LISTS) if length >= shown), shown)


def _plain_theme(theme: str) -> str:
    """A theme's key, made of its title or of itself: "Shared goals" and "shared-goals"."""
    return theme.replace("_", "-").replace(" ", "-").lower()
