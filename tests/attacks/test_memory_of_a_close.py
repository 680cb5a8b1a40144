"""The memory of a process that has closed a round, byte by byte: no word that was not shown.

The process wipes what it frees (an option of glibc's), so that what is found is still held by
something: a cache, a closure, a frame. Without that, freed memory keeps what it held until it is
used again.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.record_answer import Submission
from tests.attacks.restart import count
from tests.made_up import (
    PARTNERSHIP,
    PLAN,
    START,
    installation,
    opened_round,
    people,
    recording,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="no system whose processes' memory can be read"
)
WIPING: Final = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
}
CLOSER: Final = f"""
import sys, types
sys.modules["tests"] = tests = types.ModuleType("tests")
tests.__path__ = [{str(Path(__file__).parents[1])!r}]
from tests.attacks.closing_worker import main
main()
"""


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Installation:
    make_key_folder(tmp_path / "keys")
    return installation(database_url, FixedClock(START), DirectoryKeyStore(tmp_path / "keys"))


async def write(made: Installation, marks: dict[str, str]) -> None:
    """A round in which one wrote an answer in words, and one a comment: both will wait."""
    everybody = people(made)
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=("words", "trust")))
    asked = opened_round(made)
    [place] = [n for n, item in enumerate(asked.items) if item.dimension == "words"]
    [other] = [n for n, item in enumerate(asked.items) if item.dimension != "words"][:1]
    for address in everybody[3:]:
        async with recording(made) as take:
            await take(
                Submission(address, asked.id, {AnswerTarget(asked.id, other, "answer"): "4"})
            )
    async with recording(made) as take:
        words = AnswerTarget(asked.id, place, "answer")
        comment = AnswerTarget(asked.id, other, COMMENT)
        await take(Submission(everybody[0], asked.id, {words: marks["answer"]}))
        await take(Submission(everybody[1], asked.id, {comment: marks["comment"]}))


def memory_of(pid: int) -> bytes:
    """Everything that a process can write to."""
    found = []
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    with Path(f"/proc/{pid}/mem").open("rb") as memory:
        for first, last in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, re.MULTILINE):
            memory.seek(int(first, 16))
            try:
                found.append(memory.read(int(last, 16) - int(first, 16)))
            except OSError:
                continue
    return b"\n".join(found)


def found_after(made: Installation, keys: Path, how: str, marks: dict[str, str]) -> set[str]:
    """Whose words are in the memory of a process that closed the round in this way."""
    command = [sys.executable, "-c", CLOSER, made.database.engine.url.render_as_string(), str(keys)]
    with subprocess.Popen(
        [*command, how],
        env={**os.environ, **WIPING},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "closed\n"
            memory = memory_of(process.pid)
        finally:
            process.kill()
    assert b"CLOSED-AND-STILL-HERE" in memory, "the search does not see what is there"
    encodings = ("utf-8", "utf-16-le", "utf-32-le")
    return {
        name for name, mark in marks.items() if any(mark.encode(one) in memory for one in encodings)
    }


@pytest.mark.parametrize(
    ("how", "left"),
    [
        ("as ever", set()),
        ("with a renderer that fails", set()),
        ("with a policy that fails", set()),
        # It is closed later, and what it had opened is forgotten until then.
        ("with a key store that is full", set()),
        # The control: one reference is kept.
        ("with a hoarder", {"answer", "comment"}),
    ],
)
def test_no_word_is_left(made: Installation, tmp_path: Path, how: str, left: set[str]) -> None:
    marks = {name: f"{name} {secrets.token_hex(12)}" for name in ("answer", "comment")}
    asyncio.run(write(made, marks))
    assert found_after(made, tmp_path / "keys", how, marks) == left
    closed = count(made, ["waiting_comment", "envelope"])
    was_closed = how != "with a key store that is full"
    assert closed == {"waiting_comment": 2 * was_closed, "envelope": 13 * (not was_closed)}
    made.database.close()
