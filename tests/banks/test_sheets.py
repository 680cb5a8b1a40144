"""Banks as CSV and XLSX: what goes out comes back, letter for letter, and nothing is evaluated."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.lint import lint_banks
from pulse_bot.banks.load import load_library
from pulse_bot.banks.parse import parse_bank
from pulse_bot.banks.sheets.csv_file import csv_bytes, csv_grid
from pulse_bot.banks.sheets.grid import Grid, Sheet, column_letter
from pulse_bot.banks.sheets.reading import bank_from_grid
from pulse_bot.banks.sheets.template import template_grid
from pulse_bot.banks.sheets.writing import bank_grid
from pulse_bot.banks.sheets.xlsx_file import xlsx_bytes, xlsx_grid
from pulse_bot.banks.translation import add_translations, parse_translation
from pulse_bot.banks.yaml_file import bank_yaml, translation_yaml
from pulse_bot.domain.asking.items import ItemKind
from tests.banks.test_translations import BANK, WELSH

ROUNDS: dict[str, Callable[[Grid], Grid]] = {
    "csv": lambda grid: csv_grid(csv_bytes(grid), "x.csv"),
    "xlsx": lambda grid: xlsx_grid(xlsx_bytes(grid), "x.xlsx"),
}
BANKS = load_library().banks
EVIL = [
    '=HYPERLINK("http://127.0.0.1/?"&A1,"click")',
    "=1+1",
    "+1-1",
    "-2+3",
    "@SUM(A1:A2)",
    "\uff1d1+1",
    "'=1+1",
    "''=1+1",
    "'quoted'",
    "'",
    "<script>alert(1)</script>",
    "<b>We</b> &amp; you",
    "a, b; c\td",
    '"in quotes"',
    "[items]",
]


def bare(bank: Bank) -> Bank:
    """A bank without where its parts stood."""
    entries = tuple(replace(entry, lines={}) for entry in bank.entries)
    translations = tuple(replace(one, file="") for one in bank.translations)
    return replace(bank, file="", entries=entries, translations=translations)


def translated() -> Bank:
    """A bank in two languages, with an item of three kinds."""
    bank = parse_bank(BANK.encode(), "tea.yaml")
    (whole,), _ = add_translations([bank], [parse_translation(WELSH.encode(), "tea.cy.yaml")])
    return whole


def with_words(text: str) -> Bank:
    """A bank whose every free text is this one."""
    bank = translated()
    entries = tuple(
        replace(entry, item=replace(entry.item, text=text, talk=text, translations=()))
        for entry in bank.entries
    )
    sources = tuple(replace(one, title=text, framework=text) for one in bank.sources)
    return replace(
        bank, title=text, summary=text, entries=entries, sources=sources, translations=()
    )


@pytest.mark.parametrize("sort", ROUNDS)
@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.id)
def test_every_shipped_bank_comes_back_as_it_went(bank: Bank, sort: str) -> None:
    assert bare(bank_from_grid(ROUNDS[sort](bank_grid(bank)), "x")) == bare(bank)


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.id)
def test_every_shipped_bank_can_be_written_as_yaml(bank: Bank) -> None:
    files = [
        parse_translation(translation_yaml(bank, one).encode(), "") for one in bank.translations
    ]
    (whole,), findings = add_translations([parse_bank(bank_yaml(bank).encode(), "")], files)
    assert findings == []
    assert bare(whole) == bare(bank)


@pytest.mark.parametrize("sort", ROUNDS)
def test_translations_go_along(sort: str) -> None:
    assert bare(bank_from_grid(ROUNDS[sort](bank_grid(translated())), "x")) == bare(translated())


def test_every_kind_is_among_the_shipped_banks() -> None:
    assert {item.kind for bank in BANKS for item in bank.items} == set(ItemKind)


def test_columns_for_a_language_that_is_not_there_yet_stay_empty() -> None:
    grid = bank_grid(translated(), ["pl"])
    assert "text (pl)" in grid[3].rows[0]
    assert bare(bank_from_grid(grid, "x")) == bare(translated())


@pytest.mark.parametrize("sort", ROUNDS)
@pytest.mark.parametrize("text", EVIL)
def test_formulas_and_html_are_text_in_both_directions(text: str, sort: str) -> None:
    words = " ".join(text.split())  # as the loader folds every text
    read = bank_from_grid(ROUNDS[sort](bank_grid(with_words(words))), "x")
    assert bare(read) == bare(with_words(words))
    (again,) = add_translations([parse_bank(bank_yaml(read).encode(), "")], [])[0]
    assert bare(again) == bare(read)


@given(st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool))
def test_any_text_survives_csv_and_yaml(text: str) -> None:
    bank = with_words(text)
    assert bare(bank_from_grid(ROUNDS["csv"](bank_grid(bank)), "x")) == bare(bank)
    assert bare(parse_bank(bank_yaml(bank).encode(), "")) == bare(bank)


@pytest.mark.parametrize("text", [one for one in EVIL if one[0] in "=+-@\uff1d"])
def test_csv_begins_no_cell_like_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_bytes(bank_grid(with_words(text))).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row if cell]
    assert [cell for cell in cells if cell[0] in "=+-@\t\r\uff1d\uff0b\uff0d\uff20"] == []
    assert f"'{text}" in cells  # so the test does see the text


def test_xlsx_holds_texts_and_no_formula() -> None:
    data = xlsx_bytes(bank_grid(with_words("=1+1")))
    cells = [
        cell
        for one in openpyxl.load_workbook(io.BytesIO(data)).worksheets
        for row in one.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if cell.value == "=1+1")
    assert "=1+1" in [cell.value for cell in cells]


def test_a_formula_that_somebody_typed_is_read_as_its_text() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(bank_grid(translated()))))
    items = workbook["items"]
    items["B2"] = '=HYPERLINK("http://127.0.0.1","We")'
    items["D2"] = ArrayFormula("D2", "=SUM(A1:A2)")
    out = io.BytesIO()
    workbook.save(out)

    item = bank_from_grid(xlsx_grid(out.getvalue(), "x"), "x").items[0]

    assert (item.text, item.talk) == ('=HYPERLINK("http://127.0.0.1","We")', "=SUM(A1:A2)")


def test_numbers_and_truths_of_a_workbook_are_read_as_they_look() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(bank_grid(translated()))))
    workbook["items"]["G2"] = True
    workbook["bank"]["B3"] = 4.0
    workbook["sources"]["C2"] = 1907
    out = io.BytesIO()
    workbook.save(out)

    bank = bank_from_grid(xlsx_grid(out.getvalue(), "x"), "x")

    assert (bank.items[0].reverse, bank.version, bank.sources[0].year) == (True, 4, 1907)


def test_headings_are_read_whatever_their_capitals_and_spaces() -> None:
    headings = {"replaced_by": "Replaced By", "text (cy)": "Text(cy)", "talk": " TALK "}
    grid = tuple(
        Sheet(
            one.name.upper(),
            (tuple(headings.get(name, name) for name in one.rows[0]), *one.rows[1:]),
        )
        for one in bank_grid(translated())
    )
    assert set(headings.values()) <= set(grid[3].rows[0])
    assert bare(bank_from_grid(grid, "x")) == bare(translated())


@pytest.mark.parametrize("word", ["yes", "X", "TRUE", "1"])
def test_yes_in_a_cell(word: str) -> None:
    grid = tuple(
        Sheet(one.name, (one.rows[0], (*one.rows[1][:6], word, *one.rows[1][7:]), *one.rows[2:]))
        if one.name == "items"
        else one
        for one in bank_grid(translated())
    )
    assert bank_from_grid(grid, "x").items[0].reverse


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_other_programs_write_it(encoding: str, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_bytes(bank_grid(translated())).decode("utf-8-sig"))))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(
        [cell.replace("Ada Brewer", "Ada Brüer") for cell in row] for row in rows
    )
    bank = bank_from_grid(csv_grid(out.getvalue().encode(encoding), "x"), "x")
    assert bank.sources[0].authors == ("Ada Brüer",)
    assert len(bank.items) == 3


@pytest.mark.parametrize("sort", ROUNDS)
def test_the_template_is_a_bank_that_the_lint_likes(sort: str) -> None:
    assert lint_banks([bank_from_grid(ROUNDS[sort](template_grid()), "x")]) == []


def test_the_template_explains_every_column() -> None:
    notes, *tables = template_grid()
    said = {(row[0], row[1]) for row in notes.rows if row[0]}
    wanted = {(one.name, name) for one in tables for name in one.rows[0]}
    assert wanted - said == {("bank", "key"), ("bank", "value")}
    assert all(row[2] for row in notes.rows)


@pytest.mark.parametrize(("column", "shown"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_have_letters(column: int, shown: str) -> None:
    assert column_letter(column) == shown


def test_yaml_reads_as_if_a_person_had_written_it() -> None:
    text = bank_yaml(translated())
    assert text.startswith("# yaml-language-server: $schema=schema.json\nid: tea\nversion: 1\n")
    assert "use: [workshop]\n" in text
    assert (
        "\n  - id: tea-hot\n    text: How hot do we like our tea?\n    kind: scale\n"
        "    ends: [Cold, Hot]\n    talk: What do we make of it?\n"
    ) in text
    assert max(map(len, text.splitlines())) <= 100
