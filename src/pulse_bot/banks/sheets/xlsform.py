"""XLSForm out: a bank as a form that other data collection tools understand.

What XLSForm has no column for stands in columns of our own, and in our own sheets, which other
tools leave alone. Replaced items and translations are left out. The way in lives in `xlsform_in`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.sheets.grid import Grid, Sheet, sheet
from pulse_bot.banks.sheets.tables import BANK, DIMENSIONS, SOURCES
from pulse_bot.banks.sheets.writing import bank_grid
from pulse_bot.domain.asking.items import Item, Kind, options, slots

QUESTIONS: Final = "survey"  # XLSForm's own word
FORM_CHOICES: Final = "choices"
SETTINGS: Final = "settings"
OWN: Final = (
    "id",
    "slot",
    "kind",
    "talk",
    "dimension",
    "facet",
    "reverse",
    "core",
    "pair",
    "most",
    "low",
    "high",
)
"""Columns of ours in the sheet of questions."""
_HEADER: Final = ("type", "name", "label", "hint", "parameters", "constraint", *OWN)
_SCALES: Final = (Kind.AGREE, Kind.FREQUENCY, Kind.JOURNEY, Kind.YES_NO)
_SLOTS: Final = {"now": "Where are we now?", "later": "Where do we want to be in 12 months?"}


def form_grid(bank: Bank) -> Grid:
    """A bank as an XLSForm. It can be read back whole, but for replaced items and translations."""
    rows = [row for item in bank.items for row in _questions(item)]
    ours = {one.name: one for one in bank_grid(bank)}
    return (
        sheet(QUESTIONS, _HEADER, rows),
        _choices(bank),
        sheet(
            SETTINGS,
            ("form_title", "form_id", "version", "default_language"),
            [(bank.title, bank.id, str(bank.version), f"default ({bank.language})")],
        ),
        _plain(ours[BANK], 2),
        _plain(ours[SOURCES], 5),
        _plain(ours[DIMENSIONS], 3),
    )


def _plain(one: Sheet, columns: int) -> Sheet:
    """A sheet without its columns of other languages."""
    return Sheet(one.name, tuple(row[:columns] for row in one.rows))


def _questions(item: Item) -> Iterator[Sequence[str]]:
    for slot in slots(item):
        name = item.id if slot == "answer" else f"{item.id}-{slot}"
        label = " ".join(filter(None, (item.text, _SLOTS.get(slot, ""))))
        hint = f"0: {item.ends[0]}. 10: {item.ends[1]}." if item.kind is Kind.SCALE else ""
        parameters = "start=0 end=10 step=1" if item.kind is Kind.SCALE else ""
        constraint = f"count-selected(.) <= {item.most}" if item.most > 1 else ""
        yield (
            _type(item),
            name if name[0].isalpha() else f"q-{name}",
            label,
            hint,
            parameters,
            constraint,
            *_own(item, slot),
        )


def _own(item: Item, slot: str) -> Sequence[str]:
    return (
        item.id,
        slot if item.kind is Kind.JOURNEY else "",
        str(item.kind),
        item.talk,
        item.dimension,
        item.facet,
        "true" if item.reverse else "",
        "true" if item.core else "",
        item.pair,
        str(item.most) if item.most > 1 else "",
        *item.ends,
    )


def _type(item: Item) -> str:
    if item.kind is Kind.WORDS:
        return "text"
    if item.kind is Kind.SCALE:
        return "range"
    if item.kind is Kind.CHOOSE:
        return f"select_{'multiple' if item.most > 1 else 'one'} {_list_name(item)}"
    return f"select_one {item.kind}"


def _list_name(item: Item) -> str:
    return f"{item.id}-choices"


def _choices(bank: Bank) -> Sheet:
    """Each list of choices once: the scales that are used, and the choices of each item."""
    lists = {str(one.kind): options(one) for one in bank.items if one.kind in _SCALES}
    lists.update({_list_name(one): options(one) for one in bank.items if one.kind is Kind.CHOOSE})
    rows = ((name, one.key, one.label) for name, found in lists.items() for one in found)
    return sheet(FORM_CHOICES, ("list_name", "name", "label"), rows)
