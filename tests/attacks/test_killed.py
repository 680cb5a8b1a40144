"""kill -9 at each step of a round's life: closed once, said once, and no key of it left."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.crypto.sealing import derive_public_key
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.release.comments import ROUNDS_TO_WAIT
from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Address
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.rounds.close import close_round
from tests.attacks.dying_worker import PLACES
from tests.attacks.restart import Ground, count, digests, keys_of, states
from tests.engine.databases import PostgresCopies, Rows, connect, keep_rows
from tests.made_up import CLOSES, START, WEEK, answer_all, at, found, opened_round, people, say
from tests.outbox import rows

pytestmark = pytest.mark.chaos

LATER = CLOSES + timedelta(minutes=1)
OF_MEMBERS = ("envelope", "seat", "reminded")
ROUND = 1


def answered(ground: Ground) -> None:
    """A round with answers and comments, in a process that has ended."""
    made = ground.started(START)
    everybody = people(made)
    asked = opened_round(made)
    # All alike, so that every lot says the same.
    asyncio.run(answer_all(made, asked, everybody[:12], lambda _, position: str(2 + position)))
    for member in everybody[:3]:
        assert not asyncio.run(say(made, asked, member, f"Words of {member.user}.", "comment"))
    made.database.close()


@pytest.fixture(scope="module")
def sqlite_answered(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("answered")
    ground = Ground(f"sqlite:///{folder / 'pulse-bot.db'}", folder / "keys")
    answered(ground)
    return ground


@pytest.fixture(scope="module")
def postgres_answered(
    postgres_copies: PostgresCopies, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rows, Path]:
    """What is in the database, and the folder of its keys."""
    keys = tmp_path_factory.mktemp("answered") / "keys"
    with postgres_copies.copy() as url:
        answered(Ground(url, keys))
        with connect(url) as connection:
            return keep_rows(connection), keys


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A copy of the answered round, with its keys."""
    if request.param == "sqlite":
        whole: Ground = request.getfixturevalue("sqlite_answered")
        shutil.copytree(whole.keys, tmp_path / "keys")
        shutil.copy(str(sa.make_url(whole.url).database), tmp_path / "pulse-bot.db")
        copy = Ground(f"sqlite:///{tmp_path / 'pulse-bot.db'}", tmp_path / "keys")
        yield copy
        copy.close()
    else:
        answers, keys = request.getfixturevalue("postgres_answered")
        shutil.copytree(keys, tmp_path / "keys")
        copies: PostgresCopies = request.getfixturevalue("postgres_copies")
        with copies.copy(answers) as url:
            copy = Ground(url, tmp_path / "keys")
            yield copy
            copy.close()


@pytest.fixture(scope="module")
def undisturbed(
    sqlite_answered: Ground, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Digest, ...]:
    """What the same answers say where nobody is killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(sqlite_answered.keys, folder / "keys")
    shutil.copy(sqlite_answered.keys.parent / "pulse-bot.db", folder)
    ground = Ground(f"sqlite:///{folder / 'pulse-bot.db'}", folder / "keys")
    made = ground.started(LATER)
    ground.work_off(made)
    said = tuple(digests(made, found(made, ROUND)))
    made.database.close()
    assert len(said) == 1
    return said


@pytest.mark.parametrize("where", PLACES["close"])
def test_closing(ground: Ground, undisturbed: tuple[Digest, ...], where: str) -> None:
    traces = ciphertexts(ground)
    assert len(traces) == 12 * 3 + 3
    assert in_files(ground, traces) in (traces, None), "the search does not see what is there"
    ground.killed("close", where)
    for _start in range(2):
        made = ground.started(LATER)
        ground.work_off(made)
        assert states(made) == [RoundStatus.CLOSED]
        assert tuple(digests(made, found(made, ROUND))) == undisturbed
        assert count(made, OF_MEMBERS) == dict.fromkeys(OF_MEMBERS, 0)
        kept = {"tally": 3, "waiting_comment": 3}
        assert count(made, list(kept)) == kept
        assert {row.kind for row in rows(made)} == {OutgoingKind.DIGEST}
        assert made.keys.list_rounds() == frozenset()
        # Three wrote, so that their words wait.
        assert [file.name for file in ground.keys.iterdir()] == [f"words-{ROUND}.key"]
        assert not in_files(ground, traces)
        made.database.close()
    assert ground.posts == [undisturbed[0].statements[0].text]
    assert not in_files(ground, traces)


@pytest.mark.parametrize("where", PLACES["end"])
def test_words_that_end(database_url: str, tmp_path: Path, where: str) -> None:
    """At the close of the third further round: deleted unread, and then their key."""
    ground = Ground(database_url, tmp_path / "keys")
    answered(ground)
    for week in range(ROUNDS_TO_WAIT):
        made = ground.started(CLOSES + week * WEEK)
        close_round(made, 1 + week)
        assert count(made, ["waiting_comment"]) == {"waiting_comment": 3}
        asyncio.run(answer_all(made, opened_round(made, week + 1), people_of(12)))
        made.database.close()
    ground.killed("end", where)
    for _start in range(2):
        made = ground.started(LATER + ROUNDS_TO_WAIT * WEEK)
        ground.work_off(made)
        assert states(made) == [RoundStatus.CLOSED] * (1 + ROUNDS_TO_WAIT)
        assert count(made, ["waiting_comment"]) == {"waiting_comment": 0}
        assert list(ground.keys.iterdir()) == []
        assert "Words of" not in repr(digests(made, found(made, ROUND)))
        made.database.close()
    ground.close()


def people_of(many: int) -> list[Address]:
    return [Address("fake", "", f"person-{number:02}") for number in range(many)]


def ciphertexts(ground: Ground) -> list[bytes]:
    """The start of each; a longer run of bytes is broken up by the pages of a file."""
    made = ground.started(CLOSES - timedelta(minutes=1))
    with made.database.connect() as connection:
        kept = connection.exec_driver_sql("SELECT ciphertext FROM envelope").scalars().all()
    made.database.close()
    return [bytes(one)[:48] for one in kept]


def in_files(ground: Ground, traces: list[bytes]) -> list[bytes] | None:
    """Which of them SQLite's files still hold; None for a server, whose files are its own."""
    file = ground.keys.parent / "pulse-bot.db"
    if not file.exists():
        return None
    held = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    return [trace for trace in traces if trace in held]


@pytest.mark.parametrize("where", PLACES["post"])
def test_posting(ground: Ground, tmp_path: Path, where: str) -> None:
    made = ground.started(LATER)
    close_round(made, ROUND)
    [said] = digests(made, found(made, ROUND))
    made.database.close()
    chat = tmp_path / "chat"
    chat.touch()
    ground.killed("post", where, str(chat))
    made = ground.started(LATER)
    ground.work_off(made)
    reached = [*chat.read_text().splitlines(), *ground.posts]
    # Where nobody can know whether it arrived, it is sent once more: a second copy is harmless.
    copies = 2 if where == "after it is sent" else 1
    assert reached == [said.statements[0].text] * copies
    assert digests(made, found(made, ROUND)) == [said]
    made.database.close()


@pytest.mark.parametrize("where", PLACES["open"])
def test_opening(database_url: str, tmp_path: Path, where: str) -> None:
    ground = Ground(database_url, tmp_path / "keys")
    made = ground.started(START)
    everybody = people(made)
    made.database.close()
    ground.killed("open", where)
    for _start in range(2):
        made = ground.started(CLOSES - timedelta(hours=30))
        ground.work_off(made)
        assert states(made) == [RoundStatus.OPEN]
        assert count(made, ["seat"]) == {"seat": 14}
        assert len(rows(made, OutgoingKind.CARD)) == 14
        made.database.close()
    made = ground.started(CLOSES - timedelta(hours=29))
    # An opening that was rolled back may have left a key behind, which opens nothing.
    asked = found(made, max(made.keys.list_rounds()))
    with made.database.read() as session:
        public_key = session.get_one(RoundRow, asked.id).public_key
    assert public_key == derive_public_key(keys_of(made, asked))
    asyncio.run(answer_all(made, asked, everybody))
    at(made, LATER)
    ground.work_off(made)
    assert states(made) == [RoundStatus.CLOSED]
    assert asked.id not in made.keys.list_rounds()
    assert len(ground.posts) == 1
    made.database.close()
