"""A stolen database of an open round, with its log and a copy after every answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.record_answer import Submission
from tests.attacks.thief import PAGE, Contents, Copy, beside, contents
from tests.made_up import (
    THEMES,
    installation,
    item,
    opened_round,
    people,
    recording,
)

WORDS = "The heron at the weir counted eleven, \N{OWL} and more."
ANSWERS: Sequence[tuple[int, str, str]] = [
    (0, "answer", "1"),
    (0, "answer", "5"),
    (0, "comment", WORDS),
    (1, "answer", WORDS * 9),
    (2, "answer", "a,b"),
    (2, "answer", "skip"),
    (1, "answer", "skip"),
]
"""(position, slot, value), some of them changes of mind."""

POOL = {
    "trust": [item("trust", 1)],
    "honesty": [item("honesty", 1, ItemKind.WORDS, core=False)],
    "accountability": [item("accountability", 1, ItemKind.CHOOSE, core=False)],
}

Watch = Callable[[], None]


async def answered(made: Installation, everybody: list[Address], watch: Watch) -> Round:
    """Everybody gives every answer; `watch` is called after each of them is confirmed."""
    asked = opened_round(made)
    where = {one.dimension: position for position, one in enumerate(asked.items)}
    watch()
    async with recording(made) as take:
        for address in everybody:
            for position, slot, value in ANSWERS:
                target = AnswerTarget(asked.id, where[THEMES[position]], slot)
                await take(Submission(address, asked.id, {target: value}))
                watch()
    return asked


@pytest.fixture
async def copies(tmp_path: Path) -> list[Copy]:
    """SQLite's files before the first answer, and after each."""
    file = tmp_path / "pulse-bot.db"
    made = installation(f"sqlite:///{file}", pool=POOL)
    everybody = people(made)[:5]
    taken: list[Copy] = []
    await answered(
        made,
        everybody,
        lambda: taken.append(Copy.of(file, tmp_path / f"copy-{len(taken)}")),
    )
    made.database.close()
    return taken


def envelopes(found: Contents) -> list[tuple[object, bytes, bytes]]:
    rows = []
    for round_id, tag, ciphertext in (row[-3:] for row in found["envelope"]):
        assert isinstance(tag, bytes)
        assert isinstance(ciphertext, bytes)
        rows.append((round_id, tag, ciphertext))
    return rows


def test_no_copy_holds_an_answer(copies: list[Copy]) -> None:
    words = [WORDS.encode(), WORDS.encode("utf-16-le"), b"heron", b"weir", b"eleven"]
    for copy in copies:
        assert beside(copy.pages(), [b""], words) == set()


def test_no_page_with_an_envelope_holds_a_person(copies: list[Copy]) -> None:
    tags = [tag for _, tag, _ in envelopes(copies[-1].contents())]
    names = [b"person-", b"Member ", b"fake"]
    assert beside(copies[-1].pages(), [b"person-01"], names) == set(names), "the search is blind"
    for copy in copies:
        assert beside(copy.pages(), tags, names) == set()


def test_an_envelope_looks_like_any_other(copies: list[Copy]) -> None:
    found = envelopes(copies[-1].contents())
    assert len(found) == 5 * 4
    assert {(len(tag), len(ciphertext)) for _, tag, ciphertext in found} == {(32, 2128)}
    # Nothing repeats from one to the next: no counter, no time, no name.
    assert len({tag[:8] for _, tag, _ in found}) == len(found)
    assert len({ciphertext[:8] for _, _, ciphertext in found}) == len(found)


def test_every_answer_moves_the_same_number_of_bytes(copies: list[Copy]) -> None:
    """First answers add one row; a change of mind, a skip and a long comment look alike."""
    sizes = [
        sum(len(tag) + len(box) for _, tag, box in envelopes(copy.contents())) for copy in copies
    ]
    steps = [after - before for before, after in pairwise(sizes)]
    assert steps == [2160, 0, 2160, 2160, 2160, 0, 0] * 5
    replaced = [
        len(set(envelopes(after.contents())) - set(envelopes(before.contents())))
        for before, after in pairwise(copies)
    ]
    assert replaced == [1] * 35


def test_the_naive_table_is_caught(tmp_path: Path) -> None:
    """The control: who, what and how long, as a table of answers would have it."""
    file = tmp_path / "naive.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE answer (person TEXT, value TEXT)")
        rows = [(f"person-{n:02}", value) for n in range(5) for *_, value in ANSWERS]
        connection.exec_driver_sql("INSERT INTO answer VALUES (?, ?)", rows)
    engine.dispose()
    copy = Copy.of(file, tmp_path / "copy")
    assert beside(copy.pages(), [b""], [b"heron"]) == {b"heron"}
    assert beside(copy.pages(), [b"heron"], [b"person-01"]) == {b"person-01"}
    assert all(len(page) == PAGE for page in copy.pages())


async def test_nothing_but_envelopes_changes_while_people_answer(database_url: str) -> None:
    """Also in what PostgreSQL notes of each row: who wrote it last, and where it lies."""
    seen: list[Contents] = []
    made = installation(database_url, pool=POOL)
    everybody = people(made)[:5]
    await answered(made, everybody, lambda: seen.append(contents(made.database)))
    first, *later = seen
    for after in later:
        assert {name for name in after if after[name] != first[name]} == {"envelope"}
    assert len(seen) == 36
    made.database.close()


@pytest.mark.postgres
async def test_the_lock_on_the_round_says_no_more_than_the_envelopes(
    made: Installation,
) -> None:
    """Answering locks the row of the round, which leaves its transaction's number there."""
    if made.database.is_sqlite:
        pytest.skip("SQLite keeps no transaction's number in a row.")
    locks: list[tuple[str, set[str]]] = []

    def watch() -> None:
        with made.database.connect() as connection:
            lock = connection.exec_driver_sql("SELECT xmax::text FROM round").scalar()
            wrote = connection.exec_driver_sql("SELECT xmin::text FROM envelope").scalars()
            locks.append((str(lock), set(wrote)))

    everybody = people(made)[:5]
    asked = opened_round(made)
    async with recording(made) as take:
        for address in everybody:
            await take(Submission(address, asked.id, {AnswerTarget(asked.id, 0, "answer"): "4"}))
            watch()
    assert all(lock in wrote for lock, wrote in locks)
