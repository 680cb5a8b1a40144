"""Translations: files beside a bank that hold its words in another language, and what fits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulse_bot.banks.findings import BankMistakes, Finding
from pulse_bot.banks.lint import lint_banks, lint_files
from pulse_bot.banks.load import load_library
from pulse_bot.banks.parse import parse_bank
from pulse_bot.banks.translation import add_translations, parse_translation
from pulse_bot.domain.asking.items import list_options
from tests.banks.example_bank import GOOD, bank_of, item_text

CHOOSE = item_text(
    "tea-which",
    "Which do we like best?",
    "choices: [{key: green, label: Green}, {key: black, label: Black}]",
    "choose",
)
SCALE = item_text("tea-hot", "How hot do we like our tea?", "ends: [Cold, Hot]", "scale")
BANK = GOOD + CHOOSE + SCALE
WELSH = """\
bank: tea
language: cy
title: Te
summary: Sut rydym yn yfed te gyda'n gilydd.
dimensions:
  tea:
    title: Te
    facets:
      warm: Mae'r tebot yn gynnes.
      shared: Rydym yn rhannu'r tebot.
items:
  tea-is-warm:
    text: Rydym yn yfed ein te tra mae'n gynnes.
    talk: Beth sy'n ein cadw ni rhag ein te?
  tea-which:
    text: Pa un sydd orau gennym?
    talk: Beth a wnawn ni o hyn?
    choices: {green: Gwyrdd, black: Du}
  tea-hot:
    text: Pa mor boeth ydym ni'n hoffi ein te?
    talk: Beth a wnawn ni o hyn?
    ends: [Oer, Poeth]
"""

MISFITS = [
    ("unknown-bank", WELSH.replace("bank: tea", "bank: tee"), "bank: tee", "", "bank"),
    ("unknown-item", WELSH.replace("tea-hot", "tea-hto"), "  tea-hto:", "tea-hto", ""),
    (
        "unknown-item",
        WELSH.replace("black: Du", "blak: Du"),
        "    choices: {green: Gwyrdd, blak: Du}",
        "tea-which",
        "choices",
    ),
    ("unknown-dimension", WELSH.replace("  tea:\n", "  te:\n"), "  te:", "", "te"),
    ("unknown-facet", WELSH.replace(" warm:", " wram:"), "      wram: Mae'r tebot yn gynnes.",
     "", "wram"),
    ("bad-ends", WELSH.replace("choices: {green: Gwyrdd, black: Du}", "ends: [Oer, Poeth]", 1),
     "    ends: [Oer, Poeth]", "tea-which", "ends"),
    ("second-translation", WELSH.replace("language: cy", "language: en"), "language: en", "",
     "language"),
]  # fmt: skip
GAPS = [
    ("title: Te\nsummary", "title"),
    ("    talk: Beth sy'n ein cadw ni rhag ein te?\n", "no talk"),
    (", black: Du", "no choices"),
    ("    ends: [Oer, Poeth]\n", "no ends"),
    ("      shared: Rydym yn rhannu'r tebot.\n", "not all there"),
]


def put_together(*translations: str) -> list[Finding]:
    """What does not fit between the bank and these translations."""
    parsed = [parse_translation(one.encode(), "tea.cy.yaml") for one in translations]
    return add_translations([parse_bank(BANK.encode(), "tea.yaml")], parsed)[1]


def lint_of(translation: str) -> list[Finding]:
    """What the lint says of the bank with this translation."""
    parsed = parse_translation(translation.encode(), "tea.cy.yaml")
    banks, findings = add_translations([parse_bank(BANK.encode(), "tea.yaml")], [parsed])
    assert findings == []
    return lint_banks(banks)


def test_a_translation_reaches_the_items_of_its_bank() -> None:
    parsed = parse_translation(WELSH.encode(), "tea.cy.yaml")
    (bank,), findings = add_translations([parse_bank(BANK.encode(), "tea.yaml")], [parsed])

    welsh = bank.in_language("cy")

    assert findings == []
    assert (welsh.title, welsh.dimensions[0].facets["warm"]) == ("Te", "Mae'r tebot yn gynnes.")
    warm, which, hot = welsh.items
    assert (warm.text, warm.language) == ("Rydym yn yfed ein te tra mae'n gynnes.", "cy")
    assert [one.label for one in list_options(which)] == ["Gwyrdd", "Du"]
    assert hot.ends == ("Oer", "Poeth")
    assert bank.in_language("pl") is bank


def test_a_whole_translation_leaves_the_lint_silent() -> None:
    assert lint_of(WELSH) == []


@pytest.mark.parametrize(("code", "text", "line", "item", "key"), MISFITS)
def test_what_does_not_fit_is_found_where_it_stands(
    code: str, text: str, line: str, item: str, key: str
) -> None:
    (found,) = put_together(text)

    assert (found.code, found.place.item, found.place.key) == (code, item, key)
    assert text.split("\n")[found.place.line - 1] == line


def test_a_bank_is_translated_into_a_language_once() -> None:
    assert [one.code for one in put_together(WELSH, WELSH)] == ["second-translation"]


@pytest.mark.parametrize(("left_out", "said"), GAPS)
def test_what_is_missing_is_listed(left_out: str, said: str) -> None:
    assert left_out in WELSH
    (found,) = lint_of(WELSH.replace(left_out, "summary" if "summary" in left_out else "", 1))
    assert (found.code, found.place.file) == ("not-translated", "tea.cy.yaml")
    assert said in found.what


def test_a_question_without_translation_is_listed() -> None:
    (found,) = lint_of(WELSH.partition("  tea-hot:")[0])
    assert (found.code, found.place.item) == ("not-translated", "tea-hot")


def test_a_reworded_question_leaves_its_translation_stale() -> None:
    """The new wording has a new id: the old translation is told, and never shown beside it."""
    reworded = BANK.replace("tea-is-warm", "tea-is-hot")
    parsed = parse_translation(WELSH.encode(), "tea.cy.yaml")
    (bank,), findings = add_translations([parse_bank(reworded.encode(), "tea.yaml")], [parsed])
    assert [(one.code, one.place.item) for one in findings] == [("unknown-item", "tea-is-warm")]
    assert not bank.items[0].translations


def test_a_prompt_in_another_language_is_one_question_too() -> None:
    (found,) = lint_of(WELSH.replace("ein te?", "ein te."))
    assert (found.code, found.place.file) == ("talk-not-question", "tea.cy.yaml")


def test_a_language_whose_answers_have_no_names_is_told() -> None:
    (found,) = lint_of(WELSH.replace("language: cy", "language: pl"))
    assert (found.code, found.place.file) == ("english-answers", "tea.cy.yaml")
    (found,) = lint_banks([bank_of(item_text("tea-one", "Pijemy."), top=POLISH)])
    assert (found.code, found.place.file) == ("english-answers", "tea.yaml")


POLISH = GOOD.replace("language: en", "language: pl").partition("  - id:")[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-a-bank"),
        (WELSH.replace("language: cy", "language: Welsh"), "wrong-value"),
        (WELSH.replace("    text: Pa un", "    texts: Pa un"), "unknown-key"),
        (WELSH.replace("title: Te\n", "title: Te\ntitle: Te\n", 1), "duplicate-key"),
        (WELSH.partition("items:")[0], "missing-key"),
        (WELSH.replace("Rydym yn yfed", "Rydym " * 30), "too-long"),
    ],
)
def test_a_mistake_in_the_file_itself(text: str, code: str) -> None:
    with pytest.raises(BankMistakes) as caught:
        parse_translation(text.encode(), "tea.cy.yaml")
    assert code in [one.code for one in caught.value.findings]


def test_a_mistake_names_the_item() -> None:
    with pytest.raises(BankMistakes, match="item tea-which, key texts"):
        parse_translation(WELSH.replace("text: Pa un", "texts: Pa un").encode(), "tea.cy.yaml")


def test_a_file_beside_the_bank_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(BANK)
    (tmp_path / "tea.cy.yaml").write_text(WELSH)

    bank = load_library([tmp_path]).find_bank("tea")

    assert bank is not None
    assert [one.language for one in bank.translations] == ["cy"]


def test_a_bank_with_a_mistake_is_not_told_twice_by_its_translation(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(BANK.replace("licence: MIT\n", ""))
    (tmp_path / "tea.cy.yaml").write_text(WELSH)

    found = lint_files(sorted(tmp_path.iterdir()))

    assert [one.code for one in found] == ["missing-key"]
