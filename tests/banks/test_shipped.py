"""The banks that come with pulse-bot: complete, in order and worth answering."""

from __future__ import annotations

import pytest

from pulse_bot.banks.lint import lint_files
from pulse_bot.banks.load import bank_files, load_library, shipped_folder
from pulse_bot.domain.asking.items import ItemKind

WEEKLY = ("accountability", "honesty", "trust")
CORES = {
    "trust": [
        "trust-time-together",
        "trust-early-help",
        "trust-offered-help-arrives",
        "trust-learn-from-hard-year",
        "trust-guarded",
        "trust-say-i-do-not-know",
    ],
    "honesty": [
        "honesty-share-our-edge",
        "honesty-real-results",
        "honesty-doubts-in-the-meeting",
        "honesty-questions-are-help",
        "honesty-hard-things-unsaid",
        "honesty-name-competition",
    ],
    "accountability": [
        "accountability-check-last-actions",
        "accountability-done-by-the-date",
        "accountability-stop-what-does-not-help",
        "accountability-let-it-pass",
        "accountability-know-who-falls-behind",
        "accountability-poor-results-shared",
    ],
}


@pytest.mark.parametrize("dimension", WEEKLY)
def test_a_core_is_six_agree_items_in_an_order_that_never_changes(dimension: str) -> None:
    core = load_library().core_items(dimension)

    assert [item.id for item in core] == CORES[dimension]
    assert {item.kind for item in core} == {ItemKind.AGREE}
    assert [item.reverse for item in core].count(True) == 1
    assert not core[0].reverse  # the first question of a series is a kind one


@pytest.mark.parametrize("dimension", WEEKLY)
def test_each_weekly_bank_has_one_pair(dimension: str) -> None:
    bank = load_library().find_bank(dimension)
    assert bank is not None

    mine, ours = bank.paired_items()

    assert mine.pair == ours.pair
    assert mine.text.startswith("I can ")
    assert ours.text.startswith("I think most of us can ")
    assert [mine.core, ours.core] == [False, False]


@pytest.mark.parametrize("dimension", WEEKLY)
def test_beside_the_core_and_the_pair_is_a_wider_part(dimension: str) -> None:
    bank = load_library().find_bank(dimension)
    assert bank is not None

    wider = [item for item in bank.items if not (item.core or item.pair)]

    assert len(wider) >= 18
    assert len({item.facet for item in wider}) >= 4
    assert sum(item.reverse for item in wider) >= 3


@pytest.mark.parametrize("name", [*WEEKLY, "trust-in-the-pulse"])
def test_what_is_asked_every_week_is_there_in_welsh(name: str) -> None:
    """Whole: the lint, which has nothing to say, lists whatever a translation leaves out."""
    bank = load_library().find_bank(name)
    assert bank is not None
    assert [one.language for one in bank.translations] == ["cy"]

    welsh = bank.in_language("cy")

    assert all(one.language == "cy" for one in welsh.items)
    for english, other in zip(bank.items, welsh.items, strict=True):
        assert (english.text != other.text, english.talk != other.talk) == (True, True), other.id
    assert len({one.text for one in welsh.items}) == len(bank.items)


def test_only_its_own_bank_uses_the_dimension_of_a_weekly_series() -> None:
    # A programme names themes by dimension: a second bank would mix its items into the series.
    used = [(bank.id, one.key) for bank in load_library().banks for one in bank.dimensions]
    assert sorted(pair for pair in used if pair[1] in WEEKLY) == [(one, one) for one in WEEKLY]
    assert len({key for _, key in used}) == len(used)


def test_the_core_covers_every_facet() -> None:
    for bank in load_library().banks:
        for dimension in bank.dimensions:
            facets = {item.facet for item in bank.core_items(dimension.key)}
            assert facets in (set(), set(dimension.facets))  # most banks have no core


def test_the_lint_has_nothing_to_say() -> None:
    assert lint_files(bank_files(shipped_folder())) == []


def test_every_source_names_its_framework_and_originator() -> None:
    for bank in load_library().banks:
        for source in bank.sources:
            assert source.framework
            assert source.originator


def test_an_item_is_found_by_its_id() -> None:
    library = load_library()
    item = library.find_item("honesty-real-results")
    assert item is not None
    assert item.bank == "honesty"
    assert library.find_item("no-such-item") is None
    assert library.core_items("no-such-dimension") == ()
