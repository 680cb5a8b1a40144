"""The words of a digest for every kind of question, for commitments, and for a workshop's round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import BlockFact, CommitmentFact, CommitmentNews, QuestionFact
from pulse_bot.domain.release.record import ReleasedQuestion, Statement, StatementKind
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    OutOfTen,
    ReleasedValue,
    Silence,
)
from pulse_bot_reports import renderer
from pulse_bot_reports.digest_text.plain_text import digest_text
from tests import printed
from tests.reports.facts import FACTS, FOLLOW_UP

LABELS = ("One short update, in one place", "One person to ring", "A visit each term")
TALENT = replace(FOLLOW_UP, item="talent", text="We use our talent.", dimension="talent")


def said(kind: StatementKind, **changes: object) -> list[Statement]:
    """The statements of one kind, of the facts with these changes."""
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # keywords of many types
    return [one for one in renderer.statements(facts) if one.kind is kind]


def asked(fact: QuestionFact) -> Statement:
    """What is said of one question."""
    (statement,) = said(StatementKind.QUESTION, questions=(fact,))
    return statement


def choices(*taken: ChoiceFrequency) -> Choices:
    """Three choices, taken so often."""
    return Choices(tuple(zip(LABELS, taken, strict=True)))


@pytest.mark.parametrize(
    ("kind", "says", "words"),
    [
        (
            ItemKind.JOURNEY,
            Journey(printed.level("2.6"), printed.level("4.2", "or higher")),
            "Now about 2.6, in 12 months about 4.2 or higher, out of 5.",
        ),
        (ItemKind.SCALE, printed.out_of_ten("6.5"), "About 6.5 out of 10."),
        (ItemKind.SCALE, printed.out_of_ten("8.0", "or higher"), "About 8.0 or higher, out of 10."),
        (ItemKind.YES_NO, Lean.MORE_YES, "Our answers are more yes than no."),
        (
            ItemKind.CHOOSE,
            choices(ChoiceFrequency.OFTEN, ChoiceFrequency.UNSAID, ChoiceFrequency.MOST),
            (
                "Stands out: A visit each term (chosen by most of us); One short update, in one "
                "place (chosen often)."
            ),
        ),
        (ItemKind.CHOOSE, choices(*[ChoiceFrequency.UNSAID] * 3), "No choice stands out."),
    ],
)
@pytest.mark.parametrize("text", ["We use our talent.", "We say “no” to “more”."])
def test_each_kind_is_said_in_a_sentence_that_carries_its_fact(
    kind: ItemKind, says: ReleasedValue, words: str, text: str
) -> None:
    statement = asked(replace(TALENT, text=text, kind=kind, result=says))
    assert (statement.text, statement.result) == (f"“{text}” {words}", words)
    assert statement.fact == ReleasedQuestion(
        item="talent", text=text, theme="talent", says=says, kind=kind
    )
    assert statement.level is None


@pytest.mark.parametrize("lean", list(Lean))
def test_every_lean_is_one_plain_sentence(lean: Lean) -> None:
    statement = asked(replace(TALENT, kind=ItemKind.YES_NO, result=lean))
    assert statement.text == f"“We use our talent.” Our answers are {lean.value}."


@pytest.mark.parametrize(
    ("says", "is_turned"),
    [
        (printed.out_of_ten("6.5"), True),
        (Journey(printed.level("2.6"), printed.level("3.0")), True),
        (Lean.YES, False),
        (choices(*[ChoiceFrequency.UNSAID] * 3), False),
        (Silence.TOO_FEW, False),
    ],
)
def test_numbers_of_turned_questions_say_so_and_words_do_not(
    says: OutOfTen | Journey | Lean | Choices | Silence, is_turned: bool
) -> None:
    text = asked(replace(TALENT, result=says, reverse=True)).text
    assert text.endswith("the higher, the less this is so.") == is_turned


@pytest.mark.parametrize(
    "kind", [ItemKind.JOURNEY, ItemKind.SCALE, ItemKind.YES_NO, ItemKind.CHOOSE]
)
def test_silence_is_kept_as_what_it_is(kind: ItemKind) -> None:
    statement = asked(replace(TALENT, kind=kind, result=Silence.TOO_FEW))
    assert isinstance(statement.fact, ReleasedQuestion)
    assert (statement.fact.says, statement.question_kind) == (Silence.TOO_FEW, kind)


# Words


def test_what_was_written_follows_its_question() -> None:
    helped = replace(
        TALENT, item="helped", text="What helped?", kind=ItemKind.WORDS, result=Silence.WORDS
    )
    facts = replace(
        FACTS,
        questions=(replace(helped, word_answers=("Time.", "A lift.")), FOLLOW_UP),
        comments=("Hm.",),
    )
    found = [
        (one.kind.value, one.subject, one.text)
        for one in renderer.statements(facts)
        if one.kind in (StatementKind.QUESTION, StatementKind.COMMENT)
    ]
    assert found == [
        (
            "question",
            "helped",
            "“What helped?” Answered in words. A lot picked these; they stand in no order.",
        ),
        ("comment", "helped", "Somebody wrote: “Time.”"),
        ("comment", "helped", "Somebody wrote: “A lift.”"),
        ("question", "accountability-1", "“We follow up what we agree.” About 3.8 out of 5."),
        ("comment", "", "Somebody wrote: “Hm.”"),
    ]


# A word of care


def test_a_low_trust_in_the_pulse_is_a_note() -> None:
    assert said(StatementKind.NOTE) == []
    (one,) = said(StatementKind.NOTE, low_pulse=True)
    assert one.text.startswith("Trust in this pulse itself is low.")


# Commitments


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (CommitmentNews.MADE, "New commitment, due on Friday 15 May: “We visit each other.”"),
        (CommitmentNews.KEPT, "Commitment kept: “We visit each other.”"),
        (
            CommitmentNews.ON_ITS_WAY,
            "Commitment not yet kept: “We visit each other.” We shall ask again.",
        ),
        (
            CommitmentNews.UNHEARD,
            (
                "Commitment asked about: “We visit each other.” Nothing can be said of the "
                "answers, so talk about whether it is kept."
            ),
        ),
        (CommitmentNews.DROPPED, "Commitment dropped: “We visit each other.”"),
    ],
)
def test_what_became_of_a_commitment(news: CommitmentNews, words: str) -> None:
    fact = CommitmentFact(3, "We visit each other.", date(2026, 5, 15), news)
    assert [one.text for one in said(StatementKind.COMMITMENT, commitments=(fact,))] == [words]
    without = replace(fact, text="We visit each other")
    (one,) = said(StatementKind.COMMITMENT, commitments=(without,))
    assert one.text == words.replace("other.”", "other”.")


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ((0, 0), []),
        ((0, 1), ["So far we have kept 0 of 1 commitment that came due."]),
        ((2, 3), ["So far we have kept 2 of 3 commitments that came due."]),
    ],
)
def test_the_share_of_commitments_kept(kept: tuple[int, int], words: list[str]) -> None:
    fact = CommitmentFact(3, "We visit each other.", date(2026, 5, 15), CommitmentNews.KEPT)
    _, *share = said(StatementKind.COMMITMENT, commitments=(fact,), commitments_kept=kept)
    assert [one.text for one in share] == words
    # Where there is no news of any, the share is no news either.
    assert not said(StatementKind.COMMITMENT, commitments_kept=kept)


def test_a_workshops_round_names_the_workshop_and_its_day() -> None:
    (one,) = said(
        StatementKind.HEADLINE, workshop="Talent", workshop_on=date(2026, 3, 20), round_number=3
    )
    assert one.text == (
        "Round 3 of Colne Valley Partnership, for the workshop “Talent” on Friday 20 March, "
        "closed Friday 13 March."
    )


def test_a_full_digest_reads_in_this_order() -> None:
    """What was promised, this week, half a term, who answered, and what is next."""
    made = CommitmentFact(1, "We visit.", date(2026, 5, 15), CommitmentNews.MADE)
    facts = replace(
        FACTS,
        blocks=(BlockFact("trust", 2, printed.level("3.0")),),
        low_pulse=True,
        comments=("Hm.",),
        commitments=(made,),
    )
    order: list[str] = []
    for one in renderer.statements(facts):
        if one.kind.value not in order:
            order.append(one.kind.value)
    assert order == [
        *("headline", "commitment", "question", "level"),
        *("response", "note", "talk", "comment", "next"),
    ]
    assert "- Commitment" not in digest_text(renderer.statements(FACTS))
    assert "- New commitment, due on" in digest_text(renderer.statements(facts))
