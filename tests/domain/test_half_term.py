"""A half-term's report, worked out of made-up records."""

from __future__ import annotations

from datetime import date

import pytest

from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.half_term import HalfTerm, list_half_terms, make_report
from pulse_bot.domain.release.record import AnsweredFact, CommitmentsFact, Digest
from pulse_bot.domain.release.results import LevelWord, Silence
from tests import printed
from tests.half_terms import block, digest, half_term, question

TRUST = ("3.0", "3.4", "3.8", "3.4", "3.4", "3.4")
HONESTY = ("2.6", "3.0", "3.0", "3.0", "3.0", "3.4")
LEVELS = {"trust": printed.level("3.4"), "honesty": printed.level("3.0")}
AGAIN = {"trust": printed.level("3.6"), "honesty": printed.level("3.2")}


def two() -> list[Digest]:
    first = half_term(1, {"trust": TRUST, "honesty": HONESTY}, LEVELS)
    return first + half_term(2, {"trust": TRUST, "honesty": HONESTY}, AGAIN)


def test_a_half_term_ends_with_the_levels_of_its_blocks() -> None:
    assert list_half_terms(two()[::-1]) == (HalfTerm(1, 6), HalfTerm(7, 12))
    assert list_half_terms(two()[:5]) == ()


def test_a_half_term_without_a_level_goes_on() -> None:
    silent = {"trust": Silence.TOO_FEW, "honesty": Silence.TOO_FEW}
    first = half_term(1, {"trust": TRUST, "honesty": HONESTY}, silent)
    assert list_half_terms(first) == ()
    second = half_term(2, {"trust": TRUST, "honesty": HONESTY}, AGAIN)
    assert list_half_terms(first + second) == (HalfTerm(1, 12),)


def test_where_themes_take_turns_it_ends_with_the_last_of_them() -> None:
    themes = ("trust", "honesty", "accountability")
    digests = []
    for number in range(1, 37):
        theme = themes[(number - 1) % 3]
        turn = (number - 1) // 3
        ended = [block(theme, turn // 6 + 1, printed.level("3.4"))] if turn % 6 == 5 else []
        digests.append(digest(number, question(theme, turn % 6 + 1, "3.4"), *ended))
    assert list_half_terms(digests) == (HalfTerm(1, 18), HalfTerm(19, 36))


def test_a_theme_without_a_core_ends_no_block_and_keeps_nothing_waiting() -> None:
    digests = two()
    digests = [digest(d.number, *d.facts, question("pulse", 1, "3.4")) for d in digests]
    assert list_half_terms(digests) == (HalfTerm(1, 6), HalfTerm(7, 12))


def test_levels_stand_side_by_side() -> None:
    report = make_report(two())
    assert report
    assert report.own == HalfTerm(7, 12)
    assert [(entry.theme, entry.levels) for entry in report.themes] == [
        ("trust", (printed.level("3.4"), printed.level("3.6"))),
        ("honesty", (printed.level("3.0"), printed.level("3.2"))),
    ]


def test_what_came_after_changes_no_report() -> None:
    assert make_report(two(), 6) == make_report(two()[:6])
    assert make_report(two(), 7) is None
    assert make_report(two(), 12) == make_report(two())


def test_questions_are_ranked_by_the_mean_of_their_last_two_numbers() -> None:
    # In the second half-term alone trust 1 (2.2) would be the weakest: its mean is 2.6.
    second = {
        "trust": ("2.2", "3.4", "3.4", "3.4", "3.4", "3.4"),
        "honesty": ("2.4", "3.0", "3.0", "3.0", "3.0", "3.4"),
    }
    digests = half_term(1, {"trust": TRUST, "honesty": HONESTY}, LEVELS)
    report = make_report(digests + half_term(2, second, AGAIN))
    assert report
    assert [entry.question.item for entry in report.weakest] == ["honesty-1"]
    assert report.weakest[0].values == (printed.level("2.6"), printed.level("2.4"))
    assert [entry.question.item for entry in report.strongest] == ["trust-3"]


def test_all_of_one_rank_are_told_and_an_open_end_counts_as_its_number() -> None:
    values = {
        "trust": ("4.2 or higher", "4.2", "3.0", "3.0", "3.0", "3.0"),
        "honesty": ("1.8 or lower", "3.0", "3.0", "3.0", "3.0", "3.0"),
    }
    report = make_report(half_term(1, values, LEVELS))
    assert report
    assert [entry.question.item for entry in report.strongest] == ["trust-1", "trust-2"]
    assert [entry.question.item for entry in report.weakest] == ["honesty-1"]


@pytest.mark.parametrize("about", ["", "3.0"])
def test_where_none_stands_out_none_is_named(about: str) -> None:
    values = {"trust": (about,) * 6, "honesty": (about,) * 6}
    report = make_report(half_term(1, values, LEVELS))
    assert report
    assert (report.strongest, report.weakest) == ((), ())


def test_the_lowest_level_is_suggested_with_its_weakest_question() -> None:
    report = make_report(two())
    assert report
    assert report.suggested
    assert (report.suggested.theme, report.suggested.equals) == ("honesty", ())
    assert report.suggested.question
    assert report.suggested.question.item == "honesty-1"


def test_of_equal_levels_the_one_with_the_weakest_question_is_suggested() -> None:
    alike = dict.fromkeys(("trust", "honesty"), printed.level("3.2"))
    report = make_report(half_term(1, {"trust": TRUST, "honesty": HONESTY}, alike))
    assert report
    assert report.suggested
    assert (report.suggested.theme, report.suggested.equals) == ("honesty", ("trust",))
    assert not report.suggested.is_lowest


def test_a_group_of_seven_has_words_and_no_question() -> None:
    silent = {"trust": ("",) * 6, "honesty": ("",) * 6}
    words = {"trust": LevelWord.RATHER_LOW, "honesty": LevelWord.MIDDLE}
    report = make_report(half_term(1, silent, words))
    assert report
    assert [entry.newest for entry in report.themes] == [LevelWord.RATHER_LOW, LevelWord.MIDDLE]
    assert report.suggested
    assert (report.suggested.theme, report.suggested.question) == ("trust", None)
    same = dict.fromkeys(("trust", "honesty"), LevelWord.MIDDLE)
    report = make_report(half_term(1, silent, same))
    assert report
    assert report.suggested is None


def test_promises_are_told_with_their_newest_news_and_open_ones_are_not_forgotten() -> None:
    def told(number: int, news: CommitmentNews) -> CommitmentFact:
        return CommitmentFact(number, f"Promise {number}.", date(2026, 10, 1), news)

    values = {"trust": TRUST, "honesty": HONESTY}
    first = half_term(
        1,
        values,
        LEVELS,
        told(1, CommitmentNews.KEPT),
        told(2, CommitmentNews.MADE),
        told(3, CommitmentNews.MADE),
    )
    second = half_term(2, values, AGAIN, told(2, CommitmentNews.KEPT), CommitmentsFact(2, 2))
    report = make_report(first + second)
    assert report
    assert report.commitments == (told(2, CommitmentNews.KEPT), told(3, CommitmentNews.MADE))
    assert report.kept == CommitmentsFact(2, 2)


def test_response_is_told_as_classes_and_how_often_they_were_said() -> None:
    digests = two()
    fewer = digest(8, *(f for f in digests[7].facts if not isinstance(f, AnsweredFact)))
    fewer = digest(8, *fewer.facts, AnsweredFact(6, 8))
    report = make_report([*digests[:7], fewer, *digests[8:]])
    assert report
    assert [(one.least, one.most, one.rounds) for one in report.response] == [
        (9, None, 5),
        (6, 8, 1),
    ]
