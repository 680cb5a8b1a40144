"""The picture: what it draws is what was released, no more and no less, and its words say the same.

Looks at the figure's own marks, because pixels tell nothing of numbers; what it looks like was
looked at by people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from pulse_bot.domain.asking.items import Item, list_options
from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentFact,
    CommitmentNews,
    QuestionFact,
)
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedFact,
    ReleasedTrend,
    SentenceFact,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import Level, Silence
from pulse_bot.domain.release.series import RULED_KINDS
from pulse_bot.domain.release.trend import Direction, Move, Trend
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.charts.trends import (
    BLOCK,
    CALL,
    MOVE,
    OPEN_BLOCK,
    OPEN_WEEK,
    WEEKS,
    draw_chart,
)
from tests.reports.history import FIRST, THEMES, digest, history, level, week


def plots(digests: Sequence[Digest]) -> dict[str, Axes]:
    """The panels by theme, from top to bottom."""
    found = build_chart(digests)
    assert found is not None
    return {str(axes.get_label()): axes for axes in draw_chart(found).figure.axes}


def number_of(day: float) -> int:
    """The round that closed on a day of the picture's time."""
    return round((day - FIRST.timestamp() / 86_400) / 7)


def marks(axes: Axes) -> Iterator[tuple[str, int, int, float, float]]:
    """All that is drawn in a panel: what it is, from and to which round, between which heights."""
    for line in axes.lines:
        xs, ys = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        if line.get_gid() == WEEKS:
            yield from (
                (WEEKS, number_of(x), number_of(x), y, y) for x, y in zip(xs, ys, strict=True)
            )
        else:
            yield str(line.get_gid()), number_of(xs[0]), number_of(xs[1]), ys[0], ys[1]
    for shape in axes.collections:
        for path in shape.get_paths():
            corners = np.asarray(path.vertices)
            (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
            yield str(shape.get_gid()), number_of(left), number_of(right), low, high


def wanted(digests: Sequence[Digest], theme: str) -> list[tuple[str, int, int, float, float]]:
    """What a panel has to show, for rounds that all ask the theme."""
    found, alone = [], []
    last: Level | None = None
    for one in sorted(digests, key=lambda one: one.number):
        for said in one.statements:
            if said.theme != theme or said.level is None:
                continue
            about, edge = float(said.level.about), said.level.edge
            low, high = (about, 5.0) if edge == "or higher" else (1.0, about)
            if said.kind is StatementKind.LEVEL:
                block = one.number - 5
                found.append((BLOCK, block, one.number, about, about))
                found += [(OPEN_BLOCK, block, one.number, low, high)] * bool(edge)
                continue
            shown = [(WEEKS, one.number, one.number, about, about)]
            shown += [(OPEN_WEEK, one.number, one.number, low, high)] * bool(edge)
            if last is None:
                alone += shown  # nothing to compare it with
            else:
                bottom, top = sorted((float(last.value), about))
                found += [(MOVE, one.number, one.number, bottom, top), *shown]
            last = said.level
    return found or alone


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rounds", [2, 6, 24, 60])
def test_what_is_drawn_is_what_was_released(rounds: int, seed: int) -> None:
    digests = history(rounds, seed=seed)
    for theme, axes in plots(digests).items():
        assert sorted(marks(axes)) == sorted(wanted(digests, theme))


def test_a_number_that_was_not_released_would_be_seen() -> None:
    """The control of the test above: one level more or less, and it fails."""
    digests = history(6)
    others = [digest(7, week("trust", level("3.0"))), *digests]
    assert sorted(marks(plots(digests)["trust"])) != sorted(wanted(others, "trust"))


def test_the_words_above_a_panel_are_its_newest_block() -> None:
    digests = [
        digest(7, week("trust", level("3.0"))),
        digest(6, week("trust", level("2.6")), BlockFact("trust", 1, level("4.2"))),
        *(digest(number, week("trust", level("3.4"))) for number in range(1, 6)),
    ]
    assert "Rounds 1 to 6: about 4.2 or higher" in written(digests)
    assert "Round 7: about 3.0" in written([digests[0], *digests[2:]])


def written(digests: Sequence[Digest]) -> list[str]:
    """The words around the panels."""
    found = build_chart(digests)
    assert found is not None
    return [one.get_text() for one in draw_chart(found).figure.texts]


def test_numbers_of_blocks_say_that_they_are_open() -> None:
    abouts = {6: "1.8", 12: "3.0", 18: "4.2"}
    digests = [
        digest(
            number,
            week("trust", Silence.TOO_FEW),
            *(BlockFact("trust", 1, level(about)) for at, about in abouts.items() if at == number),
        )
        for number in range(1, 19)
    ]
    assert [one.get_text() for one in plots(digests)["trust"].texts] == ["≤1.8", "3.0", "≥4.2"]


def test_a_block_whose_rounds_are_not_all_known_is_left_out() -> None:
    """It went back beyond the last sixty rounds, or beyond what releases said in their time."""
    digests = [
        digest(number, week("trust", level("3.0")), *ends)
        for number, ends in ((1, []), (2, [BlockFact("trust", 1, level("3.4"))]))
    ]
    assert {kind for kind, *_ in marks(plots(digests)["trust"])} == {WEEKS, MOVE}


def test_the_scale_is_whole_whatever_the_numbers() -> None:
    for axes in plots([digest(n, week("trust", level("3.0"))) for n in (1, 2)]).values():
        assert [int(tick) for tick in axes.get_yticks()] == [1, 2, 3, 4, 5]
        assert axes.get_ylim() == (0.8, 5.2)


def test_a_block_goes_back_over_the_rounds_that_asked_its_theme() -> None:
    """Three themes by turns: six rounds of one are spread over sixteen, and the next six follow."""
    digests = []
    for number in range(1, 37):
        theme = THEMES[number % 3]
        asked = (number + 2) // 3
        ends = [BlockFact(theme, asked // 6, level("3.0"))] if asked % 6 == 0 else []
        digests.append(digest(number, week(theme, Silence.TOO_FEW), *ends))
    spans = {
        theme: [(first, last) for kind, first, last, _, _ in marks(axes) if kind == BLOCK]
        for theme, axes in plots(digests).items()
    }
    assert spans == {
        "accountability": [(2, 17), (20, 35)],
        "honesty": [(1, 16), (19, 34)],
        "trust": [(3, 18), (21, 36)],
    }


def test_while_nothing_compares_yet_each_number_is_a_dot() -> None:
    others = [QuestionFact(f"trust-{n}", f"We do {n}.", "trust", "", level("3.0")) for n in (1, 2)]
    digests = [digest(1, others[0]), digest(2, others[1])]
    assert [mark[:2] for mark in marks(plots(digests)["trust"])] == [(WEEKS, 1), (WEEKS, 2)]
    assert "one question; questions differ, so dots jump" in written(digests)


def test_questions_that_differ_are_not_compared() -> None:
    """Six questions in one line of dots looked like news, and were six questions."""
    others = [QuestionFact(f"trust-{n}", f"We do {n}.", "trust", "", level("3.0")) for n in (1, 2)]
    digests = [digest(1, others[0]), digest(2, others[1]), digest(3, others[0])]
    assert [mark[:2] for mark in marks(plots(digests)["trust"])] == [(WEEKS, 3), (MOVE, 3)]


def test_a_question_under_a_new_id_is_known_by_its_letters() -> None:
    first, again = (QuestionFact(name, "We do!", "trust", "", level("3.0")) for name in "ab")
    assert (WEEKS, 2, 2, 3.0, 3.0) in marks(plots([digest(1, first), digest(2, again)])["trust"])


def test_calls_workshops_and_promises_stand_where_they_happened() -> None:
    digests = history(12)[::-1]
    trend = ReleasedTrend(("trust",), Trend(now=Move(Direction.DOWN, 8)))
    facts: dict[int, ReleasedFact] = {
        4: CommitmentFact(1, "We visit.", FIRST.date(), CommitmentNews.MADE),
        10: CommitmentFact(1, "We visit.", FIRST.date(), CommitmentNews.KEPT),
        12: trend,
    }
    happened = [
        replace(
            one,
            workshop="Courage" if one.number == 6 else "",
            statements=(
                *one.statements,
                *(Statement(fact, "Said.") for at, fact in facts.items() if at == one.number),
            ),
        )
        for one in digests
    ]
    panels = plots(happened)
    signs = {
        theme: {
            (str(text.get_gid()), text.get_text(), number_of(text.get_position()[0]))
            for text in axes.texts
            if text.get_gid()
        }
        for theme, axes in panels.items()
    }
    assert signs["trust"] == {(CALL, "▼", 8)}
    assert signs["accountability"] == {("promised", "+", 4), ("kept", "✓", 10)}
    lines = [
        line for axes in panels.values() for line in axes.lines if line.get_gid() == "workshop"
    ]
    assert [number_of(float(np.asarray(line.get_xdata())[0])) for line in lines] == [6] * 3
    assert "Trust: down since around round 8" in written(happened)
    assert {"▼", "here a fall began that still stands"} <= set(written(happened))
    assert "▲" not in written(happened)
    told = renderer.picture(happened)
    assert told is not None
    for words in (
        "Trust: down since around round 8.",
        "A workshop in round 6.",
        "Something promised in round 4.",
        "A promise kept in round 10.",
    ):
        assert words in told.alternative
    # The control: nothing of it where nothing happened.
    assert not [text for axes in plots(digests).values() for text in axes.texts if text.get_gid()]


# What is not drawn


@pytest.mark.parametrize(
    "digests",
    [
        [],
        [digest(1, week("trust", level("3.0")))],
        [digest(number, *map(week, THEMES, [Silence.WORDS] * 3)) for number in (1, 2)],
        # As releases were kept before they knew their theme and their level.
        [
            Digest(
                n, FIRST, (Statement(SentenceFact(StatementKind.QUESTION), "About 3.0 out of 5."),)
            )
            for n in (1, 2)
        ],
    ],
    ids=["none", "one", "silence", "old"],
)
def test_there_is_no_picture_of_less_than_two_numbers(digests: list[Digest]) -> None:
    assert renderer.picture(digests) is None


def test_only_kinds_that_are_answered_from_1_to_5_get_a_level() -> None:
    """A level is drawn from 1 to 5 without asking; a scale from 0 to 10 must never become one."""
    for kind in RULED_KINDS:
        item = Item("trust-1", "a-bank", "We do.", kind, "trust", "")
        assert [one.key for one in list_options(item)] == ["1", "2", "3", "4", "5"]


def test_a_theme_that_was_always_silent_has_no_panel() -> None:
    digests = [
        digest(n, week("trust", level("3.0")), week("silent", Silence.TOO_FEW)) for n in (1, 2)
    ]
    assert list(plots(digests)) == ["trust"]


def test_of_many_themes_the_four_with_most_numbers_are_drawn_and_the_rest_named() -> None:
    many = [week(theme, level("3.0")) for theme in "abcdef"]
    digests = [digest(1, *many), digest(2, *many[2:])]
    assert list(plots(digests)) == ["c", "d", "e", "f"]
    assert "Our other themes are in the digests." in written(digests)
    assert not [one for one in written(history(8)) if "other themes" in one]


def test_of_ten_years_the_last_sixty_rounds_are_drawn() -> None:
    digests = history(520, (*THEMES, "shared-goals"))
    for theme, axes in plots(digests).items():
        # The block that ends in the second of them began before them.
        inside = [one for one in wanted(digests[:60], theme) if one[1] > 460]
        assert sorted(marks(axes))[1:] == sorted(inside)[1:]
        assert min(number_of(x) for x in axes.get_xlim()) >= 459
