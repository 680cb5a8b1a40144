"""The words of a digest for every kind of question, for commitments, and for a workshop's round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentFact,
    CommitmentNews,
    News,
    NewsKind,
    OutlookFact,
    OutlookKind,
    QuestionFact,
    ThemeTrend,
)
from pulse_bot.domain.release.record import (
    HeadlineFact,
    ReleasedQuestion,
    ReleasedTrend,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    Level,
    LevelWord,
    ReleasedValue,
    Silence,
)
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from pulse_bot_reports import renderer
from pulse_bot_reports.digest_text.plain_text import digest_text
from tests import printed
from tests.reports.facts import FACTS, FOLLOW_UP

LABELS = ("One short update, in one place", "One person to ring", "A visit each term")
TALENT = replace(FOLLOW_UP, item="talent", text="We use our talent.", dimension="talent", before=())


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
            "Now 2.6, in 12 months 4.2 or higher, out of 5.",
        ),
        (ItemKind.SCALE, printed.out_of_ten("6.5"), "6.5 out of 10."),
        (ItemKind.SCALE, printed.out_of_ten("8.0", "or higher"), "8.0 or higher, out of 10."),
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
        item="talent", text=text, theme="talent", says=says, kind=kind, talk=TALENT.talk
    )
    assert statement.level is None


@pytest.mark.parametrize("lean", list(Lean))
def test_every_lean_is_one_plain_sentence(lean: Lean) -> None:
    statement = asked(replace(TALENT, kind=ItemKind.YES_NO, result=lean))
    assert statement.text == f"“We use our talent.” Our answers are {lean.value}."


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (printed.level("4.2", "or higher"), "1.8 or lower, out of 5, and low is good here."),
        (printed.out_of_ten("6.5"), "3.5 out of 10, and low is good here."),
        (printed.out_of_ten("10.0"), "0.0 out of 10, and low is good here."),
        (
            Journey(printed.level("2.6"), printed.level("3.8", "or higher")),
            "Now 3.4, in 12 months 2.2 or lower, out of 5, and low is good here.",
        ),
        (Lean.YES, "Our answers are nearly all yes."),
        (choices(*[ChoiceFrequency.UNSAID] * 3), "No choice stands out."),
    ],
)
def test_numbers_are_said_in_the_direction_of_what_was_asked(
    says: ReleasedValue, words: str
) -> None:
    """Inside, the number of a question that asks the other way round is turned."""
    statement = asked(replace(TALENT, result=says, reverse=True))
    assert statement.text == f"“We use our talent.” {words}"
    assert isinstance(statement.fact, ReleasedQuestion)
    assert statement.fact.says == says


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (("3.8",), "3.8 out of 5 (as before)."),
        (("3.8", "3.8", "3.8"), "3.8 out of 5 (as the three times before)."),
        (("3.8", "3.8", "3.4"), "3.8 out of 5 (before: 3.8, 3.8, 3.4)."),
    ],
)
def test_what_was_printed_all_along_is_not_listed(before: tuple[str, ...], words: str) -> None:
    fact = replace(FOLLOW_UP, before=tuple(printed.level(about) for about in before))
    assert asked(fact).text == f"“We follow up what we agree.” {words}"


@pytest.mark.parametrize(
    ("says", "before", "words"),
    [
        (Lean.YES, Lean.BETWEEN, "Our answers are nearly all yes (before: between yes and no)."),
        (
            printed.out_of_ten("6.5"),
            printed.out_of_ten("8.0", "or higher"),
            "6.5 out of 10 (before: 8.0 or higher).",
        ),
    ],
)
def test_earlier_values_stand_beside_other_kinds_too(
    says: ReleasedValue, before: ReleasedValue, words: str
) -> None:
    fact = replace(TALENT, result=says, before=(before,))
    assert asked(fact).text == f"“We use our talent.” {words}"


@pytest.mark.parametrize(
    "kind", [ItemKind.JOURNEY, ItemKind.SCALE, ItemKind.YES_NO, ItemKind.CHOOSE]
)
def test_silence_is_kept_as_what_it_is(kind: ItemKind) -> None:
    statement = asked(replace(TALENT, kind=kind, result=Silence.TOO_FEW))
    assert isinstance(statement.fact, ReleasedQuestion)
    assert (statement.fact.says, statement.question_kind) == (Silence.TOO_FEW, kind)


# Words


def test_what_was_written_follows_its_question_behind_what_has_numbers() -> None:
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
    numbers = "“We follow up what we agree.” 3.8 out of 5 (before: 3.0, 3.4)."
    assert found == [
        ("question", "accountability-1", numbers),
        (
            "question",
            "helped",
            "“What helped?” Answered in words. A lot picked these; they stand in no order.",
        ),
        ("comment", "helped", "Somebody wrote: “Time.”"),
        ("comment", "helped", "Somebody wrote: “A lift.”"),
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
        (
            CommitmentNews.DUE,
            (
                "Commitment due on Friday 15 May: “We visit each other.” We shall soon be asked "
                "whether it is kept."
            ),
        ),
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
        ((0, 1), ["So far we have not kept the one commitment that is over or due."]),
        ((2, 3), ["So far we have kept 2 of the 3 commitments that are over or due."]),
        ((0, 3), ["So far we have kept none of the 3 commitments that are over or due."]),
    ],
)
def test_the_share_of_commitments_kept(kept: tuple[int, int], words: list[str]) -> None:
    fact = CommitmentFact(3, "We visit each other.", date(2026, 5, 15), CommitmentNews.KEPT)
    _, *share = said(StatementKind.COMMITMENT, commitments=(fact,), commitments_kept=kept)
    assert [one.text for one in share] == words
    # Where nobody can know of one, nobody knows the share.
    unheard = replace(fact, news=CommitmentNews.UNHEARD)
    (_,) = said(StatementKind.COMMITMENT, commitments=(unheard,), commitments_kept=kept)
    # Where there is no news of any, the share is no news either.
    assert not said(StatementKind.COMMITMENT, commitments_kept=kept)


def test_a_workshops_round_names_the_workshop_and_its_day() -> None:
    (one,) = said(
        StatementKind.HEADLINE, workshop="Talent", workshop_on=date(2026, 3, 20), round_number=3
    )
    assert one.text == (
        "Round 3, for the workshop “Talent” on Friday 20 March: at this half-term no level is far "
        "from the last one."
    )


# News


RISEN = Trend(now=Move(Direction.UP, 9), just_called=True)
BACK = Trend(now=Move(Direction.UP, 9), before=Move(Direction.DOWN, 3), just_called=True)
ONCE_MORE = Trend(now=Move(Direction.UP, 9), before=Move(Direction.UP, 3), just_called=True)
GONE = Trend(withdrawn=Move(Direction.UP, 3), unclear=Unclear.NOTHING_MORE)
MOVED = replace(FOLLOW_UP, result=printed.level("3.8", "or higher"))
FELL = BlockFact("trust", 2, printed.level("3.0"), (printed.level("3.4"),))


@pytest.mark.parametrize(
    ("news", "changes", "words"),
    [
        (
            News(NewsKind.CALL, up=("trust",)),
            {"trends": (ThemeTrend("trust", RISEN),)},
            "trust is up, since around round 9.",
        ),
        (
            News(NewsKind.CALL, up=("trust", "honesty")),
            {"trends": (ThemeTrend("trust", BACK), ThemeTrend("honesty", ONCE_MORE))},
            (
                "trust is back up since around round 9, after it went down around round 3, and "
                "honesty is up once more, since around round 9."
            ),
        ),
        (
            News(NewsKind.WITHDRAWAL),
            {"trends": (ThemeTrend("trust", GONE),)},
            "we take back what we reported of trust.",
        ),
        (
            News(NewsKind.HALF_TERM),
            {"blocks": (replace(FELL, before=()),)},
            "our first levels of a half-term.",
        ),
        (
            News(NewsKind.HALF_TERM),
            # The group has shrunk, and reads words.
            {"blocks": (replace(FELL, result=LevelWord.LOW),)},
            "this half-term's levels.",
        ),
        (
            News(NewsKind.HALF_TERM),
            {"blocks": (replace(FELL, before=()), replace(FELL, result=Silence.TOO_FEW))},
            "this half-term's levels.",
        ),
        (
            News(NewsKind.HALF_TERM, down=("trust",)),
            {"blocks": (FELL,)},
            "at this half-term, trust stands lower than last time.",
        ),
        (
            News(NewsKind.HALF_TERM, up=("honesty", "shared-goals"), down=("trust",)),
            {"blocks": (FELL,)},
            (
                "at this half-term, honesty and shared goals stand higher and trust stands lower "
                "than last time."
            ),
        ),
        (
            News(NewsKind.MOVED, item=MOVED.item),
            {"questions": (MOVED,)},
            "a question of accountability moved from 3.4 to 3.8 or higher.",
        ),
        (
            News(NewsKind.MOVED, item=MOVED.item),
            {"questions": (replace(MOVED, reverse=True),)},
            "a question of accountability, where low is good, moved from 2.6 to 2.2 or lower.",
        ),
        (
            News(NewsKind.LOWEST, item=MOVED.item, is_year=True),
            {},
            "a question of accountability came out weaker than any in the last year.",
        ),
        (
            News(NewsKind.LOWEST, item=MOVED.item),
            {},
            "a question of accountability came out weaker than any before.",
        ),
        (News(NewsKind.NO_MOVE), {}, "no number moved; three questions."),
        (News(NewsKind.NO_MOVE), {"questions": (MOVED,)}, "no number moved; one question."),
        (News(NewsKind.FIRST_TIME), {}, "three questions, asked for the first time."),
        (News(NewsKind.QUESTIONS), {}, "this week's questions."),
        (News(NewsKind.TOO_FEW), {}, "too few answers to show a number."),
        (News(NewsKind.TO_TALK), {}, "three questions to talk about."),
    ],
)
def test_the_news_is_one_sentence(news: News, changes: dict[str, object], words: str) -> None:
    (one,) = said(StatementKind.HEADLINE, news=news, **changes)
    assert one.text == f"Round 12: {words}"
    assert one.fact == HeadlineFact(12, news=news)


@pytest.mark.parametrize(
    "news",
    [
        News(NewsKind.CALL, up=("trust",)),
        News(NewsKind.WITHDRAWAL),
        News(NewsKind.HALF_TERM),
        News(NewsKind.MOVED, item="gone"),
        News(NewsKind.LOWEST, item="gone"),
        News(NewsKind.KEPT, commitment=3),
    ],
)
def test_news_of_what_could_not_be_kept_is_not_told(news: News) -> None:
    (one,) = said(StatementKind.HEADLINE, news=news, blocks=())
    assert one.text == "Round 12 of Colne Valley Partnership, closed Friday 13 March."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NewsKind.KEPT, "a commitment of ours is kept."),
        (NewsKind.DUE, "a commitment of ours is due."),
        (NewsKind.NOT_YET_KEPT, "a commitment of ours is due, and not yet kept."),
    ],
)
def test_a_commitment_is_news(kind: NewsKind, words: str) -> None:
    fact = CommitmentFact(3, "We visit each other.", date(2026, 5, 15), CommitmentNews.KEPT)
    (one,) = said(StatementKind.HEADLINE, news=News(kind, commitment=3), commitments=(fact,))
    assert one.text == f"Round 12: {words}"


# Over time


UP_AT_9 = Move(Direction.UP, 9)
FOUR = printed.level("3.4"), printed.level("3.8")


@pytest.mark.parametrize(
    ("trend", "levels", "words"),
    [
        (RISEN, FOUR, "Trust by half-terms: 3.4, 3.8."),
        (RISEN, (), "The newest numbers of trust lie above earlier ones of the same questions."),
        (
            Trend(now=Move(Direction.DOWN, 9), just_called=True, by_block=True),
            (),
            "The level of trust lies below those of the half-terms before.",
        ),
        (Trend(now=UP_AT_9), FOUR, "Trust went up around round 9, three rounds ago."),
        (
            Trend(now=UP_AT_9, confirmed=True),
            (),
            "Trust went up around round 9, and has stayed there for three rounds.",
        ),
        (
            Trend(now=UP_AT_9, before=Move(Direction.DOWN, 2), confirmed=True),
            (),
            (
                "Trust went down around round 2 and came back up around round 9, and has stayed "
                "there for three rounds."
            ),
        ),
        (
            Trend(now=UP_AT_9, before=Move(Direction.UP, 2)),
            (),
            "Trust went up around round 2 and again around round 9, three rounds ago.",
        ),
        (
            GONE,
            (),
            "We reported that trust went up around round 3; that no longer holds.",
        ),
        (Trend(unclear=Unclear.NOTHING_MORE), FOUR, "No clear change in trust (3.4, 3.8)."),
        (
            Trend(unclear=Unclear.LEARNING, numbers_needed=4),
            (),
            "Too few numbers yet to say whether trust moves.",
        ),
    ],
)
def test_what_is_said_over_time(trend: Trend, levels: tuple[Level, ...], words: str) -> None:
    (one,) = said(StatementKind.TREND, trends=(ThemeTrend("trust", trend, levels=levels),))
    assert one.text == words


@pytest.mark.parametrize(
    ("direction", "levels", "shown"),
    [
        (Direction.UP, ("3.4", "3.4", "3.9"), True),
        (Direction.DOWN, ("4.0", "4.0"), False),
        (Direction.DOWN, ("3.6", "3.8", "3.6"), False),
        (Direction.DOWN, ("3.6",), False),
    ],
)
def test_a_call_is_shown_by_levels_only_where_they_show_it(
    direction: Direction, levels: tuple[str, ...], shown: bool
) -> None:
    trend = Trend(now=Move(direction, 9), just_called=True)
    entry = ThemeTrend("trust", trend, levels=tuple(map(printed.level, levels)))
    (one,) = said(StatementKind.TREND, trends=(entry,))
    assert ("by half-terms" in one.text) is shown


@pytest.mark.parametrize(("direction", "stayed"), [(Direction.UP, False), (Direction.DOWN, True)])
def test_what_turns_at_a_half_term_has_not_stayed_there(direction: Direction, stayed: bool) -> None:
    trends = (ThemeTrend("trust", Trend(now=Move(direction, 9), confirmed=True)),)
    fell = BlockFact("trust", 2, printed.level("3.0"), (printed.level("3.4"),))
    (one,) = said(StatementKind.TREND, trends=trends, blocks=(fell,))
    assert ("has stayed there" in one.text) is stayed


def test_themes_without_a_call_share_one_line() -> None:
    same = Trend(unclear=Unclear.NOTHING_MORE)
    trends = tuple(ThemeTrend(theme, same, levels=FOUR[:1]) for theme in ("trust", "honesty"))
    (one,) = said(StatementKind.TREND, trends=trends)
    assert one.text == "No clear change in trust (3.4) or honesty (3.4)."
    assert one.fact == ReleasedTrend(("trust", "honesty"), same, levels=(FOUR[:1], FOUR[:1]))


@pytest.mark.parametrize(
    ("kind", "themes", "words"),
    [
        (
            OutlookKind.FIRST_LEVEL,
            ("honesty",),
            "Honesty has its first half-term level on Saturday 14 March, if enough of us answer.",
        ),
        (
            OutlookKind.NEXT_LEVEL,
            ("trust", "honesty"),
            (
                "Trust and honesty have their next half-term levels on Saturday 14 March, if "
                "enough of us answer."
            ),
        ),
        (
            OutlookKind.COMPARISON,
            ("trust", "honesty"),
            (
                "From Saturday 14 March on, at the earliest, we can say whether trust or honesty "
                "moves."
            ),
        ),
    ],
)
def test_when_we_shall_know(kind: OutlookKind, themes: tuple[str, ...], words: str) -> None:
    fact = OutlookFact(kind, themes, date(2026, 3, 14))
    *_, last = said(StatementKind.NEXT, outlook=(fact,))
    assert (last.text, last.fact) == (words, fact)


def test_a_full_digest_reads_in_this_order() -> None:
    """News, what stays true, this week, what to talk about, promises, words, who, and when."""
    made = CommitmentFact(1, "We visit.", date(2026, 5, 15), CommitmentNews.MADE)
    facts = replace(
        FACTS,
        trends=(ThemeTrend("trust", RISEN),),
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
        *("headline", "trend", "level", "question", "note"),
        *("talk", "commitment", "comment", "response", "next"),
    ]
    assert "- Commitment" not in digest_text(renderer.statements(FACTS))
    assert "- New commitment, due on" in digest_text(renderer.statements(facts))
