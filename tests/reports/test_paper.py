"""The PDF: read back by poppler's pdftotext, a reader that is not ours; how it looks is looked at.

What reads the text of a file is skipped, and says so, where there is no poppler.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pulse_bot.domain.release.record import CommentFact, Digest, HeadlineFact, Statement
from pulse_bot.errors import MissingExtra
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.trends import chart_png
from pulse_bot_reports.exports.files import export_digests
from pulse_bot_reports.page.tables import NOTHING
from pulse_bot_reports.paper.a4 import A4Document
from pulse_bot_reports.paper.history_pdf import history_pdf
from tests.reports.facts import FACTS
from tests.reports.history import THEMES, digest, history, level, week

READER = shutil.which("pdftotext")
read_by_poppler = pytest.mark.skipif(
    READER is None, reason="needs pdftotext: apt-get install poppler-utils"
)
NAME = "Colne Valley Partnership"
ATTACK = "<b>**__=1+1 {nb} %s</b>"


def made(*digests: Digest, partnership: str = NAME) -> bytes:
    """The file of these digests."""
    return history_pdf(partnership, digests, "Europe/London")


def pages(content: bytes, folder: Path) -> list[str]:
    """The words of each page, a blank between two of them."""
    assert READER is not None
    file = folder / "digests.pdf"
    file.write_bytes(content)
    ran = subprocess.run(
        [READER, "-layout", str(file), "-"], check=True, capture_output=True, text=True
    )
    return [" ".join(page.split()) for page in ran.stdout.split("\f")[:-1]]


def plain(text: str) -> str:
    """Words with one blank between two, as they are read back."""
    return " ".join(text.split())


def test_the_same_digests_give_the_same_file() -> None:
    first = made(*history(3))
    assert first.startswith(b"%PDF-")
    assert made(*history(3)[::-1]) == first


def test_the_ending_asks_for_it() -> None:
    digests = history(2)
    assert dict(renderer.export("all.PDF", NAME, "Europe/London", digests)) == {
        "all.PDF": made(*digests)
    }


@read_by_poppler
def test_every_statement_is_on_paper_and_no_other_number(tmp_path: Path) -> None:
    one = Digest(12, FACTS.closed_at, renderer.statements(FACTS))
    text = plain(" ".join(pages(made(one), tmp_path)))
    # Titles stand left of the first line, so a statement's words are looked for in their order.
    for statement in one.statements:
        words = [re.escape(word) for word in statement.text.split()]
        assert re.search(r"\W(?:\w+ ){0,3}?".join(words), text), statement.text
    said = " ".join(statement.text for statement in one.statements)
    decimal = r"\d+\.\d+"
    turned = {one.level.about for one in one.statements if one.level}
    assert set(re.findall(decimal, text)) == {*re.findall(decimal, said), *turned}


@read_by_poppler
def test_a_digest_is_on_one_page_and_pages_are_numbered(tmp_path: Path) -> None:
    digests = history(14)
    found = pages(made(*digests), tmp_path)
    assert all(page.endswith(f"{n} of {len(found)}") for n, page in enumerate(found, start=1))
    text = "\n".join(found)
    for one in digests:
        headline = plain(one.statements[0].text)
        (page,) = [page for page in found if headline in page]
        after = page.split(headline)[1]
        assert "Next: " in after.split("Round ")[0], one.number
    order = [int(number) for number in re.findall(r"Round (\d+)(?: of Colne|: )", text)]
    assert order == sorted(order, reverse=True)


@read_by_poppler
def test_tables_go_on_overleaf_with_their_headings_and_no_row_is_cut(tmp_path: Path) -> None:
    digests = history(60)
    found = pages(made(*digests), tmp_path)
    start = next(n for n, page in enumerate(found) if "The numbers behind the picture" in page)
    tables = found[start:]
    assert len(tables) > 1
    heading = "Round Trust Honesty Accountability"
    assert all(heading in page for page in tables)
    cell = rf"(?:about \d\.\d(?: or (?:higher|lower))?|{NOTHING})"
    rows = re.findall(rf"(\d+), \d+ \w+ \d{{4}} {cell} {cell} {cell}", " ".join(tables))
    assert rows == [str(one.number) for one in digests]


@read_by_poppler
def test_lines_are_broken_as_fpdf2_breaks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments = tuple(
        Statement(CommentFact(text), text)
        for text in (
            "  Two  blanks,\nand a second line that is longer than the sheet is wide: " * 3,
            "We listen, „even“ when it is hard, and we say so… " * 6,
            "x" * 90 + " " + "y " * 90,
        )
    )
    digests = [replace(one, statements=(*one.statements, *comments)) for one in history(8)]
    ours = pages(made(*digests), tmp_path)
    monkeypatch.setattr(A4Document, "can_place", lambda *_: False)

    assert pages(made(*digests), tmp_path) == ours


def test_what_runs_from_right_to_left_is_left_to_fpdf2() -> None:
    paper = A4Document("A", FACTS.closed_at)

    assert paper.can_place("We listen, „even“ when it is hard… €5")
    assert not paper.can_place("We say שלום.")
    assert not paper.can_place("We say مرحبا.")
    assert not paper.can_place("a\u202eb")


@read_by_poppler
def test_a_digest_longer_than_a_page_goes_on_overleaf(tmp_path: Path) -> None:
    words = [f"Word{n}" for n in range(2500)]
    comment = Statement(CommentFact(" ".join(words)), " ".join(words))
    one = digest(1, week("trust", level("3.0")))
    found = pages(made(replace(one, statements=(*one.statements, comment))), tmp_path)
    assert len(found) > 2
    assert re.findall(r"Word\d+", " ".join(found)) == words
    assert {page[-len(f"{NAME} 1 of 9") :].split(" of ")[0][:-2] for page in found} == {NAME}


@read_by_poppler
def test_nothing_that_people_wrote_is_markup(tmp_path: Path) -> None:
    comment = Statement(CommentFact(ATTACK), f"{ATTACK}\nsecond line")
    one = replace(digest(1), statements=(*digest(1).statements, comment))
    text = " ".join(pages(made(one, partnership="<b>&{x}</b>"), tmp_path))
    assert "<b>**__=1+1" in text
    assert "{nb} %s</b> second line" in text
    assert "<b>&{x}</b>" in text


@pytest.mark.parametrize(
    "words",
    [
        "שלום עולם",
        "مرحبا",
        "😀🏴",
        "a\x00b\u202ec\ud7ff",
        "W" * 3000,
        "\n\n",
        "",
        "\r\n \u2028 \x0c",
    ],
    ids=["hebrew", "arabic", "emoji", "control", "long", "lines", "none", "blanks"],
)
def test_words_of_any_kind_make_a_file(words: str) -> None:
    said = Statement(CommentFact(words), words)
    head = Statement(HeadlineFact(1), words)
    digests = [
        replace(one, statements=(head, *one.statements[1:], said))
        for one in (digest(n, week(words or "x", level("3.0"))) for n in (1, 2))
    ]
    assert made(*digests, partnership=words).startswith(b"%PDF-")


def test_a_long_name_is_clipped_without_measuring_each_of_its_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[str] = []
    paper, width = A4Document("A", FACTS.closed_at), A4Document.get_string_width

    def counted(self: A4Document, text: str) -> float:
        measured.append(text)
        return width(self, text)

    monkeypatch.setattr(A4Document, "get_string_width", counted)
    clipped = paper.clip_text("W" * 3000, 100)

    assert clipped == f"{'W' * (len(clipped) - 1)}…"
    assert width(paper, clipped) <= 100 < width(paper, f"W{clipped}")
    assert len(measured) < 20
    assert paper.clip_text("Short", 100) == "Short"


@pytest.mark.parametrize("rounds", [0, 1, 104, 520])
def test_few_rounds_and_many_make_a_file(rounds: int, tmp_path: Path) -> None:
    content = made(*history(rounds, THEMES))
    assert len(content) < 1_000_000
    if READER:
        text = " ".join(pages(content, tmp_path))
        assert ("No round has closed yet." in text) == (rounds == 0)
        assert ("The numbers behind the picture" in text) == (rounds > 0)


@pytest.mark.parametrize(
    ("module", "library"),
    [("fpdf", "fpdf2"), ("matplotlib.font_manager", "matplotlib")],
)
def test_without_its_libraries_the_message_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, library: str
) -> None:
    for name in ("pulse_bot_reports.paper.history_pdf", "pulse_bot_reports.paper.a4"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    chart_png.cache_clear()
    with pytest.raises(MissingExtra, match=rf"^{library} is not .*pulse-bot\[reports\]"):
        export_digests("all.pdf", NAME, "UTC", [])
