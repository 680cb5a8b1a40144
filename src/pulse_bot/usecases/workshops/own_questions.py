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

from pulse_bot.banks.bank import Bank, BankEntry
from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.banks.findings import Finding
from pulse_bot.banks.lint import ALIKE, lint_banks
from pulse_bot.banks.wording import text_likeness, text_trigrams
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.typed_words import UnfitWords, as_quotation, guard_words
from pulse_bot.errors import Refused
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.name_check import find_names

MOST_QUESTIONS: Final = 6
LONGEST_QUESTION: Final = 120
"""Characters of one question, as of a bank's."""
SHORTEST_QUESTION: Final = 10
OWN_BANK: Final = "own"
"""The bank of questions that are in none."""
TALK: Final = "What do we see in our schools that makes us answer as we do?"
_NOTHING: Final = "Nothing was saved; please change it and send it again."


@dataclass(frozen=True, slots=True)
class QuestionWarning:
    """What to look at again in a question that can be asked all the same."""

    text: str
    what: str
    why: str

    def __str__(self) -> str:
        return " ".join(filter(None, (f"Look again at “{self.text}”", self.what, self.why)))


def parse_questions(
    session: Session, installation: Installation, partnership: PartnershipRow, typed: str
) -> tuple[Item, ...]:
    """The questions that were typed, one a line. Raises Refused, naming what is wrong with one."""
    lines = [as_quotation(line) for line in typed.splitlines()]
    texts = list(dict.fromkeys(line.lstrip("-*•0123456789.) ") for line in lines if line))
    texts = [text for text in texts if text]
    if len(texts) > MOST_QUESTIONS:
        raise Refused(
            f"These are {len(texts)} questions of your own, and there is room for "
            f"{MOST_QUESTIONS}. {_NOTHING}"
        )
    for text in texts:
        _check_form(text)
        _check_names(session, partnership, text)
    items = tuple(_make_item(text, partnership.language) for text in texts)
    for finding in _lint_questions(items, partnership.language):
        if finding.severity is Severity.ERROR:
            text = next(item.text for item in items if item.id == finding.place.item)
            raise Refused(f"“{text}” cannot be asked. {_explain_finding(finding)} {_NOTHING}")
    return items


def list_warnings(installation: Installation, items: Sequence[Item]) -> list[QuestionWarning]:
    """What to look at again in the questions among these that are somebody's own."""
    own_items = [item for item in items if item.bank == OWN_BANK]
    texts = {item.id: item.text for item in own_items}
    findings = _lint_questions(own_items, own_items[0].language if own_items else "en")
    wording_warnings = [
        QuestionWarning(
            texts[finding.place.item], _quote_marked(finding), _explain_finding(finding)
        )
        for finding in findings
    ]
    return [*wording_warnings, *_find_similar(installation, own_items)]


def _check_form(text: str) -> None:
    try:
        guard_words(text)
    except UnfitWords as error:
        raise Refused(f"{error} {_NOTHING}") from None
    if len(text) > LONGEST_QUESTION:
        raise Refused(
            f"“{text[:40]}…” has {len(text)} characters, and a question has at most "
            f"{LONGEST_QUESTION}. {_NOTHING}"
        )
    if len(text) < SHORTEST_QUESTION:
        raise Refused(f"“{text}” is too short to be a question. {_NOTHING}")
    if text.endswith("?"):
        raise Refused(
            f"“{text}” is a question, and members say how far they agree with a statement. Write "
            f"it as one, such as “We say what we think.” {_NOTHING}"
        )


def _check_names(session: Session, partnership: PartnershipRow, text: str) -> None:
    names = find_names(session, partnership.id, text)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. A question asks about the "
            f"partnership, and never about one person or one school. {_NOTHING}"
        )


def _make_item(text: str, language: str) -> Item:
    sentence = text if text[-1] in ".!" else f"{text}."
    mark = hashlib.sha256(sentence.casefold().encode()).hexdigest()[:8]
    return Item(
        id=f"own-{mark}",
        bank=OWN_BANK,
        text=sentence,
        kind=ItemKind.AGREE,
        dimension="workshop",
        talk=TALK,
        language=language,
    )


def _lint_questions(items: Sequence[Item], language: str) -> list[Finding]:
    entries = tuple(BankEntry(item, {}) for item in items)
    bank = Bank(OWN_BANK, 1, "", "", language, "", (), "", (), (), entries, OWN_BANK)
    # What a bank as a whole needs is nothing that six questions could have.
    return [finding for finding in lint_banks([bank]) if finding.place.item]


def _quote_marked(finding: Finding) -> str:
    quoted = ", ".join(f"“{word}”" for word in finding.marked)
    if not quoted:
        return ""
    return f"The word is {quoted}." if len(finding.marked) == 1 else f"The words are {quoted}."


def _explain_finding(finding: Finding) -> str:
    return f"{CODES[finding.code].means} {finding.remedy}"


def _find_similar(
    installation: Installation, own_items: Sequence[Item]
) -> Iterator[QuestionWarning]:
    bank_items = (
        [item for items in installation.pool().values() for item in items] if own_items else []
    )
    letters = [(item, text_trigrams(item.text)) for item in bank_items]
    for question in own_items:
        question_trigrams = text_trigrams(question.text)
        twin = next(
            (item for item, other in letters if text_likeness(question_trigrams, other) >= ALIKE),
            None,
        )
        if twin is not None:
            yield QuestionWarning(
                question.text,
                f"It is much like a question of the banks: “{twin.text}”",
                "With that one you could compare over time.",
            )
