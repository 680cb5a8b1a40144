"""The lint: each rule of a good bank, and the words that it marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.banks.findings import Finding
from pulse_bot.banks.lint import ALIKE, lint_banks
from pulse_bot.banks.wording import text_likeness, text_trigrams
from tests.banks.example_bank import TOP, bank_of, item_text

CORE = "core: true; facet: warm"
# Six statements about tea that are not alike, for cores.
SIX = (
    "We drink our tea while it is warm.",
    "We take turns to fill the pot.",
    "We ask who would like some more.",
    "We wash our own cups.",
    "We let a guest choose the blend.",
    "We sit down for it.",
)
RULES_WITH_WORDS = [
    ("double-barrelled", "We warm the pot and wash our cups.", ("and",)),
    ("double-barrelled", "We warm the pot as well as our cups.", ("as well as",)),
    ("leading", "We should of course warm the pot.", ("should", "of course")),
    ("absolute", "We always share our tea with everyone.", ("always", "everyone")),
    ("absolute", "None of us is ever late for our tea.", ("None",)),
    ("identifying", "Our newest head makes good tea for us.", ("Our newest head",)),
    (
        "identifying",
        "The head of the big school shares our tea.",
        ("The head of", "the big school"),
    ),
    ("identifying", "We like it when Mrs Brewer makes our tea.", ("Mrs Brewer",)),
    ("identifying", "We like the tea that Ada makes.", ("Ada",)),
    ("jargon", "We share our tea with our stakeholders.", ("stakeholders",)),
    ("jargon", "We talk about CPD at our tea.", ("CPD",)),
    ("voice", "The pot is warm.", ()),
    ("hard-to-read", "We institutionalise interdisciplinary collaboration opportunities.", ()),
]
FINE = [
    "We like our tea more and more.",
    "We drink tea in English towns, says Ofsted to us, as I do.",
    "We take our time, even when we are late.",
]


def of_code(findings: list[Finding], code: str) -> list[Finding]:
    """The findings of one code."""
    return [finding for finding in findings if finding.code == code]


def core_of(count: int, more: str = CORE) -> list[str]:
    """So many core items, the first one reverse-scored."""
    return [
        item_text(f"tea-{number}", text, more + ("; reverse: true" if number == 0 else ""))
        for number, text in enumerate((*SIX, "We like our cups to match.")[:count])
    ]


@pytest.mark.parametrize(("code", "text", "words"), RULES_WITH_WORDS)
def test_wording_is_marked(code: str, text: str, words: tuple[str, ...]) -> None:
    found = of_code(lint_banks([bank_of(item_text("tea-one", f'"{text}"'))]), code)

    assert [one.marked for one in found] == [words]
    assert all(f'"{word}"' in found[0].what for word in words)
    assert found[0].place.item == "tea-one"
    assert (found[0].place.line, found[0].place.key) == (TOP.count("\n") + 2, "text")


@pytest.mark.parametrize("text", FINE)
def test_wording_that_is_fine_is_left_alone(text: str) -> None:
    assert lint_banks([bank_of(item_text("tea-one", f'"{text}"'))]) == []


def test_other_languages_are_not_judged_by_english_words() -> None:
    text = item_text("tea-one", "Mae pawb yn institutionalise and always CPD.")
    assert lint_banks([bank_of(text, top=TOP.replace(": en", ": cy"))]) == []


@given(st.text("tea cup", max_size=30), st.text("tea cup", max_size=30))
def test_texts_of_lengths_that_differ_much_are_never_alike(one: str, other: str) -> None:
    """The lint does not even look at them; this is why it may."""
    first, second = text_trigrams(one), text_trigrams(other)
    if min(len(first), len(second)) < ALIKE * max(len(first), len(second)):
        assert text_likeness(first, second) < ALIKE


@pytest.mark.parametrize("count", [5, 7])
def test_a_core_has_six_items(count: int) -> None:
    found = of_code(lint_banks([bank_of(*core_of(count))]), "core-not-six")
    assert [one.severity for one in found] == [Severity.ERROR]


def test_a_core_of_six_is_fine_but_for_the_facet_it_leaves_out() -> None:
    (found,) = lint_banks([bank_of(*core_of(6))])
    assert (found.code, found.marked) == ("core-facets", ("shared",))


def test_a_core_has_one_reverse_scored_item_at_most() -> None:
    turned = core_of(6, CORE + "; reverse: true")
    turned[0] = turned[0].replace("    reverse: true\n", "", 1)
    (found,) = of_code(lint_banks([bank_of(*turned)]), "core-reverse")
    assert found.marked == ("tea-0", "tea-1", "tea-2", "tea-3", "tea-4", "tea-5")


def test_a_core_is_of_agree_items() -> None:
    items = core_of(6)
    items[2] = items[2].replace("kind: agree", "kind: frequency")
    (found,) = of_code(lint_banks([bank_of(*items)]), "core-kind")
    assert found.marked == ("tea-2",)


def test_six_agree_items_need_a_reverse_scored_one() -> None:
    items = [item_text(f"tea-{number}", text) for number, text in enumerate(SIX)]
    assert [one.code for one in lint_banks([bank_of(*items)])] == ["no-reverse"]
    assert lint_banks([bank_of(*items[:5])]) == []


def test_a_source_names_a_framework() -> None:
    top = TOP.replace("    framework: Tea in common\n", "")
    (found,) = lint_banks([bank_of(item_text("tea-one", SIX[0]), top=top)])
    assert (found.code, found.place.key) == ("no-framework", "source")


@pytest.mark.parametrize("talk", ["Talk about tea.", "Why? Why not?"])
def test_a_prompt_is_one_question(talk: str) -> None:
    text = item_text("tea-one", SIX[0]).replace("What do we make of it?", talk)
    (found,) = lint_banks([bank_of(text)])
    assert (found.code, found.place.key) == ("talk-not-question", "talk")


def test_near_duplicates_are_found_within_and_across_banks() -> None:
    one = bank_of(
        item_text("tea-one", "We drink our tea while it is warm."),
        item_text("tea-two", "We drink our tea when it is warm."),
    )
    other = bank_of(
        item_text("chai-one", "While it is warm we drink our tea."),
        top=TOP.replace("id: tea\n", "id: chai\n"),
    )

    found = lint_banks([one, other])

    pairs = [(finding.place.item, finding.marked[0]) for finding in found]
    assert ("tea-two", "tea-one") in pairs
    assert ("chai-one", "tea-one") in pairs
    assert {finding.code for finding in found} == {"near-duplicate"}


def test_the_halves_of_a_pair_are_alike_on_purpose() -> None:
    pair = bank_of(
        item_text("tea-me", "I can ask for more tea.", "pair: more"),
        item_text("tea-us", "I think most of us can ask for more tea.", "pair: more"),
    )
    assert lint_banks([pair]) == []


def test_a_replaced_item_is_not_judged_any_more() -> None:
    old = item_text("tea-old", "We always drink our tea while it is warm.", "replaced_by: tea-new")
    assert lint_banks([bank_of(old, item_text("tea-new", SIX[0]))]) == []


def test_every_warning_is_shown_by_an_example() -> None:
    here = {"core-facets", "no-reverse", "no-framework", "talk-not-question", "near-duplicate"}
    here |= {"not-translated", "english-answers"}  # in test_translations
    warnings = {name for name, code in CODES.items() if code.severity is Severity.WARNING}
    assert {code for code, *_ in RULES_WITH_WORDS} - {"hard-to-read"} | here == warnings
