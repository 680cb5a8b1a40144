"""`pulse-bot digest export`: the ending of the name says what is written."""

from __future__ import annotations

import csv
import json

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete

from pulse_bot.config.settings import load_settings
from pulse_bot.domain.release.record import Statement
from pulse_bot.storage import history
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import ReleaseRow
from tests import half_terms, printed
from tests.cli.conftest import NAME, Shell


@pytest.fixture
def closed(people: Shell) -> Shell:
    """One round has closed, and nobody answered."""
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)
    return people


def test_the_ending_says_which_file_is_written(closed: Shell) -> None:
    for file, begins in (
        ("all.html", b"<!doctype html>"),
        ("all.pdf", b"%PDF-"),
        ("all.XLSX", b"PK"),
        ("all.json", b"{"),
    ):
        assert closed.does("digest", "export", NAME, "--to", file) == f"Wrote 1 digest to {file}.\n"
        assert (closed.folder / file).read_bytes().startswith(begins)


def test_a_table_is_written_with_its_dictionary_beside_it(closed: Shell) -> None:
    (closed.folder / "out").mkdir()
    told = closed.does("digest", "export", NAME, "--to", "out/all.csv")
    assert told == (
        "Wrote 1 digest to out/all.csv. What its columns hold is in out/all-columns.csv. Its other "
        "tables are out/all-blocks.csv, out/all-calls.csv, out/all-commitments.csv.\n"
    )
    with (closed.folder / "out" / "all.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    shown = closed.json("digest", "show", NAME)
    # What is said of several themes in one sentence has a row for each.
    texts = dict.fromkeys(row["text"] for row in rows)
    assert list(texts) == [said["text"] for said in shown["statements"]]
    for table in ("columns", "blocks", "calls", "commitments"):
        assert (closed.folder / "out" / f"all-{table}.csv").exists()


def test_a_name_of_the_partnership_is_no_formula(shell: Shell) -> None:
    name = '=HYPERLINK("http://127.0.0.1")'
    lines = [f"Member {n:02},School {n % 7}" for n in range(14)]
    (shell.folder / "people.csv").write_text("\n".join(["name,organisation", *lines]))
    shell.does("partnership", "create", name)
    shell.does("member", "import", name, "people.csv")
    shell.does("programme", "set", name)
    shell.does("round", "open", name)
    shell.does("round", "close", name)
    shell.does("digest", "export", name, "--to", "all.xlsx")
    book = load_workbook(shell.folder / "all.xlsx")
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_the_tables_are_printed_and_written_alike_as_json(closed: Shell) -> None:
    log = closed.does("digest", "export", NAME, "--json")
    closed.does("digest", "export", NAME, "--to", "log.json")
    assert (closed.folder / "log.json").read_text("utf-8") == log
    # Whatever the file is called, where --json asks for it.
    closed.does("digest", "export", NAME, "--json", "--to", "public.log")
    assert json.loads((closed.folder / "public.log").read_text("utf-8")) == json.loads(log)


def test_without_a_file_the_page_is_printed(closed: Shell) -> None:
    closed.does("digest", "export", NAME, "--to", "all.html")
    printed = closed.does("digest", "export", NAME)
    assert printed == (closed.folder / "all.html").read_text("utf-8")


def test_another_ending_is_refused_with_those_that_are_known(closed: Shell) -> None:
    told = closed.fails("digest", "export", NAME, "--to", "all.docx")
    assert "all.docx is of a kind that cannot be written." in told
    assert "Use a name that ends in .html, .pdf, .csv, .xlsx, .json." in told
    assert not (closed.folder / "all.docx").exists()


def test_before_the_first_digest_files_say_so(people: Shell) -> None:
    told = people.does("digest", "export", NAME, "--to", "all.html")
    assert told == "Wrote 0 digests to all.html.\n"
    assert "No round has closed yet." in (people.folder / "all.html").read_text("utf-8")
    tables = people.json("digest", "export", NAME)
    assert tables.pop("Columns")
    assert tables == {"Statements": [], "Blocks": [], "Calls": [], "Commitments": []}


def test_where_nothing_was_released_no_look_is_logged(people: Shell) -> None:
    looked = "looked at every digest"
    people.does("digest", "export", NAME, "--to", "all.json")
    assert looked not in people.does("partnership", "show", NAME)
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)
    people.does("digest", "export", NAME, "--to", "all.json")
    assert looked in people.does("partnership", "show", NAME)


def test_where_there_is_no_chat_a_digest_cannot_be_posted(closed: Shell) -> None:
    for words in ((), ("--everywhere",)):
        told = closed.fails("digest", "post", NAME, *words)
        assert "is in no chat of this partnership" in told
        assert "already" not in told


def test_before_a_half_term_has_ended_there_is_no_report(closed: Shell) -> None:
    assert "No half-term of Colne Valley has ended yet" in closed.fails("digest", "report", NAME)


@pytest.fixture
def half_term(closed: Shell) -> Shell:
    """The digest of the round says the levels of a half-term, too."""
    database = Database(load_settings().database_url.get_secret_value())
    facts = [
        half_terms.block("trust", 1, printed.level("3.4")),
        half_terms.block("honesty", 1, printed.level("3.0")),
    ]
    with database.write() as session:
        session.execute(delete(ReleaseRow))
        history.keep_releases(session, 1, [Statement(fact, "") for fact in facts])
    database.close()
    return closed


def test_the_report_of_a_half_term_is_shown_and_written(half_term: Shell) -> None:
    told = half_term.does("digest", "report", NAME)
    assert told.startswith("Our half-term: rounds 1 to 1\n\nLevels over rounds 1 to 1, out of 5:\n")
    assert "Honesty, at our lowest level (3.0)." in told
    told = half_term.does("digest", "report", NAME, "--to", "report.pdf")
    assert told == "Wrote the report of rounds 1 to 1 to report.pdf.\n"
    assert (half_term.folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "looked at every digest" in half_term.does("partnership", "show", NAME)


def test_a_report_of_another_round_or_ending_is_refused(half_term: Shell) -> None:
    told = half_term.fails("digest", "report", NAME, "--round", "2")
    assert "No half-term of Colne Valley ended with round 2. These rounds ended one: 1." in told
    told = half_term.fails("digest", "report", NAME, "--to", "report.docx")
    assert "A half-term's report is written as .pdf, so report.docx is none." in told
