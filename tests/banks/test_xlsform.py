"""XLSForm: what we write is accepted by its own reader, and forms from elsewhere become banks."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pyxform.xls2xform import convert  # type: ignore[import-untyped]  # it ships no types

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.findings import BankMistakes
from pulse_bot.banks.load import load_library
from pulse_bot.banks.sheets.grid import Grid, Sheet
from pulse_bot.banks.sheets.xlsform import form_grid
from pulse_bot.banks.sheets.xlsform_in import Drafted, form_bank, is_form
from pulse_bot.banks.sheets.xlsx_file import xlsx_bytes, xlsx_grid
from pulse_bot.domain.asking.items import Kind
from tests.banks.test_sheets import BANKS, EVIL, bare, translated, with_words

SURVEY = [
    ("type", "name", "label::English (en)", "parameters", "relevant"),
    ("start", "start", "", "", ""),
    ("begin group", "g", "Group", "", ""),
    ("select_one likert", "q1", "We drink our tea together.", "", ""),
    ("select_one brands", "Q 2", "Which do we like best?", "", ""),
    ("select_multiple brands", "q3", "Which of these do we have?", "", ""),
    ("text", "q4", "What would we like to drink?", "", ""),
    ("note", "n", "Thank you", "", ""),
    ("end group", "", "", "", ""),
]
LIKERT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
CHOICES = [
    ("list_name", "name", "label::English (en)"),
    *(("likert", f"c{number}", label) for number, label in enumerate(LIKERT)),
    ("brands", "green_tea", "Green"),
    ("brands", "black_tea", "Black"),
]
SETTINGS = [("form_title", "form_id"), ("Tea for all", "tea_form")]


def form(*rows: tuple[str, ...], settings: list[tuple[str, str]] = SETTINGS) -> Grid:
    """A form as somebody else may have written it, with further rows."""
    return (
        Sheet("survey", (*SURVEY, *rows)),
        Sheet("choices", tuple(CHOICES)),
        Sheet("settings", tuple(settings)),
    )


def read(grid: Grid) -> Drafted:
    """The bank in a form."""
    return form_bank(grid, "form.xlsx", 2026)


def only_asked(bank: Bank) -> Bank:
    """A bank as a form has it: without translations and what is no longer asked."""
    entries = tuple(
        replace(entry, item=replace(entry.item, translations=()))
        for entry in bare(bank).entries
        if not entry.replaced_by
    )
    return replace(bare(bank), entries=entries, translations=())


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.id)
def test_its_own_reader_accepts_every_shipped_bank(bank: Bank) -> None:
    result = convert(io.BytesIO(xlsx_bytes(form_grid(bank))), validate=False, file_type=".xlsx")

    assert result.warnings == []
    assert f"<h:title>{bank.title}</h:title>" in result.xform
    asked = sum(2 if item.kind is Kind.JOURNEY else 1 for item in bank.items)
    assert result.xform.count("<bind ") == asked + 1  # and one for the form's own id


def test_its_own_reader_refuses_what_is_no_form() -> None:
    broken = (*form_grid(translated())[:1], *form_grid(translated())[2:])
    with pytest.raises(Exception, match="choices"):
        convert(io.BytesIO(xlsx_bytes(broken)), validate=False, file_type=".xlsx")


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.id)
def test_a_form_of_ours_comes_back_as_it_was(bank: Bank) -> None:
    drafted = read(xlsx_grid(xlsx_bytes(form_grid(bank)), "x"))
    assert bare(drafted.bank) == only_asked(bank)
    assert drafted.drafts == ()


@pytest.mark.parametrize("text", EVIL)
def test_formulas_and_html_are_text_in_a_form(text: str) -> None:
    bank = with_words(" ".join(text.split()))
    data = xlsx_bytes(form_grid(bank))
    assert bare(read(xlsx_grid(data, "x")).bank) == bare(bank)
    convert(io.BytesIO(data), validate=False, file_type=".xlsx")


def test_a_form_is_in_one_language() -> None:
    labels = [row[2] for row in form_grid(translated().in_language("cy"))[0].rows[1:]]
    assert labels[0] == "Rydym yn yfed ein te tra mae'n gynnes."
    assert "Cytuno'n gryf" in [row[2] for row in form_grid(translated().in_language("cy"))[1].rows]


def test_a_form_from_elsewhere_becomes_a_draft() -> None:
    drafted = read(form())

    bank = drafted.bank
    assert (bank.id, bank.title) == ("tea-form", "Tea for all")
    assert [(item.id, item.kind, item.most) for item in bank.items] == [
        ("tea-form-q1", Kind.AGREE, 1),
        ("tea-form-q-2", Kind.CHOOSE, 1),
        ("tea-form-q3", Kind.CHOOSE, 2),
        ("tea-form-q4", Kind.WORDS, 1),
    ]
    assert [choice.label for choice in bank.items[1].choices] == ["Green", "Black"]
    assert {"the talking prompts", "the source", "the licence"} <= set(drafted.drafts)


def test_a_range_with_its_ends_is_a_scale() -> None:
    survey = [
        ("type", "name", "label", "parameters", "low", "high"),
        ("range", "hot", "How hot?", "start=0, end=10, step=1", "Cold", "Hot"),
    ]
    (item,) = read((Sheet("survey", tuple(survey)), Sheet("settings", tuple(SETTINGS)))).bank.items
    assert (item.kind, item.ends) == (Kind.SCALE, ("Cold", "Hot"))


@pytest.mark.parametrize(
    "said",
    ["integer", "geopoint", "image", "", "select_one", "select_one_from_file a.csv", "range"],
)
def test_a_question_that_does_not_fit_is_told_with_its_cell(said: str) -> None:
    with pytest.raises(BankMistakes) as caught:
        read(form((said, "where", "Where do we drink it?", "")))
    (found,) = caught.value.findings
    assert found.code == "unfit-question"
    assert (found.place.sheet, found.place.line, found.place.item) == ("survey", 10, "where")
    assert found.place.column == ("A" if said else "")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("text", "long", "We. " * 40), "too-long", "C"),
        (("text", "q1", "We do it twice."), "duplicate-id", "B"),
        (("select_one nowhere", "none", "Which one?"), "bad-choices", ""),
        (("range", "hot", "How hot?", "start=0 end=10"), "bad-ends", ""),
        (("text", "", "No name at all?"), "bad-id", ""),
        (("text", "empty", ""), "missing-key", ""),
    ],
)
def test_a_mistake_stands_where_the_form_has_it(
    row: tuple[str, ...], code: str, column: str
) -> None:
    with pytest.raises(BankMistakes) as caught:
        read(form(row))
    (found,) = caught.value.findings
    assert found.code == code
    assert (found.place.sheet, found.place.line) == ("survey", 10)
    assert found.place.column == column


def test_eleven_choices_are_too_many() -> None:
    rows = (*CHOICES, *(("brands", f"b{number}", f"Brand {number}") for number in range(9)))
    grid = (form()[0], Sheet("choices", rows), form()[2])
    with pytest.raises(BankMistakes, match=r"bad-choices form\.xlsx, sheet choices"):
        read(grid)


def test_a_form_without_settings_still_becomes_a_draft() -> None:
    assert read(form()[:2]).bank.id == "a-form"


def test_what_a_form_is_is_told_by_its_sheets() -> None:
    assert is_form(form())
    assert not is_form(form()[1:])


def test_every_kind_is_among_the_shipped_banks() -> None:
    """So that the tests above have seen them all."""
    assert {item.kind for bank in load_library().banks for item in bank.items} == set(Kind)
