"""The banks of the frameworks hold what the list of the sources asks of each: the parts, the kinds.

How single questions are worded is the lint's business.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable

import pytest

from pulse_bot.banks.bank import Bank, Library
from pulse_bot.banks.load import load_library
from pulse_bot.domain.asking.items import Item, ItemKind

LONGEST_LABEL = 75
"""What the narrowest menu of a chat shows of an option."""


@functools.cache
def library() -> Library:
    """The shipped banks, read once."""
    return load_library()


def bank(name: str) -> Bank:
    """A shipped bank."""
    found = library().find_bank(name)
    assert found is not None
    return found


def kinds(items: Iterable[Item]) -> dict[ItemKind, int]:
    """How many items of each kind."""
    return dict(Counter(item.kind for item in items))


def of_dimension(name: str, dimension: str) -> list[Item]:
    """The items of one dimension of a bank."""
    return [item for item in bank(name).items if item.dimension == dimension]


def of_facet(name: str, facet: str) -> list[Item]:
    """The items of one facet of a bank."""
    return [item for item in bank(name).items if item.facet == facet]


def test_no_talking_prompt_is_used_twice() -> None:
    prompts = Counter(item.talk for one in library().banks for item in one.items)
    assert [talk for talk, times in prompts.items() if times > 1] == []


def test_every_facet_of_a_bank_has_an_item() -> None:
    for one in library().banks:
        used = {(item.dimension, item.facet) for item in one.items}
        named = {(part.key, facet) for part in one.dimensions for facet in part.facets}
        assert named <= used, one.id


def test_options_can_be_read_on_a_phone() -> None:
    labels = [
        choice.label for one in library().banks for item in one.items for choice in item.choices
    ]
    assert [label for label in labels if len(label) > LONGEST_LABEL] == []


def test_trust_in_the_pulse_has_its_four_questions() -> None:
    items = bank("trust-in-the-pulse").items
    assert kinds(items) == {ItemKind.AGREE: 4}
    assert [item.facet for item in items] == ["hidden", "honest", "used", "worth-it"]


@pytest.mark.parametrize("grid", ["reflection-talent", "reflection-account", "reflection-open"])
def test_a_reflection_grid_is_its_question_and_five_to_seven_finer_ones(grid: str) -> None:
    items = of_dimension("partnership-reflection", grid)
    finer = [item for item in items if item.facet != "whole"]

    assert set(kinds(items)) == {ItemKind.JOURNEY}
    assert len(items) == len(finer) + 1
    assert 5 <= len(finer) <= 7


def test_the_reflection_begins_with_change_and_ends_with_one_area_for_growth() -> None:
    change = of_dimension("partnership-reflection", "reflection-change")
    growth = of_dimension("partnership-reflection", "reflection-growth")

    assert {item.facet for item in change} == {"beliefs", "behaviours"}
    assert [item.kind for item in growth] == [ItemKind.CHOOSE, ItemKind.WORDS, ItemKind.WORDS]
    assert bank("partnership-reflection").items[-3:] == tuple(growth)


@pytest.mark.parametrize(
    "characteristic",
    ["belief", "pragmatism", "communication", "negotiation", "inclusion", "trust"],
)
def test_a_characteristic_has_statements_an_example_and_six_ways_on(characteristic: str) -> None:
    items = of_dimension("decisive-collaboration", f"decisive-{characteristic}")

    assert kinds(items) == {ItemKind.AGREE: 4, ItemKind.WORDS: 1, ItemKind.CHOOSE: 1}
    assert any(item.reverse for item in items)
    assert len(items[-1].choices) == 6


@pytest.mark.parametrize(
    "pitfall", ["trust", "conflict", "commitment", "accountability", "results"]
)
def test_a_pitfall_has_five_statements_some_of_them_turned(pitfall: str) -> None:
    items = of_dimension("team-pitfalls", f"pitfalls-{pitfall}")

    assert kinds(items) == {ItemKind.AGREE: 5}
    assert sum(item.reverse for item in items) == 2


def test_the_pitfalls_ask_how_leaders_hinder_and_help() -> None:
    items = of_dimension("team-pitfalls", "pitfalls-leading")
    assert kinds(items) == {ItemKind.CHOOSE: 2}


def test_leaders_review_their_strengths_their_growth_and_six_skills() -> None:
    name = "collaborative-leadership"
    strengths, growth = of_facet(name, "strengths")[0], of_facet(name, "growth")[0]
    skills = ("gains", "spread", "links", "long-view", "whole", "even-handed")

    assert (strengths.most, growth.most) == (3, 2)
    assert [one.key for one in strengths.choices] == [one.key for one in growth.choices]
    assert [kinds(of_facet(name, skill)) for skill in skills] == [{ItemKind.AGREE: 1}] * 6


def test_purpose_into_action_makes_eight_claims_and_asks_which_one() -> None:
    (dimension,) = bank("purpose-into-action").dimensions
    claims = [of_facet("purpose-into-action", facet) for facet in dimension.facets]

    assert [kinds(claim) for claim in claims] == [{ItemKind.AGREE: 3}] * 8
    assert all(any(item.reverse for item in claim) for claim in claims)
    assert len(bank("purpose-into-action").items[-1].choices) == 8


@pytest.mark.parametrize("facet", ["principles", "features"])
def test_peer_review_asks_what_is_built_in_and_which_to_strengthen(facet: str) -> None:
    *built_in, strengthen = of_facet("peer-review", facet)

    assert set(kinds(built_in)) == {ItemKind.YES_NO}
    assert len(strengthen.choices) == len(built_in)


def test_peer_review_looks_for_impact_in_four_places() -> None:
    for place in ("pupils", "people", "schools", "partnership"):
        assert kinds(of_facet("peer-review", place)) == {ItemKind.AGREE: 2}
