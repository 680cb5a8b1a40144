"""Suggesting: from many facets, none of a core, in the bank's order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.workshop import SUGGESTED_COUNT, suggest_items


def item(number: int, facet: str, *, core: bool = False) -> Item:
    return Item(
        id=f"q{number}",
        bank="trust",
        text=f"Question {number}?",
        kind=ItemKind.AGREE,
        dimension="trust",
        talk=f"Talk {number}?",
        facet=facet,
        core=core,
    )


def test_each_facet_comes_before_any_comes_twice() -> None:
    bank = [item(n, "abc"[n % 3] if n < 9 else "d") for n in range(12)]

    assert [one.facet for one in suggest_items(bank, 4)] == ["a", "b", "c", "d"]
    assert [one.id for one in suggest_items(bank, 6)] == ["q0", "q1", "q2", "q3", "q4", "q9"]


banks = st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), min_size=0, max_size=40).map(
    lambda made: [item(n, facet, core=core) for n, (facet, core) in enumerate(made)]
)


@given(banks)
def test_what_is_suggested_is_of_the_bank_and_of_no_core(bank: list[Item]) -> None:
    found = suggest_items(bank)
    rest = [one for one in bank if not one.core]

    assert len(found) == min(SUGGESTED_COUNT, len(rest))
    assert [one for one in rest if one in found] == list(found)
    wanted = min(len(found), len({one.facet for one in rest}))
    assert len({one.facet for one in found}) == wanted
