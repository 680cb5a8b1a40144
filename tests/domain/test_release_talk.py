"""What follows from what was said: the talking prompt, and a low trust in the pulse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import ReleasedQuestion, TalkFact
from pulse_bot.domain.release.results import Level, ReleasedValue, Silence
from pulse_bot.domain.release.talking_prompt import choose_prompt, has_low_pulse
from tests import printed


def asked(name: str, about: str = "", *before: str, edge: str = "") -> QuestionFact:
    """A question that printed this number, and these before; without one where there is none."""
    says: Level | Silence = printed.level(about, edge) if about else Silence.TOO_FEW
    past = tuple(printed.level(value) for value in before)
    return QuestionFact(name, f"{name}?", "trust", f"Talk of {name}.", says, before=past)


def said(number: int, *questions: QuestionFact, talk: str = "") -> PrintedRound:
    """What an earlier digest said."""
    facts = [ReleasedQuestion.of_fact(fact) for fact in questions]
    return PrintedRound(number, (*facts, *([TalkFact(talk)] if talk else [])))


def chosen(*questions: QuestionFact, rounds: tuple[PrintedRound, ...] = (), number: int = 9) -> str:
    """The question whose prompt it is; empty for none."""
    found = choose_prompt(number, questions, rounds)
    assert found is None or found.prompt == f"Talk of {found.item}."
    return found.item if found else ""


def test_what_was_printed_lowest_is_talked_about() -> None:
    assert chosen(asked("a", "3.4"), asked("b", "2.6"), asked("c", "3.0")) == "b"
    assert chosen(asked("a"), asked("b", "4.2", edge="or higher")) == "b"


def test_what_moved_most_comes_before_what_is_low_whichever_way_it_moved() -> None:
    low = asked("low", "2.2", "2.2")
    assert chosen(low, asked("risen", "3.8", "3.0"), asked("fell", "3.0", "3.4")) == "risen"
    assert chosen(low, asked("risen", "3.8", "3.4"), asked("fell", "3.0", "3.8")) == "fell"


def test_last_week_counts_too_and_this_week_first() -> None:
    last = said(8, asked("last", "2.2"))
    assert chosen(asked("a", "3.0"), rounds=(last,)) == "last"
    assert chosen(asked("a", "2.2"), rounds=(last,)) == "a"
    older = (last, said(9, asked("b", "3.4")))
    assert chosen(asked("a", "3.0"), rounds=older, number=10) == "a", "no older week"


def test_no_prompt_comes_twice_in_eight_weeks() -> None:
    low, other = asked("low", "2.2"), asked("other", "3.4")
    had = said(1, talk="Talk of low.")
    silent = tuple(PrintedRound(number, ()) for number in range(2, 9))
    assert chosen(low, other, rounds=(had, *silent[:6]), number=8) == "other"
    assert chosen(low, other, rounds=(had, *silent), number=9) == "low"
    assert chosen(low, rounds=(had,), number=2) == "", "none is left"


def test_what_moved_furthest_now_is_talked_about_although_it_was_lately() -> None:
    """A core turns in six: barred for eight, what moved twice had another question's prompt."""
    had = said(3, talk="Talk of moved.")
    moved, less = asked("moved", "2.6", "3.4"), asked("less", "3.0", "3.4")
    assert chosen(moved, asked("other", "3.4"), rounds=(had,)) == "moved"
    assert chosen(moved, less, rounds=(said(3, talk="Talk of less."),)) == "moved"
    assert chosen(asked("moved", "2.6", "2.6"), asked("other", "3.4"), rounds=(had,)) == "other"


def test_where_no_number_is_printed_prompts_take_turns() -> None:
    three = [asked(name) for name in "abc"]
    assert {chosen(*three, number=number) for number in (1, 2, 3)} == set("abc")
    assert chosen(replace(three[0], talk="")) == ""


def test_a_question_of_a_commitment_is_talked_about_beside_the_commitment_alone() -> None:
    kept = replace(asked("kept"), commitment=3)
    last = said(8, kept)
    assert {chosen(kept, asked("a"), rounds=(last,), number=number) for number in (9, 10)} == {"a"}
    assert chosen(kept) == ""


def test_what_waits_to_be_opened_together_is_not_hinted_at() -> None:
    held = replace(said(8, asked("held", "2.0")), is_held=True)
    assert chosen(asked("a", "3.0"), rounds=(held,)) == "a"


QUESTIONS = [asked("trust-1", "3.4"), asked("honesty-1", "3.4")]


@pytest.mark.parametrize(
    ("bank", "says", "low"),
    [
        ("trust-in-the-pulse", printed.level("2.6"), True),
        ("trust-in-the-pulse", printed.level("2.2", "or lower"), True),
        ("trust-in-the-pulse", printed.level("2.7"), False),
        ("trust-in-the-pulse", printed.level("3.0"), False),
        ("trust-in-the-pulse", Silence.TOO_FEW, False),
        ("trust-in-the-pulse", Silence.SMALL_GROUP, False),
        ("trust", printed.level("1.8", "or lower"), False),
    ],
)
def test_a_low_trust_in_the_pulse_is_seen_in_what_is_printed(
    bank: str, says: ReleasedValue | Silence, low: bool
) -> None:
    fact = QuestionFact("q", "My answers are hidden.", "pulse", "", says, bank=bank)
    assert has_low_pulse([*QUESTIONS, fact]) is low
