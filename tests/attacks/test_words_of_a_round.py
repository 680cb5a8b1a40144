"""Words of a round, from the envelope to the digest: five or ten, and nothing else, ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.release.closed_round import ClosedRound, DrawnWords, MemberWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.lot import Draw
from pulse_bot.ports import Address
from pulse_bot.storage import history, waiting_words
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds import make_digest
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission
from tests.attacks.restart import count
from tests.attacks.thief import contents, held, held_by_server
from tests.made_up import (
    CLOSES,
    PARTNERSHIP,
    PLAN,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    opened_round,
    people,
    recording,
)

IN_WORDS: Programme = replace(PLAN, themes=("words",))


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """With its keys in a folder, as a server has them."""
    make_key_folder(tmp_path / "keys")
    keys = DirectoryKeyStore(tmp_path / "keys")
    one = installation(database_url, FixedClock(START), keys)
    yield one
    one.database.close()


def digest_of(made: Installation, week: int) -> str:
    """What is said once the round of this week is closed."""
    at(made, CLOSES + week * WEEK)
    close_round(made, week + 1)
    with made.database.read() as session:
        digest = history.load_digest(session, 1, week + 1)
    return "\n".join(one.text for one in digest.statements)


async def said_of(
    made: Installation, week: int, writers: list[Address], answer: str = "Words {who:02}."
) -> str:
    """The digest of a week in which these members answered in words."""
    asked = opened_round(made, week)
    await answer_all(made, asked, writers, lambda who, _: answer.format(who=who))
    return digest_of(made, week)


async def write_comments(
    made: Installation,
    week: int,
    everybody: Sequence[Address],
    writers: int,
    on: tuple[int, ...] = (0,),
) -> None:
    """All answer a round, and the first of them write comments."""
    asked = opened_round(made, week)
    await answer_all(made, asked, everybody, lambda *_: "4")
    async with recording(made) as take:
        for who, address in enumerate(everybody[:writers]):
            for item in on if who == 0 else on[:1]:
                target = AnswerTarget(asked.id, item, COMMENT)
                await take(Submission(address, asked.id, {target: f"Comment {who:02} on {item}."}))


async def commented(
    made: Installation,
    week: int,
    everybody: Sequence[Address],
    writers: int,
    on: tuple[int, ...] = (0,),
) -> str:
    """The digest of a week in which the first of these wrote comments, the very first on all."""
    await write_comments(made, week, everybody, writers, on)
    return digest_of(made, week)


def waiting(made: Installation) -> list[str]:
    """What waits, unread by anybody else."""
    with made.database.read() as session:
        kept = waiting_words.open_words(session, 1, made.keys.load_words_key)
    return sorted(kept.texts)


@pytest.mark.parametrize(
    ("members", "writers", "length"),
    [(8, 5, 0), (8, 6, 5), (8, 8, 5), (14, 11, 5), (14, 12, 10), (14, 14, 10), (7, 7, 0)],
)
async def test_a_list_of_answers_in_words_has_one_of_two_lengths(
    made: Installation, members: int, writers: int, length: int
) -> None:
    everybody = people(made, members, 5)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    said = await said_of(made, 0, everybody[:writers])

    assert said.count("Words ") == length
    assert len(waiting(made)) == (0 if length else writers)


async def test_two_digests_never_tell_how_many_wrote(made: Installation) -> None:
    """Nothing of a list is left over for the next one."""
    everybody = people(made)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    first = await said_of(made, 0, everybody)
    assert first.count("Words ") == 10
    assert waiting(made) == []

    set_programme(made, PARTNERSHIP, PLAN)
    second = await commented(made, 1, everybody, 7)
    assert second.count("Comment ") == 5
    assert "Words " not in second


async def test_one_writer_with_a_comment_on_everything_fills_no_list(made: Installation) -> None:
    everybody = people(made)
    first = await commented(made, 0, everybody, 5, on=(0, 1, 2))
    assert "Comment" not in first
    assert len(waiting(made)) == 5
    # With what waits these are ten writers, and not twelve, as all their texts would be.
    second = await commented(made, 1, everybody, 5, on=(0, 1, 2))
    assert second.count("Comment") == 5
    assert waiting(made) == []


async def test_of_one_writer_a_list_has_one_text(made: Installation) -> None:
    said = await commented(made, 0, people(made), 6, on=(0, 1, 2))
    assert said.count("Comment ") == 5
    assert said.count("Comment 00 ") <= 1
    assert all(said.count(f"Comment {who:02} ") <= 1 for who in range(6))


def let_the_rest_wait(
    closed: ClosedRound, written: Sequence[MemberWords], waited: Sequence[str], draw: Draw
) -> DrawnWords:
    """The control: what is not drawn comes with the next list."""
    drawn = draw_words(closed, written, waited, draw)
    texts = [text for one in written for text in one.comments]
    return replace(drawn, waiting=tuple(text for text in texts if text not in drawn.comments))


@pytest.mark.both_databases
@pytest.mark.parametrize("naive", [False, True])
async def test_what_is_not_drawn_is_in_no_file_table_or_key_store(
    made: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naive: bool
) -> None:
    everybody = people(made)
    await write_comments(made, 0, everybody, 9, on=(0, 1, 2))
    traces = envelope_traces(made)
    if naive:
        monkeypatch.setattr(make_digest, "draw_words", let_the_rest_wait)
    said = digest_of(made, 0)
    assert said.count("Comment ") == 5
    # Nine, and two more texts of the one who wrote three: six are not drawn.
    lost = [f"Comment {who:02} on 0." for who in range(9)] + [f"Comment 00 on {n}." for n in (1, 2)]
    lost = [text for text in lost if text not in said]
    assert len(lost) == 6

    assert count(made, ("waiting_comment", "envelope")) == {
        "waiting_comment": 6 * naive,
        "envelope": 0,
    }
    assert waiting(made) == (sorted(lost) if naive else [])
    assert made.keys.list_words_keys() == ({1} if naive else set())
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["words-1.key"] * naive
    rows = repr(contents(made.database))
    assert not any(text in rows for text in lost)
    if naive:
        return
    assert clean_files(made)
    needles = [*traces, *(text.encode() for text in lost)]
    made.database.close()
    if made.database.is_sqlite:
        assert held(tmp_path / "pulse-bot.db", needles) == []
    else:
        assert held_by_server(made.database, needles) == []


def envelope_traces(made: Installation) -> list[bytes]:
    """A piece of each sealed answer, by which its bytes are known again."""
    with made.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT ciphertext FROM envelope").scalars().all()
    return [bytes(row)[100:140] for row in rows]


async def test_words_that_are_drawn_stand_in_no_order_of_their_writers(made: Installation) -> None:
    """By chance alone, ten of fourteen would: one time in two million."""
    said = await commented(made, 0, people(made), 14)

    places = [said.find(f"Comment {who:02} ") for who in range(14)]
    read = [place for place in places if place >= 0]
    assert len(read) == 10
    assert read not in (sorted(read), sorted(read, reverse=True))


async def test_comments_of_few_wait_all_of_them(made: Installation) -> None:
    everybody = people(made)
    said = await commented(made, 0, everybody, 5)

    assert "Comment" not in said
    assert len(waiting(made)) == 5


async def test_words_of_five_wait_and_are_read_once_with_a_later_round(
    made: Installation,
) -> None:
    everybody = people(made)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    first = await said_of(made, 0, everybody[:5])
    assert "Words" not in first
    assert len(waiting(made)) == 5

    set_programme(made, PARTNERSHIP, PLAN)
    second = await commented(made, 1, everybody, 1)
    assert second.count("Words") + second.count("Comment") == 5
    assert waiting(made) == []


async def test_words_out_of_three_organisations_are_not_read(made: Installation) -> None:
    everybody = people(made, 15, 5)
    set_programme(made, PARTNERSHIP, IN_WORDS)

    said = await said_of(made, 0, [one for n, one in enumerate(everybody) if n % 5 < 3])

    assert "Words" not in said
    assert len(waiting(made)) == 9
