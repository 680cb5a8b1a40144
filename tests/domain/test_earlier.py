"""What earlier digests said that a digest builds on, and when we shall know more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    OutlookFact,
    OutlookKind,
    ResponseClass,
    ThemeLevel,
    ThemeTrend,
)
from pulse_bot.domain.release.earlier import (
    add_run,
    drop_known,
    list_levels_before,
    list_values_before,
)
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import (
    AnsweredFact,
    ReleasedBlock,
    ReleasedFact,
    ReleasedQuestion,
    ReleasedTrend,
)
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    Lean,
    LevelWord,
    ReleasedValue,
    Silence,
)
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from tests import printed
from tests.domain.test_release_facts import THEMES, closed

ITEM = Item("trust-1", "trust", "We ask early.", ItemKind.AGREE, "trust", "")


def rounds(*facts: ReleasedFact | None, first: int = 1) -> list[PrintedRound]:
    """A round for each of these, from this number on; None for one that said nothing of it."""
    return [
        PrintedRound(number, (fact,) if fact else ())
        for number, fact in enumerate(facts, start=first)
    ]


def question(
    says: ReleasedValue | Silence | None, *, item: str = ITEM.id, text: str = ITEM.text
) -> ReleasedQuestion:
    return ReleasedQuestion(item, text, "trust", says, ItemKind.AGREE)


def test_the_last_three_numbers_of_a_question_stand_beside_the_new_one() -> None:
    values = [printed.level(about) for about in ("2.6", "3.0", "3.4", "3.8")]
    record = rounds(*map(question, values), question(Silence.TOO_FEW), None)
    assert list_values_before(ITEM, record) == tuple(values[1:])
    assert list_values_before(ITEM, ()) == ()


def test_a_question_is_known_by_its_id_or_its_letters() -> None:
    reworded = question(printed.level("3.0"), text="We ask for help early.")
    renamed = question(printed.level("3.4"), item="another", text="We ask early!")
    other = question(printed.level("1.8"), item="another", text="Another?")
    assert list_values_before(ITEM, rounds(reworded, renamed, other)) == (
        printed.level("3.0"),
        printed.level("3.4"),
    )


def test_what_was_counted_the_other_way_round_is_turned() -> None:
    before = rounds(question(printed.level("4.2", "or higher")))
    assert list_values_before(replace(ITEM, reverse=True), before) == (
        printed.level("1.8", "or lower"),
    )


def test_of_other_kinds_what_one_line_has_room_for() -> None:
    yes = replace(ITEM, kind=ItemKind.YES_NO)
    lean = replace(question(Lean.MORE_YES), kind=ItemKind.YES_NO)
    choices = replace(question(Choices((("A", ChoiceFrequency.OFTEN),))), kind=ItemKind.CHOOSE)
    assert list_values_before(yes, rounds(lean)) == (Lean.MORE_YES,)
    assert list_values_before(replace(ITEM, kind=ItemKind.CHOOSE), rounds(choices)) == ()
    assert list_values_before(ITEM, rounds(lean)) == (), "another scale"


def test_numbers_older_than_a_year_are_not_told() -> None:
    old = rounds(question(printed.level("3.0")), *[None] * 52)
    assert list_values_before(ITEM, old) == ()
    assert list_values_before(ITEM, old[:-1]) == (printed.level("3.0"),)


def test_no_digest_tells_what_another_one_holds_back() -> None:
    record = rounds(question(printed.level("3.0")), question(printed.level("3.8")))
    held = [record[0], replace(record[1], is_held=True)]
    assert list_values_before(ITEM, held) == (printed.level("3.0"),)
    blocks = rounds(ReleasedBlock("trust", 1, printed.level("3.0")))
    assert list_levels_before("trust", [replace(blocks[0], is_held=True)]) == ()
    answered = [replace(entry, is_held=True) for entry in rounds(AnsweredFact(9))]
    assert add_run(ResponseClass(9), answered).running == 1


def test_the_last_levels_of_a_theme_stand_beside_the_new_one() -> None:
    levels = (LevelWord.HIGH, printed.level("3.0"), printed.level("3.2"))
    said: list[ThemeLevel | Silence] = [levels[0], Silence.TOO_FEW, *levels[1:]]
    record = rounds(
        *(ReleasedBlock("trust", n, says) for n, says in enumerate(said)),
        ReleasedBlock("honesty", 1, printed.level("2.0")),
    )
    assert list_levels_before("trust", record) == levels


def test_levels_of_another_banks_questions_are_levels_of_something_else() -> None:
    asked = question(printed.level("3.0"))
    record = [
        PrintedRound(n, (replace(asked, bank=bank), ReleasedBlock("trust", number, says)))
        for n, bank, number, says in (
            (6, "", 1, printed.level("2.0")),
            (12, "trust", 2, printed.level("2.2")),
            (18, "other", 1, printed.level("4.0")),
            (24, "trust", 3, printed.level("2.4")),
        )
    ]
    own = tuple(map(printed.level, ("2.0", "2.2", "2.4")))
    assert list_levels_before("trust", record, "trust") == own
    assert list_levels_before("trust", record[1:2], "other") == ()


def test_a_half_term_is_not_compared_with_that_of_another_bank() -> None:
    one = closed(6)
    asked = replace(question(printed.level("2.0")), bank="the last one")
    old = PrintedRound(5, (asked, ReleasedBlock("trust", 9, printed.level("2.0"))))
    series = tuple(replace(entry, bank=f"{entry.dimension} bank") for entry in one.series)
    told = release_facts(replace(one, series=series, printed=(old,)))
    assert {block.before for block in told.blocks} == {()}


@pytest.mark.parametrize(
    ("leasts", "running", "times", "of"),
    [
        ([], 1, 1, 1),
        ([9], 2, 2, 2),
        ([9, 6], 1, 2, 3),
        ([6, 9, 9], 3, 3, 4),
        ([9, 9, 9, 9, 9, 9, 6], 1, 5, 6),
        ([6, 6, 6, 6, 6, None], 1, 1, 6),
    ],
)
def test_how_many_answered_has_its_run(
    leasts: list[int | None], running: int, times: int, of: int
) -> None:
    record: list[PrintedRound] = []
    for least in leasts:
        told = add_run(ResponseClass(least), record) if least is not None else None
        fact = AnsweredFact.of_class(told) if told else None
        record += rounds(fact, first=len(record) + 1)
    told = add_run(ResponseClass(9), record)
    assert (told.running, told.times, told.of) == (running, times, of)


def test_a_class_of_another_roster_was_not_the_same() -> None:
    fewer_than_nine = [AnsweredFact(0, 8, running=n, times=n, of=n) for n in range(1, 4)]
    told = add_run(ResponseClass(0, 5), rounds(*fewer_than_nine))
    assert (told.running, told.times, told.of) == (1, 1, 4)


def test_a_run_goes_on_for_longer_than_is_looked_at() -> None:
    record = rounds(AnsweredFact(9, running=30, times=6, of=6))
    assert add_run(ResponseClass(9), record).running == 31
    assert add_run(ResponseClass(9), rounds(AnsweredFact(9))).running == 2, "of before it was told"


def test_what_silence_may_mean_is_told_when_it_begins() -> None:
    assert add_run(ResponseClass(6, 8), ()).are_few
    assert add_run(ResponseClass(6, 8), rounds(AnsweredFact(12))).are_few
    assert not add_run(ResponseClass(6, 8), rounds(AnsweredFact(9, 11))).are_few
    assert not add_run(ResponseClass(12), rounds(AnsweredFact(6, 8))).are_few


NOTHING = Trend(unclear=Unclear.NOTHING_MORE)
TRENDS = [ThemeTrend(theme, NOTHING) for theme in ("trust", "honesty")]
SAID = ReleasedTrend(("trust", "honesty"), NOTHING)
NEAR = BlockFact("trust", 3, printed.level("3.2"), (printed.level("3.0"),))
APART = BlockFact("honesty", 3, printed.level("3.4"), (printed.level("3.0"),))


def left(
    trends: list[ThemeTrend], *record: ReleasedFact | None, blocks: tuple[BlockFact, ...] = ()
) -> list[str]:
    """The themes of which something is said."""
    told = drop_known(trends, rounds(*record), blocks, is_dated=True)
    return [entry.dimension for entry in told]


def test_no_clear_change_goes_without_saying_until_something_else_is_said() -> None:
    assert left(TRENDS) == ["trust", "honesty"]
    assert left(TRENDS, SAID, None) == []
    assert left(TRENDS, SAID, blocks=(NEAR,)) == ["trust", "honesty"]
    assert left(TRENDS, SAID, blocks=(NEAR, APART)) == ["trust"]
    called = ReleasedTrend(("trust",), Trend(now=Move(Direction.UP, 9)))
    assert left(TRENDS, SAID, called) == ["trust"]
    assert left(TRENDS[1:], SAID) == ["honesty"], "trust is called now"
    other = [replace(TRENDS[0], trend=Trend(unclear=Unclear.HALF_A_POINT)), TRENDS[1]]
    assert left(other, SAID) == ["trust", "honesty"]


def test_what_is_called_is_said_each_time() -> None:
    up = Trend(now=Move(Direction.UP, 9))
    assert left([ThemeTrend("trust", up)], ReleasedTrend(("trust",), up)) == ["trust"]
    gone = replace(NOTHING, withdrawn=Move(Direction.UP, 9))
    assert left([ThemeTrend("trust", gone)], ReleasedTrend(("trust",), gone)) == ["trust"]
    new = [ThemeTrend("trust", Trend(unclear=Unclear.LEARNING), is_new=True)]
    assert left(new, blocks=(NEAR,)) == ["trust"]


def test_that_there_are_too_few_numbers_is_said_where_no_day_is_known() -> None:
    learning = [ThemeTrend("trust", Trend(unclear=Unclear.LEARNING, numbers_needed=7))]
    assert left(learning) == []
    told = drop_known(learning, (), (), is_dated=False)
    assert list(told) == learning
    before = ReleasedTrend(("trust",), Trend(unclear=Unclear.LEARNING, numbers_needed=8))
    again = drop_known(learning, rounds(before), (), is_dated=False)
    assert list(again) == [], "the number alone is no news"


FRIDAYS = tuple(date(2026, 3, 20) + timedelta(weeks=n) for n in range(12))


def look_ahead(number: int, record: list[PrintedRound], roster: int = 14) -> DigestFacts:
    """The digest of a round, the next of which close on Fridays."""
    one = closed(number, roster=roster, values=[4] * min(11, roster))
    return release_facts(replace(one, printed=tuple(record), coming=FRIDAYS))


def test_a_new_group_is_told_when_it_shall_know() -> None:
    said = look_ahead(1, []).outlook
    assert said == (
        OutlookFact(OutlookKind.FIRST_LEVEL, THEMES, FRIDAYS[4]),
        OutlookFact(OutlookKind.COMPARISON, THEMES, FRIDAYS[8]),
    )
    second = rounds(*said)
    assert look_ahead(1, second).outlook == (), "said once"


def test_a_comparison_that_is_put_off_is_not_dated_anew_each_week() -> None:
    for day, kinds in ((FRIDAYS[7], set()), (FRIDAYS[9], {OutlookKind.COMPARISON})):
        earlier = OutlookFact(OutlookKind.COMPARISON, THEMES, day)
        first = OutlookFact(OutlookKind.FIRST_LEVEL, THEMES, FRIDAYS[4])
        said = look_ahead(1, [PrintedRound(0, (earlier, first))]).outlook
        assert {fact.kind for fact in said} == kinds


def test_a_group_that_knows_its_levels_is_told_of_no_next_one() -> None:
    levels = [PrintedRound(6, tuple(ReleasedBlock(theme, 1, LevelWord.LOW) for theme in THEMES))]
    kinds = {fact.kind for fact in look_ahead(7, levels).outlook}
    assert OutlookKind.FIRST_LEVEL not in kinds
    assert OutlookKind.NEXT_LEVEL not in kinds


def test_a_group_under_ten_looks_forward_to_each_half_term() -> None:
    levels = [PrintedRound(6, tuple(ReleasedBlock(theme, 1, LevelWord.LOW) for theme in THEMES))]
    for roster in (7, 9):
        first, *_ = look_ahead(7, levels, roster).outlook
        assert first == OutlookFact(OutlookKind.NEXT_LEVEL, THEMES, FRIDAYS[4])
    assert {fact.kind for fact in look_ahead(7, levels, 7).outlook} == {OutlookKind.NEXT_LEVEL}


def test_where_the_days_are_not_known_nothing_is_said_of_them() -> None:
    one = closed(1)
    assert release_facts(replace(one, printed=())).outlook == ()
    assert release_facts(replace(one, coming=FRIDAYS)).outlook == (), "nor what was printed"
    (few,) = release_facts(replace(one, printed=(), coming=FRIDAYS[:5])).outlook
    assert few.kind is OutlookKind.FIRST_LEVEL
