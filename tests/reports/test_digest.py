"""The words of a digest: read aloud, short, and true of what the policy lets through."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pulse_bot.config.plugins import load_renderer as installed
from pulse_bot.domain.release.digest import BlockFact, ResponseClass
from pulse_bot.domain.release.record import AnsweredFact, ReleasedPool, StatementKind
from pulse_bot.domain.release.results import Level, LevelWord, Silence
from pulse_bot_reports import renderer
from pulse_bot_reports.digest_text.plain_text import digest_text
from pulse_bot_reports.digest_text.results import SILENCES
from pulse_bot_reports.digest_text.trends import BLOCK_SILENCES
from tests import printed
from tests.reports.facts import AVOID, FACTS, FOLLOW_UP, RELY

SAID_SILENCES = [one for one in Silence if one is not Silence.ENOUGH]
"""Those that are still said: one is of the first edition."""


def said(kind: StatementKind, **changes: object) -> list[str]:
    """The statements of one kind, of the facts with these changes."""
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # keywords of many types
    return [one.text for one in renderer.statements(facts) if one.kind is kind]


def test_a_whole_digest_reads_like_this() -> None:
    assert digest_text(renderer.statements(FACTS)) == (
        "Round 12: at this half-term no level is far from the last one.\n"
        "\n"
        "- Trust over the last six rounds: 3.6 out of 5 (before: 3.4).\n"
        "\n"
        "- “We follow up what we agree.” 3.8 out of 5 (before: 3.0, 3.4).\n"
        "- “We avoid subjects that could lead to a disagreement.” 1.8 or lower, and low\n"
        "  is good here (before: 2.6).\n"
        "- “I can rely on the others here.” Too few answers, or from too few\n"
        "  organisations, to say anything this week.\n"
        "\n"
        "Talk about: When did somebody last change their mind in one of our meetings?\n"
        "\n"
        "Six to eight of us answered, in two of the last six rounds. Those who did not\n"
        "answer may see it differently.\n"
        "\n"
        "Next: Monday 30 March at 08:00."
    )


def test_the_renderer_is_found_by_its_entry_point() -> None:
    assert installed("digest") is renderer


def test_the_same_facts_give_the_same_words() -> None:
    assert renderer.statements(FACTS) == renderer.statements(replace(FACTS))


def test_statements_name_what_they_speak_of() -> None:
    subjects = {(one.kind, one.subject) for one in renderer.statements(FACTS) if one.subject}
    assert subjects == {
        (StatementKind.QUESTION, "accountability-1"),
        (StatementKind.QUESTION, "honesty-1"),
        (StatementKind.QUESTION, "trust-1"),
        (StatementKind.LEVEL, "trust"),
    }


def test_statements_keep_the_number_that_they_say_and_no_other() -> None:
    kept = [
        (one.kind, one.theme, one.level)
        for one in renderer.statements(FACTS)
        if one.theme or one.level
    ]
    assert kept == [
        (StatementKind.LEVEL, "trust", printed.level("3.6")),
        (StatementKind.QUESTION, "accountability", printed.level("3.8")),
        (StatementKind.QUESTION, "honesty", printed.level("4.2", "or higher")),
        (StatementKind.QUESTION, "trust", None),
    ]


@pytest.mark.parametrize("silence", SAID_SILENCES)
def test_every_silence_says_why(silence: Silence) -> None:
    question = replace(FOLLOW_UP, result=silence, before=())
    sentence, _ = said(StatementKind.QUESTION, questions=(question, AVOID))
    assert sentence == f"“We follow up what we agree.” {SILENCES[silence]}"
    if silence is Silence.WORDS:
        return  # a block is of answers from 1 to 5
    (level,) = said(StatementKind.LEVEL, blocks=(BlockFact("trust", 1, silence),))
    assert level == f"Trust over the last six rounds: {BLOCK_SILENCES[silence]}."


@pytest.mark.parametrize("silence", [Silence.TOO_FEW, Silence.SMALL_GROUP])
def test_where_no_question_has_a_number_the_reason_is_not_said_of_each(silence: Silence) -> None:
    silent = [replace(fact, result=silence, before=()) for fact in (FOLLOW_UP, RELY)]
    statements = renderer.statements(replace(FACTS, questions=tuple(silent)))
    asked = [one for one in statements if one.kind is StatementKind.QUESTION]
    assert [one.text for one in asked] == [
        "Asked: “We follow up what we agree.”",
        "Asked: “I can rely on the others here.”",
    ]
    assert {one.result for one in asked} == {SILENCES[silence]}, "where it stands by itself"


def test_what_all_lines_share_is_said_in_the_first() -> None:
    two = (FOLLOW_UP, replace(FOLLOW_UP, before=()))
    assert [text.partition("” ")[2] for text in said(StatementKind.QUESTION, questions=two)] == [
        "3.8 out of 5 (before: 3.0, 3.4).",
        "3.8.",
    ]
    silent = tuple(replace(one, result=Silence.TOO_FEW, before=()) for one in two)
    *_, last = said(StatementKind.QUESTION, questions=(AVOID, *silent))
    assert last == "“We follow up what we agree.” Too few answers."
    blocks = tuple(BlockFact(theme, 1, printed.level("3.0")) for theme in ("trust", "honesty"))
    assert said(StatementKind.LEVEL, blocks=blocks) == [
        "Trust over the last six rounds: 3.0 out of 5.",
        "Honesty: 3.0.",
    ]
    silent_blocks = tuple(replace(block, result=Silence.TOO_FEW) for block in blocks)
    assert said(StatementKind.LEVEL, blocks=silent_blocks)[1] == "Honesty: too few answers."


@pytest.mark.parametrize("silence", SAID_SILENCES)
def test_a_silence_about_a_turned_question_does_not_speak_of_a_number(silence: Silence) -> None:
    silent = replace(AVOID, result=silence, before=())
    sentence, _ = said(StatementKind.QUESTION, questions=(silent, FOLLOW_UP))
    assert "good" not in sentence


@pytest.mark.parametrize("silence", SAID_SILENCES)
def test_no_silence_names_a_count(silence: Silence) -> None:
    words = SILENCES[silence] + BLOCK_SILENCES.get(silence, "")
    assert not any(sign.isdigit() for sign in words)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (printed.level("3.0"), "3.0 out of 5."),
        (printed.level("4.2", "or higher"), "4.2 or higher, out of 5."),
        (printed.level("1.8", "or lower"), "1.8 or lower, out of 5."),
    ],
)
def test_a_level_is_said_out_of_five(says: Level, words: str) -> None:
    fact = replace(FOLLOW_UP, result=says, before=())
    (sentence,) = said(StatementKind.QUESTION, questions=(fact,))
    assert sentence == f"“We follow up what we agree.” {words}"


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (ResponseClass(0, 5), "Fewer than six of us answered, or all from too few organisations."),
        (ResponseClass(6, 8), "Six to eight of us answered."),
        (ResponseClass(12, 14), "Twelve to 14 of us answered."),
        (ResponseClass(57, 59), "57 to 59 of us answered."),
    ],
)
def test_where_few_answered_silence_can_hide_a_different_view(
    answered: ResponseClass, words: str
) -> None:
    hides = "Those who did not answer may see it differently."
    few = replace(answered, are_few=True)
    assert said(StatementKind.RESPONSE, response=few) == [f"{words} {hides}"]
    assert said(StatementKind.RESPONSE, response=answered) == [words]


@pytest.mark.parametrize(
    ("answered", "run"),
    [
        (ResponseClass(9), ""),
        (ResponseClass(9, times=1, of=6), ""),
        (ResponseClass(9, times=5, of=6), ", in five of the last six rounds"),
        (ResponseClass(9, running=2, times=2, of=6), ", two rounds running"),
        (ResponseClass(9, running=20, times=6, of=6), ", 20 rounds running"),
    ],
)
def test_a_class_is_said_with_its_run(answered: ResponseClass, run: str) -> None:
    assert said(StatementKind.RESPONSE, response=answered) == [f"Nine or more of us answered{run}."]


def test_the_last_class_is_open_and_says_nothing_else() -> None:
    """It may be everybody."""
    (statement,) = (
        one
        for one in renderer.statements(replace(FACTS, response=ResponseClass(9)))
        if one.kind is StatementKind.RESPONSE
    )
    assert statement.text == "Nine or more of us answered."
    assert statement.fact == AnsweredFact(9, running=1, times=1, of=1)


def test_in_a_group_too_small_for_a_class_nothing_is_said_of_how_many_answered() -> None:
    assert said(StatementKind.RESPONSE, response=None) == []


@pytest.mark.parametrize("word", list(LevelWord))
def test_small_groups_read_one_of_five_words(word: LevelWord) -> None:
    (level,) = said(StatementKind.LEVEL, blocks=(BlockFact("trust", 1, word),))
    assert level == f"Trust over the last six rounds: {word.value}."


def test_a_workshops_questions_together_stand_behind_the_questions() -> None:
    statements = renderer.statements(replace(FACTS, pooled=LevelWord.RATHER_HIGH))
    *_, before, last = [one for one in statements if one.kind is StatementKind.QUESTION]
    assert last.text == "The workshop's questions together: rather high."
    assert last.fact == ReleasedPool(LevelWord.RATHER_HIGH)
    assert (last.theme, last.subject, last.level) == ("", "", None)
    assert statements.index(last) == statements.index(before) + 1


def test_newcomers_are_a_reason_for_care() -> None:
    sentences = said(StatementKind.RESPONSE, response=ResponseClass(9), newcomers=True)
    assert sentences[1:] == [
        "Several members were asked for the first time, so read a change with care."
    ]


def test_a_round_without_a_prompt_or_a_next_one() -> None:
    assert said(StatementKind.TALK, talk="") == []
    assert said(StatementKind.NEXT, next_opens_at=None) == ["The next round has no date yet."]


def test_days_are_those_of_the_partnership() -> None:
    """Saturday in Auckland, and summer time over there: 16:00 UTC is 05:00 the next day."""
    (headline,) = said(StatementKind.HEADLINE, time_zone="Pacific/Auckland", news=None)
    assert headline == "Round 12 of Colne Valley Partnership, closed Saturday 14 March."
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert said(StatementKind.NEXT, next_opens_at=before)[0].endswith("Sunday 29 March at 00:59.")
    assert said(StatementKind.NEXT, next_opens_at=after)[0].endswith("Sunday 29 March at 02:00.")


def test_comments_stand_in_one_line_as_they_were_written() -> None:
    text = digest_text(renderer.statements(replace(FACTS, comments=("One.\nTwo.", "نعم 👍"))))
    assert "- Somebody wrote: “One. Two.”\n- Somebody wrote: “نعم 👍”\n" in text


def test_text_keeps_to_its_width_and_cuts_no_word() -> None:
    lines = digest_text(renderer.statements(FACTS), width=40).splitlines()
    assert max(map(len, lines)) <= 40
    whole = " ".join(line.removeprefix("- ").strip() for line in lines if line)
    assert whole == " ".join(one.text for one in renderer.statements(FACTS))


def test_importing_the_digest_loads_no_heavy_library() -> None:
    program = "import sys, pulse_bot_reports; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    loaded = {module.partition(".")[0] for module in ran.stdout.split()}
    assert not loaded & {"pandas", "matplotlib", "jinja2", "numpy"}
