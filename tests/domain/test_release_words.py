"""What people wrote: when it is shown, how much of it, what waits, and what nobody ever reads."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.closed_round import ClosedRound, DrawnWords, MemberWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.results import Silence
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item
from tests.domain.draws import highest, lowest
from tests.domain.test_release_facts import closed

ITEM = Item("why", "courage", "Why is that?", ItemKind.WORDS, "courage", "Who asks why?")
OTHER = replace(ITEM, id="how", text="How is that?")


def round_of(
    written: Sequence[MemberWords],
    *,
    roster: int = 14,
    answered: int | None = None,
    organisations: int = 5,
    items: tuple[Item, ...] = (ITEM,),
) -> ClosedRound:
    """A round in which these wrote, and so many answered: all who wrote, if nothing else is said.

    Those who wrote to an item came out of so many organisations, as far as they were enough.
    """
    tallies = {
        item.id: tally_item(
            item,
            [
                MemberAnswers(place % organisations, {"answer": one.answers[item.id]})
                for place, one in enumerate(written)
                if item.id in one.answers
            ],
            roster,
            Thresholds(),
        )
        for item in items
    }
    return replace(
        closed(),
        items=items,
        tallies=tallies,
        roster_size=roster,
        answered=len(written) if answered is None else answered,
        organisations=organisations,
    )


def answers(many: int) -> list[MemberWords]:
    return [MemberWords(answers={ITEM.id: f"Reason {k}."}) for k in range(many)]


def comments(many: int) -> list[MemberWords]:
    return [MemberWords((f"Comment {k}.",)) for k in range(many)]


def texts(drawn: DrawnWords) -> list[str]:
    """All that is ever read, or may be later."""
    shown = [text for texts in drawn.answers.values() for text in texts]
    return [*shown, *drawn.comments, *drawn.waiting]


FIXED = [
    # (members, writers, texts in the list)
    *((8, 5, 0), (8, 6, 5), (8, 7, 5), (8, 8, 5)),
    *((7, 7, 0), (13, 12, 5), (13, 13, 5)),
    *((14, 11, 5), (14, 12, 10), (14, 13, 10), (14, 14, 10)),
    *((60, 6, 5), (60, 11, 5), (60, 12, 10), (60, 60, 10)),
]


@pytest.mark.parametrize(("roster", "writers", "length"), FIXED)
@pytest.mark.parametrize("write", [answers, comments])
def test_a_list_has_five_texts_or_ten_of_different_writers(
    roster: int, writers: int, length: int, write: object
) -> None:
    written = answers(writers) if write is answers else comments(writers)
    one = round_of(written, roster=roster, answered=roster)
    drawn = draw_words(one, written, (), random.Random(writers).randrange)

    shown = [*drawn.comments, *(text for each in drawn.answers.values() for text in each)]
    assert len(shown) == len(set(shown)) == length
    # What is not drawn is nowhere; before there is a list everything waits.
    assert len(drawn.waiting) == (0 if length else writers)


@pytest.mark.parametrize(
    ("answered", "organisations", "length"), [(5, 4, 0), (6, 3, 0), (6, 4, 5), (8, 4, 5)]
)
def test_words_need_six_who_answered_out_of_four_organisations(
    answered: int, organisations: int, length: int
) -> None:
    one = round_of([], answered=answered, organisations=organisations)
    drawn = draw_words(one, comments(6), (), lowest)
    assert len(drawn.comments) == length
    assert len(drawn.waiting) == 6 * (not length)


def test_an_items_list_needs_its_own_organisations() -> None:
    one = round_of(answers(6), organisations=3)
    drawn = draw_words(replace(one, organisations=5), answers(6), (), lowest)
    # Six who wrote are enough for the comments, whose round was answered out of five.
    assert drawn.answers == {}
    assert len(drawn.comments) == 5


def test_what_waited_is_counted_with_what_is_new_and_ends_with_a_list() -> None:
    waited = [f"Comment of before {k}." for k in range(4)]
    few = draw_words(round_of([], answered=9), comments(1), waited, lowest)
    assert (few.comments, few.waiting) == ((), ("Comment 0.",))

    enough = draw_words(round_of([], answered=9), comments(2), waited, lowest)
    assert len(enough.comments) == 5
    assert enough.waiting == ()


def test_words_to_an_item_that_has_no_list_stand_among_the_comments() -> None:
    written = [*answers(3), *comments(3)]
    drawn = draw_words(round_of(written, answered=9), written, (), lowest)
    assert drawn.answers == {}
    assert len(drawn.comments) == 5
    (fact,) = release_facts(replace(round_of(written), words=drawn)).questions
    assert fact.result is Silence.WORDS
    assert fact.word_answers == ()


def test_whoever_writes_much_counts_once() -> None:
    talker = MemberWords(
        tuple(f"Comment {k} of one." for k in range(5)), {ITEM.id: "One.", OTHER.id: "One again."}
    )
    items = (ITEM, OTHER)
    alone = draw_words(round_of([talker], answered=9, items=items), [talker], (), lowest)
    assert (alone.comments, len(alone.waiting)) == ((), 1)

    among = [talker, *comments(5)]
    drawn = draw_words(round_of(among, answered=9, items=items), among, (), lowest)
    assert len(drawn.comments) == 5
    assert sum("ne" in text and "Comment" not in text for text in drawn.comments) <= 1


@pytest.mark.parametrize("draw", [lowest, highest])
def test_every_draw_is_a_list(draw: object) -> None:
    draw = lowest if draw is lowest else highest
    assert len(draw_words(round_of(answers(9)), answers(9), (), draw).answers[ITEM.id]) == 5


def test_whose_words_are_drawn_is_a_lot_among_all_who_wrote() -> None:
    draw = random.Random(7).randrange
    one, written = round_of([], answered=9), [*comments(7), MemberWords(("First.", "Second."))]
    rounds = 4000
    drawn = Counter(
        text for _ in range(rounds) for text in draw_words(one, written, ["Old."], draw).comments
    )
    # Five of nine: 2,222 of 4,000 each, with a standard deviation of 31; the last wrote two texts.
    each = [*(drawn[f"Comment {k}."] for k in range(7)), drawn["Old."]]
    each.append(drawn["First."] + drawn["Second."])
    assert all(2060 < count < 2385 for count in each)
    assert abs(drawn["First."] - drawn["Second."]) < 300
    # In each place of the list, all are as likely, too: its order says nothing.
    first = Counter(draw_words(one, written, ["Old."], draw).comments[0] for _ in range(rounds))
    assert max(first.values()) < 560


def members(most: int) -> st.SearchStrategy[list[MemberWords]]:
    """What some members write: comments, answers to two items, nothing twice."""
    habits = st.tuples(st.integers(0, 4), st.booleans(), st.booleans())
    return st.lists(habits, max_size=most).map(
        lambda many: [
            MemberWords(
                tuple(f"{who} comments {k}" for k in range(comments)),
                {
                    item.id: f"{who} answers {item.id}"
                    for item, writes in ((ITEM, why), (OTHER, how))
                    if writes
                },
            )
            for who, (comments, why, how) in enumerate(many)
            if comments or why or how
        ]
    )


@given(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), members(n), st.integers(0, n))),
    st.integers(0, 20),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_whatever_is_written_a_list_has_one_of_two_lengths(
    scene: tuple[int, list[MemberWords], int],
    waited: int,
    organisations: int,
    chance: random.Random,
) -> None:
    roster, written, answered = scene
    before = [f"old {k}" for k in range(waited)]
    items = (ITEM, OTHER)
    one = round_of(
        written, roster=roster, answered=answered, organisations=organisations, items=items
    )
    drawn = draw_words(one, written, before, chance.randrange)

    for shown in (*drawn.answers.values(), drawn.comments):
        assert len(shown) in ((0, 5, 10) if roster >= 14 else (0, 5) if roster >= 8 else (0,))
        writers = [
            text.split(" ")[0] if text.startswith("old") is False else text for text in shown
        ]
        assert len(writers) == len(set(writers)), "nobody stands twice in a list"
    # One text of each who wrote waits at most, and only where nothing is shown.
    waiting = [text.split(" ")[0] for text in drawn.waiting]
    assert len(waiting) == len(set(waiting))
    assert not (drawn.comments and drawn.waiting)
    everything = {text for m in written for text in (*m.comments, *m.answers.values())}
    assert set(texts(drawn)) <= everything | set(before)
    assert len(texts(drawn)) == len(set(texts(drawn)))


@given(
    st.integers(8, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(6, n))),
    st.randoms(use_true_random=False),
)
def test_what_is_shown_hangs_on_counts_and_never_on_what_was_written(
    scene: tuple[int, int], chance: random.Random
) -> None:
    roster, writers = scene
    short = [MemberWords(("a",)) for _ in range(writers)]
    long = [MemberWords(("Trust: about 4.2 out of 5. " * 9,)) for _ in range(writers)]
    one = round_of([], roster=roster, answered=roster)
    lengths = {len(draw_words(one, said, (), chance.randrange).comments) for said in (short, long)}
    assert len(lengths) == 1
