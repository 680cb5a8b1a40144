"""Exports read by pandas as `docs/exports.md` says: with their types, and no value lost.

What is expected is taken from the digests' facts, and not from what was exported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from pandas.api import types

from pulse_bot.domain.release.record import (
    CommentFact,
    Digest,
    ReleasedBlock,
    ReleasedTrend,
    Statement,
)
from pulse_bot_reports import renderer
from pulse_bot_reports.exports.columns import (
    BLOCKS,
    CALLS,
    COMMITMENTS,
    DICTIONARY,
    STATEMENTS,
    TABLES,
)
from tests.reports.situations import SITUATIONS, played

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
ZONE: Final = "Europe/London"
FORMATS: Final = ("csv", "xlsx", "json")
IS_TYPE: Final = {
    "string": types.is_string_dtype,
    "Int64": types.is_integer_dtype,
    "float64": types.is_float_dtype,
    "datetime64[s]": types.is_datetime64_dtype,
}

Frames = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module", params=["up", "commitments", "journey"])
def digests(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The digests of a played situation, oldest first."""
    [situation] = [one for one in SITUATIONS if one.name == request.param]
    return played(situation, tmp_path_factory.mktemp("played"))[::-1]


@pytest.fixture(scope="module", params=FORMATS)
def frames(
    request: pytest.FixtureRequest, digests: list[Digest], tmp_path_factory: pytest.TempPathFactory
) -> Frames:
    """All tables, read by the code that the page shows for this kind of file."""
    folder = tmp_path_factory.mktemp("exported")
    exported = renderer.export(f"pulse.{request.param}", "Colne Valley", ZONE, digests)
    for name, content in exported.items():
        (folder / name).write_bytes(content)
    return run_snippet(request.param, folder)


def run_snippet(kind: str, folder: Path) -> Frames:
    """Run the page's code for a kind of file, beside the files."""
    shown = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    [code] = [one for one in shown if f".{kind}" in one]
    seen: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(code, seen)  # noqa: S102 - the page's own
    frames: Frames = seen["frames"]
    return frames


def test_every_column_has_the_type_that_the_dictionary_names(frames: Frames) -> None:
    assert list(frames) == [name for name in TABLES if name != DICTIONARY]
    for name, frame in frames.items():
        assert list(frame.columns) == [column.name for column in TABLES[name]]
        for column in TABLES[name]:
            assert IS_TYPE[column.type](frame[column.name].dtype), (name, column)
            assert str(frame[column.name].dtype) == column.type


def test_numbers_and_days_are_those_of_the_record(frames: Frames, digests: list[Digest]) -> None:
    statements = frames[STATEMENTS]
    first = statements.drop_duplicates(["round", "place"]).to_dict("records")
    rows = {(row["round"], row["place"]): row for row in first}
    for digest in digests:
        for place, said in enumerate(digest.statements, start=1):
            row = rows[digest.number, place]
            assert row["text"] == said.text
            assert row["part"] == said.kind.value
            assert row["closed"].date() == digest.closed_at.date()
            if said.level:
                assert row["value"] == float(said.level.value)
                assert (None if pd.isna(row["open_end"]) else row["open_end"]) == (
                    said.level.edge or None
                )
                assert row["step"] == float(said.level.step or "nan")


def test_blocks_calls_and_commitments_are_those_of_the_record(
    frames: Frames, digests: list[Digest]
) -> None:
    facts = [(digest.number, fact) for digest in digests for fact in digest.facts]
    levels = [
        (fact.theme, number)
        for number, fact in facts
        if isinstance(fact, ReleasedBlock) and fact.says is not None
    ]
    blocks = frames[BLOCKS]
    assert list(zip(blocks["theme"], blocks["last_round"], strict=True)) == levels
    moves = {
        (theme, fact.trend.now.direction.value, fact.trend.now.since)
        for _, fact in facts
        if isinstance(fact, ReleasedTrend) and fact.trend.now
        for theme in fact.themes
    }
    calls = frames[CALLS]
    assert set(zip(calls["theme"], calls["call"], calls["since"], strict=True)) == moves
    for row in frames[COMMITMENTS].to_dict("records"):
        assert (row["due"], row["news"]) == (pd.Timestamp(2026, 1, 7), "kept")


def test_a_table_of_questions_by_half_term_is_one_pivot_away(
    frames: Frames, digests: list[Digest]
) -> None:
    statements = frames[STATEMENTS]
    questions = statements[(statements["part"] == "question") & statements["theme"].notna()]
    table = questions.pivot_table(index="question", columns="round", values="value")
    for digest in digests:
        for said in digest.statements:
            if said.level and said.kind.value == "question":
                assert table[digest.number][said.subject] == float(said.level.value)


def read_all(digests: Sequence[Digest], folder: Path) -> list[Frames]:
    """The tables of these digests, out of each kind of file."""
    read = []
    for kind in FORMATS:
        (folder / kind).mkdir()
        for name, content in renderer.export(f"pulse.{kind}", "C", ZONE, digests).items():
            (folder / kind / name).write_bytes(content)
        read.append(run_snippet(kind, folder / kind))
    return read


def test_all_kinds_of_file_hold_the_same(digests: list[Digest], tmp_path: Path) -> None:
    first, *others = read_all(digests, tmp_path)
    for other in others:
        for name, frame in first.items():
            pd.testing.assert_frame_equal(frame, other[name])


def test_words_that_look_like_an_empty_cell_are_words(
    digests: list[Digest], tmp_path: Path
) -> None:
    words = ("NA", "None", "nan", "null", "1", "2026-01-07", "TRUE")
    said = tuple(Statement(CommentFact(text), text) for text in words)
    for frames in read_all([replace(digests[0], statements=said)], tmp_path):
        assert tuple(frames[STATEMENTS]["text"]) == words


def test_the_page_has_every_column_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (column.name, column.type.value, column.meaning)
        for name, columns in TABLES.items()
        if name != DICTIONARY
        for column in columns
    ]
    headings = re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)
    assert headings == [name for name in TABLES if name != DICTIONARY]
