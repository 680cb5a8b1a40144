"""The words of a single question: which of them double, lead, exclude, point or puzzle.

English alone: for other languages every function here finds nothing. A word list is never sure, so
what is found is a warning with its words marked, and a person decides. Which kinds of item are
looked at, and what a bank as a whole needs, live in `lint`.
"""

from __future__ import annotations

import re
from typing import Final

from pulse_bot.domain.asking.scales import ENGLISH, plain_language


def _word_pattern(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_PATTERNS: Final[dict[str, tuple[re.Pattern[str], ...]]] = {
    "double-barrelled": (
        _word_pattern(
            # "More and more", "now and then" say one thing; every other "and" may join two.
            r"(?<!more )(?<!now )(?<!back )(?<!again )and(?:/or)?",
            r"as well as",
            r"plus",
        ),
    ),
    "leading": (
        _word_pattern(
            r"surely|clearly|obviously|of course|naturally|undoubtedly|needless to say",
            r"as we all know|everyone knows|everybody knows|don['\u2019]t you|isn['\u2019]t it",
            r"should|ought to|must",
            r"excellent|wonderful|fantastic|outstanding|amazing|valuable|vital|successful(?:ly)?",
        ),
    ),
    "absolute": (
        _word_pattern(
            r"always|never|every|everyone|everybody|everything|nobody|no one|none|nothing",
            r"all|completely|totally|entirely|fully|wholly|constantly|without exception|at no time",
            r"100 ?(?:%|per ?cent)",
        ),
    ),
    "identifying": (
        _word_pattern(
            r"(?:our|the|my) (?:new|newest|young|youngest|old|oldest|former|small|smallest|large"
            r"|largest|big|biggest|only|failing|weakest|strongest|faith|special) "
            r"(?:head|heads|headteacher|head teacher|principal|leader|member|school|academy|trust)",
            r"the (?:head|headteacher|principal|chair|facilitator|lead|leader|school|academy) "
            r"(?:of|at|in|from|who|that|which)",
            r"my (?:predecessor|successor|deputy|chair)",
        ),
        re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sir|Dame|St)\b\.? [A-Z]\w+"),
        # A name: a capital letter in the middle of a sentence.
        re.compile(r"(?<=[a-z,;] )(?!(?:I|English|Ofsted|Estyn|Christmas|Easter)\b)[A-Z][a-z]+"),
    ),
    "jargon": (
        _word_pattern(
            r"stakeholders?|synerg\w+|leverag\w+|pedagog\w+|moral purpose|best practice|buy-in",
            r"lateral(?:ly)?|vertical(?:ly)?|triangulat\w+|holistic\w*|robust\w*|granular\w*",
            r"going forward|deep dive|theory of change|capacity|metrics?|deliverables?",
            r"quality assurance",
            r"dysfunction\w*|facilitat\w+|co-construct\w*|self-improving|system leader\w*",
        ),
        re.compile(r"\b(?!(?:UK|TV)\b)[A-Z]{2,}s?\b"),
    ),
}

_WE: Final = _word_pattern(
    r"we", r"us", r"our", r"ours", r"ourselves", r"one another", r"each other"
)
_I: Final = _word_pattern(r"I", r"my", r"me")
_BLANKS: Final = re.compile(r"[^a-z]+")

WORD_CODES: Final = tuple(_PATTERNS)
"""The codes that `marked` knows."""


def speaks_english(language: str) -> bool:
    """Whether the word lists and the reading ease fit a language."""
    return plain_language(language) == ENGLISH


def marked_words(code: str, text: str) -> tuple[str, ...]:
    """The words of a text that a code is about, in the order of the text; none inside another."""
    spans = (match.span() for pattern in _PATTERNS[code] for match in pattern.finditer(text))
    separate: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not separate or start >= separate[-1][1]:
            separate.append((start, end))
    return tuple(text[start:end] for start, end in separate)


def says_we(text: str, *, paired: bool) -> bool:
    """Whether a statement speaks for the group; of a pair, the one half speaks for oneself."""
    return bool(_WE.search(text) or (paired and _I.search(text)))


def text_trigrams(text: str) -> frozenset[str]:
    """The runs of three letters of a text, for its likeness to another."""
    letters = f" {_BLANKS.sub(' ', text.lower()).strip()} "
    return frozenset(letters[at : at + 3] for at in range(len(letters) - 2))


def text_likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """How alike two texts are, 0 to 1: the share of all their trigrams that both of them have."""
    shared = len(first & second)
    return shared / max(1, len(first) + len(second) - shared)
