"""The words of a half-term's report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.half_term import HalfTermReport, ResponseShare, make_report
from pulse_bot.domain.release.record import Digest
from pulse_bot.domain.release.results import Agreement, LevelWord
from pulse_bot.domain.release.trend import Direction, Move
from pulse_bot_reports.half_term.words import message_lines, report_text, write_report
from tests import printed
from tests.half_terms import half_term

VALUES = {
    "trust": ("3.0", "3.4", "4.2 or higher", "3.4", "3.4", "3.4"),
    "honesty": ("2.6", "3.0", "3.0", "3.0", "3.0", "3.4"),
}
PROMISE = CommitmentFact(
    1, "We visit one another's schools", date(2026, 10, 1), CommitmentNews.KEPT
)


def report_of(digests: list[Digest]) -> HalfTermReport:
    report = make_report(digests)
    assert report
    return report


def year() -> HalfTermReport:
    levels = {"trust": printed.level("3.4"), "honesty": printed.level("3.0")}
    first = half_term(1, VALUES, levels)
    return report_of(first + half_term(2, VALUES, levels, PROMISE))


def test_a_report_as_a_message() -> None:
    assert message_lines(year()) == (
        "Our half-term: rounds 7 to 12.",
        "Levels, the lowest first: honesty 3.0; trust 3.4.",
        "Strongest: “trust 3 holds.” 4.2 or higher (before: 4.2 or higher).",
        "Weakest: “honesty 1 holds.” 2.6 (before: 2.6).",
        "Promised and kept: “We visit one another's schools”.",
        "Nine or more of us answered in all six rounds.",
        (
            "For our next workshop: honesty, at our lowest level (3.0). To begin with: What of "
            "honesty 1? A lead or a facilitator can prepare it: “/pulse seed”."
        ),
    )


def test_a_report_at_length_has_the_levels_side_by_side() -> None:
    report = year()
    trust = replace(report.themes[0], call=Move(Direction.UP, 9), agreement=Agreement.CLOSE)
    written = write_report(replace(report, themes=(trust, *report.themes[1:])))
    assert written.headings == ("Theme", "1\u20136", "7\u201312")
    assert written.rows == (("Trust", "3.4", "3.4"), ("Honesty", "3.0", "3.0"))
    assert written.sections[0].lines == (
        "Trust went up around round 9.",
        "Trust: we are close to one mind.",
    )
    assert "Trust: 3.4, 3.4." in report_text(report)


def test_ties_are_said_to_be_ties() -> None:
    values = {"trust": ("3.8", "3.8", "3.0", "3.0", "3.0", "3.0"), "honesty": ("3.0",) * 6}
    levels = {"trust": printed.level("3.2"), "honesty": printed.level("3.0")}
    lines = message_lines(report_of(half_term(1, values, levels)))
    assert "Strongest, alike at 3.8: “trust 1 holds.” “trust 2 holds.”" in lines
    assert "Weakest: ten questions alike, of trust and honesty." in lines


def test_a_turned_question_is_said_in_its_own_direction() -> None:
    report = year()
    weakest = report.weakest[0]
    turned = replace(weakest, question=replace(weakest.question, reverse=True))
    lines = message_lines(replace(report, weakest=(turned,)))
    assert "Weakest: “honesty 1 holds.” 3.4, and low is good here (before: 3.4)." in lines


def test_a_group_of_seven_reads_words() -> None:
    silent = {"trust": ("",) * 6, "honesty": ("",) * 6, "accountability": ("",) * 6}
    middle = dict.fromkeys(silent, LevelWord.MIDDLE)
    lines = message_lines(
        report_of(half_term(1, silent, {**middle, "honesty": LevelWord.RATHER_LOW}))
    )
    assert lines[1] == (
        "Levels, the lowest first: honesty rather low; trust and accountability in the middle."
    )
    written = write_report(report_of(half_term(1, silent, middle)))
    assert written.rows[0] == ("Trust", "in the middle")


def test_nothing_but_levels_is_no_news() -> None:
    report = year()
    assert report.is_news
    bare = replace(report, strongest=(), weakest=(), response=(), commitments=(), suggested=None)
    assert not bare.is_news


def test_response_counts_rounds_and_names_no_share() -> None:
    report = year()
    shares = (ResponseShare(9, None, 3), ResponseShare(6, 8, 2), ResponseShare(0, 5, 1))
    lines = message_lines(replace(report, response=shares))
    assert (
        "Nine or more of us answered in three of the six rounds, six to eight in two, too few for "
        "a number in one." in lines
    )


def test_a_message_has_one_screen_and_keeps_the_workshop() -> None:
    report = year()
    promises = tuple(replace(PROMISE, number=number, text="We do. " * 40) for number in range(3))
    lines = message_lines(replace(report, commitments=promises))
    assert sum(map(len, lines)) <= 900
    assert lines[-1].startswith("For our next workshop: honesty")
    assert not any(line.startswith("Nine") for line in lines)
