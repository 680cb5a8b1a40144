"""Exports: releases and nothing else, in a stable order, and harmless in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import BlockFact, QuestionFact
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedAgreement,
    ReleasedPool,
    ReleasedQuestion,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import (
    Agreement,
    ChoiceFrequency,
    Choices,
    Journey,
    Lean,
    LevelWord,
    Silence,
)
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot_reports import renderer
from pulse_bot_reports.exports.frames import MARKS, MEANINGS, RELEASES, block_frame, release_frame
from tests import printed
from tests.reports.history import digest, history, level, week

ATTACKS = (
    '=HYPERLINK("http://127.0.0.1","click")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",  # noqa: RUF001 - the wide sign of East Asia, which is evaluated too
    "'=1+1",
)


def export(file: str, digests: Sequence[Digest]) -> dict[str, bytes]:
    """The files of an export, by name."""
    return dict(renderer.export(file, "Colne Valley", "Europe/London", digests))


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """A CSV file as any reader reads it."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def csv_columns(content: bytes) -> list[str]:
    """The headings of a CSV file, which may have no rows."""
    first, *_ = content.decode("utf-8-sig").splitlines()
    return first.replace('"', "").split(",")


def sheet(content: bytes, name: str = RELEASES) -> Worksheet:
    """A sheet of a workbook."""
    return load_workbook(io.BytesIO(content))[name]


def saying(text: str) -> Digest:
    """A digest with one question that people wrote, and a choice of that name."""
    chosen = Choices(((text, ChoiceFrequency.OFTEN),))
    said = Statement(ReleasedQuestion(text, text, text, chosen, ItemKind.CHOOSE), text)
    return Digest(1, digest(1).closed_at, (said,))


def test_a_table_holds_every_statement_and_nothing_else() -> None:
    digests = history(8)
    found = [
        (int(row["round"]), row["kind"], row["theme"], row["text"], row["level"], row["edge"])
        for row in csv_rows(export("all.csv", digests)["all.csv"])
    ]
    assert found == [
        (
            one.number,
            said.kind.value,
            said.theme,
            said.text,
            said.level.about if said.level else "",
            said.level.edge if said.level else "",
        )
        for one in reversed(digests)
        for said in one.statements
    ]


def test_an_export_does_not_change_with_the_order_that_digests_come_in() -> None:
    digests = history(8)
    for file in ("all.csv", "all.html"):
        assert export(file, digests) == export(file, digests[::-1])
    assert release_frame(digests, "UTC").equals(release_frame(digests[::-1], "UTC"))


def test_days_are_those_of_the_partnership() -> None:
    late = replace(digest(1), closed_at=digest(1).closed_at.replace(hour=23))
    assert set(release_frame([late], "Europe/Berlin")["closed"]) == {date(2026, 1, 17)}
    assert set(release_frame([late], "UTC")["closed"]) == {date(2026, 1, 16)}


def test_blocks_are_listed_with_the_rounds_that_they_go_back_over() -> None:
    ends = {6: BlockFact("trust", 1, level("4.2")), 12: BlockFact("trust", 2, Silence.TOO_FEW)}
    digests = [
        digest(n, week("trust", Silence.TOO_FEW), *(ends[n],) if n in ends else ())
        for n in range(1, 13)
    ]
    rows = block_frame(digests).to_dict("records")
    assert rows == [
        {"theme": "trust", "first_round": 1, "last_round": 6, "level": 4.2, "edge": "or higher"}
    ]


def test_the_data_dictionary_names_every_column() -> None:
    files = export("all.csv", history(2))
    assert list(files) == ["all.csv", "all-columns.csv", "all-marks.csv"]
    for table, file in ((RELEASES, "all.csv"), (MARKS, "all-marks.csv")):
        named = csv_rows(files["all-columns.csv"])
        columns = [row["column"] for row in named if row["table"] == table]
        assert columns == csv_columns(files[file])
    book = load_workbook(io.BytesIO(export("all.xlsx", history(2))["all.xlsx"]))
    assert book.sheetnames == ["Releases", "Columns", "Blocks", "Marks"]
    dictionary = [(row[0].value, row[1].value) for row in book["Columns"].iter_rows(min_row=2)]
    there = [(name, cell.value) for name in MEANINGS for cell in book[name][1]]
    assert dictionary == there


def test_the_data_dictionary_names_every_kind_of_statement() -> None:
    for kind in StatementKind:
        assert kind.value in MEANINGS[RELEASES]["kind"]


def test_marks_are_listed_with_their_number_or_their_word() -> None:
    talent = QuestionFact(
        "talent-1",
        "We do.",
        "talent",
        "",
        Journey(printed.level("2.6"), printed.level("4.2", "or higher")),
        kind=ItemKind.JOURNEY,
    )
    taken = Choices((("A visit", ChoiceFrequency.OFTEN), ("A call", ChoiceFrequency.UNSAID)))
    next_step = replace(talent, item="talent-2", result=taken, kind=ItemKind.CHOOSE)
    lean = replace(talent, item="talent-3", result=Lean.BETWEEN, kind=ItemKind.YES_NO)
    block = BlockFact("talent", 1, LevelWord.RATHER_HIGH)
    said = digest(6, talent, next_step, lean, block)
    minds = Statement(ReleasedAgreement("talent", Agreement.MIXED), "Talent: our views are mixed.")
    pool = Statement(ReleasedPool(LevelWord.LOW), "The workshop's questions together: low.")
    first_edition = replace(said, statements=(*said.statements, pool, minds))
    content = export("all.csv", [first_edition])["all-marks.csv"]
    columns = ("asked", "subject", "label", "number", "edge", "word")
    assert [tuple(row[name] for name in columns) for row in csv_rows(content)] == [
        ("journey", "talent-1", "now", "2.6", "", ""),
        ("journey", "talent-1", "in 12 months", "4.2", "or higher", ""),
        ("choose", "talent-2", "A visit", "", "", "often"),
        ("choose", "talent-2", "A call", "", "", ""),
        ("yes-no", "talent-3", "", "", "", "between yes and no"),
        ("", "talent", "", "", "", "rather high"),
        ("", "", "", "", "", "low"),
        ("", "talent", "", "", "", "mixed"),
    ]


# Formulas


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_is_taken_for_a_formula(attack: str) -> None:
    (row,) = csv_rows(export("a.csv", [saying(attack)])["a.csv"])
    for column in ("theme", "subject", "text"):
        assert row[column] == f"'{attack}"
    (mark,) = csv_rows(export("a.csv", [saying(attack)])["a-marks.csv"])
    for column in ("theme", "subject", "label"):
        assert mark[column] == f"'{attack}"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(attack: str) -> None:
    cells = sheet(export("a.xlsx", [saying(attack)])["a.xlsx"])[2]
    assert not [cell for cell in cells if cell.data_type == "f"]
    # XML knows one kind of line break.
    assert [cell.value for cell in cells[3:6]] == [attack.replace("\r", "\n")] * 3
    # The mark of a text that stays one when somebody edits it; a quote needs none.
    assert all(cell.quotePrefix for cell in cells[3:6]) == (attack[0] != "'")
    marks = sheet(export("a.xlsx", [saying(attack)])["a.xlsx"], MARKS)[2]
    assert not [cell for cell in marks if cell.data_type == "f"]
    assert all(cell.quotePrefix for cell in marks[2:5]) == (attack[0] != "'")


def test_pandas_alone_would_write_a_formula() -> None:
    """The control of the two tests above."""
    out = io.BytesIO()
    release_frame([saying(ATTACKS[0])], "UTC").to_excel(out, index=False)
    found = load_workbook(out).active
    assert isinstance(found, Worksheet)
    assert [cell.data_type for cell in found[2]][5] == "f"


def test_text_that_begins_with_a_number_or_a_blank_is_left_alone() -> None:
    for text in ("5 of us = 5", " =1", "a\nb", 'say "so"; now', "שלום 👍"):
        assert csv_rows(export("a.csv", [saying(text)])["a.csv"])[0]["text"] == text
        assert sheet(export("a.xlsx", [saying(text)])["a.xlsx"])["F2"].value == text


def test_a_workbook_shows_a_box_for_a_sign_that_it_cannot_hold() -> None:
    assert sheet(export("a.xlsx", [saying("a\x0bb\x00")])["a.xlsx"])["F2"].value == "a□b□"


# Workbooks, and edges


def test_a_workbook_holds_days_and_numbers_as_such() -> None:
    found = sheet(export("a.xlsx", [digest(3, week("trust", level("3.0")))])["a.xlsx"])
    rows = [[cell.value for cell in row] for row in found.iter_rows(min_row=2)]
    (question,) = [row for row in rows if row[2] == "question"]
    assert question[0] == 3
    assert str(question[1]).startswith("2026-01-30")
    assert question[6] == pytest.approx(3.0)
    assert {row[6] for row in rows if row[2] != "question"} == {None}
    shown = {cell.number_format for cell in found["G"][1:] if cell.value is not None}
    assert shown == {"0.0"}


@pytest.mark.parametrize("file", ["all.csv", "all.xlsx"])
def test_without_releases_there_are_columns_alone(file: str) -> None:
    content = export(file, [])[file]
    if file.endswith("csv"):
        assert csv_columns(content) == list(MEANINGS[RELEASES])
        assert csv_rows(content) == []
    else:
        assert [len(list(sheet(content, name).rows)) for name in MEANINGS] == [1, 1, 1]


def test_ten_years_are_exported() -> None:
    digests = history(520)
    assert len(csv_rows(export("all.csv", digests)["all.csv"])) == sum(
        len(one.statements) for one in digests
    )
    assert len(block_frame(digests)) == sum(
        said.kind is StatementKind.LEVEL and said.level is not None
        for one in digests
        for said in one.statements
    )


@pytest.mark.parametrize("file", ["digests", "digests.docx", "digests.csv.exe"])
def test_another_kind_of_file_is_refused_with_those_that_are_known(file: str) -> None:
    with pytest.raises(Refused, match=r"ends in \.html, .*\.csv, \.xlsx"):
        export(file, [])


@pytest.mark.parametrize(
    ("library", "file", "extra"),
    [("pandas", "a.csv", "reports"), ("openpyxl.cell.cell", "a.xlsx", "spreadsheets")],
)
def test_without_its_library_the_message_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, file: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=rf"pulse-bot\[{extra}\]"):
        export(file, [])
