"""Every code that a bank file can be answered with: how grave it is, what it means, what to do.

`docs/writing-a-bank.md` shows this table, and a test keeps it equal. Nothing is found here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class FindingCode:
    """What a code means and what to do about it, in the words of someone who writes questions."""

    severity: Severity
    means: str
    remedy: str


def _error_code(means: str, remedy: str) -> FindingCode:
    return FindingCode(Severity.ERROR, means, remedy)


def _warning_code(means: str, remedy: str) -> FindingCode:
    return FindingCode(Severity.WARNING, means, remedy)


_FILE: Final = {
    "no-such-file": _error_code(
        "The file or folder is not there, or may not be read.",
        "Check its name and who may read it.",
    ),
    "file-too-large": _error_code(
        "The file is larger than a bank ever is: 1 MB of text, 5 MB of spreadsheet.",
        "Check that it is a bank, and split it if it is.",
    ),
    "not-utf-8": _error_code(
        "The file is not text in UTF-8.",
        'Save it again as plain text, with the encoding "UTF-8".',
    ),
    "not-yaml": _error_code(
        "The file breaks the rules of YAML at the line and column given.",
        "Look at that line and the one above it: a missing colon, a wrong indent or a text with a"
        " colon in it that needs quotes.",
    ),
    "yaml-trick": _error_code(
        "The file uses a part of YAML that banks do without: an anchor (&), an alias (*), a tag (!)"
        " or a second document.",
        "Write the text out in full, and put quotes around a text that begins with one of these.",
    ),
    "too-deep": _error_code(
        "Lists and keys are nested more deeply than a bank ever is.",
        "Compare the indents with the example in docs/writing-a-bank.md.",
    ),
    "not-a-bank": _error_code(
        "The file does not hold the keys of a bank.",
        "Start it with id, version and title, as the example in docs/writing-a-bank.md does.",
    ),
}

_SHEETS: Final = {
    "not-a-spreadsheet": _error_code(
        "The file is no spreadsheet that can be read.",
        "Open it in a spreadsheet program and save it again as XLSX or as CSV UTF-8.",
    ),
    "has-macros": _error_code(
        "The workbook has macros, which pulse-bot never opens.",
        "Save it as an ordinary workbook (.xlsx).",
    ),
    "missing-table": _error_code(
        "A table that has to be there is missing: in a workbook a sheet, in CSV a row with its name"
        " in brackets.",
        "Start from a template: pulse-bot bank template my-bank.xlsx",
    ),
    "missing-column": _error_code(
        "A table misses a column that it needs.", "Add the column, with its name in the first row."
    ),
    "unknown-column": _error_code(
        "A table has a column that there is not.",
        'Correct its name, or call it "notes" if it is for people alone.',
    ),
    "reworded": _error_code(
        "A question is worded differently from the one that had its id before.",
        "Give the new wording an id of its own, and name it in replaced_by of the old one.",
    ),
}

_KEYS: Final = {
    "duplicate-key": _error_code("A key stands twice in the same place.", "Keep one of the two."),
    "unknown-key": _error_code(
        "There is no such key.", "Correct its spelling, or remove it if it was a note."
    ),
    "missing-key": _error_code("A key that has to be there is missing.", "Add it."),
    "empty-value": _error_code("A key has nothing after it.", "Fill it in, or remove the key."),
    "wrong-type": _error_code(
        "A value is of the wrong sort: a text where a list belongs, or a number where a text does.",
        "Write it as the message says; put quotes around a text that looks like a number.",
    ),
    "wrong-value": _error_code(
        "A value is not one that fits here.", "Use one that the message names."
    ),
    "too-long": _error_code(
        "A text or a list is longer than there is room for (a question: 120 characters).",
        "Shorten it; if it says two things, make two items of it.",
    ),
    "bad-id": _error_code(
        "An id is not made of small letters, digits and single hyphens.",
        "Write it like this: trust-ask-for-help.",
    ),
}

_SENSE: Final = {
    "duplicate-id": _error_code(
        "Two items, or two banks, have the same id.",
        "Give the newer one an id of its own; an id is never used twice.",
    ),
    "second-core": _error_code(
        "Two banks have a core for the same dimension, which would mix their trends.",
        "Take the core mark off the items of one bank, or give its dimension another name.",
    ),
    "unknown-dimension": _error_code(
        "An item names a dimension that its bank does not have.",
        "Correct it, or add the dimension at the top of the file.",
    ),
    "unknown-facet": _error_code(
        "An item names a facet that its dimension does not have.",
        "Correct it, or add the facet to the dimension at the top of the file.",
    ),
    "unknown-replacement": _error_code(
        "An item is replaced by an item that its bank does not have.",
        "Correct the id, or add the new item.",
    ),
    "unknown-bank": _error_code(
        "A translation names a bank that is not beside it.",
        "Correct the id, or put the translation into the folder of its bank.",
    ),
    "unknown-item": _error_code(
        "A translation, or a table of choices, names an item or a choice that is not there.",
        "Correct the id. A question that was reworded has a new id: translate it anew under that.",
    ),
    "second-translation": _error_code(
        "A bank is there in this language already.",
        "Correct the language, or put the two files together.",
    ),
    "bad-choices": _error_code(
        "An item of kind choose has no list of 2 to 10 different choices, or another kind has one.",
        "Give a choose item its choices, and take them off any other kind.",
    ),
    "bad-ends": _error_code(
        "An item of kind scale does not say what 0 and 10 mean, or another kind does.",
        "Give a scale item its two ends, and take them off any other kind.",
    ),
    "bad-reverse": _error_code(
        "An item is reverse-scored although its kind has no better and worse end.",
        "Take reverse off, or change the kind.",
    ),
    "bad-pair": _error_code(
        "A pair does not have exactly two items of the same kind.",
        "Give the same pair word to the two items that are asked together, and to no other.",
    ),
}

_LINT: Final = {
    "core-not-six": _error_code(
        "The core of a dimension does not have exactly six items; the trend is computed on six.",
        "Mark exactly six items with core: true.",
    ),
    "core-kind": _error_code(
        "A core item is of another kind than agree, so that the six cannot be put on one scale.",
        "Make it an agree item, or take it out of the core.",
    ),
    "core-reverse": _error_code(
        "More than one item of a core is reverse-scored.",
        "Turn the wording of all but one around.",
    ),
    "core-facets": _warning_code(
        "A core misses a facet that it has room for.",
        "Let the six cover as many facets as the dimension has.",
    ),
    "no-reverse": _warning_code(
        "Six or more agree items, and none is reverse-scored: people who agree with everything"
        " cannot be told from people who mean it.",
        "Turn one of them around, without using the word not.",
    ),
    "no-framework": _warning_code(
        "No source names a framework and who it comes from.",
        'Add framework and originator, or write framework: "our own questions".',
    ),
    "hard-to-read": _error_code(
        "A question is harder to read than a thirteen-year-old can manage at once (Flesch reading"
        " ease under 55).",
        "Use shorter words, or fewer of them.",
    ),
    "jargon": _warning_code(
        "A question uses a word of the trade that not everyone in the partnership uses.",
        "Say it in everyday words.",
    ),
    "voice": _warning_code(
        'A question is not in the voice of "we" (of "I" in a pair).',
        "Say what we do, think or feel here.",
    ),
    "double-barrelled": _warning_code(
        "A question may ask two things at once, so that nobody knows which one was answered.",
        "Ask one of them, or make two questions.",
    ),
    "leading": _warning_code(
        "A question leans towards one answer.",
        "Take the leaning words out.",
    ),
    "absolute": _warning_code(
        "A question uses a word that allows no exception; few people can agree with it honestly.",
        "Say what mostly happens.",
    ),
    "identifying": _warning_code(
        "A question may point at one person or one school.",
        "Ask about the partnership.",
    ),
    "talk-not-question": _warning_code(
        "The talking prompt does not end as one question.",
        "End it with one question that the group can discuss.",
    ),
    "not-translated": _warning_code(
        "A translation leaves something in the language of the bank.",
        "Add what is missing; until then members see it untranslated.",
    ),
    "english-answers": _warning_code(
        "The answers of this kind have no names in this language yet: members see them in English.",
        "Ask for the language to be added to src/pulse_bot/domain/asking/scales.py, or use choose "
        "items.",
    ),
    "near-duplicate": _warning_code(
        "Two items ask nearly the same.",
        "Keep the better one, or make the difference plain.",
    ),
}

CODES: Final[dict[str, FindingCode]] = {**_FILE, **_SHEETS, **_KEYS, **_SENSE, **_LINT}
