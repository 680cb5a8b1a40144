"""Typed words: what people write themselves, made fit to stand among what we say of answers.

One guard for all of them: questions, commitments, what a workshop is about, comments and answers in
words. Line breaks, quotation marks, words that read like a result, and words of letters that only
look alike. Whom a text names is the use case `name_check`'s business, since it needs the names.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORD_PATTERN: Final = re.compile(r"[^\W\d_]+")
"""One word, of letters alone: "Anna's" and "O'Brien" come apart however the apostrophe is typed."""

_SINGLE_QUOTES: Final = str.maketrans(
    {
        **dict.fromkeys('"\u2033\u2036\uff02\u02ba\u02ee\u3003\u02dd\u05f4', "'"),
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
    r"out of (?:5|10)\b|about \d[.,\u00b7\u2027\u3002]\d\b|\d or (?:higher|lower)\b"
    r"|(?:of us|of those asked) answered\b|over the last six rounds\b|of one mind\b"
    r"|no choice stands out\b|stands out:|no clear change\b|too few answers\b|somebody wrote ?:"
    r"|more (?:yes than no|no than yes)\b|between yes and no\b|questions together:"
    r"|\(chosen (?:often|by most of us)\b|\bcommitment (?:kept|dropped|not yet kept|asked about):"
    r"|members were asked for the first time\b|who did not answer may see it\b"
    r"|trust in this pulse itself is low\b|so far we have kept \d"
    r"|\(before: \d|low is good here\b|commitment due on\b"
)
"""What digests alone say. Each is so much ours, or so much of a number, that people who write of
their own work hardly ever need it; whoever does is told which words to put otherwise."""
_CONFUSABLE_SCRIPTS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts with letters that look the same; in Japanese a word may well be of several others."""
_INVISIBLE_SIGNS: Final = frozenset({"Cf", "Mn", "Me", "Cs"})
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u2065\u3164\uffa0")
"""Default-ignorable, too, though their category says nothing of it."""


class UnfitWords(ValueError):
    """Words that cannot stand among ours; the message, in full sentences, is for their writer."""


def guard_words(text: str) -> str:
    """Typed words as they are kept and read. Raises UnfitWords, saying what to change."""
    line = as_quotation(text)
    reason = _explain_unfit(line)
    if reason:
        raise UnfitWords(reason)
    return line


def as_quotation(text: str) -> str:
    """A text as it can stand in quotation marks: in one line, with single ones for double ones.

    Whoever could close a quotation, or begin a line, could go on in our voice: “… .” About 4.6 out
    of 5. “… Twice is as good as once.
    """
    return _DOUBLED_QUOTES.sub(r"\1", " ".join(text.split()).translate(_SINGLE_QUOTES))


def _explain_unfit(text: str) -> str:
    if not text.isprintable():
        return "There is a control character, or another sign that nobody sees, in what you wrote."
    visible = visible_text(text)
    result = _RESULT_PATTERN.search(" ".join(visible.casefold().split()))
    if result:
        return (
            f"“{result[0]}” reads like a result, and what the answers say is said by the digest "
            "alone. Please put it in other words."
        )
    mixed = next(
        (
            word
            for word in WORD_PATTERN.findall(visible)
            if not word.isascii() and len(_confusable_scripts(word)) > 1
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
