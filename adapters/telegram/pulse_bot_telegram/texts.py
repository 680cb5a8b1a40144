"""Texts in Telegram's HTML: escaped, counted as Telegram counts, split between paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Final

LONGEST: Final = 4096
"""UTF-16 code units in a message, after its formatting is read."""

LONGEST_CAPTION: Final = 1024

_BETWEEN: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words, and whether they are "b" or "i"."""

    words: str
    tag: str = ""

    @property
    def html(self) -> str:
        """As Telegram reads it."""
        words = escape(self.words, quote=False)
        return f"<{self.tag}>{words}</{self.tag}>" if self.tag else words


def count_units(words: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def split_messages(paragraphs: Iterable[Paragraph], state: str = "") -> list[str]:
    """The HTML of as many messages as it takes; the last of them hides a state, if there is one."""
    pages: list[list[Paragraph]] = [[]]
    # A hidden state is one character long.
    room = LONGEST - len(_BETWEEN) - 1
    left = room
    for paragraph in paragraphs:
        for piece in _split_paragraph(paragraph, room):
            taken = count_units(piece.words) + len(_BETWEEN)
            if taken > left and pages[-1]:
                pages.append([])
                left = room
            pages[-1].append(piece)
            left -= taken
    texts = [[piece.html for piece in page] for page in pages]
    if state:
        # Not before a mark that a message begins with, and not at its end, which may be trimmed.
        texts[-1][-1:] = [state + html for html in texts[-1][-1:]]
    return [_BETWEEN.join(text) for text in texts]


def _split_paragraph(paragraph: Paragraph, room: int) -> Iterator[Paragraph]:
    """A paragraph in pieces that fit, broken between words where there is a blank."""
    words = paragraph.words
    while count_units(words) > room:
        most = _count_fitting(words, room)
        cut = max(words.rfind(blank, 1, most) for blank in " \n") + 1 or most
        yield replace(paragraph, words=words[:cut].rstrip(" \n"))
        words = words[cut:]
    if words:
        yield replace(paragraph, words=words)


def _count_fitting(words: str, room: int) -> int:
    """How many characters of a text fit; those beyond 16 bits count twice."""
    for count, letter in enumerate(words):
        room -= 2 if ord(letter) > 0xFFFF else 1
        if room < 0:
            return count
    return len(words)
