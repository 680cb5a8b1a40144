"""Names in what a group writes: whom a text names, so that no question or commitment points at one.

What a question should sound like otherwise is the bank checks' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final, NamedTuple
from unicodedata import combining, normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.typed_words import WORD_PATTERN, visible_text
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import OrganisationRow

_SHORTEST: Final = 2
_BARE: Final = 3
"""Letters of a name that is found without a capital, too: "li" may be a slip, "Li" is somebody."""
_RUN: Final = re.compile(r"[^\W\d_]+(?:[._\-\u2010-\u2015\u00b7\u2022'\u2019][^\W\d_]+)*")
"""Words without a blank between them, as "A.n.n.a" is written, or "O'Brien-Shaw"."""
_OPENS_A_SENTENCE: Final = re.compile(r"(?:^|[.!?:;])\W*$")

_OF_ANY_SCHOOL: Final = re.compile(
    r"academies|academy|all|and|at|by|catholic|ce|centre|chapel|church|college|community"
    r"|comprehensive|county|education|federation|first|for|free|grammar|group|head|heads|high|in"
    r"|infant|infants|international|junior|juniors|learning|lower|middle|new|nursery|of|on|our"
    r"|parish|partnership|prep|preparatory|primary|pupil|rc|referral|roman|saint|saints|school"
    r"|schools|secondary|sixth|special|st|studio|technical|technology|the|trust|uk|unit"
    r"|university|upper|va|vc"
)
"""Words of the names of schools that name none of them."""

_EVERYDAY: Final = re.compile(
    r"am|an|art|as|bank|bay|be|best|bill|bridge|bright|brook|brown|bush|case|chance|close|dale"
    r"|dawn|day|do|drew|east|faith|farm|field|fields|forest|frank|garden|gate|go|good|grace|grant"
    r"|green|grove|hall|harmony|he|heath|hill|hope|house|if|is|it|joy|king|lake|land|lane|little"
    r"|long|love|major|mark|may|me|meadow|mill|moor|my|neat|no|north|or|park|patience|pearl|penny"
    r"|pool|price|queen|read|reed|rich|ridge|river|road|rose|ruby|sage|short|skip|so|south|spring"
    r"|star|stone|street|summer|sunny|swift|to|top|town|trinity|up|us|vale|valley|view|village"
    r"|walk|ward|water|way|we|west|white|will|wise|wood|woods|work|young"
)
"""Ordinary words that are names, too: a name only where a capital shows it, as in "ask Will"."""


class _Word(NamedTuple):
    """`bare` is its letters in the capitals that they have, `opens` whether a sentence begins."""

    written: str
    bare: str
    opens: bool


def find_names(session: Session, partnership_id: int, text: str) -> tuple[str, ...]:
    """The words of a text that are of a member's or an organisation's name, as they are read.

    Whole words, however they are spelt: in capitals or not, with accents or without, with an "s" at
    the end, with dots or hyphens inside. Each once, in the order of the text.
    """
    folded_names = set(_load_names(session, partnership_id))
    matches: dict[str, str] = {}
    for run, parts in _split_runs(text):
        matched = [word for word in parts if _matches_name(folded_names, word)]
        if not matched and _matches_name(folded_names, run):
            matched = [run]
        for word in matched:
            matches.setdefault(_fold_letters(word.bare), word.written)
    return tuple(matches.values())


def _load_names(session: Session, partnership_id: int) -> Iterator[str]:
    schools = select(OrganisationRow.name).where(OrganisationRow.partnership_id == partnership_id)
    people = (member.name for member, _ in partnerships.list_members(session, partnership_id))
    for name in (*session.scalars(schools), *people):
        words = [_fold_letters(word) for word in WORD_PATTERN.findall(visible_text(name))]
        # As one word, too: "O'Brien" is also OBrien.
        yield from ("".join(words[a:b]) for a, b in combinations(range(len(words) + 1), 2))


def _matches_name(folded_names: set[str], word: _Word) -> bool:
    folded = _fold_letters(word.bare)
    stem = folded.removesuffix("s")
    return _is_name(folded_names, folded, word) or (
        len(stem) >= _BARE and _is_name(folded_names, stem, word)
    )


def _is_name(folded_names: set[str], folded: str, word: _Word) -> bool:
    if folded not in folded_names or len(folded) < _SHORTEST or _OF_ANY_SCHOOL.fullmatch(folded):
        return False
    if _EVERYDAY.fullmatch(folded):
        return word.bare.istitle() and not word.opens
    return len(folded) >= _BARE or word.bare[0].isupper()


def _split_runs(text: str) -> Iterator[tuple[_Word, list[_Word]]]:
    """What stands between two blanks, in one piece and in its words."""
    plain = visible_text(text)
    for run in _RUN.finditer(plain):
        opens = bool(_OPENS_A_SENTENCE.search(plain[: run.start()]))
        words = [match[0] for match in WORD_PATTERN.finditer(run[0])]
        # A word behind a dot without a blank opens nothing: "Ask.Will" is somebody.
        parts = [_Word(word, word, opens and n == 0) for n, word in enumerate(words)]
        yield _Word(run[0], "".join(words), opens), parts


def _fold_letters(word: str) -> str:
    return "".join(letter for letter in normalize("NFKD", word.casefold()) if not combining(letter))
