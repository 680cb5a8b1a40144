"""Own words: a facilitator's own questions, held against the rules of the banks.

What a bank could not be used with is refused, what its author should look at again is said and can
be asked all the same. What a rule means is in `banks.codes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.banks.bank import Bank, Entry
from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.banks.findings import Finding
from pulse_bot.banks.lint import ALIKE, lint_banks
from pulse_bot.banks.wording import likeness, trigrams
from pulse_bot.domain.asking.items import Item, Kind
from pulse_bot.domain.partnership.typed_words import single_quoted, unfit
from pulse_bot.errors import Refused
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.name_check import names_in

MOST: Final = 6
LONGEST: Final = 120
"""Characters of one question, as of a bank's."""
SHORTEST: Final = 10
OWN: Final = "own"
"""The bank of questions that are in none."""
TALK: Final = "What do we see in our schools that makes us answer as we do?"
_NOTHING: Final = "Nothing was saved; please change it and send it again."


@dataclass(frozen=True, slots=True)
class Warned:
    """What to look at again in a question that can be asked all the same."""

    text: str
    what: str
    why: str

    def __str__(self) -> str:
        return " ".join(filter(None, (f"Look again at “{self.text}”", self.what, self.why)))


def read(
    session: Session, installation: Installation, partnership: PartnershipRow, typed: str
) -> tuple[Item, ...]:
    """The questions that were typed, one a line. Raises Refused, naming what is wrong with one."""
    lines = [single_quoted(" ".join(line.split())) for line in typed.splitlines()]
    texts = list(dict.fromkeys(line.lstrip("-*•0123456789.) ") for line in lines if line))
    texts = [text for text in texts if text]
    if len(texts) > MOST:
        raise Refused(
            f"These are {len(texts)} questions of your own, and there is room for {MOST}. "
            f"{_NOTHING}"
        )
    for text in texts:
        _check_form(text)
        _check_names(session, partnership, text)
    items = tuple(_item(text, partnership.language) for text in texts)
    for finding in _findings(items, partnership.language):
        if finding.severity is Severity.ERROR:
            text = next(item.text for item in items if item.id == finding.place.item)
            raise Refused(f"“{text}” cannot be asked. {_reason(finding)} {_NOTHING}")
    return items


def warnings(installation: Installation, items: Sequence[Item]) -> list[Warned]:
    """What to look at again in the questions among these that are somebody's own."""
    own = [item for item in items if item.bank == OWN]
    texts = {item.id: item.text for item in own}
    found = _findings(own, own[0].language if own else "en")
    said = [Warned(texts[one.place.item], _marked(one), _reason(one)) for one in found]
    return [*said, *_twins(installation, own)]


def _check_form(text: str) -> None:
    reason = unfit(text)
    if reason:
        raise Refused(f"{reason} {_NOTHING}")
    if len(text) > LONGEST:
        raise Refused(
            f"“{text[:40]}…” has {len(text)} characters, and a question has at most {LONGEST}. "
            f"{_NOTHING}"
        )
    if len(text) < SHORTEST:
        raise Refused(f"“{text}” is too short to be a question. {_NOTHING}")
    if text.endswith("?"):
        raise Refused(
            f"“{text}” is a question, and members say how far they agree with a statement. Write "
            f"it as one, such as “We say what we think.” {_NOTHING}"
        )


def _check_names(session: Session, partnership: PartnershipRow, text: str) -> None:
    names = names_in(session, partnership.id, text)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. A question asks about the "
            f"partnership, and never about one person or one school. {_NOTHING}"
        )


def _item(text: str, language: str) -> Item:
    ended = text if text[-1] in ".!" else f"{text}."
    mark = hashlib.sha256(ended.casefold().encode()).hexdigest()[:8]
    return Item(
        id=f"own-{mark}",
        bank=OWN,
        text=ended,
        kind=Kind.AGREE,
        dimension="workshop",
        talk=TALK,
        language=language,
    )


def _findings(items: Sequence[Item], language: str) -> list[Finding]:
    entries = tuple(Entry(item, {}) for item in items)
    bank = Bank(OWN, 1, "", "", language, "", (), "", (), (), entries, OWN)
    # What a bank as a whole needs is nothing that six questions could have.
    return [one for one in lint_banks([bank]) if one.place.item]


def _marked(finding: Finding) -> str:
    quoted = ", ".join(f"“{word}”" for word in finding.marked)
    if not quoted:
        return ""
    return f"The word is {quoted}." if len(finding.marked) == 1 else f"The words are {quoted}."


def _reason(finding: Finding) -> str:
    return f"{CODES[finding.code].means} {finding.remedy}"


def _twins(installation: Installation, own: Sequence[Item]) -> Iterator[Warned]:
    known = [item for items in installation.pool().values() for item in items] if own else []
    letters = [(item, trigrams(item.text)) for item in known]
    for one in own:
        mine = trigrams(one.text)
        twin = next((item for item, other in letters if likeness(mine, other) >= ALIKE), None)
        if twin is not None:
            yield Warned(
                one.text,
                f"It is much like a question of the banks: “{twin.text}”",
                "With that one you could compare over time.",
            )
