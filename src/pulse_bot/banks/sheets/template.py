"""The spreadsheet to start from: a small bank that is right, and a page that explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pulse_bot.banks.bank import Bank, BankEntry, Dimension, Source
from pulse_bot.banks.model import BankKeys, ChoiceKeys, ItemKeys, SourceKeys
from pulse_bot.banks.sheets.grid import Grid, make_sheet
from pulse_bot.banks.sheets.tables import (
    BANK,
    CHOICES,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    NOTES,
    SOURCES,
)
from pulse_bot.banks.sheets.writing import bank_grid
from pulse_bot.domain.asking.items import Choice, Item, ItemKind

_MEETINGS: Final = "our-meetings"
_EXAMPLE: Final = Bank(
    id=_MEETINGS,
    version=1,
    title="Our meetings",
    summary="Are our meetings worth the time they take?",
    language="en",
    licence="MIT",
    use=("workshop",),
    cadence="Once a term.",
    sources=(
        Source(
            title="Questions that our partnership wrote for itself",
            authors=("The partnership",),
            year=2026,
            framework="our own questions",
            originator="The partnership",
        ),
    ),
    dimensions=(Dimension(_MEETINGS, "Our meetings", {"time": "How we use the time we meet."}),),
    entries=tuple(
        BankEntry(item, {})
        for item in (
            Item(
                id="meetings-end-on-time",
                bank=_MEETINGS,
                text="Our meetings end when we said they would.",
                kind=ItemKind.AGREE,
                dimension=_MEETINGS,
                facet="time",
                talk="What makes our meetings run over?",
            ),
            Item(
                id="meetings-worth-it",
                bank=_MEETINGS,
                text="How much of our last meeting was worth our time?",
                kind=ItemKind.SCALE,
                dimension=_MEETINGS,
                facet="time",
                ends=("None of it", "All of it"),
                talk="What would move our answer up by one?",
            ),
            Item(
                id="meetings-drop-first",
                bank=_MEETINGS,
                text="Which of these could we leave out of our meetings?",
                kind=ItemKind.CHOOSE,
                dimension=_MEETINGS,
                facet="time",
                choices=(
                    Choice("reports", "Reports that we can read"),
                    Choice("news", "News from each school"),
                    Choice("dates", "Finding dates"),
                ),
                most=2,
                talk="What would we do with the time?",
            ),
        )
    ),
    file="",
)
_ABOUT: Final = (
    "Each table holds one part of your bank of questions. Write yours over the examples.",
    "Then run: pulse-bot bank import THIS-FILE --to my-bank.yaml",
    'A column called "notes" is for you alone; pulse-bot does not read it.',
    'For another language add columns such as "text (cy)", "talk (cy)" and "label (cy)".',
)
_MORE: Final = {
    (DIMENSIONS, "dimension"): "The short name of the dimension.",
    (DIMENSIONS, "facet"): "The short name of a facet; empty on the row with the title.",
    (DIMENSIONS, "words"): "The dimension's title, or what the facet means.",
    (SOURCES, "authors"): "Its authors, with semicolons between them.",
    (ITEMS, "low"): "What 0 means on a scale.",
    (ITEMS, "high"): "What 10 means on a scale.",
    (ITEMS, "reverse"): "yes where agreeing is the worse answer.",
    (ITEMS, "core"): "yes on the six that the trend is computed on.",
    (ITEMS, "kind"): f"One of: {', '.join(ItemKind)}.",
    (CHOICES, "item"): "The id of the choose item that it belongs to.",
    (BANK, "use"): "One or more of pulse, workshop and review, with commas between them.",
}
"""What spreadsheets write differently from YAML."""


def template_grid() -> Grid:
    """The tables of the example, and the explanation."""
    return (
        make_sheet(NOTES, ("table", "column", "what it holds"), _note_rows()),
        *bank_grid(_EXAMPLE),
    )


def _note_rows() -> Iterator[tuple[str, ...]]:
    yield from (("", "", line) for line in _ABOUT)
    keys = [row[0] for row in bank_grid(_EXAMPLE)[0].rows[1:]]
    for name, columns in {**COLUMNS, BANK: tuple(keys)}.items():
        yield from ((name, column, _column_note(name, column)) for column in columns)


def _column_note(name: str, column: str) -> str:
    fields: Mapping[str, Mapping[str, object]] = {
        BANK: _key_descriptions(BankKeys),
        SOURCES: _key_descriptions(SourceKeys),
        ITEMS: _key_descriptions(ItemKeys),
        CHOICES: _key_descriptions(ChoiceKeys),
        DIMENSIONS: {},
    }
    return _MORE.get((name, column)) or str(fields[name][column])


def _key_descriptions(
    keys: type[BankKeys | SourceKeys | ItemKeys | ChoiceKeys],
) -> dict[str, object]:
    return {name: field.description for name, field in keys.model_fields.items()}
