"""Rounds asked, answered, closed and told by the real thing, attacked as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pulse_bot.app import assemble_installation
from pulse_bot.audit.attack import audit
from pulse_bot.audit.digest_texts import read_digests
from pulse_bot.audit.published import AskedRound, PublishedRound, publish_digests, tell_rosters
from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.domain.release.results import Level
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.reading.audit_material import read_audit_material
from pulse_bot_reports import renderer
from tests.made_up import KEY, PARTNERSHIP, START
from tests.reports.situations import Situation, played

ROUNDS = {8: 13, 12: 13, 20: 7, 40: 7}
"""By members: a turn of the core and one more round, or two turns."""


def lean(member: int, week: int, theme: str) -> float:
    """Opinions around 3.7, which differ by member."""
    return 3.7 + (member % 5 - 2) * 0.3 + len(theme) % 3 * 0.2


@pytest.mark.parametrize("members", ROUNDS)
def test_played_rounds_pass_as_the_record_has_them_and_as_texts(
    members: int, tmp_path: Path
) -> None:
    name = f"audited-{members}"
    played(Situation(name, ROUNDS[members], lean, answer=0.8, members=members), tmp_path)
    made = assemble_installation(
        f"sqlite:///{tmp_path / f'{name}.db'}", MemoryKeyStore(), KEY, FixedClock(START)
    )
    digests, events = read_audit_material(made, PARTNERSHIP)
    made.database.close()
    asked = {one.number: AskedRound(one.number, one.roster, one.joined, one.left) for one in events}

    recorded = publish_digests(digests, asked)
    report = audit(recorded, drawn=1)
    texts = "\n\n".join(renderer.text(one.statements) for one in digests)
    read = tell_rosters(read_digests(texts, {}), asked, None)

    assert len(recorded) == ROUNDS[members]
    assert {one.roster for one in recorded} == {members}
    assert report.numbers > 0
    assert report.findings == []
    assert report.passes
    assert list_numbers(read) == list_numbers(recorded)


def list_numbers(rounds: Sequence[PublishedRound]) -> list[tuple[int, str, str]]:
    """What people read of each question; a text tells neither the step nor the question's class."""
    return [
        (one.number, question.text, str(question.says))
        for one in rounds
        for question in one.questions
        if isinstance(question.says, Level)
    ]
