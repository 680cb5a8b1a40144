"""What is drawn, counted and exported is read from facts: other sentences change nothing of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pulse_bot.domain.partnership.pack import Pack, list_questions, other_statements, running_order
from pulse_bot.domain.release.record import Digest, ReleasedQuestion, Statement
from pulse_bot.domain.release.results import Silence
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.figures import digest_figures
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.pack.pictures import gap_pictures, rank_picture
from pulse_bot_reports.page.tables import level_tables
from tests.reports.history import history
from tests.reports.packs import pack
from tests.reports.situations import SITUATIONS, played

PLAYED = ("up", "journey", "choose", "commitments")


def reworded(digest: Digest) -> Digest:
    """The same facts in other sentences, as a reader of another language would have them."""
    return replace(digest, statements=tuple(map(_reworded, digest.statements)))


def _reworded(statement: Statement) -> Statement:
    return replace(
        statement, text="Dywedwyd rhywbeth: 9.9.", result="9.9." * bool(statement.result)
    )


def facts_changed(digest: Digest) -> Digest:
    """Other facts in the same sentences."""
    return replace(
        digest,
        statements=tuple(
            replace(one, fact=replace(one.fact, says=Silence.TOO_FEW))
            if isinstance(one.fact, ReleasedQuestion)
            else one
            for one in digest.statements
        ),
    )


@cache
def digests_of(name: str, folder: Path) -> tuple[Digest, ...]:
    """The digests of a played situation, and those of a made-up history."""
    [situation] = [one for one in SITUATIONS if one.name == name]
    return tuple(played(situation, folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all that is played here."""
    return tmp_path_factory.mktemp("played")


def read(digests: Sequence[Digest]) -> Mapping[str, object]:
    """Everything that is computed from digests, without the columns that are the words."""
    found = build_chart(digests)
    tables = json.loads(
        renderer.export("all.json", "Colne Valley", "Europe/London", digests)["all.json"]
    )
    for row in tables["Statements"]:
        del row["text"]
    picture = renderer.picture(digests)
    return {
        "drawn": found,
        "tables": level_tables(found, "Europe/London") if found else (),
        "picture": picture and (picture.png, picture.alternative),
        "figures": [(one.png, one.alternative) for each in digests for one in digest_figures(each)],
        "export": tables,
    }


@pytest.mark.parametrize("name", PLAYED)
def test_other_sentences_change_no_number(name: str, folder: Path) -> None:
    digests = digests_of(name, folder)
    assert read([reworded(one) for one in digests]) == read(digests)


@pytest.mark.parametrize("name", ["up", "journey", "choose"])
def test_other_facts_change_them(name: str, folder: Path) -> None:
    """The control: what is compared above does hold what was said."""
    digests = digests_of(name, folder)
    assert read([facts_changed(one) for one in digests]) != read(digests)


def test_a_made_up_history_is_drawn_from_its_facts() -> None:
    digests = history(14)
    assert read([reworded(one) for one in digests]) == read(digests)


def layout(made: Pack) -> object:
    """Which statements stand where in a pack, what is drawn, and how long each step takes."""
    found = list_questions(made)
    return (
        [
            (one.number, one.has_result, one.says, len(one.results), len(one.quotes))
            for one in found
        ],
        len(other_statements(made)),
        running_order(made),
        [(one.png, one.alternative) for one in gap_pictures(found)],
        [one and (one.png, one.alternative) for one in map(rank_picture, found)],
    )


@pytest.mark.parametrize("members", [7, 14])
def test_a_pack_is_laid_out_by_its_facts(members: int) -> None:
    made = pack(members)
    other = replace(made, digest=reworded(made.digest))
    assert layout(other) == layout(made)
    if members > 7:
        assert layout(replace(made, digest=facts_changed(made.digest))) != layout(made)
