"""Typed words: what a group writes itself, made fit to stand among what we say of answers.

Quotation marks, words that read like a result, and words of letters that only look alike. Whom a
text names is the use case `named`'s business, since it needs the names.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORD_PATTERN: Final = re.compile(r"[^\W\d_]+")
"""One word, of letters alone: "Anna's" and "O'Brien" come apart however the apostrophe is typed."""

_SINGLE_QUOTES: Final = str.maketrans(
    {
        **dict.fromkeys('"\u2033\u2036\uff02\u02ba\u02ee\u3003', "'"),
        **dict.fromkeys("\u201c\u201f\u275d\u301d", "\u2018"),
        **dict.fromkeys("\u201d\u275e\u301e\u301f", "\u2019"),
        **dict.fromkeys("\u201e\u2e42", "\u201a"),
        "\u00ab": "\u2039",
        "\u00bb": "\u203a",
    }
)
"""For each double quotation mark, and what looks like one, the single one that is as high."""
_DOUBLED_QUOTES: Final = re.compile(
    r"(['`\u00b4\u02b9\u02bc\u2018-\u201b\u2032\u2035\u2039\u203a])\1+"
)
"""Two single ones look like a double one."""
_RESULT_PATTERN: Final = re.compile(
    r"out of (?:5|10)\b|stands out\b|no clear change\b|too few answers\b"
)
_CONFUSABLE_SCRIPTS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts with letters that look the same; in Japanese a word may well be of several others."""
_INVISIBLE_SIGNS: Final = frozenset({"Cf", "Mn", "Me", "Cs"})
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u2065\u3164\uffa0")
"""Default-ignorable, too, though their category says nothing of it."""


def use_single_quotes(text: str) -> str:
    """A text with single quotation marks for double ones: the double ones are around what we quote.

    Whoever could close a quotation could go on in our voice: “… .” About 4.6 out of 5. “…
    """
    return _DOUBLED_QUOTES.sub(r"\1", text.translate(_SINGLE_QUOTES))


def explain_unfit(text: str) -> str:
    """Why typed words cannot stand as they are, in full sentences; empty where they can."""
    if not text.isprintable():
        return "There is a control character, or another sign that nobody sees, in what you wrote."
    result = _RESULT_PATTERN.search(" ".join(visible_text(text).casefold().split()))
    if result:
        return (
            f"“{result[0]}” reads like a result, and what the answers say is said by the digest "
            "alone. Please put it in other words."
        )
    mixed = next(
        (
            word
            for word in WORD_PATTERN.findall(visible_text(text))
            if len(_confusable_scripts(word)) > 1
        ),
        "",
    )
    if mixed:
        return (
            f"“{mixed}” mixes letters of different alphabets that look alike. Please type it again "
            "in one alphabet."
        )
    return ""


def visible_text(text: str) -> str:
    """A text as the eye reads it: in one spelling, and without signs that nobody sees.

    Accents stay where a letter has them of its own, and loose ones go.
    """
    normalised = unicodedata.normalize("NFKC", text)
    return "".join(
        sign
        for sign in normalised
        if unicodedata.category(sign) not in _INVISIBLE_SIGNS and sign not in _INVISIBLE_LETTERS
    )


def _confusable_scripts(word: str) -> frozenset[str]:
    return (
        frozenset(unicodedata.name(letter, "").split(" ")[0] for letter in word)
        & _CONFUSABLE_SCRIPTS
    )
