"""Exports: releases and nothing else, in a stable order, and harmless in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentFact,
    CommitmentNews,
)
from pulse_bot.domain.release.first_edition import ResponseBand, TrendCall, TrendFact
from pulse_bot.domain.release.printed_record import PrintedRound, find_trend
from pulse_bot.domain.release.record import (
    AnsweredFact,
    CommitmentsFact,
    Digest,
    ReleasedAgreement,
    ReleasedBlock,
    ReleasedFact,
    ReleasedPool,
    ReleasedQuestion,
    ReleasedTrend,
    ResponseFact,
    SentenceFact,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import (
    Agreement,
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    Silence,
)
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot_reports import renderer
from pulse_bot_reports.exports.columns import (
    BLOCKS,
    CALLS,
    COMMITMENTS,
    DICTIONARY,
    STATEMENTS,
    TABLES,
)
from tests import printed
from tests.reports.history import digest, history, level, week
from tests.reports.situations import SITUATIONS, played

NAME = "Colne Valley"
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
WRITTEN = ("theme", "question", "question_text", "label", "text")
"""Columns of which people wrote the cells."""


def export(file: str, digests: Sequence[Digest], name: str = NAME) -> dict[str, bytes]:
    """The files of an export, by name."""
    return dict(renderer.export(file, name, "Europe/London", digests))


def tables(digests: Sequence[Digest]) -> dict[str, list[dict[str, Any]]]:
    """All tables as JSON has them."""
    found: dict[str, list[dict[str, Any]]] = json.loads(export("all.json", digests)["all.json"])
    return found


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """A CSV file as any reader reads it."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def csv_columns(content: bytes) -> list[str]:
    """The headings of a CSV file, which may have no rows."""
    first, *_ = content.decode("utf-8-sig").splitlines()
    return first.split(",")


def sheet(content: bytes, name: str = STATEMENTS) -> Worksheet:
    """A sheet of a workbook."""
    return load_workbook(io.BytesIO(content))[name]


def columns_of(table: str) -> list[str]:
    """The names of a table's columns."""
    return [column.name for column in TABLES[table]]


def saying(*facts: ReleasedFact, number: int = 1, text: str = "Said.") -> Digest:
    """A digest of these facts."""
    statements = tuple(Statement(fact, text) for fact in facts)
    return Digest(number, digest(number).closed_at, statements)


def written(text: str) -> Digest:
    """A digest with one question that people wrote, and a choice of that name."""
    chosen = Choices(((text, ChoiceFrequency.OFTEN),))
    return saying(ReleasedQuestion(text, text, text, chosen, ItemKind.CHOOSE), text=text)


def question(says: Level | Silence | Lean | Journey, item: str = "trust-1") -> ReleasedQuestion:
    """A question of the weekly pulse."""
    return ReleasedQuestion(item, f"We do {item}.", "trust", says, ItemKind.AGREE, least=9)


# Statements


def test_every_statement_has_a_row_with_its_fact() -> None:
    digests = history(8)

    rows = tables(digests)[STATEMENTS]

    assert [
        (row["round"], row["place"], row["part"], row["theme"] or "", row["text"], row["value"])
        for row in rows
    ] == [
        (
            one.number,
            place,
            said.kind.value,
            said.theme,
            said.text,
            float(said.level.value) if said.level else None,
        )
        for one in reversed(digests)
        for place, said in enumerate(one.statements, start=1)
    ]
    assert {row["partnership"] for row in rows} == {NAME}


def test_a_question_has_all_that_its_fact_holds() -> None:
    fact = ReleasedQuestion(
        "pulse-3",
        "We avoid it.",
        "honesty",
        printed.level("4.2", "or higher", step="0.4"),
        ItemKind.FREQUENCY,
        reverse=True,
        bank="honesty",
        least=12,
    )
    made = replace(saying(fact, number=7), workshop="Our next step")

    (row,) = tables([made])[STATEMENTS]

    assert row == {
        **dict.fromkeys(columns_of(STATEMENTS)),
        "partnership": NAME,
        "round": 7,
        "closed": "2026-02-27",
        "workshop": "Our next step",
        "edition": made.policy_version,
        "place": 1,
        "part": "question",
        "theme": "honesty",
        "bank": "honesty",
        "question": "pulse-3",
        "question_text": "We avoid it.",
        "kind": "frequency",
        "direction": "turned",
        "value": 4.2,
        "open_end": "or higher",
        "step": 0.4,
        "class": 12,
        "text": "Said.",
    }


def test_before_is_what_the_same_question_printed_and_no_other() -> None:
    says = ("2.6", "3.0", "4.2", "3.4", "3.0")
    rounds = [
        saying(question(level(value)), question(level("1.8"), "trust-2"), number=number)
        for number, value in enumerate(says, start=1)
    ]
    silent = saying(question(Silence.TOO_FEW), number=6)
    renamed = replace(question(level("3.8")), item="trust-new")
    other_way = replace(question(level("2.2")), reverse=True)
    later = [saying(renamed, number=7), saying(other_way, number=8)]

    rows = tables([*later, silent, *rounds])[STATEMENTS]

    assert [row["before"] for row in rows if row["question"] == "trust-1"] == [
        None,
        "2.6",
        "2.6; 3.0",
        "2.6; 3.0; 4.2 or higher",
        "3.0; 4.2 or higher; 3.4",
        None,
        None,
    ]
    # Known again by its letters, under whatever id.
    assert [row["before"] for row in rows if row["question"] == "trust-new"] == [
        "4.2 or higher; 3.4; 3.0"
    ]


def test_kinds_without_one_number_have_their_word_or_a_row_each() -> None:
    journey = Journey(level("2.6"), level("4.2"))
    taken = Choices((("A visit", ChoiceFrequency.OFTEN), ("A call", ChoiceFrequency.UNSAID)))
    facts: tuple[ReleasedFact, ...] = (
        question(journey, "a"),
        replace(question(Silence.TOO_FEW, "b"), says=taken),
        question(Lean.BETWEEN, "c"),
        question(Silence.TOO_FEW, "d"),
        ReleasedBlock("trust", 1, LevelWord.RATHER_HIGH),
        ReleasedPool(LevelWord.LOW),
        AnsweredFact(6, 8),
        CommitmentsFact(2, 3),
    )

    rows = tables([saying(*facts)])[STATEMENTS]

    names = ("place", "question", "label", "value", "open_end", "word", "silence", "class")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (1, "a", "now", 2.6, None, None, None, 9),
        (1, "a", "in 12 months", 4.2, "or higher", None, None, 9),
        (2, "b", "A visit", None, None, "often", None, 9),
        (2, "b", "A call", None, None, None, None, 9),
        (3, "c", None, None, None, "between yes and no", None, 9),
        (4, "d", None, None, None, None, "too few answers", 9),
        (5, None, None, None, None, "rather high", None, None),
        (6, None, None, None, None, "low", None, None),
        (7, None, None, None, None, None, None, 6),
        (8, None, "kept", 2, None, None, None, None),
        (8, None, "due", 3, None, None, None, None),
    ]


def test_a_trend_has_a_row_a_theme() -> None:
    unclear = ReleasedTrend(("honesty", "accountability"), Trend(unclear=Unclear.HALF_A_POINT))
    up = ReleasedTrend(("trust",), Trend(now=Move(Direction.UP, 16)))

    rows = tables([saying(up, unclear, number=20)])[STATEMENTS]

    assert [(row["theme"], row["call"], row["since"]) for row in rows] == [
        ("trust", "up", 16),
        ("honesty", "half a point would have shown", None),
        ("accountability", "half a point would have shown", None),
    ]


def test_digests_of_the_first_edition_have_empty_cells() -> None:
    old = saying(
        SentenceFact(StatementKind.QUESTION, "trust", "trust-1"),
        ReleasedQuestion("trust-1", "We do.", "trust", None),
        ReleasedBlock("trust", None, None),
        TrendFact("trust", TrendCall.UP),
        ResponseFact(ResponseBand.MOST),
        ReleasedAgreement("trust", Agreement.MIXED, None),
        SentenceFact(StatementKind.TREND, "trust"),
        SentenceFact(StatementKind.NOTE),
    )
    for file in ("all.csv", "all.xlsx", "all.json"):
        assert export(file, [old])
    found = tables([old])
    names = ("part", "question", "kind", "value", "word", "call", "text")
    assert [tuple(row[name] for name in names) for row in found[STATEMENTS]] == [
        ("question", "trust-1", None, None, None, None, "Said."),
        ("question", "trust-1", None, None, None, None, "Said."),
        ("level", None, None, None, None, None, "Said."),
        ("trend", None, None, None, None, "up", "Said."),
        ("response", None, None, None, "three quarters or more", None, "Said."),
        ("agreement", None, None, None, "mixed", None, "Said."),
        ("trend", None, None, None, None, None, "Said."),
        ("note", None, None, None, None, None, "Said."),
    ]
    (block,) = found[BLOCKS]
    assert (block["block"], block["value"], block["agreement"]) == (None, None, "mixed")
    (call,) = found[CALLS]
    assert (call["call"], call["since"], call["called"], call["ended"]) == ("up", None, 1, None)


# Half-terms, calls and commitments


def test_blocks_are_listed_with_the_rounds_that_they_go_back_over() -> None:
    ends = {
        6: BlockFact("trust", 1, level("4.2")),
        12: BlockFact("trust", 2, Silence.TOO_FEW),
        18: BlockFact("trust", 3, level("3.0")),
    }
    # Round 9 asks for a workshop alone.
    digests = [
        digest(
            n,
            *(week("trust", Silence.TOO_FEW),) if n != 9 else (),
            *(ends[n],) if n in ends else (),
        )
        for n in range(1, 20)
    ]
    names = (
        "theme",
        "block",
        "first_round",
        "last_round",
        "value",
        "open_end",
        "silence",
        "before",
    )
    assert [tuple(row[name] for name in names) for row in tables(digests)[BLOCKS]] == [
        ("trust", 1, 1, 6, 4.2, "or higher", None, None),
        ("trust", 2, None, 12, None, None, "too few answers", "4.2 or higher"),
        ("trust", 3, 13, 18, 3.0, None, None, "4.2 or higher"),
    ]


def test_calls_are_listed_with_what_became_of_them() -> None:
    up, down = Move(Direction.UP, 12), Move(Direction.DOWN, 20)
    nothing = Trend(unclear=Unclear.NOTHING_MORE)
    told = [
        nothing,
        Trend(now=up),
        Trend(now=up, confirmed=True),
        Trend(now=down, before=up, by_block=True),
        Trend(now=up, withdrawn=down),
        Trend(now=up),
        nothing,
        Trend(now=down),
        Trend(unclear=Unclear.NOTHING_MORE, withdrawn=down),
        Trend(now=up),
    ]
    digests = [saying(ReleasedTrend(("trust",), one), number=n) for n, one in enumerate(told)]
    begun = ReleasedTrend(("trust",), Trend(unclear=Unclear.LEARNING), is_new=True)

    rows = tables([*digests, saying(begun, number=len(told))])[CALLS]

    names = ("call", "since", "called", "told_by", "after", "ended", "ended_as")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("up", 12, 1, "numbers", None, 6, "over"),
        ("down", 20, 3, "block", "up around round 12", 4, "withdrawn"),
        ("down", 20, 7, "numbers", None, 8, "withdrawn"),
        ("up", 12, 9, "numbers", None, 10, "new questions"),
    ]


def test_a_call_that_is_followed_by_another_has_ended() -> None:
    moves = (Move(Direction.UP, 12), Move(Direction.DOWN, 20))
    digests = [
        saying(ReleasedTrend((theme,), Trend(now=move)), number=n)
        for n, move in enumerate(moves)
        for theme in ("trust", "honesty")[: 2 - n]
    ]

    rows = tables(digests)[CALLS]

    assert [(row["theme"], row["ended"], row["ended_as"]) for row in rows] == [
        ("trust", 1, "followed by another"),
        ("honesty", None, None),
        ("trust", None, None),
    ]


def test_a_commitment_has_one_row_with_its_latest_news() -> None:
    made = CommitmentFact(1, "We meet.", date(2026, 3, 1), CommitmentNews.MADE)
    other = CommitmentFact(2, "We write.", date(2026, 4, 1), CommitmentNews.MADE)
    kept = replace(made, news=CommitmentNews.KEPT)
    digests = [saying(made), saying(other, number=3), saying(kept, number=5)]

    names = ("commitment", "text", "due", "news", "first_round", "last_round", "times_told")
    assert [tuple(row[name] for name in names) for row in tables(digests)[COMMITMENTS]] == [
        (1, "We meet.", "2026-03-01", "kept", 1, 5, 2),
        (2, "We write.", "2026-04-01", "made", 3, 3, 1),
    ]


# The record, and the order


def test_an_export_does_not_change_with_the_order_that_digests_come_in() -> None:
    digests = history(8)
    for file in ("all.csv", "all.html", "all.json", "all.xlsx"):
        assert export(file, digests) == export(file, digests[::-1])


def test_days_are_those_of_the_partnership() -> None:
    late = replace(digest(1), closed_at=digest(1).closed_at.replace(hour=23))
    for zone, day in (("Europe/Berlin", "2026-01-17"), ("UTC", "2026-01-16")):
        rows = json.loads(renderer.export("a.json", NAME, zone, [late])["a.json"])[STATEMENTS]
        assert {row["closed"] for row in rows} == {day}


def test_what_was_said_over_time_is_replayed_from_an_export(tmp_path: Path) -> None:
    """By somebody who has nothing but the file (statistics, Over time)."""
    [situation] = [one for one in SITUATIONS if one.name == "up"]
    digests = played(situation, tmp_path)
    rows = tables(digests)[STATEMENTS]
    rounds = [
        PrintedRound(
            number, tuple(rebuild(row) for row in rows if row["round"] == number and row["theme"])
        )
        for number in sorted({row["round"] for row in rows})
    ]
    spoken = 0
    for row in rows:
        if row["part"] == "trend":
            found = find_trend(row["theme"], rounds[: row["round"]])
            assert found is not None
            trend = found.trend
            if trend.now:
                spoken += 1
                assert (row["call"], row["since"]) == (trend.now.direction, trend.now.since)
            else:
                assert row["call"] == trend.unclear
    assert spoken


def rebuild(row: dict[str, Any]) -> ReleasedFact:
    """The fact of a question or a block out of its row; of anything else a sentence."""
    says = None
    if row["value"] is not None:
        step = None if row["step"] is None else Decimal(str(row["step"]))
        end = next(one for one in End if one.words == (row["open_end"] or ""))
        says = Level(Decimal(str(row["value"])), end, step)
    if row["part"] == "level":
        return ReleasedBlock(row["theme"], None, says)
    if row["part"] == "question":
        return ReleasedQuestion(
            row["question"],
            row["question_text"],
            row["theme"],
            says,
            ItemKind(row["kind"]),
            bank=row["bank"] or "",
            least=row["class"],
        )
    return SentenceFact(StatementKind(row["part"]))


# The data dictionary


def test_all_kinds_of_file_have_the_same_columns_and_name_them() -> None:
    digests = history(2)
    files = export("all.csv", digests)
    names = {table: f"all-{table.lower()}.csv" for table in TABLES} | {STATEMENTS: "all.csv"}
    assert list(files)[:2] == ["all.csv", "all-columns.csv"]
    book = load_workbook(io.BytesIO(export("all.xlsx", digests)["all.xlsx"]))
    assert book.sheetnames == list(TABLES) == list(tables(digests))
    for table in TABLES:
        assert csv_columns(files[names[table]]) == columns_of(table)
        assert [cell.value for cell in book[table][1]] == columns_of(table)
        for row in tables(digests)[table]:
            assert list(row) == columns_of(table)
    for dictionary in (csv_rows(files["all-columns.csv"]), tables(digests)[DICTIONARY]):
        assert [(row["table"], row["column"]) for row in dictionary] == [
            (table, name) for table in TABLES if table != DICTIONARY for name in columns_of(table)
        ]


def test_the_data_dictionary_names_every_kind_of_statement() -> None:
    [part] = [column for column in TABLES[STATEMENTS] if column.name == "part"]
    for kind in StatementKind:
        assert kind.value in part.meaning


# Formulas


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_is_taken_for_a_formula(attack: str) -> None:
    (row,) = csv_rows(export("a.csv", [written(attack)], attack)["a.csv"])
    for column in ("partnership", *WRITTEN):
        assert row[column] == f"'{attack}"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(attack: str) -> None:
    cells = sheet(export("a.xlsx", [written(attack)], attack)["a.xlsx"])[2]
    assert not [cell for cell in cells if cell.data_type == "f"]
    own = [cells[columns_of(STATEMENTS).index(name)] for name in ("partnership", *WRITTEN)]
    # XML knows one kind of line break.
    assert {cell.value for cell in own} == {attack.replace("\r", "\n")}
    # The mark of a text that stays one when somebody edits it; a quote needs none.
    assert {bool(cell.quotePrefix) for cell in own} == {attack[0] != "'"}


def test_pandas_alone_would_write_a_formula() -> None:
    """The control of the two tests above."""
    from pandas import DataFrame

    out = io.BytesIO()
    DataFrame({"text": ATTACKS[:1]}).to_excel(out, index=False)
    found = load_workbook(out).active
    assert isinstance(found, Worksheet)
    assert found["A2"].data_type == "f"


def test_json_has_what_was_written_to_the_letter() -> None:
    for attack in ATTACKS:
        (row,) = tables([written(attack)])[STATEMENTS]
        assert {row[name] for name in WRITTEN} == {attack}


def test_text_that_begins_with_a_number_or_a_blank_is_left_alone() -> None:
    place = columns_of(STATEMENTS).index("text")
    for text in ("5 of us = 5", " =1", "a\nb", 'say "so"; now', "שלום 👍", "NA", "None"):
        assert csv_rows(export("a.csv", [written(text)])["a.csv"])[0]["text"] == text
        assert sheet(export("a.xlsx", [written(text)])["a.xlsx"])[2][place].value == text


def test_a_workbook_shows_a_box_for_a_sign_that_it_cannot_hold() -> None:
    cells = sheet(export("a.xlsx", [written("a\x0bb\x00")])["a.xlsx"])[2]
    assert cells[columns_of(STATEMENTS).index("text")].value == "a□b□"


# Workbooks, and edges


def test_a_workbook_holds_days_and_numbers_as_such() -> None:
    made = digest(3, week("trust", level("3.0")))
    found = sheet(export("a.xlsx", [made])["a.xlsx"])
    names = columns_of(STATEMENTS)
    (row,) = [
        row for row in found.iter_rows(min_row=2) if row[names.index("part")].value == "question"
    ]
    cells = dict(zip(names, row, strict=True))
    assert cells["round"].value == 3
    assert cells["closed"].value == datetime(2026, 1, 30)  # noqa: DTZ001 - a day, and no moment
    assert cells["closed"].number_format == "yyyy-mm-dd"
    assert cells["value"].value == pytest.approx(3.0)
    assert cells["value"].number_format == "0.0"
    assert cells["since"].value is None


def test_a_workbook_does_not_tell_when_it_was_made() -> None:
    """One that is made again is the same."""
    content = io.BytesIO(export("all.xlsx", history(2))["all.xlsx"])
    closed_at = history(2)[0].closed_at.replace(tzinfo=None)
    properties = load_workbook(content).properties
    assert (properties.created, properties.modified) == (closed_at, closed_at)
    with ZipFile(content) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_workbook_has_a_bold_heading_a_filter_and_widths() -> None:
    book = load_workbook(io.BytesIO(export("a.xlsx", history(2))["a.xlsx"]))
    for name in TABLES:
        found = book[name]
        assert all(cell.font.bold for cell in found[1])
        assert found.auto_filter.ref == found.dimensions
        assert found.freeze_panes == "A2"
        for number, column in enumerate(columns_of(name), start=1):
            assert found.column_dimensions[get_column_letter(number)].width > len(column)


@pytest.mark.parametrize("file", ["all.csv", "all.xlsx", "all.json"])
def test_without_releases_there_are_columns_alone(file: str) -> None:
    content = export(file, [])[file]
    if file.endswith("csv"):
        assert csv_columns(content) == columns_of(STATEMENTS)
        assert csv_rows(content) == []
    elif file.endswith("xlsx"):
        assert [len(list(sheet(content, name).rows)) == 1 for name in TABLES] == [
            name != DICTIONARY for name in TABLES
        ]
    else:
        assert [name for name, rows in tables([]).items() if rows] == [DICTIONARY]


def test_ten_years_are_exported() -> None:
    digests = history(520)
    found = tables(digests)
    assert len(found[STATEMENTS]) == sum(len(one.statements) for one in digests)
    assert len(found[BLOCKS]) == sum(
        said.kind is StatementKind.LEVEL for one in digests for said in one.statements
    )
    assert len(csv_rows(export("all.csv", digests)["all.csv"])) == len(found[STATEMENTS])


@pytest.mark.parametrize("file", ["digests", "digests.docx", "digests.csv.exe"])
def test_another_kind_of_file_is_refused_with_those_that_are_known(file: str) -> None:
    with pytest.raises(Refused, match=r"ends in \.html, .*\.csv, \.xlsx, \.json"):
        export(file, [])


@pytest.mark.parametrize(
    ("library", "file", "extra"),
    [("pandas", "a.csv", "reports"), ("openpyxl", "a.xlsx", "spreadsheets")],
)
def test_without_its_library_the_message_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, file: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=rf"pulse-bot\[{extra}\]"):
        export(file, [])


def test_json_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert tables(history(2))[STATEMENTS]
