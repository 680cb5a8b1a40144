"""Names in what a group writes: whom a text names, so that no question or commitment points at one.

What a question should sound like otherwise is the bank checks' business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.storage import partnerships
from pulse_bot.storage.models import OrganisationRow

_SHORTEST: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+")
_OPENS_A_SENTENCE: Final = re.compile(r"(?:^|[.!?:;])\W*$")

_OF_ANY_SCHOOL: Final = re.compile(
    r"academies|academy|all|and|catholic|centre|chapel|church|college|community|comprehensive"
    r"|county|education|federation|first|for|free|grammar|group|head|heads|high|infant|infants"
    r"|international|junior|juniors|learning|lower|middle|new|nursery|our|parish|partnership"
    r"|prep|preparatory|primary|pupil|referral|roman|saint|saints|school|schools|secondary"
    r"|sixth|special|studio|technical|technology|the|trust|unit|university|upper"
)
"""Words of the names of schools that name none of them."""

_EVERYDAY: Final = re.compile(
    r"art|bank|bay|best|bill|bridge|bright|brook|brown|bush|case|chance|close|day|dale|dawn"
    r"|drew|east|faith|farm|field|fields|forest|frank|garden|gate|good|grace|grant|green|grove"
    r"|hall|harmony|heath|hill|hope|house|joy|king|lake|land|lane|little|long|love|major|mark"
    r"|may|meadow|mill|moor|neat|north|park|patience|pearl|penny|pool|price|queen|read|reed"
    r"|rich|ridge|river|road|rose|ruby|sage|short|skip|south|spring|star|stone|street|summer"
    r"|sunny|swift|top|town|trinity|vale|valley|view|village|walk|ward|water|way|west|white"
    r"|will|wise|wood|woods|work|young"
)
"""Ordinary words that are names, too: a name only where a capital shows it, as in "ask Will"."""


def names_in(session: Session, partnership_id: int, text: str) -> tuple[str, ...]:
    """The words of a text that are of a member's or an organisation's name, as they are written.

    Whole words, however they are spelt: in capitals or not, with accents or without. Each once, in
    the order of the text.
    """
    known = set(_known(session, partnership_id))
    found = {
        _folded(match[0]): match[0] for match in reversed(_words(text)) if _is_in(known, match)
    }
    return tuple(reversed(found.values()))


def _known(session: Session, partnership_id: int) -> Iterator[str]:
    schools = select(OrganisationRow.name).where(OrganisationRow.partnership_id == partnership_id)
    people = (member.name for member, _ in partnerships.members(session, partnership_id))
    for name in (*session.scalars(schools), *people):
        yield from (_folded(match[0]) for match in _words(name))


def _is_in(known: set[str], match: re.Match[str]) -> bool:
    word = _folded(match[0])
    if word not in known or len(word) < _SHORTEST or _OF_ANY_SCHOOL.fullmatch(word):
        return False
    if not _EVERYDAY.fullmatch(word):
        return True
    return match[0].istitle() and not _OPENS_A_SENTENCE.search(match.string[: match.start()])


def _words(text: str) -> list[re.Match[str]]:
    # Letters alone, so that "Anna's" and "O'Brien" come apart however the apostrophe is typed.
    return list(_WORD.finditer(unicodedata.normalize("NFKC", text)))


def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
