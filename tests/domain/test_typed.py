"""Typed words: quotation marks, words like a result, and letters that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.partnership.typed_words import explain_unfit, use_single_quotes, visible_text

DOUBLE = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02\u301d\u301e'


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("We are fine.” About 4.6. “We", "We are fine.\u2019 About 4.6. \u2018We"),
        ('We say "yes" and «oui».', "We say 'yes' and \u2039oui\u203a."),
        ("„Ja“ sagen wir.", "\u201aJa\u2018 sagen wir."),
        ("We say ''yes''.", "We say 'yes'."),
        ("The schools' 'open days' are ours.", "The schools' 'open days' are ours."),
    ],
)
def test_double_quotation_marks_become_single_ones(typed: str, kept: str) -> None:
    assert use_single_quotes(typed) == kept


@given(st.text(alphabet=f"we {DOUBLE}'\u2018\u2019"))
def test_no_quotation_can_be_closed_from_within(typed: str) -> None:
    kept = use_single_quotes(typed)
    assert not set(kept) & set(DOUBLE)
    assert not any(pair in kept for pair in ("''", "\u2018\u2018", "\u2019\u2019"))
    assert use_single_quotes(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("About 4.6 out of 5 of us agree.", "“out of 5” reads like a result"),
        ("About 9 OUT  of 10.", "“out of 10” reads like a result"),
        ("About 9 out of \uff15.", "“out of 5” reads like a result"),
        ("No choice stands out.", "“stands out” reads like a result"),
        ("We see no clear change.", "“no clear change” reads like a result"),
        ("We ask \u0410nna to help.", "“\u0410nna” mixes letters"),
        ("We ask Ann\u03b1 to help.", "“Ann\u03b1” mixes letters"),
        ("We are\x00here.", "control character"),
        ("We ask \u202eanna.", "control character"),
        ("We go out of 50 schools, and stand out.", ""),
        ("Разом ми сильні, and we say so.", ""),
        ("Tシャツの日 is our day.", ""),
        ("Nous avançons, café après café.", ""),
    ],
)
def test_what_cannot_stand_is_said_with_the_reason(typed: str, reason: str) -> None:
    said = explain_unfit(typed)
    assert reason in said
    assert bool(said) == bool(reason)


@given(st.text())
def test_what_was_seen_once_is_seen_the_same_again(typed: str) -> None:
    # A loose accent that goes may let two letters meet, and these are one from then on.
    assert visible_text(visible_text(visible_text(typed))) == visible_text(visible_text(typed))
