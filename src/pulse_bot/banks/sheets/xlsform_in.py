"""XLSForm in: the questions of a form that fit our kinds, as the tables of a bank.

A form of our own making comes back as it was. A form from elsewhere lacks what only banks have;
that is filled with drafts, and every draft is named so that a person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import BankMistakes, Finding, Place
from pulse_bot.banks.sheets.grid import Grid, Sheet
from pulse_bot.banks.sheets.reading import tables_bank
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    DIMENSIONS,
    ITEMS,
    SOURCES,
    Cell,
    Row,
    rows_of,
)
from pulse_bot.banks.sheets.xlsform import FORM_CHOICES, OWN, QUESTIONS, SETTINGS
from pulse_bot.domain.asking.items import Kind
from pulse_bot.domain.asking.scales import ENGLISH, SCALES

_SILENT: Final = re.compile(
    r"(begin|end)[ _](group|repeat)|start|end|today|deviceid|username|phonenumber|email|audit"
    r"|subscriberid|simserial|calculate|hidden|note|start-geopoint|background-audio|csv-external"
    r"|xml-external"
)
"""Rows that ask nothing."""
_TALK: Final = "What do we make of these answers?"
_TENS: Final = {"start": "0", "end": "10"}
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A bank from a form, and what in it nobody has written yet."""

    bank: Bank
    drafts: tuple[str, ...]


def is_form(grid: Grid) -> bool:
    """Whether these sheets are an XLSForm."""
    return QUESTIONS in {one.name.strip().lower() for one in grid}


def form_bank(grid: Grid, file: str, year: int) -> Drafted:
    """The bank of a form; `year` is for the draft of its source. Raises BankMistakes."""
    sheets = {one.name.strip().lower(): one for one in grid}
    form = _Form(sheets, file, year)
    items, choices = form.questions()
    if form.findings:
        raise BankMistakes(form.findings)
    tables = {
        BANK: form.own(BANK) or form.bank_draft(),
        SOURCES: form.own(SOURCES) or form.source_draft(),
        DIMENSIONS: form.own(DIMENSIONS) or form.dimension_draft(),
        ITEMS: items,
        CHOICES: choices,
    }
    return Drafted(tables_bank(tables, file), tuple(dict.fromkeys(form.drafts)))


class _Form:
    """A form on its way to a bank."""

    def __init__(self, sheets: Mapping[str, Sheet], file: str, year: int) -> None:
        self.sheets, self.file, self.year = sheets, file, year
        self.findings: list[Finding] = []
        self.drafts: list[str] = []
        settings = self.own(SETTINGS)
        self.settings = settings[0] if settings else Row(SETTINGS, 1, {})
        self.title = self.settings.text("form_title").strip() or "A form"
        self.id = _slug(self.settings.text("form_id")) or _slug(self.title)
        self.lists: dict[str, list[Row]] = {}
        for row in self.own(FORM_CHOICES):
            name = row.text("list_name") or row.text("list name")
            self.lists.setdefault(name.strip(), []).append(row)

    def own(self, name: str) -> tuple[Row, ...]:
        """The rows of a sheet; none where there is no such sheet."""
        return rows_of(self.sheets[name]) if name in self.sheets else ()

    def questions(self) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        """The rows of our tables of items and of choices."""
        items: list[Row] = []
        choices: list[Row] = []
        for row in self.own(QUESTIONS):
            said = row.text("type").strip()
            if _SILENT.fullmatch(said.lower()) or row.text("slot") == "later":
                continue
            item = self.item(row, said)
            items.append(item)
            if item.text("kind") == Kind.CHOOSE:
                choices.extend(self.choices(item, said))
        return tuple(items), tuple(choices)

    def item(self, row: Row, said: str) -> Row:
        """A question as a row of ours; every cell stands where the form has it."""
        kind, most = self.kind(row, said)
        name = row.text("id") or f"{self.id}-{_slug(row.text('name'))}"
        text = _label(row)
        if row.text("slot") == "now":
            text = text.removesuffix(" Where are we now?")
        if not row.text("talk"):
            self.drafts.append("the talking prompts")
        values = {name: row.text(name) for name in OWN if name != "slot"}
        values |= {
            "id": name,
            "text": text,
            "kind": kind,
            "talk": row.text("talk") or _TALK,
            "most": row.text("most") or most,
        }
        return _row(row, values, {"text": _label_column(row), "kind": "type", "id": "name"})

    def kind(self, row: Row, said: str) -> tuple[str, str]:
        """Our kind of a question, and how many choices one may take."""
        sort, _, name = said.partition(" ")
        if row.text("kind"):
            return row.text("kind"), ""
        if sort == "text":
            return Kind.WORDS, ""
        if sort == "range" and _TENS.items() <= _parameters(row).items():
            return Kind.SCALE, ""
        if sort in ("select_one", "select_multiple") and name.split()[:1]:
            found = self.lists.get(name.split()[0], [])
            if sort == "select_one":
                return _scale(found) or Kind.CHOOSE, ""
            return Kind.CHOOSE, str(min(len(found), 10)) if found else ""
        what = f'"{said[:60]}" does not fit a chat.' if said else "It has no type."
        cell = row.cells.get("type")
        place = Place(
            self.file,
            row.number,
            row.text("name")[:60],
            "type",
            row.sheet,
            cell.column if cell else "",
        )
        self.findings.append(Finding("unfit-question", place, what))
        return Kind.WORDS, ""

    def choices(self, item: Row, said: str) -> Iterator[Row]:
        """The choices of a question, as rows of ours."""
        name = said.partition(" ")[2].split()
        for row in self.lists.get(name[0] if name else "", []):
            key = row.text("name")
            values = {"item": item.text("id"), "key": _slug(key), "label": _label(row)}
            yield _row(row, values, {"key": "name", "label": _label_column(row)})

    def bank_draft(self) -> tuple[Row, ...]:
        """What the form's settings say of a bank, and drafts of the rest."""
        self.drafts += ["the summary", "the licence", "what it is used for", "the cadence"]
        version = self.settings.text("version")
        language = re.search(r"\(([a-z]{2,3})\)", self.settings.text("default_language"))
        values = {
            "id": self.id,
            "version": version if version.isdecimal() and len(version) < 9 else "1",
            "title": self.title,
            "summary": self.title,
            "language": language[1] if language else ENGLISH,
            "licence": "not said",
            "use": "workshop",
            "cadence": "Once.",
        }
        return tuple(
            _row(self.settings, {"key": key, "value": value}, {}) for key, value in values.items()
        )

    def source_draft(self) -> tuple[Row, ...]:
        """The form itself as the source."""
        self.drafts.append("the source")
        values = {"title": self.title, "authors": "whoever wrote the form", "year": str(self.year)}
        return (_row(self.settings, values, {}),)

    def dimension_draft(self) -> tuple[Row, ...]:
        """One dimension that bears the form's name."""
        self.drafts.append("the dimension")
        return (_row(self.settings, {"dimension": self.id, "words": self.title}, {}),)


def _row(origin: Row, values: Mapping[str, str], columns: Mapping[str, str]) -> Row:
    """A row of ours that stands where a row of the form does.

    `columns` says which column of the form a value came from, where its name is another.
    """
    cells = {}
    for name, text in values.items():
        cell = origin.cells.get(columns.get(name, name))
        if text:
            cells[name] = Cell(text, origin.sheet, origin.number, cell.column if cell else "")
    return Row(origin.sheet, origin.number, cells)


def _label_column(row: Row) -> str:
    """The column with the question: "label", or the first of those for single languages."""
    named = (name for name in row.cells if name == "label" or name.startswith("label:"))
    return min(named, key=lambda name: name != "label", default="label")


def _label(row: Row) -> str:
    return row.text(_label_column(row))


def _parameters(row: Row) -> dict[str, str]:
    found = re.split(r"[\s,;]+", row.text("parameters").strip())
    return {key: value for key, _, value in (one.partition("=") for one in found)}


def _scale(choices: Sequence[Row]) -> str:
    """The kind of the scale that a list of choices spells out; empty where it is none."""
    labels = [_label(row).strip().casefold() for row in choices]
    for scales in SCALES.values():
        for kind, known in scales.items():
            if kind != Kind.JOURNEY and labels == [one.casefold() for one in known]:
                return kind
    return ""


def _slug(text: str) -> str:
    return _NO_NAME.sub("-", text.strip().lower()).strip("-")[:40].strip("-")
