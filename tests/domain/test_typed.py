"""Typed words: quotation marks, words like a result, and letters that only look alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.typed_words import UnfitWords, as_quotation, guard_words, visible_text

DOUBLE = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02\u301d\u301e\u02dd\u05f4'


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
    assert as_quotation(typed) == kept


@given(st.text(alphabet=f"we {DOUBLE}'\u2018\u2019"))
def test_no_quotation_can_be_closed_from_within(typed: str) -> None:
    kept = as_quotation(typed)
    assert not set(kept) & set(DOUBLE)
    assert not any(pair in kept for pair in ("''", "\u2018\u2018", "\u2019\u2019"))
    assert as_quotation(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("About 4 out of 5 of us agree.", "“out of 5” reads like a result"),
        ("About 9 OUT  of 10.", "“out of 10” reads like a result"),
        ("About 9 out of \uff15.", "“out of 5” reads like a result"),
        ("Trust: about 4.2 or higher", "“about 4.2” reads like a result"),
        ("Trust: about 4\u00b72", "“about 4\u00b72” reads like a result"),
        ("Trust is 4 or higher", "“4 or higher” reads like a result"),
        ("Nine of us answered.", "“of us answered” reads like a result"),
        ("Our answers are more yes than no.", "“more yes than no” reads like a result"),
        ("The workshop's questions together: low.", "“questions together:” reads like a result"),
        ("Visits (chosen by most of us)", "“(chosen by most of us” reads like a result"),
        ("Commitment kept: visits.", "“commitment kept:” reads like a result"),
        ("Most of those asked\nanswered.", "“of those asked answered” reads like a result"),
        ("We are largely of one mind.", "“of one mind” reads like a result"),
        ("No choice stands out.", "“no choice stands out” reads like a result"),
        ("Stands out: more time", "“stands out:” reads like a result"),
        ("We see no clear change.", "“no clear change” reads like a result"),
        ("Good. Somebody wrote: bad.", "“somebody wrote:” reads like a result"),
        ("We ask \u0410nna to help.", "“\u0410nna” mixes letters"),
        ("We ask Ann\u03b1 to help.", "“Ann\u03b1” mixes letters"),
        ("We are\x00here.", "control character"),
        ("We ask \u202eanna.", "control character"),
    ],
)
def test_what_cannot_stand_is_said_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(UnfitWords, match=re.escape(reason)) as refusal:
        guard_words(typed)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "typed",
    [
        "We go out of 50 schools, and stand out.",
        "What stands out for me is how kind we are.",
        "About 3 weeks, or half of us, answered late. I would go higher or lower.",
        "Nine out of ten lessons go well, about as many as before.",
        "Разом ми сильні, and we say so.",
        "Tシャツの日 is our day.",
        "Nous avançons, café après café.",
        "- **More time**, please • and `less` paper!",
        "",
    ],
)
def test_what_people_say_of_their_own_work_stands(typed: str) -> None:
    assert guard_words(typed) == typed


def test_words_are_kept_in_one_line() -> None:
    assert guard_words(" We\n\n- talk \u2028 “more”\tnow.\r\n") == "We - talk \u2018more\u2019 now."


@given(st.text())
def test_what_was_seen_once_is_seen_the_same_again(typed: str) -> None:
    # A loose accent that goes may let two letters meet, and these are one from then on.
    assert visible_text(visible_text(visible_text(typed))) == visible_text(visible_text(typed))
