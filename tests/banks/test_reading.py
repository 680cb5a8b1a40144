"""Reading ease, against sentences and words that were counted by hand."""

from __future__ import annotations

import pytest

from pulse_bot.banks.reading import count_syllables, reading_ease

COUNTED = {
    1: "we trust what asked school schools' times whole guard drink month praise our",
    2: "honest people problem action question table pieces wanted being hopeful something",
    3: "another openly competence afterwards opinion family expected remember attention",
    4: "material reliable evaluate community responsible information professional",
    5: "opportunity collaboration",
    6: "accountability",
}


@pytest.mark.parametrize(("count", "words"), COUNTED.items())
def test_syllables(count: int, words: str) -> None:
    assert {word: count_syllables(word) for word in words.split()} == dict.fromkeys(
        words.split(), count
    )


def test_a_plain_sentence_scores_as_the_formula_says() -> None:
    # 6 words of 6 syllables in one sentence.
    assert reading_ease("The cat sat on the mat.") == pytest.approx(116.145)


def test_two_sentences_are_easier_than_one() -> None:
    assert reading_ease("We sat. We ate.") > reading_ease("We sat we ate.")


def test_hard_words_score_low() -> None:
    assert reading_ease("Institutional accountability necessitates collaboration.") < 0


@pytest.mark.parametrize("text", ["", "…", "123"])
def test_a_text_without_words_has_no_ease(text: str) -> None:
    assert reading_ease(text) == 0
